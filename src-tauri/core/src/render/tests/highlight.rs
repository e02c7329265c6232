use proptest::prelude::*;

use super::checker::assert_safe;
use super::highlight;
use crate::protocol::Block;
use crate::render::highlight::{is_known, language_of};

/// What a line shows: without spans, entities resolved.
fn shown(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        rest = tag.split_once('>').unwrap().1;
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn assert_lines_safe(lines: &[String]) {
    for html in lines.iter().filter(|html| !html.is_empty()) {
        assert_safe(&[Block { number: 0, html: html.clone() }]);
    }
}

#[test]
fn code_gets_our_own_classes() {
    let span = |class: &str, text: &str| format!(r#"<span class="c-{class}">{text}</span>"#);
    let cases = [
        ("rust", "pub fn a() { 1 } // b", {
            let (kept, name) = (span("keyword", "pub fn"), span("function", "a"));
            format!("{kept} {name}() {{ {} }} {}", span("number", "1"), span("comment", "// b"))
        }),
        ("json", r#"{"a": "<b>"}"#, {
            let (key, value) = (span("attribute", "&quot;a&quot;"), span("string", "&quot;&lt;b&gt;&quot;"));
            format!("{{{key}: {value}}}")
        }),
        ("diff", "-a", span("deleted", "-a")),
        ("diff", "+a", span("inserted", "+a")),
        ("yaml", "a: 1", format!("{}: {}", span("tag", "a"), span("number", "1"))),
        ("sh", "echo $A", format!("{} ${}", span("function", "echo"), span("variable", "A"))),
        ("md", "# a", span("heading", "# a")),
        ("nothing", "<a>", "&lt;a&gt;".into()),
        ("", "fn a() {}", "fn a() {}".into()),
    ];
    for (language, code, expected) in cases {
        assert_eq!(highlight(code, language), [expected], "{language}");
    }
}

#[test]
fn a_piece_that_spans_lines_is_whole_on_each() {
    let comment = |text: &str| format!(r#"<span class="c-comment">{text}</span>"#);
    assert_eq!(highlight("/* a\nb */\nc", "c"), [comment("/* a"), comment("b */"), "c".into()]);
}

#[test]
fn languages_are_found_by_their_usual_words() {
    for word in [
        "ts",
        "tsx",
        "jsx",
        "js",
        "typescript",
        "javascript",
        "py",
        "python",
        "rs",
        "rust",
        "go",
        "golang",
        "java",
        "kt",
        "kotlin",
        "swift",
        "c",
        "cpp",
        "c++",
        "cs",
        "c#",
        "csharp",
        "rb",
        "ruby",
        "php",
        "sh",
        "bash",
        "zsh",
        "shell",
        "console",
        "fish",
        "powershell",
        "ps1",
        "sql",
        "html",
        "css",
        "scss",
        "less",
        "json",
        "jsonc",
        "yaml",
        "yml",
        "toml",
        "xml",
        "md",
        "markdown",
        "diff",
        "patch",
        "dockerfile",
        "docker",
        "makefile",
        "make",
        "cmake",
        "nix",
        "lua",
        "zig",
        "elixir",
        "ex",
        "erlang",
        "haskell",
        "hs",
        "scala",
        "clojure",
        "r",
        "julia",
        "dart",
        "vue",
        "svelte",
        "graphql",
        "proto",
        "terraform",
        "hcl",
        "ini",
        "nginx",
        "vim",
        "Rust",
        "JSON",
        "perl",
        "objc",
        "protobuf",
    ] {
        assert!(is_known(word), "{word}");
    }
    for (path, word) in [
        ("/a/b/Dockerfile", "Dockerfile"),
        ("src/main.rs", "rs"),
        ("Makefile", "Makefile"),
        ("a.d.ts", "ts"),
        ("LICENSE", ""),
        ("", ""),
    ] {
        assert_eq!(language_of(path), word, "{path}");
    }
}

#[test]
fn what_is_too_long_is_plain() {
    let long = format!("let a = \"{}\";", "b ".repeat(200));
    assert!(!highlight(&long, "rust")[0].contains("<span"));
    let word = format!("let {} = 1;", "a-".repeat(60));
    assert!(!highlight(&word, "less")[0].contains("<span"));
    // What follows goes on from the line before.
    assert!(highlight(&format!("/*\n{long}\n*/"), "c")[2].contains("c-comment"));
    let many = highlight(&"let a = 1;\n".repeat(30_000), "rust");
    assert!(many[0].contains("<span") && !many[29_999].contains("<span"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn highlighting_changes_no_character(
        language in prop::sample::select(vec!["rust", "tsx", "md", "sh", "html", "less", "tex", "php", "yaml", "diff"]),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", " ", "\n", "\"", "'", "`", "/*", "*/", "//", "#", "<a b=\"", ">", "</a>", "{", "}", "${", "(", ")", "fn ",
            "const ", "0x1f", "é", "😀", "\t", "\\", "```\n", "<?php ", "<style>", "<script>", "&lt;", "+", "-", "@@",
        ]), 0..40),
    ) {
        let code = pieces.concat();
        let lines = highlight(&code, language);
        assert_lines_safe(&lines);
        let shown: Vec<String> = lines.iter().map(|line| shown(line)).collect();
        prop_assert_eq!(shown, code.lines().collect::<Vec<_>>());
    }
}
