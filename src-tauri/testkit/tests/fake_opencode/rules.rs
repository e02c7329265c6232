//! Rules of the server that no golden recording shows.

use std::time::Duration;

use outrider_testkit::{FakeOpenCode, FakeOptions, fake_opencode::Rule};
use serde_json::{Value, json};

use crate::client::{Client, Events};

async fn start(rules: Vec<Rule>) -> (FakeOpenCode, Client, Events) {
    let fake = FakeOpenCode::start(FakeOptions { rules, ..FakeOptions::default() }).await;
    let client = Client::new(&fake);
    let events = client.events().await;
    (fake, client, events)
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

async fn messages(client: &Client, session: &str) -> Vec<Value> {
    client.get(&format!("/session/{session}/message")).await.as_array().unwrap().clone()
}

#[tokio::test]
async fn without_the_password_there_is_only_401() {
    let fake = FakeOpenCode::start(FakeOptions::default()).await;
    for request in [
        reqwest::Client::new().get(format!("{}/event", fake.origin())),
        reqwest::Client::new().get(format!("{}/path", fake.origin())).basic_auth("opencode", Some("wrong")),
        reqwest::Client::new()
            .get(format!("{}/path?auth_token=x", fake.origin()))
            .basic_auth("opencode", Some("open sesame")),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (401, ""));
    }
}

#[tokio::test]
async fn text_is_stored_when_it_ends_and_pages_have_cursors() {
    let (fake, client, _events) = start(vec![]).await;
    let session = client.session().await;
    for number in 0..3 {
        client.prompt(&session, &format!("%%text answer {number}")).await;
        fake.settled().await;
    }
    client.prompt(&session, "%%text abc\n%%wait go\n%%text def").await;
    fake.reached("go").await;
    assert_eq!(messages(&client, &session).await[7]["parts"][1]["text"], "");
    assert_eq!(client.get("/session/status").await[&session], json!({ "type": "busy" }));
    fake.open("go");
    fake.settled().await;
    let all = messages(&client, &session).await;
    assert_eq!((all.len(), &all[7]["parts"][1]["text"]), (8, &json!("abcdef")));
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let page = client.ask("GET", &format!("/session/{session}/message?limit=3{before}"), Value::Null).await;
        seen.splice(0..0, page.body.as_array().unwrap().iter().cloned());
        let Some(older) = page.older else { break };
        before = format!("&before={}", older.replace('=', "%3D"));
    }
    assert_eq!(seen, all);
    let lost = format!("/session/{session}/message{}", before.replacen('&', "?", 1));
    assert_eq!(client.ask("GET", &lost, Value::Null).await.status, 400);
    assert_eq!(client.ask("GET", "/session/ses_x/message", Value::Null).await.status, 404);
}

#[tokio::test]
async fn prompts_for_a_busy_session_get_one_answer() {
    let (fake, client, mut events) = start(vec![]).await;
    let session = client.session().await;
    client.prompt(&session, "%%text a\n%%wait go").await;
    fake.reached("go").await;
    client.prompt(&session, "%%text first").await;
    client.prompt(&session, "%%text second").await;
    let second = |event: &Value| event["properties"]["part"]["text"] == "%%text second";
    let second = events.until(second).await["properties"]["part"]["messageID"].clone();
    fake.open("go");
    fake.settled().await;
    let messages = messages(&client, &session).await;
    assert_eq!(messages.len(), 5);
    assert_eq!((&messages[4]["info"]["parentID"], &messages[4]["parts"][1]["text"]), (&second, &json!("second")));
}

#[tokio::test]
async fn a_prompt_that_comes_again_with_its_ids_does_not_run_again() {
    let (fake, client, mut events) = start(vec![]).await;
    let session = client.session().await;
    let path = format!("/session/{session}/prompt_async");
    let part = json!({ "id": "prt_1", "type": "text", "text": "%%text once" });
    let body = json!({ "messageID": "msg_1", "parts": [part] });
    assert_eq!(client.ask("POST", &path, body.clone()).await.status, 204);
    events.drain(&fake, &client).await;
    let once = messages(&client, &session).await;
    let seen = events.seen.len();
    assert_eq!(client.ask("POST", &path, body).await.status, 204);
    events.drain(&fake, &client).await;
    let told = [
        "message.updated",
        "message.part.updated",
        "session.updated",
        "session.status",
        "session.status",
        "session.idle",
    ];
    assert_eq!(kinds(&events.seen[seen..]), told);
    let twice = messages(&client, &session).await;
    assert_eq!((twice.len(), &twice[0]["parts"], &twice[1]), (2, &once[0]["parts"], &once[1]));
    let odd = json!({ "messageID": "abc", "parts": [] });
    assert_eq!(client.ask("POST", &path, odd).await.body["name"], "BadRequest");
}

#[tokio::test]
async fn an_unknown_agent_gives_errors_and_no_message() {
    let (fake, client, mut events) = start(vec![]).await;
    let session = client.session().await;
    events.until_type("session.created").await;
    let (seen, path) = (events.seen.len(), format!("/session/{session}/prompt_async"));
    let parts = json!([{ "type": "text", "text": "x" }]);
    assert_eq!(client.ask("POST", &path, json!({ "agent": "nope", "parts": parts })).await.status, 204);
    events.drain(&fake, &client).await;
    assert_eq!(kinds(&events.seen[seen..]), ["session.error", "session.error"]);
    assert!(messages(&client, &session).await.is_empty());
    let model = json!({ "providerID": "scripted", "modelID": "nope" });
    assert_eq!(client.ask("POST", &path, json!({ "model": model, "parts": parts })).await.status, 204);
    events.drain(&fake, &client).await;
    assert!(kinds(&events.seen).ends_with(&[
        "session.status",
        "session.error",
        "session.status",
        "session.idle",
        "session.error"
    ]));
    assert_eq!(messages(&client, &session).await.len(), 1);
}

#[tokio::test]
async fn one_answer_settles_the_sessions_other_requests() {
    for (reply, error) in [("reject", "The user rejected permission to use this specific tool call."), ("always", "")] {
        let (fake, client, mut events) = start(vec![Rule::ask("bash")]).await;
        let session = client.session().await;
        client.prompt(&session, "%%tool bash {\"command\": \"rm a\"}\n%%tool bash {\"command\": \"rm b\"}").await;
        let first = events.until_type("permission.asked").await["properties"]["id"].clone();
        events.until_type("permission.asked").await;
        let path = format!("/permission/{}/reply", first.as_str().unwrap());
        assert_eq!(client.ask("POST", &path, json!({ "reply": reply })).await.status, 200);
        assert_eq!(client.ask("POST", &path, json!({ "reply": reply })).await.body["_tag"], "PermissionNotFoundError");
        events.drain(&fake, &client).await;
        let replied = events.seen.iter().filter(|event| event["type"] == "permission.replied");
        assert!(replied.clone().count() == 2 && replied.clone().all(|event| event["properties"]["reply"] == reply));
        let messages = messages(&client, &session).await;
        for part in &messages[1]["parts"].as_array().unwrap()[1..3] {
            assert_eq!(part["state"]["error"].as_str().unwrap_or_default(), error);
        }
        assert_eq!(messages.len(), if reply == "reject" { 2 } else { 3 }, "a rejection ends the run");
    }
}

#[tokio::test]
async fn a_request_outlives_its_run_and_a_run_its_session() {
    let (fake, client, mut events) = start(vec![Rule::ask("bash")]).await;
    let session = client.session().await;
    client.prompt(&session, "%%tool bash {\"command\": \"rm a\"}").await;
    let asked = events.until_type("permission.asked").await["properties"].clone();
    assert_eq!(client.ask("POST", &format!("/session/{session}/abort"), Value::Null).await.body, json!(true));
    fake.settled().await;
    assert_eq!(client.get("/permission").await, json!([asked]));
    let path = format!("/permission/{}/reply", asked["id"].as_str().unwrap());
    assert_eq!(client.ask("POST", &path, json!({ "reply": "once" })).await.status, 200);
    assert_eq!(client.get("/permission").await, json!([]));

    client.prompt(&session, "%%text a\n%%wait go\n%%text b").await;
    fake.reached("go").await;
    assert_eq!(client.ask("DELETE", &format!("/session/{session}"), Value::Null).await.body, json!(true));
    assert_eq!(client.get("/session/status").await[&session]["type"], "busy");
    events.until_type("session.deleted").await;
    fake.open("go");
    assert_eq!(events.until_type("message.part.delta").await["properties"]["delta"], "b");
    events.until_type("session.error").await;
    events.until_type("session.idle").await;
    assert_eq!(client.get("/session/status").await, json!({}));
    assert_eq!(client.ask("DELETE", &format!("/session/{session}"), Value::Null).await.status, 404);
}

#[tokio::test]
async fn lists_stop_at_a_hundred_and_streams_carry_one_folder() {
    let (_fake, client, mut events) = start(vec![]).await;
    for _ in 0..101 {
        client.session().await;
    }
    let count = async |query: &str| client.get(&format!("/session{query}")).await.as_array().unwrap().len();
    assert_eq!((count("").await, count("?limit=7").await, count("?limit=0").await), (100, 7, 0));
    let other = client.ask("POST", "/session?directory=%2Fother", json!({})).await.body;
    assert_eq!(other["directory"], "/other");
    assert_eq!(count("?directory=%2Fother&limit=1000").await, 1);
    let last = client.session().await;
    events.until(|event| event["properties"]["sessionID"] == last.as_str()).await;
    assert_eq!(events.seen.iter().filter(|event| event["properties"]["info"]["directory"] == "/other").count(), 0);
}

#[tokio::test]
async fn heartbeats_come_at_their_interval() {
    let options = FakeOptions { heartbeat: Duration::from_millis(1), ..FakeOptions::default() };
    let fake = FakeOpenCode::start(options).await;
    let mut events = Client::new(&fake).events().await;
    events.until_type("server.heartbeat").await;
    events.until_type("server.heartbeat").await;
}
