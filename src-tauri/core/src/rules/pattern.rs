//! The patterns of OpenCode's permissions.

/// Whether a pattern of OpenCode's covers a text: `*` stands for any text and `?` for one character; ` *` at the end also
/// for nothing. A backslash is a slash, in both (seen in the code of 1.18.33).
pub fn covers(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (slashed(pattern), slashed(text));
    let without_rest = pattern.strip_suffix(&[' ', '*']);
    without_rest.is_some_and(|before| fits(before, &text)) || fits(&pattern, &text)
}

fn slashed(text: &str) -> Vec<char> {
    text.chars().map(|character| if character == '\\' { '/' } else { character }).collect()
}

fn fits(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    // Where the last star stood, and from where on it may take one character more.
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                in_text = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_as_the_server_reads_them() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("git *", "git", true),
            ("git *", "git push origin", true),
            ("git *", "gitk", false),
            ("git **", "git", false),
            ("a?c*e", "abcdde", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "aXc", false),
            ("", "x", false),
            ("", "", true),
            ("ls", "ls -la", false),
            ("LS", "ls", false),
            ("echo *", "echo one\ntwo", true),
            ("src\\*.rs", "src/main.rs", true),
            ("a.b", "aXb", false),
            ("(x)+", "(x)+", true),
        ] {
            assert_eq!(covers(pattern, text), expected, "{pattern} {text}");
        }
    }
}
