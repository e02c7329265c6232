//! Text to what a window may show: Markdown to safe HTML blocks, terminal output to plain text or
//! to lines with colours, changed lines with their words marked.
//!
//! Code is plain at first, always. A [`Stream`] gives [`Job`]s for what it has of it, whoever owns the stream has them done
//! beside its task ([`paint`]), and the answers colour the lines. [`Colours`] do the same for texts of files, and keep what
//! was coloured.
//!
//! HTML is made here and nowhere else. It is built from a fixed set of elements and attributes, and everything that
//! comes from a model or a tool is escaped on its way in; nothing is cleaned afterwards.

mod brackets;
mod code;
mod coloured;
mod colours;
mod escape;
mod fence;
mod highlight;
mod html;
mod link;
mod markdown;
mod marks;
mod mathml;
mod maths;
mod painter;
mod piece;
mod plain;
mod stream;
mod terminal;
mod terminal_style;
mod verbatim;
mod words;
mod words_of;

#[cfg(test)]
mod tests;

pub use coloured::{Answer, Job};
pub use colours::{ColouredText, Colours, Found};
pub use highlight::language_of;
pub use markdown::render;
pub use marks::coloured_line;
pub use painter::paint;
pub use plain::{one_line, plain};
pub use stream::{Changes, Mark, Stream};
pub use terminal::{line_count, terminal};
pub use verbatim::verbatim;
pub use words::{code_line, marked_line, word_changes};
pub use words_of::{BOUNDARY, words_of};
