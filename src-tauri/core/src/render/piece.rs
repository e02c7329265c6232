//! A block of HTML with places in it for code, which may change its colours.

use std::ops::Range;

use super::coloured::Code;

/// A block's HTML without the code in it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) shell: String,
    /// In their order.
    pub(super) slots: Vec<Slot>,
}

/// Where lines of code stand.
#[derive(Debug)]
pub(super) struct Slot {
    /// Before this byte of the shell.
    pub(super) at: usize,
    /// The number of the piece of code.
    pub(super) code: usize,
    /// The lines of it that stand here.
    pub(super) lines: Range<usize>,
}

impl Piece {
    pub(super) fn html(&self, codes: &[Code]) -> String {
        let mut html = String::with_capacity(self.shell.len());
        let mut at = 0;
        for slot in &self.slots {
            html.push_str(&self.shell[at..slot.at]);
            codes[slot.code].write(&mut html, slot.lines.clone());
            at = slot.at;
        }
        html.push_str(&self.shell[at..]);
        html
    }

    /// True when it shows one of these lines.
    pub(super) fn shows(&self, code: usize, lines: &Range<usize>) -> bool {
        self.slots.iter().any(|slot| slot.code == code && slot.lines.start < lines.end && lines.start < slot.lines.end)
    }
}
