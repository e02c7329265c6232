//! What a window looks at: a snapshot, then patches.
//!
//! A [`Feed`] belongs to one window and one instance. It holds what the window has been sent, collects what was touched
//! since, and makes the next batch only when the window has acknowledged the one before: under load batches grow, and
//! the lag does not. Pure, as the store is; [`crate::instance`] owns it and tells it when to look.

mod attached;
mod blocks;
mod colouring;
mod credit;
mod find;
mod finding;
mod heads;
mod height;
mod instance_feed;
mod markdown;
mod overview;
mod parts;
mod pending;
mod place;
mod problems;
mod requests;
mod rows;
mod tools;
mod transcript;
mod waiting;

pub use attached::{address as picture_address, picture};
pub use find::{FindAnswer, FindJob, FindStep};
pub use instance_feed::{Feed, Source};
pub use pending::Pending;
pub use place::Place;
pub use problems::problem_of;
pub use requests::{asked_near, permission_rows, permission_text, permission_title};
pub use rows::title_of;
