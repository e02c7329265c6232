//! What happens when the server is killed, cut off, or told to let go.

use outrider_testkit::{FakeOpenCode, FakeOptions, fake_opencode::Rule};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::client::Client;

#[tokio::test]
async fn a_killed_server_leaves_what_the_real_one_leaves() {
    let rules = vec![Rule { pattern: "rm *".into(), ..Rule::ask("bash") }];
    let fake = FakeOpenCode::start(FakeOptions { rules, ..FakeOptions::default() }).await;
    let client = Client::new(&fake);
    let mut events = client.events().await;
    let (talking, asking, queued) = (client.session().await, client.session().await, client.session().await);
    let tool = |command: &str| format!("%%tool bash {{\"command\": \"{command}\", \"description\": \"d\"}}");
    client.prompt(&asking, &tool("rm x")).await;
    events.until_type("permission.asked").await;
    client.prompt(&queued, &tool("echo a; sleep 100000")).await;
    events.until(|event| event["properties"]["part"]["state"]["metadata"]["output"] == "a\n").await;
    client.prompt(&talking, "%%text said\n%%wait for-ever").await;
    fake.reached("for-ever").await;
    let address = fake.address();

    fake.kill().await;
    assert!(TcpStream::connect(address).await.is_err(), "nothing listens");
    let end = loop {
        match events.next().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert!(end.is_err(), "the stream ends without its final chunk");
    fake.start_again().await;
    assert_eq!(fake.address(), address);

    assert_eq!(client.get("/session/status").await, json!({}));
    assert_eq!(client.get("/permission").await, json!([]));
    let answer = client.get(&format!("/session/{talking}/message")).await[1].clone();
    assert_eq!(answer["parts"][1]["text"], "");
    assert_eq!(answer["parts"][1]["time"]["end"], Value::Null);
    assert_eq!((&answer["info"]["time"]["completed"], &answer["info"]["error"]), (&Value::Null, &Value::Null));
    let state = client.get(&format!("/session/{queued}/message")).await[1]["parts"][1]["state"].clone();
    assert_eq!((&state["status"], &state["metadata"]["output"]), (&json!("running"), &json!("a\n")));

    client.prompt(&talking, "%%text again").await;
    fake.settled().await;
    let messages = client.get(&format!("/session/{talking}/message")).await;
    assert_eq!(messages[1], answer, "what was open stays open");
    assert_eq!(messages[3]["parts"][1]["text"], "again");
}

#[tokio::test]
async fn a_cut_stream_loses_events_and_nothing_else() {
    let fake = FakeOpenCode::start(FakeOptions::default()).await;
    let client = Client::new(&fake);
    let session = client.session().await;
    let mut events = client.events().await;
    client.prompt(&session, "%%text one \n%%wait go\n%%text two").await;
    fake.reached("go").await;
    fake.cut_event_streams();
    while let Ok(event) = events.next().await {
        assert!(event.is_some(), "the stream ends without its final chunk");
    }
    let mut events = client.events().await;
    fake.open("go");
    let event = events.until_type("message.part.delta").await;
    assert_eq!(event["properties"]["delta"], "two");
    fake.settled().await;
    let message = client.get(&format!("/session/{session}/message")).await[1].clone();
    assert_eq!(message["parts"][1]["text"], "onetwo");
}

#[tokio::test]
async fn disposing_aborts_all_work_and_ends_streams_cleanly() {
    let fake = FakeOpenCode::start(FakeOptions { rules: vec![Rule::ask("bash")], ..FakeOptions::default() }).await;
    let client = Client::new(&fake);
    let session = client.session().await;
    let mut events = client.events().await;
    client.prompt(&session, "%%tool bash {\"command\": \"rm x\"}").await;
    events.until_type("permission.asked").await;
    assert_eq!(client.ask("POST", "/instance/dispose", Value::Null).await.body, json!(true));
    let error = events.until_type("session.error").await;
    assert_eq!(error["properties"]["error"]["name"], "MessageAbortedError");
    let disposed = events.until_type("server.instance.disposed").await;
    assert_eq!(disposed["properties"]["directory"], fake.directory());
    assert!(events.next().await.unwrap().is_none(), "the stream ends cleanly");
    assert_eq!(client.get("/permission").await, json!([]));
    assert_eq!(client.get("/session/status").await, json!({}));
}

#[tokio::test]
async fn nothing_is_left_when_it_is_dropped() {
    let fake = FakeOpenCode::start(FakeOptions::default()).await;
    let client = Client::new(&fake);
    let session = client.session().await;
    let mut events = client.events().await;
    client.prompt(&session, "%%hang").await;
    events.until_type("session.status").await;
    let address = fake.address();
    drop(fake);
    while events.next().await.is_ok() {}
    // The listener goes a moment after the connections.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
