//! Whole texts.

use super::{escape, html};
use crate::protocol::Block;

/// Renders Markdown: `CommonMark` with tables, task lists, strikethrough, footnotes and bare web addresses.
///
/// Each top-level block is one [`Block`], numbered from 0; a long code block is several, of which those after the first
/// have the class `continued`. The HTML of each is complete in itself. It is safe for any text: raw HTML is shown as text,
/// links lead to `http`, `https` and `mailto` only, images are links and are never loaded, and characters that reorder
/// others are shown by their code.
pub fn render(text: &str) -> Vec<Block> {
    numbered(render_normalised(&escape::normalise(text)))
}

pub(super) fn render_normalised(text: &str) -> Vec<String> {
    html::blocks(text).into_iter().flat_map(|rendered| rendered.html).collect()
}

fn numbered(html: Vec<String>) -> Vec<Block> {
    (0..).zip(html).map(|(number, html)| Block { number, html }).collect()
}
