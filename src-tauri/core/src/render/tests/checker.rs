//! A strict reader of the HTML that is made here: much less than HTML, so that nothing in it is open to a browser's
//! interpretation.

use crate::protocol::Block;

const ELEMENTS: [&str; 30] = [
    "a",
    "blockquote",
    "br",
    "button",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const CODE_CLASSES: [&str; 14] = [
    "c-attribute",
    "c-comment",
    "c-constant",
    "c-deleted",
    "c-function",
    "c-heading",
    "c-inserted",
    "c-keyword",
    "c-number",
    "c-operator",
    "c-string",
    "c-tag",
    "c-type",
    "c-variable",
];

/// Elements of formulas; everything in one of them is one of them.
const MATHS: [&str; 26] = [
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

fn attribute_allowed(element: &str, name: &str, value: &str) -> bool {
    if MATHS.contains(&element) {
        return !["style", "class", "id", "href"].contains(&name)
            && !name.starts_with("on")
            && value.chars().all(|c| c.is_ascii_alphanumeric() || " .%-".contains(c));
    }
    match (element, name) {
        ("a", "href") => ["http://", "https://", "mailto:"].iter().any(|s| value.to_ascii_lowercase().starts_with(s)),
        ("a", "rel") => value == "noreferrer",
        ("code", "class") => value.strip_prefix("language-").is_some_and(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "+#._-".contains(c))
        }),
        ("a" | "div" | "p" | "pre" | "span" | "sup" | "td" | "th", "class") => {
            [
                "image",
                "unlinked",
                "control",
                "raw-html",
                "unformatted",
                "continued",
                "code",
                "code-head",
                "code-language",
                "footnote",
                "formula",
                "footnote-reference",
                "table-scroll",
                "align-left",
                "align-center",
                "align-right",
            ]
            .contains(&value)
                || (element == "span" && CODE_CLASSES.contains(&value))
        }
        ("button", "type") => value == "button",
        ("button", "class") => ["code-wrap", "code-copy"].contains(&value),
        ("button", "aria-label") => ["Wrap lines", "Copy code"].contains(&value),
        ("button", "aria-pressed") => value == "false",
        ("ol", "start") => value.parse::<u64>().is_ok(),
        ("input", "type") => value == "checkbox",
        ("input", "disabled" | "checked") => value.is_empty(),
        _ => false,
    }
}

/// Fails unless all blocks are numbered from 0, complete in themselves, and of nothing but what is allowed.
pub fn assert_safe(blocks: &[Block]) {
    for (index, block) in blocks.iter().enumerate() {
        assert_eq!(block.number as usize, index);
        if let Err(why) = check(&block.html) {
            panic!("{why} in {:?}", block.html.chars().take(2_000).collect::<String>());
        }
    }
}

fn check(html: &str) -> Result<(), String> {
    if html.is_empty() {
        return Err("empty block".into());
    }
    if let Some(c) = html.chars().find(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    }) {
        return Err(format!("{c:?}"));
    }
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text(&rest[..at])?;
        let end = rest[at..].find('>').ok_or("tag without end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let in_maths = open.contains(&"math") || name == "math";
        if !(if in_maths { MATHS.contains(&name) } else { ELEMENTS.contains(&name) }) {
            return Err(format!("element {name:?}"));
        }
        if name == "a" && open.contains(&"a") {
            return Err("link in link".into());
        }
        check_attributes(name, attributes)?;
        if !matches!(name, "br" | "hr" | "input") {
            open.push(name);
        }
        if open.len() > 80 {
            return Err("nested too deep".into());
        }
    }
    text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("still open: {open:?}")) }
}

fn check_attributes(element: &str, attributes: &str) -> Result<(), String> {
    let mut rest = attributes;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").ok_or("attribute without value")?;
        let (value, after) = after.split_once('"').ok_or("value without end")?;
        if !attribute_allowed(element, name, value) {
            return Err(format!("{element} {name}={value:?}"));
        }
        rest = after.strip_prefix(' ').unwrap_or(after);
        if !after.is_empty() && rest == after {
            return Err("no space between attributes".into());
        }
    }
    if element == "input" && !attributes.contains("disabled") {
        return Err("checkbox that can be checked".into());
    }
    Ok(())
}

fn text(text: &str) -> Result<(), String> {
    if text.contains(['>', '"']) {
        return Err(format!("unescaped text {text:?}"));
    }
    for (at, _) in text.match_indices('&') {
        if !["&amp;", "&lt;", "&gt;", "&quot;"].iter().any(|entity| text[at..].starts_with(entity)) {
            return Err(format!("bare & in {text:?}"));
        }
    }
    Ok(())
}

#[test]
fn the_checker_sees_what_is_wrong() {
    for html in [
        "<script>a</script>",
        "<p>a",
        "<p>a</b></p>",
        r#"<a href="javascript:a" rel="noreferrer">a</a>"#,
        r#"<p style="a">a</p>"#,
        "<p>a > b</p>",
        "<p>a & b</p>",
        "<img>",
        r#"<p onclick="a">a</p>"#,
        r#"<input type="checkbox">"#,
        "<p>\u{202E}</p>",
        "<p>\0</p>",
    ] {
        assert!(check(html).is_err(), "{html}");
    }
    assert_eq!(check(r#"<p>a <a href="https://a.b" rel="noreferrer">b &amp; c</a></p>"#), Ok(()));
}
