mod checker;
mod colours;
mod cost;
mod highlight;
mod hostile;
mod markdown;
mod maths;
mod plain;
mod stream;
mod terminal;
mod words;

use std::sync::Arc;

use super::coloured::Lines;
use super::highlight::Highlighter;
use crate::protocol::Block;

/// Answers as models write them.
const CORPUS: [(&str, &str); 9] = [
    ("plan", include_str!("../../../tests/corpus/plan.md")),
    ("code", include_str!("../../../tests/corpus/code.md")),
    ("tables", include_str!("../../../tests/corpus/tables.md")),
    ("lists", include_str!("../../../tests/corpus/lists.md")),
    ("references", include_str!("../../../tests/corpus/references.md")),
    ("languages", include_str!("../../../tests/corpus/languages.md")),
    ("fences", include_str!("../../../tests/corpus/fences.md")),
    ("maths", include_str!("../../../tests/corpus/maths.md")),
    ("mixed", include_str!("../../../tests/corpus/mixed.md")),
];

/// Lines of code with their colours.
fn highlight(code: &str, language: &str) -> Vec<String> {
    let mut lines = Lines::default();
    if let Some(mut highlighter) = Highlighter::new(language) {
        highlighter.lines(code, &mut lines);
    }
    let plain = |line: &str| {
        let mut html = String::new();
        super::escape::code_into(&mut html, line);
        html
    };
    code.lines().enumerate().map(|(at, line)| lines.get(at).map_or_else(|| plain(line), str::to_owned)).collect()
}

/// The blocks of a text with all colours, made in one go.
fn coloured(text: &str) -> Vec<Block> {
    let mut rendered = super::html::blocks(&super::escape::normalise(text), 0);
    for code in &mut rendered.codes {
        let mut lines = Lines::default();
        if let Some(mut highlighter) = Highlighter::new(code.language()) {
            highlighter.lines(code.text(), &mut lines);
        }
        code.colour_with(Arc::new(lines));
    }
    let pieces = rendered.blocks.iter().flat_map(|block| &block.pieces);
    (0..).zip(pieces).map(|(number, piece)| Block { number, html: piece.html(&rendered.codes) }).collect()
}

/// The HTML of all blocks, one after the other.
fn html(text: &str) -> String {
    super::render(text).into_iter().map(|block| block.html).collect()
}

/// A code block's HTML around that of its code.
fn code_block(label: &str, language: &str, code: &str) -> String {
    let class = if language.is_empty() { String::new() } else { format!(" class=\"language-{language}\"") };
    format!(
        "<div class=\"code\"><div class=\"code-head\"><span class=\"code-language\">{label}</span>\
        <button type=\"button\" class=\"code-wrap\" aria-label=\"Wrap lines\" aria-pressed=\"false\">Wrap</button>\
        <button type=\"button\" class=\"code-copy\" aria-label=\"Copy code\">Copy</button></div>\
        <pre><code{class}>{code}</code></pre></div>"
    )
}
