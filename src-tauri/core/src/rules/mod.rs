//! Rules by which requests for permission are answered without the person: for each folder, off until switched on.
//!
//! [`Book`] holds them and [`decide`] says what they answer; both are pure. [`Keeper`] writes. [`crate::instance`] owns
//! them and gives the answers.

mod book;
mod decision;
mod keeper;
mod pattern;

pub use book::{Book, KeptRule, MOST_RULES};
pub use decision::{Decision, decide};
pub use keeper::{Keeper, open};
pub use pattern::covers;

/// The rules of one folder, and what keeps them.
#[derive(Debug)]
pub struct Rules {
    /// What they say.
    pub book: Book,
    /// What writes them.
    pub keeper: Keeper,
}
