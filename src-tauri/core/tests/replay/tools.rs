//! What windows are shown of each tool's calls, as the real server told of them.

use outrider_core::model::{MessageId, PartId, PartKind, SessionId};
use outrider_core::protocol::{ChildState, PartBody, SectionBody, ToolDetail, ToolState, TreeRowKind};
use outrider_core::store::State;

use crate::contract::{feed_on, look};
use crate::recording;

struct Call {
    name: String,
    state: ToolState,
    line: String,
    error: Option<String>,
    detail: ToolDetail,
}

/// The recording's calls, unfolded, in the order of their parts.
fn calls(recording: &str) -> Vec<Call> {
    calls_of(&recording::replayed(&recording::events(recording)))
}

fn calls_of(state: &State) -> Vec<Call> {
    let mut places: Vec<(SessionId, MessageId, PartId)> = Vec::new();
    for (session, entry) in state.sessions() {
        for (head, message) in entry.transcript().messages() {
            let parts = message
                .parts()
                .filter(|(_, part)| part.part().is_some_and(|part| matches!(part.kind, PartKind::Tool(_))));
            places.extend(parts.map(|(part, _)| (session.clone(), head.id.clone(), part.clone())));
        }
    }
    places.sort_by(|a, b| a.2.cmp(&b.2));
    places.into_iter().map(|place| shown(state, place)).collect()
}

fn shown(state: &State, (session, message, part): (SessionId, MessageId, PartId)) -> Call {
    let mut feed = feed_on(&session, 1);
    feed.expand(&message, part.clone(), true);
    let snapshot = look(state, |source| feed.snapshot(source));
    let messages = snapshot.transcript.unwrap().messages;
    let parts = messages.into_iter().flat_map(|message| message.parts);
    let body = parts.filter(|shown| shown.id == part.0).map(|part| part.body).next().unwrap();
    let PartBody::Tool { name, state, summary, error, changed, result, detail, .. } = body else { panic!() };
    let mut line = summary;
    if let Some((added, removed)) = changed {
        line = format!("{line} | +{added} -{removed}");
    }
    if let Some(result) = result {
        line = format!("{line} | {}{}", result.text, if result.bad { "!" } else { "" });
    }
    Call { name, state, line, error, detail: detail.unwrap() }
}

/// The sections, each as its title, note and main matter.
fn sections(call: &Call) -> Vec<String> {
    let section = |section: &outrider_core::protocol::Section| {
        let matter = match &section.body {
            SectionBody::Command { text } | SectionBody::Failure { text } | SectionBody::Link { url: text } => {
                text.clone()
            }
            SectionBody::Lines { rows, first, .. } => {
                let html: Vec<_> = rows.iter().map(|row| row.html.as_str()).collect();
                format!("{}{}", first.map(|first| format!("from {first} ")).unwrap_or_default(), html.join("/"))
            }
            SectionBody::Diff { rows, files, .. } => {
                let number = |number: Option<u32>| number.map_or_else(|| ".".into(), |number| number.to_string());
                let rows: Vec<_> =
                    rows.iter().map(|row| format!("{},{} {}", number(row.old), number(row.new), row.html)).collect();
                format!("{} {}", files[0].path, rows.join("/"))
            }
            SectionBody::Tree { rows, .. } => {
                let rows: Vec<_> =
                    rows.iter().map(|row| format!("{}{}", ">".repeat(row.depth as usize), row.html)).collect();
                rows.join("/")
            }
            SectionBody::Todos { items } => format!("{:?}", items.iter().map(|item| item.state).collect::<Vec<_>>()),
            SectionBody::Child { agent, state, line, .. } => format!("{agent} {state:?} {line}"),
            SectionBody::Prose { blocks } => blocks.iter().map(|block| block.html.as_str()).collect(),
            SectionBody::Answers { items } => {
                let items: Vec<_> =
                    items.iter().map(|item| format!("{} {}", item.question, item.answers.join("+"))).collect();
                items.join("/")
            }
            SectionBody::Files { files } => format!("{files:?}"),
            SectionBody::Diagnostics { items, .. } => format!("{items:?}"),
            SectionBody::Json { rows, .. } => {
                let rows: Vec<_> = rows.iter().map(|row| format!("{:?}={}", row.key, row.text)).collect();
                rows.join("/")
            }
        };
        let note = if section.note.is_empty() { String::new() } else { format!(" ({})", section.note) };
        format!("{}{note}: {matter}", section.title)
    };
    call.detail.sections.iter().map(section).collect()
}

#[track_caller]
fn one(recording: &str, line: &str, expected: &[&str]) {
    let calls = calls(recording);
    let [call] = &calls[..] else { panic!("{recording}: {} calls", calls.len()) };
    assert_eq!(format!("{} {}", call.name, call.line).trim_end(), line, "{recording}");
    assert_eq!(sections(call), expected, "{recording}");
}

#[test]
fn commands() {
    let command = "echo one; sleep 0.4; echo two; sleep 0.4; echo err >&2; exit 2";
    one(
        "05-tool-bash",
        &format!("bash {command} | exit 2!"),
        &[&format!("Command (Prints): {command}"), "Output: one/two/err"],
    );
    one(
        "05-tool-bash-timeout",
        "bash echo x; sleep 5 | timed out!",
        &[
            "Command (slow): echo x; sleep 5",
            "Output (shell tool terminated command after exceeding timeout 1000 ms. If this command is expected to take longer \
         and is not waiting for interactive input, retry with a larger timeout value in milliseconds.): x",
        ],
    );
    one(
        "05-tool-abort-during-bash",
        "bash echo started; sleep 30 | stopped!",
        &["Command (d): echo started; sleep 30", "Output (User aborted the command): started"],
    );
    one(
        "08-shell",
        "bash echo out; sleep 0.5; echo err >&2; exit 3",
        &["Command: echo out; sleep 0.5; echo err >&2; exit 3", "Output: out/err"],
    );
}

#[test]
fn edits() {
    one("05-tool-edit", "edit a.txt | +1 -1", &["Changes: a.txt 1,1 alpha/2,. beta/.,2 BETA/3,3 gamma"]);
    one(
        "05-tool-edit-no-match",
        "edit a.txt",
        &[
            "Changes (Not made): a.txt .,. nomatch/.,. B",
            "Error: Could not find oldString in the file. It must match exactly, including whitespace, indentation, and line endings.",
        ],
    );
    one("05-tool-write-new", "write n/new.txt | +2 -0", &["Changes: n/new.txt .,1 x/.,2 y"]);
    one("05-tool-write-over", "write n/new.txt", &["Content (It took the place of what was there): x/z"]);
    one("05-tool-apply_patch", "apply_patch a.txt | +1 -1", &["Changes: a.txt 1,. alpha/.,1 ALPHA/2,2 BETA/3,3 gamma"]);
}

#[test]
fn files_and_matches() {
    one("05-tool-read", "read a.txt | 3 lines", &["Text: from 1 alpha/beta/gamma"]);
    one(
        "05-tool-read-dir",
        "read /home/dev/code/tools | 6 entries",
        &["Entries: .git//.opencode//src//.seed/a.txt/opencode.json"],
    );
    one("05-tool-glob", "glob **/*.py | 1 file", &["Files: src//>main.py"]);
    one("05-tool-grep", "grep print | 1 match", &["Matches: src//>main.py/>>    <mark>print</mark>(&quot;hi&quot;)"]);
    let tree = &calls("05-tool-read-dir")[0].detail.sections[0].body;
    assert!(matches!(tree, SectionBody::Tree { rows, .. } if rows[2].kind == TreeRowKind::Folder));
}

#[test]
fn lists_questions_pages_and_skills() {
    one("05-tool-todowrite", "todowrite one | 0 of 2 done", &["To do: [InProgress, Pending]"]);
    one("05-tool-todowrite-2", "todowrite  | 1 of 1 done", &["To do: [Completed]"]);
    one("06-question", "question Which color? | Red, A, my own", &["Questions: Which color? Red/Pick many A+my own"]);
    one(
        "06-question-reject",
        "question Which color?",
        &["Questions: Which color? /Pick many ", "Error: The user dismissed this question"],
    );
    one(
        "05-tool-webfetch",
        "webfetch 127.0.0.1:9931/page",
        &[
            "Address: http://127.0.0.1:9931/page",
            "Page: <p>Page</p><h1>Hello</h1><p>A <strong>small</strong> page.</p>",
        ],
    );
    one(
        "05-tool-webfetch-404",
        "webfetch 127.0.0.1:9931/nope",
        &[
            "Address: http://127.0.0.1:9931/nope",
            "Error: StatusCode: non 2xx status code (404 GET http://127.0.0.1:9931/nope)",
        ],
    );
    let skill = &calls("05-tool-skill")[0];
    assert_eq!((&*skill.line, skill.detail.sections[0].note.as_str()), ("demo", ".opencode/skill/demo"));
    let SectionBody::Prose { blocks } = &skill.detail.sections[0].body else { panic!() };
    assert!(blocks[0].html.contains("Skill: demo") && blocks.iter().all(|block| !block.html.contains("skill_files")));
}

#[test]
fn what_went_wrong_is_said() {
    let unknown = "Model tried to call unavailable tool 'frobnicate'. Available tools: bash, edit, glob, grep, invalid, \
                   question, read, skill, task, todowrite, webfetch, write.";
    let error = format!("Error: {unknown}");
    one("05-tool-unknown-tool", "invalid frobnicate: the call could not be understood", &[&error]);
    let missing = &calls("05-tool-missing-args")[0];
    assert_eq!(missing.state, ToolState::Error);
    assert!(missing.error.as_ref().unwrap().starts_with("The bash tool was called with invalid arguments"));
    assert_eq!(sections(missing)[0], "Input: Some(\"description\")=no command");
    assert!(sections(missing)[1].contains("at [\"command\"]"), "{:?}", sections(missing));
    let rejected = &calls("06-permission-rejectmsg")[0];
    assert!(rejected.error.as_ref().unwrap().starts_with("You did not allow this"), "{:?}", rejected.error);
}

#[test]
fn a_subagent_is_followed() {
    let events = recording::events("05-task-child");
    let mut state = State::new(recording::directory(&events));
    let mut seen: Vec<String> = Vec::new();
    for event in events {
        state.apply(event);
        let tasks = calls_of(&state).into_iter().filter(|call| call.name == "task");
        for body in tasks.flat_map(|call| call.detail.sections).map(|section| section.body) {
            if let SectionBody::Child { agent, state, line, .. } = body {
                assert_eq!(agent, "general");
                let now = format!("{state:?} {line}");
                if !seen.contains(&now) {
                    seen.push(now);
                }
            }
        }
    }
    let expected =
        ["Working ", "Working bash", "Working bash echo child", "Working child says ok", "Done child says ok"];
    assert!(expected.iter().all(|now| seen.iter().any(|seen| seen == now)), "{seen:#?}");
    assert!(seen.iter().any(|seen| seen.starts_with(&format!("{:?}", ChildState::Failed))), "the second is cancelled");
}
