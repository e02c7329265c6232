//! Titles for the demo's sessions.

/// The words kept of a prompt.
const WORDS: usize = 6;

/// The longest title, in characters.
const LENGTH: usize = 44;

/// A short title made from a prompt: its first words, without the punctuation at their end.
pub fn title(prompt: &str) -> String {
    let line =
        prompt.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("%%")).unwrap_or_default();
    let sentence = line.split_inclusive(['.', '?', '!']).find(|part| part.chars().any(char::is_alphanumeric));
    let mut title = String::new();
    for word in sentence.unwrap_or_default().split_whitespace().take(WORDS) {
        if title.chars().count() + word.chars().count() >= LENGTH {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    let title = title.trim_matches(|character: char| !character.is_alphanumeric());
    let mut characters = title.chars();
    match characters.next() {
        Some(first) if title.chars().count() > 3 => first.to_uppercase().chain(characters).collect(),
        _ => "A look around".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_short_and_clean() {
        for (prompt, expected) in [
            ("why does the test fail? I do not see it.", "Why does the test fail"),
            ("Fix the bug!", "Fix the bug"),
            ("hi", "A look around"),
            ("%%text x\n\nExplain, at some length and with examples, what this is", "Explain, at some length and with"),
            ("", "A look around"),
            (&"x".repeat(500), "A look around"),
        ] {
            assert_eq!(title(prompt), expected);
        }
    }
}
