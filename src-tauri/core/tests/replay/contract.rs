//! What a window is sent adds up to what a window would be shown afresh.
//!
//! For each recording the steps are written to `target/contract`, where the window's own tests apply them: both sides
//! then agree on what every patch means.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use outrider_core::feed::{Feed, Place, Source};
use outrider_core::model::{Event, Model, SessionId};
use outrider_core::protocol::{
    AutoAnswersStatus, Connection, Focus, InstanceStatus, InstanceView, ServerDetails, Snapshot,
};
use outrider_core::store::State;
use serde_json::{Value, json};

use crate::recording::{directory, events, names};

#[test]
fn snapshot_and_patches_add_up_at_every_prefix_of_a_recording() {
    let folder = contract_folder();
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    for prefix in ["golden-", "05-tool-", "06-permission-task", "07-error-stream", "04-"] {
        for name in names(prefix) {
            let steps = steps(&events(&name));
            assert!(steps.len() > 3, "{name} has next to no steps");
            let file = folder.join(format!("{name}.json"));
            std::fs::write(file, serde_json::to_vec(&json!({ "name": name, "steps": steps })).unwrap()).unwrap();
        }
    }
    let steps = crate::outgoing::steps();
    let contract = serde_json::to_vec(&json!({ "name": "outgoing", "steps": steps })).unwrap();
    std::fs::write(folder.join("outgoing.json"), contract).unwrap();
}

fn contract_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"));
    std::env::var_os("OUTRIDER_CONTRACT").map_or_else(|| target.join("contract"), PathBuf::from)
}

/// A window that looks at the first session from its first event on, and is slow: it acknowledges after every third
/// event, so that batches hold several.
fn steps(events: &[Event]) -> Vec<Value> {
    let Some(session) = events.iter().find_map(|event| match event {
        Event::Session(session) => Some(session.id.clone()),
        Event::Message(message) => Some(message.session.clone()),
        _ => None,
    }) else {
        return Vec::new();
    };
    let mut state = State::new(directory(events));
    let mut feed = feed_on(&session, 1);
    let mut steps = Vec::new();
    let mut sent = 0;
    for (index, event) in events.iter().enumerate() {
        let changes = state.apply(event.clone());
        feed.touch(&changes);
        if steps.is_empty() {
            if state.session(&session).is_none() {
                continue;
            }
            steps.push(json!({ "snapshot": look(&state, |source| feed.snapshot(source)) }));
        }
        if let Some(announcement) = look(&state, |source| feed.next(source)) {
            let revision = announcement.revision;
            sent = revision;
            let batch = announcement.batch.or_else(|| feed.fetch(revision)).expect("a batch can be had once");
            steps.push(json!({ "batch": batch, "expected": afresh(&state, &session, revision, Place::default()) }));
        }
        if index % 3 == 0 || index + 1 == events.len() {
            feed.acknowledge(sent);
        }
    }
    steps
}

pub fn feed_on(session: &SessionId, number: u64) -> Feed {
    Feed::new("i1".into(), number, Focus::Session { id: session.0.clone() }, Place::default())
}

/// What a window that looks now would be shown.
pub fn afresh(state: &State, session: &SessionId, revision: u64, place: Place) -> Snapshot {
    let focus = Focus::Session { id: session.0.clone() };
    let snapshot = look(state, |source| Feed::new("i1".into(), 1, focus, place).snapshot(source));
    Snapshot { revision, ..snapshot }
}

pub fn look<T>(state: &State, look: impl FnOnce(&Source<'_>) -> T) -> T {
    look_with(state, &[], look)
}

/// The same, where the server can ask these models.
pub fn look_with<T>(state: &State, models: &[Model], look: impl FnOnce(&Source<'_>) -> T) -> T {
    let waiting = state.permissions().count() + state.questions().count();
    let view = InstanceView {
        status: InstanceStatus::Ready,
        connection: Connection::Connected,
        tabs: state.sessions().map(|(id, _)| id.0.clone()).collect(),
        focus: Focus::Start,
        branch: None,
        waiting: u32::try_from(waiting).unwrap(),
        unseen: 0,
        server: ServerDetails::default(),
        notices: Vec::new(),
        auto_answers: AutoAnswersStatus::default(),
    };
    look(&Source { state, models, view: &view, unseen: &BTreeSet::new(), log: &|_| Vec::new() })
}
