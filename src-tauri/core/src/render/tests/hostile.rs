//! Text that was written to break out, to mislead, or to cost.

use std::time::{Duration, Instant};

use super::checker::assert_safe;
use super::{code_block, html};
use crate::render::{Stream, render};

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "a <script>alert(1)</script> b",
    "<img src=x onerror=alert(1)>",
    "a <img src=x onerror=alert(1)> b",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<p style=\"position:fixed\" onclick=alert(1)>a</p>",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "</code></pre></div><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "```\"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    "~~~ x\" onclick=\"alert(1)\ncode\n~~~",
    "```&quot;onclick=a\ncode\n```",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](<java\nscript:alert(1)>)",
    "[a](java\tscript:alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](&#106;avascript:alert(1))",
    "[a](&#x6A&#x61;vascript:alert(1))",
    "[a](java&Tab;script&colon;alert(1))",
    "[a](java&NewLine;script:alert(1))",
    "[a](<&#1;javascript:alert(1)>)",
    "[a](< javascript:alert(1)>)",
    "[a](javascript&#58;alert(1))",
    "[a](\\javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:msgbox(1))",
    "[a](file:///etc/passwd)",
    "[a](blob:https://a.b/c)",
    "[a](view-source:https://a.b)",
    "[a](tauri://localhost)",
    "[a](asset://localhost/x)",
    "[a](//evil.example)",
    "[a](/relative)",
    "[a](https:evil)",
    "[a](http:\\\\evil)",
    "[a](#fragment)",
    "[a]()",
    "<javascript:alert(1)>",
    "<data:text/html,a>",
    "[a][b]\n\n[b]: javascript:alert(1)",
    "[b]\n\n[b]: <java&#10;script:alert(1)> \"title\"",
    "![a](javascript:alert(1))",
    "![a](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[![a](https://a.b/c.png)](javascript:alert(1))",
    "https://a.b/\"onmouseover=alert(1)",
    "https://a.b/<script>alert(1)</script>",
    "javascript://https://a.b",
    "[a](https://a.b/\"onmouseover=\"alert(1))",
    "[a](https://a.b 'x\" onmouseover=\"alert(1)')",
    "[^\"><script>]: a\n\nb [^\"><script>]",
    "| a |\n| - |\n| <script>alert(1)</script> \\| </td> |",
    "# <script>alert(1)</script> {#id onclick=alert(1)}",
    "a\0b \u{1} \u{1b}[31m \u{7f} \u{9b} &#0; &#1; &#x9b;",
    "abc \u{202E}def\u{202C} \u{2066}x\u{2069} &#x202E; &rlm;",
    "`a\u{202E}b\u{200B}c\u{E0041}`",
    "```\nif (a\u{202E} /* \u{2066}) {\n```",
    "[\u{202E}a](https://a.b/\u{202E}c)",
    "- [ ] <input type=checkbox onchange=alert(1)>",
];

fn floods() -> Vec<(&'static str, String)> {
    let n = 10_000;
    let many = |piece: &str| piece.repeat(n);
    vec![
        ("quotes", many(">")),
        ("brackets", many("\\(")),
        ("brackets that close", many("\\(x\\) ")),
        ("brackets that do not", many("\\(x\\(")),
        ("brackets in braces", many("{\\(x\\) ")),
        ("quotes apart", many("> ") + "a"),
        ("quoted lines", (0..400).map(|depth| ">".repeat(depth) + " a\n").collect()),
        ("lists", many("- ") + "a"),
        ("nested lists", (0..400).map(|depth| "  ".repeat(depth) + "- a\n").collect()),
        ("numbered", many("1. ") + "a"),
        ("brackets", many("[")),
        ("closed brackets", many("[") + &many("]")),
        ("links", many("[a](")),
        ("nested links", many("[") + "a" + &many("](b)")),
        ("images", many("![")),
        ("nested images", many("![") + "a" + &many("](http://b)")),
        ("angles", many("<")),
        ("comments", many("<!--")),
        ("declarations", many("<!A ")),
        ("instructions", many("<?")),
        ("tags", many("<a ")),
        ("stars", many("*")),
        ("emphasis", many("*a ") + &many("b*")),
        ("mixed emphasis", many("*a _b **c __d ")),
        ("tildes", many("~~a ")),
        ("backticks", (1..400).map(|run| "`".repeat(run) + "a ").collect()),
        ("fences", many("```\n")),
        ("open fence", "```\n".to_owned() + &many("<b>&\u{202E}\n")),
        ("escapes", many("\\")),
        ("entities", many("&#x10FFFF;&amp")),
        ("combining", "a".to_owned() + &many("\u{301}")),
        ("bidi", many("\u{202E}\u{2066}")),
        ("one line", many("word ")),
        ("one word", many("0123456789")),
        ("addresses", many("http://-")),
        ("address", "http://a".to_owned() + &many(")http://(")),
        ("definitions", many("[a]: http://b\n")),
        ("references", "[a]: http://".to_owned() + &many("b") + "\n\n" + &many("[a] ")),
        ("footnotes", many("[^a]") + "\n\n[^a]: b"),
        ("footnote definitions", (0..n).map(|i| format!("[^{i}]: a\n")).collect::<Vec<_>>().concat()),
        ("table", format!("|{}\n|{}\n{}", "a|".repeat(1000), "-|".repeat(1000), "|\n".repeat(n))),
        ("cells", "|a|\n|-|\n".to_owned() + &many("|a")),
        ("setext", many("a\n=\n")),
        ("paragraphs", many("a\n\n")),
    ]
}

#[test]
fn hostile_text_is_inert_at_every_step() {
    for text in HOSTILE {
        assert_safe(&render(text));
        for nested in
            [format!("> - {text}\n"), format!("| a |\n| - |\n| {text} |"), format!("*[x **{text}** y](http://a)*")]
        {
            assert_safe(&render(&nested));
        }
        let mut stream = Stream::new();
        for c in text.chars() {
            stream.push(c.encode_utf8(&mut [0; 4]));
            assert_safe(stream.blocks());
        }
        stream.finish();
        assert_eq!(stream.blocks(), render(text));
    }
}

#[test]
fn refused_targets_leave_their_text() {
    for target in [
        "javascript:a",
        "JAVASCRIPT:a",
        "&#106;avascript:a",
        "data:text/html,a",
        "vbscript:a",
        "file:///a",
        "//a",
        "a.md",
        "http:a",
        "tauri://localhost",
        "java&Tab;script:a",
        "&#1;https://a",
        "ht&#10;tp://a",
    ] {
        assert_eq!(html(&format!("[text]({target})")), r#"<p><span class="unlinked">text</span></p>"#, "{target}");
    }
    assert_eq!(html("[a][b]\n\n[b]: javascript:alert(1)"), r#"<p><span class="unlinked">a</span></p>"#);
    assert_eq!(html("![pixel](data:image/gif,a)"), r#"<p><span class="image">pixel</span></p>"#);
}

#[test]
fn raw_html_is_shown_as_text() {
    assert_eq!(html("a <b onclick=x>c</b>"), "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>");
    assert_eq!(html("<div>\n*a*\n</div>"), "<p class=\"raw-html\">&lt;div&gt;\n*a*\n&lt;/div&gt;</p>");
}

#[test]
fn characters_that_mislead_are_shown() {
    let control = |code: &str| format!(r#"<span class="control">U+{code}</span>"#);
    assert_eq!(html("a\u{202E}b"), format!("<p>a{}b</p>", control("202E")));
    assert_eq!(html("a &#x2066; b"), format!("<p>a {} b</p>", control("2066")));
    assert_eq!(html("`a\u{200B}b`"), format!("<p><code>a{}b</code></p>", control("200B")));
    assert_eq!(html("```\na\u{202E}b\n```"), code_block("", "", &format!("a{}b\n", control("202E"))));
    assert_eq!(html("a\0b\u{1b}c &#7;"), "<p>a\u{FFFD}b\u{FFFD}c \u{FFFD}</p>");
    assert_eq!(html("👩\u{200D}🚀 שלום\u{200F}"), "<p>👩\u{200D}🚀 שלום\u{200F}</p>");
}

/// The limit is some hundred times what each takes, and far below what quadratic cost would be: it is a guard against
/// hanging, not a measurement.
#[test]
fn floods_are_safe_small_and_end() {
    for (name, text) in floods() {
        let began = Instant::now();
        let blocks = render(&text);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(8), "{name} took {took:?}");
        assert_safe(&blocks);
        let length: usize = blocks.iter().map(|block| block.html.len()).sum();
        assert!(length < 60 * text.len() + 4_000_000, "{name}: {} bytes became {length}", text.len());
    }
}
