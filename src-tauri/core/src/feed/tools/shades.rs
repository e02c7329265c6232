//! The colours of code in sections, as far as they are here.

use std::cell::Cell;

use crate::protocol::Block;
use crate::render::{ColouredText, Colours, Found, Stream};

/// Looks up colours, and remembers whether some come later.
pub(in crate::feed) struct Shades<'a> {
    colours: &'a Colours,
    lacking: Cell<bool>,
}

impl<'a> Shades<'a> {
    pub(in crate::feed) fn new(colours: &'a Colours) -> Self {
        Self { colours, lacking: Cell::new(false) }
    }

    pub(super) fn of(&self, language: &str, text: &str) -> Option<ColouredText> {
        match self.colours.of(language, text) {
            Found::Here(text) => Some(text),
            Found::Wanted => {
                self.lacking.set(true);
                None
            }
            Found::Never => None,
        }
    }

    /// Markdown, whose code gets its colours too.
    pub(super) fn prose(&self, text: &str) -> Vec<Block> {
        let mut stream = Stream::with(self.colours.clone());
        stream.replace(text);
        stream.finish();
        let blocks = stream.blocks().to_vec();
        if stream.want() {
            self.lacking.set(true);
        }
        blocks
    }

    /// True when something was looked up whose colours come later.
    pub(in crate::feed) fn is_lacking(&self) -> bool {
        self.lacking.get()
    }
}
