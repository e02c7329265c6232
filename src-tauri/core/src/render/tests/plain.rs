use proptest::prelude::*;

use crate::render::{one_line, plain};

#[test]
fn escape_sequences_are_gone() {
    assert_eq!(
        plain("\x1b[1;31merror\x1b[0m: a\n\x1b]0;title\x07b\x1b]8;;http://c\x1b\\d\x1b]8;;\x1b\\"),
        "error: a\nbd"
    );
    assert_eq!(plain("\x1b[2J\x1b[H\x1b[?25la\x1b(Bb"), "ab");
    assert_eq!(plain("a \x1b]0;never ended\nb"), "a \nb");
    assert_eq!(plain("<b>&amp;"), "<b>&amp;");
}

#[test]
fn a_carriage_return_writes_over_its_line() {
    assert_eq!(plain("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
    assert_eq!(plain("loading…\r\x1b[Kok\n"), "ok\n");
    assert_eq!(plain("abc\rX"), "Xbc");
    assert_eq!(plain("\\\x08|\x08/"), "/");
    assert_eq!(plain("\tx\ty"), "\tx\ty");
}

#[test]
fn what_is_not_seen_is_shown() {
    assert_eq!(plain("a\0b\x07c"), "a\u{FFFD}bc");
    assert_eq!(plain("a\u{202E}b"), "a⟨U+202E⟩b");
}

#[test]
fn one_line_is_the_first_that_says_something() {
    assert_eq!(one_line("\n \x1b[0m\n  a \t b\u{202E}\0c  \nd", 80), "a bc");
    assert_eq!(one_line("", 80), "");
    assert_eq!(one_line("äöüß", 4), "äöüß");
    assert_eq!(one_line("äöüßé", 4), "äöü…");
    assert_eq!(one_line("ab cd", 4), "ab…");
    assert_eq!(one_line(&"x".repeat(5_000_000), 3), "xx…");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_but_text_remains(text in "[a-z\\x00-\\x1f\\x7f-\\u{9f}\\[;0-9\\u{202e}é😀]*", max in 0_usize..20) {
        let shown = plain(&text);
        assert!(!shown.contains(|c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202E}'));
        let line = one_line(&text, max);
        prop_assert!(line.chars().count() <= max);
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{202E}'));
    }
}
