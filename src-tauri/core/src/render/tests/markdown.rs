use super::checker::assert_safe;
use super::{CORPUS, code_block, html};
use crate::render::code::PART_BYTES;
use crate::render::render;

#[test]
fn each_top_level_block_is_a_block() {
    let blocks = render("# a\n\nb *c*\n\n- d\n- e\n\n---\n\n```rust\nf\n```\n");
    let html: Vec<_> = blocks.iter().map(|block| block.html.as_str()).collect();
    assert_eq!(
        html,
        [
            "<h1>a</h1>",
            "<p>b <em>c</em></p>",
            "<ul><li>d</li><li>e</li></ul>",
            "<hr>",
            code_block("Rust", "rust", "f\n").as_str(),
        ]
    );
    assert!(render("").is_empty());
    assert!(render(" \n\n").is_empty());
}

#[test]
fn extensions() {
    assert_eq!(html("~~a~~"), "<p><del>a</del></p>");
    assert_eq!(
        html("- [x] a\n- [ ] b"),
        "<ul><li><input type=\"checkbox\" disabled=\"\" checked=\"\"> a</li><li><input type=\"checkbox\" disabled=\"\"> b</li></ul>"
    );
    assert_eq!(
        html("| a | b |\n|---|--:|\n| c | d |"),
        "<div class=\"table-scroll\"><table><thead><tr><th>a</th><th class=\"align-right\">b</th></tr></thead><tbody><tr><td>c</td><td class=\"align-right\">d</td></tr></tbody></table></div>"
    );
    assert_eq!(
        html("a[^n]\n\n[^n]: b"),
        "<p>a<sup class=\"footnote-reference\">n</sup></p><div class=\"footnote\"><sup>n</sup> <p>b</p></div>"
    );
    assert_eq!(html("3. a"), "<ol start=\"3\"><li>a</li></ol>");
}

#[test]
fn links() {
    let link = |href: &str, text: &str| format!(r#"<a href="{href}" rel="noreferrer">{text}</a>"#);
    assert_eq!(html("[a](HTTPS://b.c/?d=e&f 'title')"), format!("<p>{}</p>", link("HTTPS://b.c/?d=e&amp;f", "a")));
    assert_eq!(html("<me@b.c>"), format!("<p>{}</p>", link("mailto:me@b.c", "me@b.c")));
    assert_eq!(html("[a](<http://b/c d\"'é>)"), format!("<p>{}</p>", link("http://b/c%20d%22%27%C3%A9", "a")));
    assert_eq!(
        html("See https://a.b/c_d_e(f)?g=1&h, (http://i.j/k). xhttp://no http:// no `https://no`"),
        format!(
            "<p>See {}, ({}). xhttp://no http:// no <code>https://no</code></p>",
            link("https://a.b/c_d_e(f)?g=1&amp;h", "https://a.b/c_d_e(f)?g=1&amp;h"),
            link("http://i.j/k", "http://i.j/k"),
        )
    );
    assert_eq!(html("[see https://a.b](https://c.d)"), format!("<p>{}</p>", link("https://c.d", "see https://a.b")));
}

#[test]
fn images_are_links() {
    assert_eq!(
        html("![a *b*](https://c.d/e.png)"),
        "<p><a class=\"image\" href=\"https://c.d/e.png\" rel=\"noreferrer\">a <em>b</em></a></p>"
    );
    assert_eq!(
        html("![](https://c.d/e.png)"),
        "<p><a class=\"image\" href=\"https://c.d/e.png\" rel=\"noreferrer\">image</a></p>"
    );
    assert_eq!(
        html("[![a](https://b.c/d.png)](https://e.f)"),
        "<p><a href=\"https://e.f\" rel=\"noreferrer\"><span class=\"image\">a</span></a></p>"
    );
}

#[test]
fn language_is_one_safe_word() {
    for (info, label, language) in [
        ("c++", "C++", "c++"),
        ("rust,ignore", "Rust", "rust"),
        ("  ts title=\"a\"", "TypeScript", "ts"),
        ("x\"onclick=a", "x", "x"),
        ("{.python}", "", ""),
        ("", "", ""),
    ] {
        assert_eq!(html(&format!("```{info}\na\n```")), code_block(label, language, "a\n"), "{info}");
    }
}

#[test]
fn line_ends_are_one() {
    assert_eq!(html("a\r\nb\rc\n\n```\r\nd\r\n```"), "<p>a\nb\nc</p>".to_owned() + &code_block("", "", "d\n"));
}

#[test]
fn long_code_goes_on_in_further_blocks() {
    let line = "let a = 1;\n";
    let lines = 2 * PART_BYTES / line.len();
    let blocks = render(&format!("```rust\n{}```\n", line.repeat(lines)));
    assert_eq!(blocks.len(), 2);
    assert!(blocks[1].html.starts_with("<pre class=\"continued\"><code class=\"language-rust\">let a"));
    let shown: usize = blocks.iter().map(|block| block.html.matches("let a = 1;\n").count()).sum();
    assert_eq!(shown, lines);
}

#[test]
fn corpus_is_safe_and_uses_every_element() {
    let mut all = String::new();
    for (_, text) in CORPUS {
        assert_safe(&render(text));
        all += &html(text);
    }
    for element in [
        "h1",
        "h2",
        "h3",
        "ul",
        "ol",
        "table",
        "pre",
        "code",
        "blockquote",
        "a ",
        "input",
        "sup",
        "del",
        "em",
        "strong",
        "hr",
    ] {
        assert!(all.contains(&format!("<{element}")), "{element}");
    }
}
