//! JSON of any shape instead of what the server sends: nothing panics, what is not known is kept, and what a window was
//! sent still adds up to what it would be shown afresh.

mod json;

use std::sync::LazyLock;

use outrider_core::model::{Event, PartKind, RunStatus, SessionId, Snapshot};
use outrider_core::opencode::{translate_event, wire};
use outrider_core::store::State;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use crate::contract::{afresh, feed_on, look};
use crate::mirror::apply;
use crate::recording::{DIRECTORY, names, raw_events};

use self::json::{KEYS, any_json, odd};

/// The events of some recordings that have all kinds of them, as the server sent them.
static RECORDED: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let of_interest = ["golden-", "05-task", "05-tool-bash", "06-question", "06-permission-two", "08-first"];
    of_interest.iter().flat_map(|prefix| names(prefix)).map(|name| raw_events(&name)).collect()
});

#[derive(Debug, Clone)]
enum Damage {
    Remove(Index),
    Replace(Index, Value),
    Rename(Index, &'static str),
    /// Puts this field there, which may be there already.
    Add(Index, &'static str, Value),
    /// The same key once more, as text.
    Twice(Index),
    /// Half of a surrogate pair, as text.
    Surrogate(Index),
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => any::<Index>().prop_map(Damage::Remove),
        8 => (any::<Index>(), odd()).prop_map(|(at, value)| Damage::Replace(at, value)),
        2 => (any::<Index>(), select(KEYS)).prop_map(|(at, key)| Damage::Rename(at, key)),
        2 => (any::<Index>(), select(KEYS), odd()).prop_map(|(at, key, value)| Damage::Add(at, key, value)),
        1 => any::<Index>().prop_map(Damage::Twice),
        1 => any::<Index>().prop_map(Damage::Surrogate),
        1 => any::<Index>().prop_map(Damage::Cut),
    ]
}

/// The paths of all values in it.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(entries) => entries.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in inside {
        let place = format!("{at}/{key}");
        self::places(value, &place, places);
        places.push(place);
    }
}

fn damaged(text: &str, damage: &Damage) -> String {
    let cut_at = |at: &Index| {
        let at = at.index(text.len().max(1)).min(text.len());
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let at_quote = |at: &Index, insert: &str| {
        let quotes: Vec<_> = text.match_indices(insert_after(insert)).map(|(at, found)| at + found.len()).collect();
        if quotes.is_empty() {
            return text.to_owned();
        }
        let (head, tail) = text.split_at(*at.get(&quotes));
        format!("{head}{insert}{tail}")
    };
    match damage {
        Damage::Cut(at) => return text[..cut_at(at)].to_owned(),
        Damage::Surrogate(at) => return at_quote(at, "\\ud83d"),
        Damage::Twice(at) => return at_quote(at, "\"id\":\"twice\",\"type\":\"text\",\"time\":{\"start\":-1},"),
        _ => {}
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let mut all = Vec::new();
    places(&value, "", &mut all);
    if all.is_empty() {
        return text.to_owned();
    }
    let (Damage::Remove(at) | Damage::Replace(at, _) | Damage::Rename(at, _) | Damage::Add(at, ..)) = damage else {
        unreachable!()
    };
    let place = at.get(&all);
    match damage {
        Damage::Replace(_, new) => *value.pointer_mut(place).unwrap() = new.clone(),
        Damage::Add(_, key, new) => {
            if let Some(fields) = value.pointer_mut(place).and_then(Value::as_object_mut) {
                fields.insert((*key).to_owned(), new.clone());
            }
        }
        _ => {
            let (parent, key) = place.rsplit_once('/').unwrap();
            if let Some(fields) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
                let old = fields.remove(&key.replace("~1", "/").replace("~0", "~"));
                if let (Damage::Rename(_, key), Some(old)) = (damage, old) {
                    fields.insert((*key).to_owned(), old);
                }
            }
        }
    }
    value.to_string()
}

/// Where a text may be put in without the rest becoming something else.
fn insert_after(insert: &str) -> &'static str {
    if insert.starts_with('"') { "{" } else { ":\"" }
}

/// What the translation owes to whatever came.
fn check_kept(text: &str, event: &Event) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let name = value["type"].as_str();
    match event {
        // Of a key that stands there twice neither counts.
        Event::Unknown { name: told, .. } => {
            assert!(told == name.unwrap_or_default() || text.contains("\"twice\""), "{told} of {text}");
        }
        Event::Part(part) => {
            if let PartKind::Unknown { raw, .. } = &part.kind {
                assert_eq!(raw, &value["properties"]["part"], "an unknown part is kept as it came");
            }
        }
        _ => assert!(name.is_some(), "{event:?} from {text}"),
    }
}

/// Events that arrive while a window looks at `session`, and paints now and then.
fn watch(events: impl IntoIterator<Item = Event>, session: &SessionId, directory: &str) {
    let mut state = State::new(directory.to_owned());
    let mut feed = feed_on(session, 1);
    let mut mirror = None;
    let mut look_on = |state: &State, feed: &mut outrider_core::feed::Feed, paint: bool| {
        let mirror = mirror.get_or_insert_with(|| look(state, |source| feed.snapshot(source)));
        if let Some(announcement) = look(state, |source| feed.next(source)) {
            assert!(serde_json::to_vec(&announcement).unwrap().len() < 9_000, "an event for the window is small");
            let batch = announcement.batch.or_else(|| feed.fetch(announcement.revision)).unwrap();
            apply(mirror, batch);
            let place = feed.place().unwrap().clone();
            assert_eq!(*mirror, afresh(state, session, mirror.revision, place));
        }
        if paint {
            feed.acknowledge(mirror.revision);
        }
    };
    for (number, event) in events.into_iter().enumerate() {
        if let Event::Part(part) = &event {
            feed.expand(&part.message, part.id.clone(), true);
        }
        let changes = state.apply(event);
        feed.touch(&changes);
        // A window looks at a session that is there.
        if state.session(session).is_some() {
            look_on(&state, &mut feed, number % 3 == 0);
        }
        if number % 29 == 28 {
            feed.touch(&state.stream_lost());
        }
    }
    feed.touch(&state.server_gone());
    if state.session(session).is_some() {
        for _ in 0..3 {
            look_on(&state, &mut feed, true);
        }
    }
}

fn first_session(events: &[String]) -> SessionId {
    let session = events.iter().map(|text| translate_event(text)).find_map(|event| match event {
        Event::Session(session) => Some(session.id),
        Event::Message(message) => Some(message.session),
        _ => None,
    });
    session.unwrap_or_else(|| "ses_1".into())
}

fn lists(value: Value) -> Vec<Value> {
    match value {
        Value::Array(entries) => entries,
        Value::Object(fields) => fields.into_iter().map(|(_, value)| value).collect(),
        other => vec![other],
    }
}

/// Few by itself: each case folds and draws dozens of events. `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(48), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn damaged_recordings_break_nothing(
        story in any::<Index>(),
        from in any::<Index>(),
        hits in prop::collection::vec((0..50_usize, damage()), 1..12),
    ) {
        let story = story.get(&RECORDED);
        let directory = crate::recording::directory(&story.iter().map(|text| translate_event(text)).collect::<Vec<_>>());
        let session = first_session(story);
        let first = from.index(story.len());
        let mut texts: Vec<String> = story.iter().take(first + 60).cloned().collect();
        for (at, damage) in &hits {
            let at = (first + at).min(texts.len() - 1);
            texts[at] = damaged(&texts[at], damage);
        }
        let events: Vec<_> = texts.iter().map(|text| translate_event(text)).collect();
        for (text, event) in texts.iter().zip(&events) {
            check_kept(text, event);
        }
        watch(events, &session, &directory);
    }

    #[test]
    fn any_json_is_an_event_or_unknown(values in prop::collection::vec((select(TYPES), any_json()), 1..12)) {
        let session = SessionId::from("ses_1");
        let directory = DIRECTORY;
        let begin = json!({"type": "session.created", "properties": {"info": {"id": "ses_1", "directory": directory}}});
        let texts = values.into_iter().flat_map(|(name, value)| {
            let filled = json!({"type": name, "properties": with_ids(value.clone())});
            [json!({"type": name, "properties": value.clone()}), filled, value].map(|value| value.to_string())
        });
        let texts: Vec<_> = std::iter::once(begin.to_string()).chain(texts).collect();
        let events: Vec<_> = texts.iter().map(|text| translate_event(text)).collect();
        for (text, event) in texts.iter().zip(&events) {
            check_kept(text, event);
        }
        watch(events, &session, directory);
    }

    #[test]
    fn any_answer_can_be_folded(values in prop::collection::vec(any_json(), 7), known in any::<bool>()) {
        let session = SessionId::from("ses_1");
        let mut values = values.into_iter().map(|value| if known { with_ids(value) } else { value });
        let mut next = || values.next().unwrap();
        let statuses = match next() { Value::Object(fields) => fields, other => Map::from_iter([("ses_1".to_owned(), other)]) };
        let entries = lists(next()).into_iter().map(|value| json!({"info": with_ids(value.clone()), "parts": lists(value)})).collect();
        let answer = Snapshot {
            sessions: wire::sessions(lists(next())),
            running: wire::statuses(statuses),
            permissions: wire::permissions(lists(next())),
            questions: wire::questions(lists(next())),
            messages: vec![wire::message_page(session.clone(), entries, Some("\u{0}".into()), None, 0)],
            todos: Vec::new(),
            branch: None,
        };
        wire::session(next()).ok();
        let todos = wire::todos(lists(next()));
        let mut state = State::new(DIRECTORY.to_owned());
        state.apply(Event::Status { session: session.clone(), status: RunStatus::Busy });
        let since = state.mark();
        state.apply(Event::Todos { session: session.clone(), todos });
        for page in answer.messages.clone() {
            state.fold_page(page, since);
        }
        state.fold_snapshot(answer, since);
        look(&state, |source| feed_on(&session, 1).snapshot(source));
    }
}

/// The names that lead to a translation.
const TYPES: &[&str] = &[
    "session.updated",
    "session.deleted",
    "session.status",
    "session.error",
    "session.compacted",
    "message.updated",
    "message.removed",
    "message.part.updated",
    "message.part.updated",
    "message.part.updated",
    "message.part.delta",
    "message.part.removed",
    "permission.asked",
    "question.asked",
    "permission.replied",
    "todo.updated",
    "vcs.branch.updated",
    "server.instance.disposed",
    "no.such.event",
];

/// The same with the ids without which nothing is filed, so that the rest of it is looked at.
fn with_ids(value: Value) -> Value {
    let ids = |value: Value, id: &str| {
        let mut fields = match value {
            Value::Object(fields) => fields,
            other => Map::from_iter([("text".to_owned(), other)]),
        };
        for (key, value) in
            [("id", id), ("sessionID", "ses_1"), ("messageID", "msg_1"), ("partID", "prt_1"), ("requestID", "per_1")]
        {
            fields.insert(key.to_owned(), value.into());
        }
        for (key, value) in [("type", "text"), ("role", "assistant"), ("directory", DIRECTORY), ("field", "text")] {
            fields.entry(key).or_insert_with(|| value.into());
        }
        fields
    };
    let mut outer = ids(value.clone(), "per_1");
    let part = outer.remove("part").unwrap_or_else(|| value.clone());
    outer.insert("part".to_owned(), Value::Object(ids(part, "prt_1")));
    let info = outer.remove("info").unwrap_or(value);
    outer.insert("info".to_owned(), Value::Object(ids(info, "msg_1")));
    Value::Object(outer)
}

#[test]
fn nesting_without_end_is_an_unknown_event() {
    for depth in [100, 127, 128, 1_000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let part = r#""id":"prt_1","messageID":"msg_1","sessionID":"ses_1""#;
            for text in [
                format!(
                    r#"{{"type":"message.part.updated","properties":{{"part":{{{part},"type":"x","raw":{deep}}}}}}}"#
                ),
                format!(r#"{{"type":"new.event","properties":{deep}}}"#),
                deep.clone(),
            ] {
                let event = translate_event(&text);
                let known =
                    depth < 120 && matches!(&event, Event::Part(part) if matches!(part.kind, PartKind::Unknown { .. }));
                assert!(known || matches!(event, Event::Unknown { .. }), "{event:?}");
            }
        }
    }
}
