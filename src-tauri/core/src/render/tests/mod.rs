mod checker;
mod cost;
mod hostile;
mod markdown;
mod plain;
mod stream;
mod terminal;
mod words;

/// Answers as models write them.
const CORPUS: [(&str, &str); 7] = [
    ("plan", include_str!("../../../tests/corpus/plan.md")),
    ("code", include_str!("../../../tests/corpus/code.md")),
    ("tables", include_str!("../../../tests/corpus/tables.md")),
    ("lists", include_str!("../../../tests/corpus/lists.md")),
    ("references", include_str!("../../../tests/corpus/references.md")),
    ("languages", include_str!("../../../tests/corpus/languages.md")),
    ("mixed", include_str!("../../../tests/corpus/mixed.md")),
];

/// The HTML of all blocks, one after the other.
fn html(text: &str) -> String {
    super::render(text).into_iter().map(|block| block.html).collect()
}
