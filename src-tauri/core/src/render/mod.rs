//! Text to what a window may show: Markdown to safe HTML blocks, terminal output to plain text.
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
mod verbatim;

#[cfg(test)]
mod tests;

pub use markdown::render;
pub use plain::{one_line, plain};
pub use stream::{Changes, Mark, Stream};
pub use verbatim::verbatim;
