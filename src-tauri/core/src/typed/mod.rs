//! What a person typed in a folder: drafts, and the outbox of prompts that the server is not known to have. Both are kept
//! on disk in one file for each folder, so that a text goes from one to the other at once or not at all.
//!
//! [`Outbox`] and [`Drafts`] are pure; [`Keeper`] writes. [`crate::instance`] owns them and does what the outbox asks for.

mod drafts;
mod keeper;
mod outbox;
mod text;

pub use drafts::{Draft, Drafts};
pub use keeper::{Keeper, Kept, Saved, Shelf};
pub use outbox::{Action, Lane, NoAnswer, Outbox, Prompt, Shown, Trouble};

/// The longest text that is kept or sent, in bytes. A prompt of 5 MB was seen to work (opencode 1.18.33).
pub const LONGEST_TEXT: usize = 5_000_000;

/// What was typed in one folder.
#[derive(Debug)]
pub struct Typed {
    /// Texts that were not sent.
    pub drafts: Drafts,
    /// Prompts on their way.
    pub outbox: Outbox,
    keeper: Keeper,
}

impl Typed {
    /// Takes over what was kept.
    pub fn new(kept: Kept, keeper: Keeper) -> Self {
        Self { drafts: Drafts::new(kept.drafts), outbox: Outbox::new(kept.outbox), keeper }
    }

    /// Writes all of it to disk, beside the caller; the answer says when it is there.
    pub fn save(&self) -> Saved {
        self.keeper.save(self.drafts.to_kept(), self.outbox.to_kept())
    }
}
