//! What windows ask about an instance's event stream. The recorder is shared with the connection, so that a look at it
//! does not wait for the instance's task, however busy that is.

use std::path::PathBuf;
use std::sync::Arc;

use crate::protocol::{EventDetail, EventPage, EventQuery, Problem, SavedRecording};

use super::clock::now_ms;
use super::handle::{InstanceHandle, closed};

impl InstanceHandle {
    /// A stretch of the events that came, as this window wants to see them.
    pub fn events(&self, window: &str, query: &EventQuery) -> EventPage {
        self.traffic.page(now_ms(), window, query)
    }

    /// One event with its data; none when it is no longer kept.
    pub fn event(&self, window: &str, number: u64) -> Option<EventDetail> {
        self.traffic.detail(window, number)
    }

    /// Writes the events that are kept, or those of the window's paused list, to a file that tests can replay. Without
    /// `text` everything is blanked that people, models and tools wrote.
    pub async fn save_recording(&self, window: &str, path: PathBuf, text: bool) -> Result<SavedRecording, Problem> {
        let (traffic, window) = (Arc::clone(&self.traffic), window.to_owned());
        let saved = tokio::task::spawn_blocking(move || traffic.save(&window, &path, text)).await;
        saved.unwrap_or_else(|_| Err(closed()))
    }
}
