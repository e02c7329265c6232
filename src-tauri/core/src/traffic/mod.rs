//! What came over an instance's event stream, for people to look at: the newest events, counters, and recordings.
//!
//! Pure but for the lock around it and the file that a recording is written to. The connection records each event as it
//! comes; windows ask for pages. Nothing is sent to a window that does not ask.

mod blank;
mod counters;
mod entry;
mod page;
mod pretty;
mod recorder;
mod recording;
mod stays;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::Event;
use crate::opencode::Received;
use crate::protocol::{EventDetail, EventPage, EventQuery, Problem, SavedRecording};

pub use blank::blank;
pub use recorder::{BYTES, EVENTS, HEAD, Recorder, WHOLE};

/// The recorder of one instance, which the connection fills while windows look.
#[derive(Default)]
pub struct Traffic(Mutex<Recorder>);

impl Traffic {
    /// Keeps an event that came at this time, in milliseconds since the Unix epoch, and gives its meaning back.
    pub fn record(&self, at: i64, received: Received) -> Event {
        self.recorder().record(at, received)
    }

    /// The stream was opened.
    pub fn opened(&self) {
        self.recorder().counters.opened();
    }

    /// The state was read from the server.
    pub fn synced(&self) {
        self.recorder().counters.synced();
    }

    /// A stretch of the list as this window sees it.
    pub fn page(&self, now: i64, window: &str, query: &EventQuery) -> EventPage {
        self.recorder().page(now, window, query)
    }

    /// One event; none when it is no longer kept.
    pub fn detail(&self, window: &str, number: u64) -> Option<EventDetail> {
        let entry = self.recorder().entry(window, number)?;
        Some(entry.detail())
    }

    /// The window no longer looks at the list.
    pub fn leave(&self, window: &str) {
        self.recorder().resume(window);
    }

    /// Writes what is kept, or what this window's paused list holds, to a file. Blocks while it does.
    ///
    /// Without `text`, everything that people, models or tools wrote is blanked: see [`blank`].
    ///
    /// # Errors
    /// The file cannot be written (`recording_not_saved`).
    pub fn save(&self, window: &str, path: &Path, text: bool) -> Result<SavedRecording, Problem> {
        // Only the list of events is copied here; the work is done without the lock.
        let (entries, earlier) = self.recorder().list(window);
        recording::save(path, &entries, earlier, text)
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers")]
mod tests;
