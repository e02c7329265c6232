use proptest::prelude::*;

use crate::render::{code_line, marked_line, word_changes};

fn marked(old: &str, new: &str) -> (String, String) {
    let (removed, added) = word_changes(old, new);
    (marked_line(old, &removed), marked_line(new, &added))
}

#[test]
fn the_words_that_differ_are_marked() {
    let (old, new) = marked("    return f\"Hello, {name}!\"", "    return f\"Good day, {name}.\"");
    assert_eq!(old, "    return f&quot;<mark>Hello</mark>, {name}<mark>!</mark>&quot;");
    assert_eq!(new, "    return f&quot;<mark>Good day</mark>, {name}<mark>.</mark>&quot;");
    assert_eq!(marked("let a = 1;", "let a = 1;").0, "let a = 1;");
    assert_eq!(marked("if (ready) {", "if (ready && open) {").1, "if (ready<mark> &amp;&amp; open</mark>) {");
}

#[test]
fn lines_with_little_in_common_are_not_marked() {
    assert_eq!(
        marked("return total", "throw new Error(message)"),
        ("return total".into(), "throw new Error(message)".into())
    );
    assert_eq!(marked("", "a").1, "a");
}

#[test]
fn code_shows_what_is_not_seen_and_counts_what_is_too_long() {
    assert_eq!(code_line("a\u{200B}<\r"), "a<span class=\"control\">U+200B</span>&lt;");
    let long = code_line(&"é".repeat(3_000));
    assert!(long.ends_with("<span class=\"more\">… 1000 more characters</span>"), "{}", &long[long.len() - 60..]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn marks_change_nothing_of_the_text(old in "[a-c<& é(]{0,30}", new in "[a-c<& é(]{0,30}") {
        let (before, after) = marked(&old, &new);
        for (html, text) in [(before, old), (after, new)] {
            prop_assert_eq!(html.replace("<mark>", "").replace("</mark>", ""), code_line(&text));
            prop_assert_eq!(html.matches("<mark>").count(), html.matches("</mark>").count());
        }
    }
}
