use crate::model::{Event, Part, PartKind, SessionId};
use crate::opencode::Received;
use crate::protocol::{EventDetail, EventRow};

use super::pretty::pretty;
use super::recorder::{HEAD, WHOLE};

/// The most characters of a type or a session's id that are kept: both come from the server.
const NAME: usize = 120;

/// The most bytes of one event's JSON that a window is shown.
const SHOWN: usize = 256 << 10;

/// One recorded event.
#[derive(Debug)]
pub struct Entry {
    pub(super) number: u64,
    pub(super) at: i64,
    pub(super) name: Box<str>,
    pub(super) session: Option<Box<str>>,
    /// Bytes of JSON, before anything was cut.
    pub(super) size: usize,
    /// The JSON, or the beginning of one that is too large.
    pub(super) json: Box<str>,
    /// Why it is unknown.
    pub(super) unknown: Option<Box<str>>,
}

impl Entry {
    /// The entry of an event, whose meaning is given back.
    pub(super) fn new(number: u64, at: i64, received: Received) -> (Self, Event) {
        let Received { name, event, mut json } = received;
        let size = json.len();
        let session = match session_of(&event) {
            Some(session) => Some(session.0.as_str()),
            None => matches!(event, Event::Ignored | Event::Unknown { .. }).then(|| scan_session(&json)).flatten(),
        };
        let session = session.map(|session| short(session).into());
        if size > WHOLE {
            json.truncate(json.floor_char_boundary(HEAD));
        }
        let unknown = reason(&event).map(String::into_boxed_str);
        let name = short(&name).into();
        (Self { number, at, name, session, size, json: json.into_boxed_str(), unknown }, event)
    }

    /// False when only its beginning is kept.
    pub(super) fn is_whole(&self) -> bool {
        self.json.len() == self.size
    }

    /// How much memory it takes.
    pub(super) fn weight(&self) -> usize {
        let texts = [Some(&self.json), Some(&self.name), self.session.as_ref(), self.unknown.as_ref()];
        size_of::<Self>() + texts.into_iter().flatten().map(|text| text.len()).sum::<usize>()
    }

    pub(super) fn row(&self) -> EventRow {
        EventRow {
            number: self.number,
            at: self.at,
            name: self.name.to_string(),
            session: self.session.as_deref().map(str::to_owned),
            size: self.size as u64,
            unknown: self.unknown.is_some(),
        }
    }

    pub(super) fn detail(&self) -> EventDetail {
        let readable = !self.name.is_empty() || serde_json::from_str::<serde::de::IgnoredAny>(&self.json).is_ok();
        let (json, shown) = if readable {
            pretty(&self.json, SHOWN)
        } else {
            let shown = self.json.floor_char_boundary(SHOWN);
            (self.json[..shown].to_owned(), shown)
        };
        EventDetail { row: self.row(), json, shown: shown as u64, reason: self.unknown.as_deref().map(str::to_owned) }
    }
}

fn short(text: &str) -> &str {
    text.char_indices().nth(NAME).map_or(text, |(end, _)| &text[..end])
}

fn reason(event: &Event) -> Option<String> {
    match event {
        Event::Unknown { reason: Some(reason), .. } => Some(format!("It could not be read: {reason}.")),
        Event::Unknown { reason: None, .. } => Some("This version does not know events of this type.".to_owned()),
        Event::Part(Part { kind: PartKind::Unknown { kind, .. }, .. }) => {
            Some(format!("This version does not know such a part: {}.", short(kind)))
        }
        _ => None,
    }
}

fn session_of(event: &Event) -> Option<&SessionId> {
    match event {
        Event::Session(session) => Some(&session.id),
        Event::Message(message) => Some(&message.session),
        Event::Part(part) => Some(&part.session),
        Event::Permission(permission) => Some(&permission.session),
        Event::Question(question) => Some(&question.session),
        Event::SessionFailed { session, .. } => session.as_ref(),
        Event::SessionRemoved(session)
        | Event::Compacted(session)
        | Event::Status { session, .. }
        | Event::MessageRemoved { session, .. }
        | Event::Delta { session, .. }
        | Event::PartRemoved { session, .. }
        | Event::Todos { session, .. } => Some(session),
        Event::Connected
        | Event::Heartbeat
        | Event::Disposed
        | Event::RequestAnswered(_)
        | Event::Branch(_)
        | Event::Ignored
        | Event::Unknown { .. } => None,
    }
}

/// The session of an event that was not translated. Inside a string of JSON the quotes would have backslashes before
/// them, so that this finds a field, never text.
fn scan_session(json: &str) -> Option<&str> {
    const FIELD: &str = "\"sessionID\":\"";
    let head = &json[..json.floor_char_boundary(HEAD)];
    let rest = &head[head.find(FIELD)? + FIELD.len()..];
    rest.split_once('"').map(|(session, _)| session).filter(|session| !session.is_empty())
}
