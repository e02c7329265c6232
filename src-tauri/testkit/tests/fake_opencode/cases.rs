//! Single cases of the real server's tools, requests and errors, played again from their recorded streams alone: the prompt,
//! the person's answers and the moment of an abort are taken from the recording.
//!
//! `06-permission-two` is left out because two tools asked at once, in the order of chance; `rules.rs` has its rule.
//! `07-error-429-once`, `-500-once` and `-cut-mid-stream` are left out because their model had failed before the recording
//! began: the golden scenarios hold these faults.

use outrider_testkit::{FakeOpenCode, FakeOptions, fake_opencode::Rule};
use serde_json::{Value, json};

use crate::{
    client::{Client, Events},
    goldens::recorded,
    notation::Score,
};

const PLAYED: [&str; 30] = [
    "05-tool-abort-during-bash",
    "05-tool-edit",
    "05-tool-edit-no-match",
    "05-tool-invalid-JSON-args",
    "05-tool-missing-args",
    "05-tool-read",
    "05-tool-read-missing",
    "05-tool-todowrite",
    "05-tool-unknown-tool",
    "05-tool-write-new",
    "06-permission-abortask",
    "06-permission-once",
    "06-permission-reject",
    "06-permission-rejectmsg",
    "06-permission-taskabort",
    "06-question",
    "06-question-reject",
    "07-error-400",
    "07-error-401",
    "07-error-403",
    "07-error-404",
    "07-error-503-until-gives-up",
    "07-error-empty-answer",
    "07-error-eof-no-finish",
    "07-error-finish-content_filter",
    "07-error-finish-length",
    "07-error-hang-before-headers-then-abort",
    "07-error-hang-then-abort",
    "07-error-malformed-chunk",
    "07-error-tool-finishstop",
];

#[tokio::test]
async fn single_cases_give_the_same_events() {
    for name in PLAYED {
        play(name).await;
    }
}

fn session_info(events: &[Value]) -> Value {
    let told = events.iter().find(|event| event["properties"]["info"]["directory"].is_string());
    told.unwrap()["properties"]["info"].clone()
}

fn is(event: &Value, kind: &str) -> bool {
    event["type"] == kind
}

fn session_of(event: &Value) -> Option<&str> {
    event["properties"]["sessionID"].as_str()
}

async fn play(name: &str) {
    // A case's stream was recorded from its prompt to some time after its end, and may hold the end of the case before.
    let all = recorded(name);
    let start = all.iter().position(|event| is(event, "session.created")).unwrap_or(0);
    let info = session_info(&all[start..]);
    let told: Vec<_> = all[start..].iter().filter(|event| is(event, "session.updated")).map(session_of).collect();
    let expected: Vec<_> = all[start..]
        .iter()
        .filter(|event| session_of(event).is_none_or(|id| told.contains(&Some(id))))
        .cloned()
        .collect();
    let expected = expected.as_slice();
    let directory = info["directory"].as_str().unwrap().to_owned();
    let rules = if name.starts_with("06-permission") { vec![Rule::ask("bash"), Rule::ask("edit")] } else { vec![] };
    let files = vec![(format!("{directory}/a.txt"), "alpha\nbeta\ngamma\n".to_owned())];
    let fake = FakeOpenCode::start(FakeOptions { directory, rules, files, ..FakeOptions::default() }).await;
    let client = Client::new(&fake);
    let mut events = client.events().await;
    let session = client.ask("POST", "/session", json!({ "title": info["title"] })).await.body;
    let session = session["id"].as_str().unwrap();
    let prompt = expected.iter().find(|event| is(event, "message.part.updated")).unwrap();
    client.prompt(session, prompt["properties"]["part"]["text"].as_str().unwrap()).await;
    answer(expected, &client, &mut events).await;
    if expected.iter().any(|event| event["properties"]["error"]["name"] == "MessageAbortedError") {
        come_as_far(expected, &mut events).await;
        client.ask("POST", &format!("/session/{session}/abort"), Value::Null).await;
    }
    events.drain(&fake, &client).await;
    // Some recordings began a moment late.
    let begin = expected.iter().map(|event| &event["type"]).find(|kind| *kind != "server.connected");
    let begin = events.seen.iter().position(|event| Some(&event["type"]) == begin).unwrap();
    Score::loose(&events.seen[begin..]).assert_equals(&Score::loose(expected), name);
}

/// Gives the recorded answers to requests, when as many were asked as had been then.
async fn answer(expected: &[Value], client: &Client, events: &mut Events) {
    let asked = |event: &Value| is(event, "permission.asked") || is(event, "question.asked");
    let mut due = 0;
    let mut rejected = false;
    for event in expected {
        let kind = event["type"].as_str().unwrap();
        due += usize::from(asked(event));
        if !["permission.replied", "question.replied", "question.rejected"].contains(&kind) || rejected {
            continue;
        }
        while events.seen.iter().filter(|event| asked(event)).count() < due {
            events.until(asked).await;
        }
        let theirs: Vec<_> = expected.iter().filter(|event| asked(event)).collect();
        let index =
            theirs.iter().position(|asked| asked["properties"]["id"] == event["properties"]["requestID"]).unwrap();
        let call = &theirs[index]["properties"]["patterns"];
        let mut ours = events.seen.iter().filter(|event| asked(event) && event["properties"]["patterns"] == *call);
        let id = ours.next_back().unwrap()["properties"]["id"].as_str().unwrap().to_owned();
        let reply = &event["properties"]["reply"];
        // A rejection takes the session's other requests with it.
        rejected = reply == "reject";
        let (path, body) = match kind {
            "permission.replied" => {
                let mut body = json!({ "reply": reply });
                let text = Value::from(expected.to_vec()).to_string();
                if let Some((_, feedback)) = text.split_once("following feedback: ") {
                    body["message"] = json!(feedback.split('"').next());
                }
                (format!("/permission/{id}/reply"), body)
            }
            "question.replied" => {
                (format!("/question/{id}/reply"), json!({ "answers": event["properties"]["answers"] }))
            }
            _ => (format!("/question/{id}/reject"), Value::Null),
        };
        assert_eq!(client.ask("POST", &path, body).await.status, 200);
    }
}

/// Reads until everything has been said that the recording has before the abort.
async fn come_as_far(expected: &[Value], events: &mut Events) {
    let abort = expected.iter().position(|event| is(event, "session.error")).unwrap();
    let before = &expected[..abort];
    let about_part = |event: &&Value| event["type"].as_str().unwrap().starts_with("message.part.");
    // The first is the prompt's own.
    let Some(last) = before.iter().filter(about_part).skip(1).last() else {
        // Nothing was said: the session has been busy twice.
        events.until_type("session.status").await;
        events.until_type("session.status").await;
        return;
    };
    let last = &last["properties"];
    let same = |event: &Value| {
        let properties = &event["properties"];
        let state = |properties: &Value| {
            let state = &properties["part"]["state"];
            (state["status"].clone(), state["metadata"]["output"].clone())
        };
        event["type"].as_str().unwrap().starts_with("message.part.")
            && properties["delta"] == last["delta"]
            && state(properties) == state(last)
    };
    if !events.seen.iter().any(same) {
        events.until(same).await;
    }
}
