use std::fmt::Write;
use std::time::Instant;

use proptest::prelude::*;

use crate::render::{line_count, plain, terminal};

fn all(text: &str) -> Vec<String> {
    terminal(text, 0, usize::MAX)
}

#[test]
fn colours_and_weights_become_classes() {
    assert_eq!(all("\x1b[1;31merror\x1b[0m: a")[0], r#"<span class="bold t-red">error</span>: a"#);
    assert_eq!(all("\x1b[3;4;2ma\x1b[23;24;22mb")[0], r#"<span class="dim italic underline">a</span>b"#);
    assert_eq!(
        all("\x1b[92;44mx\x1b[39my\x1b[49mz")[0],
        concat!(r#"<span class="t-bright-green on-blue">x</span>"#, r#"<span class="on-blue">y</span>z"#)
    );
    assert_eq!(
        all("\x1b[38;5;208ma\x1b[38;5;9mb\x1b[38;5;244mc")[0],
        concat!(
            r#"<span class="t-orange">a</span>"#,
            r#"<span class="t-bright-red">b</span>"#,
            r#"<span class="t-bright-black">c</span>"#
        )
    );
    let pink = r#"<span class="t-rose">a</span>"#;
    assert_eq!(all("\x1b[38;2;255;0;130ma\x1b[0m")[0], pink);
    assert_eq!(all("\x1b[38:2::255:0:130ma")[0], pink);
    assert_eq!(
        all("\x1b[7ma\x1b[31mb\x1b[44mc")[0],
        concat!(
            r#"<span class="inverse">a</span>"#,
            r#"<span class="on-red">b</span>"#,
            r#"<span class="t-blue on-red">c</span>"#
        )
    );
    assert_eq!(all("\x1b[38;5;999;38;9mq\x1b[>4mr\x1b[m")[0], "qr");
}

#[test]
fn a_style_goes_on_over_lines_also_to_a_page_that_begins_later() {
    let text = "\x1b[32mone\ntwo\nthree\x1b[0m\nfour\n";
    let rows = all(text);
    assert_eq!(rows[1], r#"<span class="t-green">two</span>"#);
    assert_eq!(rows[3], "four");
    assert_eq!((rows.len(), line_count(text)), (4, 4));
    assert_eq!(terminal(text, 2, 1), rows[2..3]);
}

#[test]
fn what_is_written_over_takes_its_colour() {
    assert_eq!(all("\x1b[31mabc\r\x1b[32mX")[0], r#"<span class="t-green">X</span><span class="t-red">bc</span>"#);
    assert_eq!(all("50%\r\x1b[K100%\n"), ["100%"]);
    assert_eq!(all("<b>&\"\u{202E}")[0], "&lt;b&gt;&amp;&quot;⟨U+202E⟩");
}

#[test]
fn a_line_without_an_end_is_counted_and_its_newest_writing_shown() {
    let long = format!("{}\nb", "x".repeat(5_000_000));
    let rows = all(&long);
    assert!(rows[0].ends_with(r#"<span class="more">… 4998000 more characters</span>"#), "{}", &rows[0][1_990..]);
    assert!(rows[0].len() < 2_100);
    let mut progress = String::new();
    for percent in 0..50_000 {
        write!(progress, "\r{percent} of 50000").unwrap();
    }
    assert_eq!(all(&progress), ["49999 of 50000"]);
}

#[test]
fn a_page_of_5_mb_costs_that_page() {
    let text = "\x1b[32mok\x1b[0m a line of some length, as programs write it\n".repeat(90_000);
    let begun = Instant::now();
    let rows = terminal(&text, 89_900, 500);
    assert_eq!(rows.len(), 100);
    println!("a page at the end of {} bytes: {:?}", text.len(), begun.elapsed());
}

/// The text of `html`, if it is made of nothing but text and spans with known classes.
fn text_of(html: &str) -> String {
    const WORDS: [&str; 6] = ["bold", "dim", "italic", "underline", "struck", "inverse"];
    const COLOURS: [&str; 22] = [
        "black",
        "red",
        "green",
        "yellow",
        "blue",
        "magenta",
        "cyan",
        "white",
        "bright-black",
        "bright-red",
        "bright-green",
        "bright-yellow",
        "bright-blue",
        "bright-magenta",
        "bright-cyan",
        "bright-white",
        "orange",
        "lime",
        "teal",
        "azure",
        "violet",
        "rose",
    ];
    let mut text = String::new();
    let mut open = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("</span>") {
            (open, rest) = (open - 1, after);
            continue;
        }
        let (classes, after) = rest.strip_prefix(r#"<span class=""#).and_then(|rest| rest.split_once(r#"">"#)).unwrap();
        for class in classes.split(' ') {
            let colour = class.strip_prefix("t-").or_else(|| class.strip_prefix("on-"));
            assert!(WORDS.contains(&class) || colour.is_some_and(|colour| COLOURS.contains(&colour)), "{class}");
        }
        (open, rest) = (open + 1, after);
        assert_eq!(open, 1, "spans do not nest: {html}");
    }
    assert_eq!(open, 0, "{html}");
    text.push_str(rest);
    assert!(!text.contains(['>', '"']), "{html}");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_but_known_spans_and_the_plain_text(
        pieces in prop::collection::vec(
            prop_oneof![
                "[a-z<>&\"'é😀\u{202e}\\t ]{0,8}",
                "\x1b\\[[0-9;:]{0,14}[mKmmAH]",
                Just("\x1b[0m".to_owned()),
                "\x1b\\[[34]8;[25];[0-9]{1,3};[0-9]{1,3};[0-9]{1,3}m",
                "[\\x00-\\x1f\\x7f-\\u{9f}]",
                Just("\n".to_owned()),
                Just("\r".to_owned()),
            ],
            0..40,
        ),
        from in 0_usize..6,
    ) {
        let text = pieces.concat();
        let rows = all(&text);
        let shown: Vec<_> = rows.iter().map(|html| text_of(html)).collect();
        let expected: Vec<_> = text.split_terminator('\n').map(plain).collect();
        prop_assert_eq!(&shown, &expected);
        prop_assert_eq!(line_count(&text), rows.len());
        let page: Vec<_> = rows.iter().skip(from).take(2).cloned().collect();
        prop_assert_eq!(terminal(&text, from, 2), page);
    }
}
