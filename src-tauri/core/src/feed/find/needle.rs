//! What is looked for, and how characters compare.

/// More characters are not looked for.
const MOST: usize = 1_000;

/// Words to be found in text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    text: String,
    match_case: bool,
}

impl Needle {
    /// None where there is nothing to look for.
    pub(super) fn new(text: &str, match_case: bool) -> Option<Self> {
        let text: String = text.chars().take(MOST).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        if text.trim().is_empty() {
            return None;
        }
        let text = if match_case { text } else { folded(&text) };
        Some(Self { text, match_case })
    }

    /// How often it is in `words`, where each character counts once.
    pub(super) fn count_in(&self, words: &str) -> u32 {
        let count = if self.match_case {
            words.matches(&*self.text).count()
        } else {
            folded(words).matches(&*self.text).count()
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The text with each character in the one form that stands for all its cases: simple case folding, one character for
/// one. The window folds in the same way (`ui/src/features/find/matches.ts`).
fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

fn fold(c: char) -> char {
    // Dotless i is a letter of its own, although its upper case is that of i.
    if c.is_ascii() || c == 'ı' {
        return c.to_ascii_lowercase();
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).or_else(|| single(c.to_lowercase())).unwrap_or(c)
}

fn single(mut cased: impl Iterator<Item = char>) -> Option<char> {
    let first = cased.next()?;
    cased.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::Needle;

    fn count(needle: &str, match_case: bool, text: &str) -> u32 {
        Needle::new(needle, match_case).unwrap().count_in(text)
    }

    #[test]
    fn case_makes_no_difference_in_any_script_unless_it_is_to() {
        assert_eq!(count("straße ΣΊΣΥΦΟΣ", false, "STRAẞE σίσυφος, Straße Σίσυφος"), 2);
        assert_eq!(count("ПРИВЕТ", false, "Привет, привет"), 2);
        assert_eq!(count("Привет", true, "Привет, привет"), 1);
        assert_eq!(count("I", false, "ı İ i"), 1);
    }

    #[test]
    fn places_do_not_overlap_and_white_space_is_nothing_to_look_for() {
        assert_eq!(count("aa", false, "aaaaa"), 2);
        assert_eq!(count("a\tb", false, "a b"), 1);
        assert_eq!(Needle::new(" \n", false), None);
    }
}
