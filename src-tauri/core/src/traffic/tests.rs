//! Bounds, filter, pause, counters and cost of the recorder. What a blanked recording holds is in `blanking.rs`.

mod blanking;
mod cost;

use serde_json::json;

use super::recording::recording;
use super::*;
use crate::opencode::read_event;
use crate::protocol::{EventPlace, EventRow};

const WINDOW: &str = "main";

pub(super) fn received(json: impl Into<String>) -> Received {
    let json = json.into();
    let (name, event) = read_event(&json);
    Received { name, event, json }
}

fn delta(session: &str, text: &str) -> Received {
    let properties =
        json!({ "sessionID": session, "messageID": "msg_1", "partID": "prt_1", "field": "text", "delta": text });
    received(json!({ "id": "evt_1", "type": "message.part.delta", "properties": properties }).to_string())
}

fn named(name: &str) -> Received {
    received(json!({ "id": "evt_1", "type": name, "properties": { "sessionID": "ses_x" } }).to_string())
}

fn everything() -> EventQuery {
    EventQuery { limit: 200, ..EventQuery::default() }
}

fn numbers(rows: &[EventRow]) -> Vec<u64> {
    rows.iter().map(|row| row.number).collect()
}

#[test]
fn the_newest_events_are_kept_and_count_on() {
    let mut recorder = Recorder::default();
    for _ in 0..EVENTS + 3 {
        recorder.record(0, named("server.heartbeat"));
    }
    assert_eq!(recorder.size().0, EVENTS);
    let page = recorder.page(0, WINDOW, &EventQuery { limit: 2, ..everything() });
    assert_eq!(numbers(&page.rows), [EVENTS as u64 + 1, EVENTS as u64 + 2]);
    assert_eq!((page.first, page.matching, page.listed), (EVENTS as u32 - 2, EVENTS as u32, EVENTS as u32));
    assert_eq!(page.counters.events, EVENTS as u64 + 3);
}

#[test]
fn bytes_are_bounded_whatever_the_events_are_made_of() {
    let text = "x".repeat(60_000);
    let mut recorder = Recorder::default();
    for number in 0..500 {
        recorder.record(0, if number % 2 == 0 { delta("ses_a", &text) } else { named(&text) });
        let (events, bytes) = recorder.size();
        assert!(bytes <= BYTES && events > 0);
    }
    let (events, bytes) = recorder.size();
    assert!(bytes > BYTES - 130_000 && events < 300, "it is used: {events} events, {bytes} bytes");
    // An empty recorder weighs nothing: what goes in and what comes out is counted alike.
    for _ in 0..EVENTS {
        recorder.record(0, named("server.heartbeat"));
    }
    let each = recorder.size().1 / EVENTS;
    assert!(each < 300, "{each} bytes for a heartbeat");
}

#[test]
fn of_a_huge_event_only_its_beginning_is_kept_and_said_so() {
    let mut recorder = Recorder::default();
    let size = delta("ses_a", &"é".repeat(WHOLE)).json.len();
    let event = recorder.record(0, delta("ses_a", &"é".repeat(WHOLE)));
    assert!(matches!(event, Event::Delta { text, .. } if text.len() == 2 * WHOLE), "its meaning is whole");
    assert!(recorder.size().1 < 2 * HEAD);
    let detail = recorder.entry(WINDOW, 0).unwrap().detail();
    assert_eq!((detail.row.size, detail.row.session.as_deref()), (size as u64, Some("ses_a")));
    assert!(detail.shown <= HEAD as u64 && detail.shown > HEAD as u64 - 4);
    let (entries, _) = recorder.list(WINDOW);
    let recording = recording(&entries, 0, true);
    assert!(recording.contains(&format!(": an event of {size} bytes was not kept")) && !recording.contains("data:"));
}

#[test]
fn the_filter_finds_types_sessions_and_what_is_unknown() {
    let mut recorder = Recorder::default();
    recorder.record(0, named("server.heartbeat"));
    recorder.record(0, delta("ses_Abc", "one"));
    recorder.record(0, named("holo.deck"));
    recorder.record(0, named("session.idle"));
    recorder.record(0, received("{ no json"));
    let mut find = |query: EventQuery| numbers(&recorder.page(0, WINDOW, &query).rows);
    let text = |text: &str| EventQuery { text: text.to_owned(), ..everything() };
    assert_eq!(find(everything()), [0, 1, 2, 3, 4]);
    assert_eq!(find(text("  MESSAGE.part ")), [1]);
    assert_eq!(find(text("abc")), [1], "a session's id, in any case");
    assert_eq!(find(text("ses_x")), [2, 3], "also of events that are not translated");
    assert_eq!(find(text("one")), [0; 0], "not the text of the event");
    assert_eq!(find(EventQuery { sessions: vec!["ses_Abc".into()], ..text("its title") }), [1]);
    assert_eq!(find(EventQuery { only_unknown: true, ..everything() }), [2, 4]);
    assert_eq!(find(EventQuery { hide_heartbeats: true, ..everything() }), [1, 2, 3, 4]);
    let page = recorder.page(0, WINDOW, &everything());
    assert_eq!(page.rows.iter().map(|row| row.unknown).collect::<Vec<_>>(), [false, false, true, false, true]);
    let types: Vec<_> = page.counters.unknown_types.iter().map(|it| (it.name.as_str(), it.count)).collect();
    assert_eq!((page.counters.unknown, types), (2, vec![("holo.deck", 1), ("", 1)]));
}

#[test]
fn a_part_of_an_unknown_kind_is_marked_and_says_why() {
    let part = json!({ "id": "prt_1", "messageID": "msg_1", "sessionID": "ses_a", "type": "hologram" });
    let mut recorder = Recorder::default();
    recorder.record(0, received(json!({ "type": "message.part.updated", "properties": { "part": part } }).to_string()));
    let detail = recorder.entry(WINDOW, 0).unwrap().detail();
    assert!(detail.row.unknown && detail.reason.unwrap().contains("hologram"));
}

#[test]
fn a_paused_list_stays_whatever_comes_and_tells_how_much_is_new() {
    let mut recorder = Recorder::default();
    for text in ["a", "b"] {
        recorder.record(0, delta("ses_a", text));
    }
    let paused = EventQuery { paused: true, ..everything() };
    assert_eq!(recorder.page(0, WINDOW, &paused).newer, 0);
    for _ in 0..EVENTS {
        recorder.record(0, named("session.idle"));
    }
    let page = recorder.page(0, WINDOW, &paused);
    assert_eq!((numbers(&page.rows), page.newer, page.counters.events), (vec![0, 1], 5_000, 5_002));
    assert!(recorder.entry(WINDOW, 0).is_some(), "and can be looked at");
    assert!(recorder.entry("other", 0).is_none());
    assert_eq!(recorder.list(WINDOW).0.len(), 2, "and saved");
    let of_deltas = EventQuery { text: "delta".into(), ..paused };
    assert_eq!(recorder.page(0, WINDOW, &of_deltas).newer, 0, "of what matches");

    let page = recorder.page(0, WINDOW, &EventQuery { limit: 1, ..everything() });
    assert_eq!((numbers(&page.rows), page.newer), (vec![5_001], 0));
    assert!(recorder.paused.is_empty() && recorder.entry(WINDOW, 0).is_none());
}

#[test]
fn an_unpaused_list_that_is_read_back_keeps_its_place_by_an_event() {
    let mut recorder = Recorder::default();
    for _ in 0..10 {
        recorder.record(0, named("session.idle"));
    }
    let at = |number, before| EventQuery { from: EventPlace::Event { number, before }, limit: 3, ..everything() };
    let page = recorder.page(0, WINDOW, &at(5, 1));
    assert_eq!((numbers(&page.rows), page.first, page.anchor), (vec![4, 5, 6], 4, Some(5)));
    for _ in 0..EVENTS - 4 {
        recorder.record(0, named("session.idle"));
    }
    let page = recorder.page(0, WINDOW, &at(5, 1));
    assert_eq!((numbers(&page.rows), page.first, page.anchor), (vec![6, 7, 8], 0, Some(0)), "the next that is there");
    let page = recorder.page(0, WINDOW, &EventQuery { from: EventPlace::Row { row: 9_999 }, ..everything() });
    assert_eq!((page.rows.len(), page.first, page.matching), (0, 5_000, 5_000));
}

#[test]
fn rates_are_of_the_last_five_seconds() {
    let traffic = Traffic::default();
    let bytes = named("session.idle").json.len() as f64;
    for at in [0, 100, 9_000, 9_100, 9_999] {
        traffic.record(at, named("session.idle"));
    }
    traffic.opened();
    traffic.synced();
    let now = |now| traffic.page(now, WINDOW, &everything()).counters;
    assert_eq!((now(10_000).events_per_second, now(10_000).bytes_per_second), (0.6, bytes * 3.0 / 5.0));
    assert_eq!((now(14_100).events_per_second, now(20_000).events_per_second), (0.2, 0.0));
    assert_eq!((now(0).reconnects, now(0).resyncs), (0, 0), "the first time is none");
    traffic.opened();
    traffic.synced();
    assert_eq!((now(0).reconnects, now(0).resyncs), (1, 1));
}

#[test]
fn json_is_shown_as_it_came_with_line_breaks() {
    let mut recorder = Recorder::default();
    let mut shown = |json: &str| {
        let number = recorder.next;
        recorder.record(0, received(json));
        recorder.entry(WINDOW, number).unwrap().detail().json
    };
    let json = r#"{"z":1.50,"a":["x\"{[,:",{}],"b":[ ],"\ud83d":null}"#;
    let expected =
        "{\n  \"z\": 1.50,\n  \"a\": [\n    \"x\\\"{[,:\",\n    {}\n  ],\n  \"b\": [],\n  \"\\ud83d\": null\n}";
    assert_eq!(shown(json), expected);
    assert_eq!(shown("{ no json"), "{ no json");
    let long = format!("{{\"a\":\"{}\"}}", "é".repeat(200_000));
    let cut = shown(&long);
    assert!(cut.len() <= (256 << 10) + 4 && cut.starts_with("{\n  \"a\": \"éé"));
    assert!(shown(&"[".repeat(300_000)).len() < (256 << 10) + 200);
}

#[test]
fn a_recording_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let traffic = Traffic::default();
    traffic.record(0, delta("ses_a", "the text"));
    let path = folder.path().join("a.sse");
    std::fs::write(&path, "before").unwrap();
    let saved = traffic.save(WINDOW, &path, true).unwrap();
    assert_eq!((saved.file.as_str(), saved.events, saved.missing), ("a.sse", 1, 0));
    assert!(std::fs::read_to_string(&path).unwrap().contains("the text"));
    let nowhere = folder.path().join("missing/b.sse");
    assert_eq!(traffic.save(WINDOW, &nowhere, true).unwrap_err().code, "recording_not_saved");
    // A folder of that name cannot be replaced, and what was written beside it goes.
    std::fs::create_dir(folder.path().join("c.sse")).unwrap();
    assert_eq!(traffic.save(WINDOW, &folder.path().join("c.sse"), true).unwrap_err().code, "recording_not_saved");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
