//! Text to what a window may show: Markdown to safe HTML blocks, terminal output to plain text or
//! to lines with colours, changed lines with their words marked.
//!
//! HTML is made here and nowhere else. It is built from a fixed set of elements and attributes, and everything that
//! comes from a model or a tool is escaped on its way in; nothing is cleaned afterwards.

mod code;
mod escape;
mod html;
mod link;
mod markdown;
mod plain;
mod stream;
mod terminal;
mod terminal_style;
mod verbatim;
mod words;

#[cfg(test)]
mod tests;

pub use markdown::render;
pub use plain::{one_line, plain};
pub use stream::{Changes, Mark, Stream};
pub use terminal::{line_count, terminal};
pub use verbatim::verbatim;
pub use words::{code_line, marked_line, word_changes};
