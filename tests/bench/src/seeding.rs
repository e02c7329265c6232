//! What the app finds: the way it draws, and the long sessions that are opened.

use std::path::Path;

use outrider_testkit::LongSession;

use crate::stage::Stage;

pub const MESSAGES: usize = 3_000;
pub const TITLES: [&str; 4] = ["Long session A", "Long session B", "Long session C", "Long session D"];

/// Gives the server the sessions, before it runs.
pub fn seed(stage: &Stage, folder: &Path) -> Vec<LongSession> {
    let environment = stage.environment();
    let sessions: Vec<LongSession> = TITLES.iter().map(|title| LongSession::new(*title, MESSAGES)).collect();
    for session in &sessions {
        session.import(folder, &environment);
    }
    sessions
}

/// Lets the app draw as it does for a person: it turns this off itself where nothing is said.
pub fn as_shipped(stage: Stage) -> Stage {
    stage.variable("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
}
