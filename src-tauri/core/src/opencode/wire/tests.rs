use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::model::*;

fn recordings(ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> = files.filter(|path| path.to_str().unwrap().ends_with(ending)).collect();
    assert!(!found.is_empty());
    found
}

fn events(path: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(translate_event).collect()
}

fn event(name: &str, properties: &Value) -> Event {
    translate_event(&json!({"id": "evt_1", "type": name, "properties": properties}).to_string())
}

fn one_part(fields: &Value) -> PartKind {
    let mut part = json!({"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1"});
    part.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    match event("message.part.updated", &json!({"part": part})) {
        Event::Part(part) => part.kind,
        other => panic!("{other:?}"),
    }
}

fn kind(event: &Event) -> String {
    let text = format!("{event:?}");
    text.split(['(', ' ']).next().unwrap().to_owned()
}

#[test]
fn every_recorded_event_is_understood() {
    let mut seen = 0;
    for path in recordings(".sse") {
        for event in events(&path) {
            seen += 1;
            assert!(!matches!(event, Event::Unknown { .. }), "{}: {event:?}", path.display());
            if let Event::Part(part) = &event {
                assert!(!matches!(part.kind, PartKind::Unknown { .. }), "{}: {part:?}", path.display());
            }
        }
    }
    assert!(seen > 4000, "{seen}");
}

#[test]
fn a_recorded_run_with_a_subagent_translates_to_these_events() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/golden-subagent.sse");
    let mut counts = BTreeMap::<String, usize>::new();
    for event in events(&path) {
        *counts.entry(kind(&event)).or_default() += 1;
    }
    let expected = [
        ("Connected", 1),
        ("Delta", 4),
        ("Ignored", 8),
        ("Message", 20),
        ("Part", 23),
        ("Session", 12),
        ("Status", 12),
    ];
    assert_eq!(counts, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
}

#[test]
fn the_recorded_answers_are_understood_whole() {
    let mut seen = 0;
    for path in recordings(".http.json") {
        let log: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for entry in log.iter().filter(|entry| entry["note"].as_str().is_some_and(|note| note.starts_with("FINAL"))) {
            let body = entry["response"]["body"].clone();
            let list = || serde_json::from_value::<Vec<Value>>(body.clone()).unwrap();
            let (got, want) = match entry["request"]["path"].as_str().unwrap().rsplit('/').next().unwrap() {
                "message" => {
                    let page = message_page("ses_1".into(), list(), None, None, 0).messages;
                    let parts: usize = page.iter().map(|(_, parts)| parts.len()).sum();
                    let wanted: usize = list().iter().map(|entry| entry["parts"].as_array().unwrap().len()).sum();
                    assert_eq!(parts, wanted);
                    (page.len(), list().len())
                }
                "children" => (sessions(list()).len(), list().len()),
                "todo" => (todos(list()).len(), list().len()),
                "permission" => (permissions(list()).len(), list().len()),
                "question" => (questions(list()).len(), list().len()),
                "status" => {
                    let map = body.as_object().unwrap();
                    (statuses(map.clone()).len(), map.len())
                }
                "diff" => continue,
                _ => (usize::from(session(body.clone()).unwrap().directory == "/home/dev/code/golden"), 1),
            };
            assert_eq!(got, want, "{}: {entry}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen}");
}

/// Every event that the server's description of its API (`GET /doc`, 1.18.33) lists for `/event`, and those of `/global/event`.
const DOCUMENTED: &str = "
    catalog.updated command.executed file.edited file.watcher.updated global.disposed installation.update-available
    installation.updated integration.connection.updated integration.updated lsp.updated mcp.browser.open.failed
    mcp.tools.changed message.part.delta message.part.removed message.part.updated message.removed message.updated
    models-dev.refreshed permission.asked permission.replied permission.v2.asked permission.v2.replied plugin.added
    project.directories.updated project.updated pty.created pty.deleted pty.exited pty.updated question.asked
    question.rejected question.replied question.v2.asked question.v2.rejected question.v2.replied reference.updated
    server.connected server.heartbeat server.instance.disposed session.compacted session.created session.deleted
    session.diff session.error session.idle session.next.agent.switched session.next.compaction.delta
    session.next.compaction.ended session.next.compaction.started session.next.context.updated
    session.next.model.switched session.next.moved session.next.prompt.admitted session.next.prompted
    session.next.reasoning.delta session.next.reasoning.ended session.next.reasoning.started session.next.retried
    session.next.revert.cleared session.next.revert.committed session.next.revert.staged session.next.shell.ended
    session.next.shell.started session.next.step.ended session.next.step.failed session.next.step.started
    session.next.synthetic session.next.text.delta session.next.text.ended session.next.text.started
    session.next.tool.called session.next.tool.failed session.next.tool.input.delta session.next.tool.input.ended
    session.next.tool.input.started session.next.tool.progress session.next.tool.success session.status
    session.updated sync todo.updated tui.command.execute tui.prompt.append tui.session.select tui.toast.show
    vcs.branch.updated workspace.failed workspace.ready workspace.status worktree.failed worktree.ready";

#[test]
fn every_documented_name_is_known_and_no_other() {
    for name in DOCUMENTED.split_whitespace() {
        let event = event(name, &json!({}));
        assert!(!matches!(event, Event::Unknown { reason: None, .. }), "{name}: {event:?}");
    }
    for name in ["session.renamed", "message.part.moved", "sync.done", "permission.v3.asked", ""] {
        assert_eq!(event(name, &json!({})), Event::Unknown { name: name.to_owned(), reason: None });
    }
}

#[test]
fn an_event_that_cannot_be_read_says_why_and_not_what_it_holds() {
    for (name, properties) in [
        ("session.updated", json!({"info": {"title": "no id"}})),
        ("session.updated", json!({"info": {"id": ""}})),
        ("session.status", json!({"sessionID": "ses_1", "status": {"type": "sleeping"}})),
        ("message.updated", json!({"info": {"id": "msg_1", "sessionID": "ses_1", "role": "system"}})),
        ("message.part.updated", json!({"part": {"id": 7, "messageID": "m", "sessionID": "s", "type": "text"}})),
        ("message.part.delta", json!({"sessionID": "s", "messageID": "m", "partID": "p", "field": "x", "delta": ""})),
        ("permission.asked", json!(null)),
        ("question.asked", json!({"id": "que_1", "sessionID": "ses_1"})),
        ("todo.updated", json!("x".repeat(5000))),
    ] {
        let Event::Unknown { name: told, reason: Some(reason) } = event(name, &properties) else { panic!("{name}") };
        assert_eq!(told, name);
        assert!(!reason.is_empty() && reason.len() < 300, "{reason}");
    }
    for data in ["", "nonsense", "{}", "[]", "{\"type\":3}"] {
        assert!(matches!(translate_event(data), Event::Unknown { reason: Some(_), .. }), "{data}");
    }
}

#[test]
fn fields_that_are_missing_or_strange_cost_nothing_but_themselves() {
    let bare = json!({"info": {"id": "ses_1", "title": 4, "parentID": null, "time": {"created": 7.5}, "revert": {}}});
    let Event::Session(session) = event("session.created", &bare) else { panic!() };
    assert_eq!(session.id, "ses_1".into());
    assert_eq!((session.title.as_str(), session.parent, session.created, session.updated), ("", None, 7, 7));

    let message = json!({"info": {"id": "msg_1", "sessionID": "ses_1", "role": "user", "summary": {"diffs": []},
        "model": {"providerID": "p", "modelID": "m"}, "error": null, "cost": "free"}});
    let Event::Message(message) = event("message.updated", &message) else { panic!() };
    assert!(!message.summary && message.failure.is_none());
    assert_eq!((message.provider.as_deref(), message.model.as_deref()), (Some("p"), Some("m")));

    let Event::SessionFailed { session, failure } = event("session.error", &json!({"error": {"name": "X"}})) else {
        panic!()
    };
    assert_eq!((session, failure.name.as_str(), failure.message.as_str()), (None, "X", ""));
    assert_eq!(event("vcs.branch.updated", &json!({})), Event::Branch(None));
}

#[test]
fn parts_keep_what_is_needed_of_them() {
    let text = json!({"type": "text", "text": "a", "time": {"start": 1, "end": 2}, "synthetic": true});
    let expected =
        Prose { text: "a".into(), started: Some(1), ended: Some(2), synthetic: true, ignored: false, gapped: false };
    assert_eq!(one_part(&text), PartKind::Text(expected));

    let state = json!({"status": "error", "input": {"a": 1}, "error": "no", "time": {"start": 1, "end": 2}});
    let PartKind::Tool(tool) = one_part(&json!({"type": "tool", "tool": "bash", "callID": "c", "state": state})) else {
        panic!()
    };
    assert_eq!((tool.name.as_str(), tool.call.as_str(), tool.ended), ("bash", "c", Some(2)));
    assert_eq!((tool.progress, tool.input), (ToolProgress::Error { error: "no".into() }, json!({"a": 1})));

    let retry = json!({"type": "retry", "attempt": 2, "error": {"name": "APIError", "data": {"message": "busy"}}});
    assert_eq!(one_part(&retry), PartKind::Retry { attempt: 2, message: "busy".into() });
    assert_eq!(one_part(&json!({"type": "snapshot", "snapshot": "1a"})), PartKind::Snapshot);
    assert_eq!(one_part(&json!({"type": "patch", "files": ["/a", 3]})), PartKind::Patch { files: vec!["/a".into()] });
}

#[test]
fn what_a_call_tells_twice_is_kept_once() {
    let metadata = |name: &str, output: &str, metadata: Value| {
        let state = json!({"status": "completed", "input": {}, "output": output, "metadata": metadata, "time": {}});
        match one_part(&json!({"type": "tool", "tool": name, "callID": "c", "state": state})) {
            PartKind::Tool(tool) => tool.metadata,
            other => panic!("{other:?}"),
        }
    };
    let remarked = "a\n\n<shell_metadata>\nx\n</shell_metadata>";
    assert_eq!(metadata("bash", remarked, json!({"output": "a\n", "exit": 0})), json!({"exit": 0}));
    let cut = json!({"output": "a\nb\n", "exit": 0});
    assert_eq!(metadata("bash", "b\n", cut.clone()), cut, "what is only there stays");
    assert_eq!(metadata("mcp_bash", "a\nb\n", cut.clone()), cut, "another's tool");

    let diff = json!({"diff": "@@", "filediff": {"patch": "@@", "additions": 1}});
    assert_eq!(metadata("edit", "ok", diff), json!({"diff": "@@", "filediff": {"additions": 1}}));
    let other = json!({"diff": "@@", "filediff": {"patch": "@@ 2"}});
    assert_eq!(metadata("edit", "ok", other.clone()), other);

    let read = |output: &str, text: &str| {
        let told = json!({"preview": "a", "display": {"text": text, "lineStart": 9}});
        metadata("read", output, told)
    };
    let output = "<path>/x</path>\n<content>\n9: a\n10: \n11: 7: b\n\n(End of file - total 11 lines)\n</content>";
    assert_eq!(read(output, "a\n\n7: b"), json!({"display": {"lineStart": 9}}));
    let longer = read(output, "a\n\n7: b and more");
    assert_eq!(longer["display"]["text"], "a\n\n7: b and more", "the output has less of it");
    assert_eq!(read("a", "a")["display"]["text"], "a", "the output has another form");
    assert_eq!(read("<content>\n9: a\n11: b", "a\nb")["display"]["text"], "a\nb", "a line is missing");
}

#[test]
fn parts_that_are_not_known_are_kept_as_they_came() {
    let PartKind::Unknown { kind, raw } = one_part(&json!({"type": "hologram", "depth": 3})) else { panic!() };
    assert_eq!((kind.as_str(), &raw["depth"]), ("hologram", &json!(3)));
    let PartKind::Unknown { kind, raw } = one_part(&json!({"type": "tool", "state": {"status": "paused"}})) else {
        panic!()
    };
    assert_eq!((kind.as_str(), &raw["state"]["status"]), ("tool", &json!("paused")));
}

#[test]
fn an_entry_that_cannot_be_read_does_not_cost_the_list() {
    let info = json!({"id": "msg_1", "sessionID": "ses_1", "role": "assistant"});
    let part = json!({"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "step-start"});
    let list = messages(vec![json!({"info": info, "parts": [part, {"type": "text"}]}), json!({"info": {}})]);
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].1.len(), 1);

    let answer = json!({"ses_1": {"type": "busy"}, "ses_2": {"type": "idle"}, "ses_3": {"type": "sleeping"},
        "ses_4": {"type": "retry", "attempt": 2, "message": "wait", "next": 9}});
    let retry = RunStatus::Retry { attempt: 2, message: "wait".into(), next: 9 };
    let running = statuses(answer.as_object().unwrap().clone());
    let expected = [("ses_1", RunStatus::Busy), ("ses_3", RunStatus::Busy), ("ses_4", retry)];
    assert_eq!(running, expected.map(|(id, status)| (id.into(), status)));
}

#[test]
fn output_cut_inside_a_character_is_still_an_event() {
    let data = r#"{"type":"message.part.delta","properties":{"sessionID":"s","messageID":"m","partID":"p",
        "field":"text","delta":"\ude00 ok"}}"#;
    let Event::Delta { text, .. } = translate_event(data) else { panic!() };
    assert_eq!(text, "\u{fffd} ok");
}
