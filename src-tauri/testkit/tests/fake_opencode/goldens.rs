//! The golden scenarios of the wire study, played again: each recorded request is sent when the stream has come as far as it
//! had then, and the events and the final answers are compared.
//!
//! Not played: `golden-compaction`, `golden-shell`, `golden-file-attachments` (see the imitation's own description).

use std::path::Path;

use outrider_testkit::{
    FakeOpenCode, FakeOptions,
    fake_opencode::{Action, Rule},
};
use serde_json::Value;

use crate::{
    client::{Client, Events},
    notation::{Names, Score},
};

const PLAYED: [&str; 10] = [
    "text-reasoning",
    "tools-parallel",
    "permission-once",
    "question",
    "subagent",
    "abort-streaming",
    "retry-429",
    "error-401",
    "revert",
    "model-cut",
];

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/recordings");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

pub fn recorded(name: &str) -> Vec<Value> {
    let text = read(&format!("{name}.sse"));
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|event| serde_json::from_str(event).unwrap())
        .collect()
}

pub async fn start() -> FakeOpenCode {
    start_at(FakeOptions::default().pace).await
}

async fn start_at(pace: f64) -> FakeOpenCode {
    let rm = Rule { permission: "bash".into(), pattern: "rm *".into(), action: Action::Ask };
    let options = FakeOptions {
        directory: "/home/dev/code/golden".to_owned(),
        files: vec![("/home/dev/code/golden/a.txt".to_owned(), "alpha\nbeta\ngamma\n".to_owned())],
        rules: vec![rm],
        pace,
        ..FakeOptions::default()
    };
    FakeOpenCode::start(options).await
}

#[tokio::test]
async fn golden_scenarios_give_the_same_events_and_the_same_end() {
    for name in PLAYED {
        play(name).await;
    }
}

async fn play(name: &str) {
    // What is stopped between two words must be stopped there also where the machine is busy.
    let fake = if name == "abort-streaming" { start_at(12.0).await } else { start().await };
    let client = Client::new(&fake);
    let mut events = client.events().await;
    let expected_events = recorded(&format!("golden-{name}"));
    let log: Vec<Value> = serde_json::from_str(&read(&format!("golden-{name}.http.json"))).unwrap();
    let (mut theirs, mut ours) = (Names::default(), Names::default());
    let expected = Score::of(&expected_events, &mut theirs);
    let (asked, finals): (Vec<_>, Vec<_>) = log.iter().partition(|entry| entry["request"]["method"] != "GET");
    for entry in asked {
        let request = &entry["request"];
        let path = request["path"].as_str().unwrap();
        wait_for_the_moment(path, &expected_events, &mut events, &fake, &client).await;
        Score::of(&events.seen, &mut ours);
        let path = translated(path, &mut theirs, &ours);
        let body = serde_json::from_str(&translated(&request["body"].to_string(), &mut theirs, &ours)).unwrap();
        let answer = client.ask(request["method"].as_str().unwrap(), &path, body).await;
        assert_eq!(answer.status, request_status(entry), "{name}: {path}");
    }
    events.drain(&fake, &client).await;
    let mut names = Names::default();
    Score::of(&events.seen, &mut names).assert_equals(&expected, name);
    for entry in finals.iter().filter(|entry| entry["note"].as_str().is_some_and(|note| note.starts_with("FINAL"))) {
        let path = entry["request"]["path"].as_str().unwrap();
        let body = client.get(&translated(path, &mut theirs, &names)).await;
        assert_eq!(names.plain(&body), theirs.plain(&entry["response"]["body"]), "{name}: {path}");
    }
}

fn request_status(entry: &Value) -> u16 {
    u16::try_from(entry["response"]["status"].as_u64().unwrap()).unwrap()
}

/// A text with the ids of this run in place of the recorded ones.
fn translated(text: &str, theirs: &mut Names, ours: &Names) -> String {
    let mut text = theirs.replace(text);
    while let Some(at) = text.find('#') {
        let start = text[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |index| index + 1);
        let digits = text[at + 1..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |end| at + 1 + end);
        let name = text[start..digits].to_owned();
        text = text.replacen(&name, &ours.id(&name), 1);
    }
    text
}

/// Reads the stream as far as it had come when this request was sent.
async fn wait_for_the_moment(
    path: &str,
    recorded: &[Value],
    events: &mut Events,
    fake: &FakeOpenCode,
    client: &Client,
) {
    let action = path.rsplit('/').next().unwrap();
    match action {
        "reply" if path.starts_with("/permission") => {
            events.until_type("permission.asked").await;
        }
        "reply" => {
            events.until_type("question.asked").await;
        }
        "abort" => {
            let delta = |event: &&Value| event["type"] == "message.part.delta";
            let count = recorded.iter().filter(delta).count();
            while events.seen.iter().filter(delta).count() < count {
                events.until_type("message.part.delta").await;
            }
        }
        "prompt_async" | "revert" => events.drain(fake, client).await,
        _ => {}
    }
}
