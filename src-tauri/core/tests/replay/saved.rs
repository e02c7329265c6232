//! What a person saves of a stream replays as the stream did.

use outrider_core::model::{Part, PartKind, Prose, ToolProgress};
use outrider_core::opencode::{Received, read_event};
use outrider_core::store::State;
use outrider_core::traffic::Traffic;

use crate::recording::{Final, assert_equals_server, events, events_in, names, raw_events, replayed};

/// Records a stream as a connection does, saves it, and reads the file.
fn saved(name: &str, text: bool) -> Vec<outrider_core::model::Event> {
    let traffic = Traffic::default();
    for json in raw_events(name) {
        let (name, event) = read_event(&json);
        traffic.record(0, Received { name, event, json });
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.sse");
    let report = traffic.save("main", &file, text).unwrap();
    assert_eq!((report.events as usize, report.missing), (raw_events(name).len(), 0), "{name}");
    let content = std::fs::read_to_string(&file).unwrap();
    assert!(text || !(content.contains("/home/") || content.contains("%%text")), "{name}");
    events_in(&file)
}

#[test]
fn a_recording_with_text_is_the_stream_again() {
    for name in names("") {
        assert_eq!(saved(&name, true), events(&name), "{name}");
    }
    for name in names("golden-") {
        assert_equals_server(&name, &replayed(&saved(&name, true)), &Final::of(&name));
    }
}

#[test]
fn a_blanked_recording_has_the_same_structure_after_every_event() {
    for name in names("") {
        let (blanked, whole) = (saved(&name, false), events(&name));
        assert_eq!(blanked.len(), whole.len(), "{name}");
        let start = |events: &[_]| State::new(crate::recording::directory(events));
        let (mut one, mut other) = (start(&blanked), start(&whole));
        for (blanked, whole) in blanked.into_iter().zip(whole) {
            one.apply(blanked);
            other.apply(whole);
            assert_eq!(structure(&one), structure(&other), "{name}");
        }
    }
}

/// Sessions, messages and parts: ids, kinds, states, times, costs, and the lengths of texts.
fn structure(state: &State) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, entry) in state.sessions() {
        let info = entry.info().map(|it| (&it.parent, it.created, it.updated, &it.revert, it.title.len(), it.cost));
        lines.push(format!("{id} {:?} {info:?}", std::mem::discriminant(entry.status())));
        for (head, message) in entry.transcript().messages() {
            let failed = head.failure.as_ref().map(|it| (&it.name, it.status, it.retryable));
            let times = (head.created, head.completed, &head.parent, head.cost, &head.finish);
            lines.push(format!("{} {:?} {times:?} {failed:?}", head.id, head.role));
            let parts = message.parts().filter_map(|(_, part)| part.part());
            lines.extend(parts.map(|part| format!("{} {}", part.id, kind(part))));
        }
    }
    lines.extend(state.permissions().map(|it| format!("{} {} {:?}", it.id, it.kind.len(), it.tool)));
    lines.extend(state.questions().map(|it| {
        let options: Vec<_> = it.items.iter().map(|item| item.options.len()).collect();
        format!("{} {options:?}", it.id)
    }));
    lines
}

fn kind(part: &Part) -> String {
    match &part.kind {
        PartKind::Text(Prose { text, started, ended, .. })
        | PartKind::Reasoning(Prose { text, started, ended, .. }) => {
            let lines: Vec<_> = text.lines().map(|line| line.encode_utf16().count()).collect();
            format!("prose {lines:?} {started:?} {ended:?}")
        }
        PartKind::Tool(tool) => {
            let progress = match &tool.progress {
                ToolProgress::Completed { output } => output.encode_utf16().count(),
                ToolProgress::Error { error } => error.encode_utf16().count(),
                ToolProgress::Pending | ToolProgress::Running => 0,
            };
            let state = std::mem::discriminant(&tool.progress);
            // Tools and permissions that are not the server's own have names that go as well.
            format!("{} {} {state:?} {progress} {:?} {:?}", tool.name.len(), tool.call, tool.started, tool.ended)
        }
        PartKind::Unknown { kind, .. } => format!("unknown {kind}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}
