use std::path::{Path, PathBuf};

use outrider_core::model::{Event, Message, MessagePage, Part, PartKind, Session, SessionId, Snapshot};
use outrider_core::opencode::{translate_event, wire};
use outrider_core::store::State;
use serde_json::Value;

/// The folder that the golden recordings were made in.
pub const DIRECTORY: &str = "/home/dev/code/golden";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// The names of all recordings that begin so, without their ending.
pub fn names(prefix: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let streams = files.filter_map(|file| file.strip_suffix(".sse").map(str::to_owned));
    let mut names: Vec<_> = streams.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    assert!(!names.is_empty(), "no recordings named {prefix}*");
    names
}

/// The events of a recorded stream, in order.
pub fn events(name: &str) -> Vec<Event> {
    events_in(&folder().join(format!("{name}.sse")))
}

/// The events of a recording in this file, in order.
pub fn events_in(file: &Path) -> Vec<Event> {
    data_in(file).iter().map(|data| translate_event(data)).collect()
}

/// The data of the events of a recorded stream, in order, as the server sent them.
pub fn raw_events(name: &str) -> Vec<String> {
    data_in(&folder().join(format!("{name}.sse")))
}

fn data_in(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
}

/// The folder in which a stream was recorded.
pub fn directory(events: &[Event]) -> String {
    let mut sessions = events.iter().filter_map(|event| match event {
        Event::Session(session) => Some(session.directory.clone()),
        _ => None,
    });
    sessions.next().unwrap_or_else(|| DIRECTORY.to_owned())
}

/// The state after these events.
pub fn replayed(events: &[Event]) -> State {
    let mut state = State::new(directory(events));
    for event in events {
        state.apply(event.clone());
    }
    state
}

/// What the server answered at the end.
pub struct Final {
    pub sessions: Vec<Session>,
    pub pages: Vec<MessagePage>,
}

impl Final {
    pub fn of(name: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{name}.http.json"))).unwrap();
        let log: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut this = Self { sessions: Vec::new(), pages: Vec::new() };
        for entry in log.iter().filter(|entry| entry["note"].as_str().is_some_and(|note| note.starts_with("FINAL"))) {
            let path = entry["request"]["path"].as_str().unwrap();
            let body = entry["response"]["body"].clone();
            match *path.trim_start_matches('/').split('/').collect::<Vec<_>>() {
                ["session", "status"] => assert_eq!(body, serde_json::json!({}), "the recording ends idle"),
                ["session", _] => this.sessions.push(wire::session(body).unwrap()),
                ["session", id, "message"] => {
                    let messages = serde_json::from_value(body).unwrap();
                    this.pages.push(wire::message_page(SessionId::from(id), messages, None, None, 0));
                }
                _ => {}
            }
        }
        this
    }

    /// The same as an answer to a resync.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { sessions: self.sessions.clone(), messages: self.pages.clone(), ..Snapshot::default() }
    }
}

/// Asserts that the state holds what the server says, field by field. The open text of attempts that failed is ours
/// alone: the server never stored it.
pub fn assert_equals_server(name: &str, state: &State, server: &Final) {
    for session in &server.sessions {
        let entry = state.session(&session.id).unwrap_or_else(|| panic!("{name}: {} is missing", session.id));
        assert_eq!(entry.info(), Some(session), "{name}: session");
        assert!(!entry.status().is_running(), "{name}: busy for ever");
    }
    for page in &server.pages {
        let entry = state.session(&page.session).unwrap();
        let here: Vec<(Message, Vec<Part>)> = entry
            .transcript()
            .messages()
            .map(|(head, entry)| (head.clone(), entry.parts().filter_map(|(_, part)| part.part().cloned()).collect()))
            .collect();
        let ids =
            |messages: &[(Message, Vec<Part>)]| messages.iter().map(|(head, _)| head.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&here), ids(&page.messages), "{name}: messages");
        for ((head, parts), (server_head, server_parts)) in here.iter().zip(&page.messages) {
            assert_eq!(head, server_head, "{name}: message");
            assert_eq!(parts.len(), server_parts.len(), "{name}: parts of {}", head.id);
            for (part, server_part) in parts.iter().zip(server_parts) {
                assert_eq!(&without_local(part, server_part), server_part, "{name}: part");
            }
        }
    }
    assert_eq!(state.permissions().count() + state.questions().count(), 0, "{name}: requests");
}

/// The part without what only we can know: the text of a part that never ended.
fn without_local(part: &Part, server: &Part) -> Part {
    let mut part = part.clone();
    if let (PartKind::Text(prose) | PartKind::Reasoning(prose), PartKind::Text(server) | PartKind::Reasoning(server)) =
        (&mut part.kind, &server.kind)
        && server.is_open()
        && prose.is_open()
        && server.text.is_empty()
    {
        prose.text.clear();
        prose.gapped = false;
    }
    part
}
