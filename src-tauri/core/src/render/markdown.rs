//! Whole texts.

use super::{escape, html};
use crate::protocol::Block;

/// Renders Markdown: `CommonMark` with tables, task lists, strikethrough, footnotes, bare web addresses, and
/// formulas between dollar signs or brackets with backslashes.
///
/// Code is plain: its colours come with a [`super::Stream`].
///
/// Each top-level block is one [`Block`], numbered from 0; a long code block is several, of which those after the first
/// have the class `continued`. The HTML of each is complete in itself. It is safe for any text: raw HTML is shown as text,
/// links lead to `http`, `https` and `mailto` only, images are links and are never loaded, and characters that reorder
/// others are shown by their code.
pub fn render(text: &str) -> Vec<Block> {
    let rendered = html::blocks(&escape::normalise(text), 0);
    let pieces = rendered.blocks.iter().flat_map(|block| &block.pieces);
    (0..).zip(pieces).map(|(number, piece)| Block { number, html: piece.html(&rendered.codes) }).collect()
}
