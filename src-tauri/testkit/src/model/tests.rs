use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::*;
use crate::wait_for;

/// A response as it came over the wire: status, headers, decoded chunks, and how the connection ended.
struct Reply {
    head: String,
    body: String,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With the last chunk, or after the bytes that content-length says.
    Whole,
    /// The connection ended before it.
    Cut,
}

impl Reply {
    fn status(&self) -> &str {
        &self.head[9..12]
    }

    fn events(&self) -> Vec<&str> {
        self.body.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect()
    }

    fn chunks(&self) -> Vec<Value> {
        self.events().into_iter().filter_map(|event| serde_json::from_str(event).ok()).collect()
    }

    fn deltas(&self, field: &str) -> Vec<String> {
        let chunks = self.chunks();
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"][field].as_str().map(str::to_owned)).collect()
    }

    fn finish(&self) -> Option<String> {
        Some(self.chunks().last()?["choices"][0]["finish_reason"].as_str()?.to_owned())
    }
}

async fn send(model: &ScriptedModel, body: &Value) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", model.port())).await.unwrap();
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: model\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    BufReader::new(stream)
}

fn request(messages: &Value) -> Value {
    json!({ "model": "echo", "stream": true, "messages": messages })
}

fn prompt(text: &str) -> Value {
    request(&json!([{ "role": "user", "content": text }]))
}

async fn receive(mut stream: BufReader<TcpStream>) -> Reply {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "ended in the head: {head}");
    }
    let mut body = String::new();
    if let Some((_, length)) = head.split_once("content-length: ") {
        let length: usize = length.lines().next().unwrap().parse().unwrap();
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).await.unwrap();
        return Reply { head, body: String::from_utf8(bytes).unwrap(), end: End::Whole };
    }
    let end = loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap() == 0 {
            break End::Cut;
        }
        let length = usize::from_str_radix(line.trim(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).await.unwrap();
        if length == 0 {
            break End::Whole;
        }
        body.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
    };
    Reply { head, body, end }
}

async fn ask(model: &ScriptedModel, text: &str) -> Reply {
    receive(send(model, &prompt(text)).await).await
}

#[tokio::test]
async fn streams_text_reasoning_and_usage() {
    let model = ScriptedModel::start().await;
    let script = "%%reason why\n%%text one\\n\n%%words 0 two three\n%%stream 2 0 x\n%%usage 9 8 7 6\n%%finish length";
    let reply = ask(&model, script).await;
    assert_eq!(reply.deltas("reasoning_content"), ["why"]);
    assert_eq!(reply.deltas("content"), ["one\n", "two ", "three", "x0 ", "x1 "]);
    assert_eq!((reply.finish().as_deref(), reply.events().last()), (Some("length"), Some(&"[DONE]")));
    let usage = reply.chunks().pop().unwrap()["usage"].take();
    assert_eq!((usage["total_tokens"].as_u64(), reply.end), (Some(17), End::Whole));
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 6);
}

#[tokio::test]
async fn calls_tools_and_goes_on_in_the_next_turn() {
    let model = ScriptedModel::start().await;
    let script = "%%toolstream bash 4 0 {\"command\":\"ls\"}\n%%badtool edit {oops\n%%turn\n%%text after";
    let reply = ask(&model, script).await;
    let chunks = reply.chunks();
    let calls: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["delta"]["tool_calls"][0])
        .filter(|call| call.is_object())
        .collect();
    let arguments = |index: u64| -> String {
        let of_call = calls.iter().filter(|call| call["index"] == index);
        of_call.map(|call| call["function"]["arguments"].as_str().unwrap()).collect()
    };
    assert_eq!((arguments(0).as_str(), arguments(1).as_str()), (r#"{"command":"ls"}"#, "{oops"));
    assert_ne!(calls[0]["id"], calls.last().unwrap()["id"]);
    assert_eq!(reply.finish().as_deref(), Some("tool_calls"));

    let next = request(&json!([
        { "role": "user", "content": script },
        { "role": "assistant", "content": "", "tool_calls": [] },
        { "role": "tool", "content": "result" },
    ]));
    assert_eq!(receive(send(&model, &next).await).await.deltas("content"), ["after"]);
    let received = model.requests();
    assert_eq!((received.len(), received[1].turn, received[0].prompt.as_str()), (2, 1, script));
}

#[tokio::test]
async fn fails_over_http_as_often_as_told() {
    let model = ScriptedModel::start().await;
    let script = "%%error 429 times=1 retry-after:2 slow down\n%%text fine";
    let reply = ask(&model, script).await;
    assert_eq!(reply.status(), "429");
    assert!(reply.head.contains("retry-after: 2"), "{}", reply.head);
    assert_eq!(serde_json::from_str::<Value>(&reply.body).unwrap()["error"]["message"], "slow down");
    assert_eq!(ask(&model, script).await.deltas("content"), ["fine"]);
    let whole = ask(&model, r#"%%error 400 {"error":"as it stands"}"#).await;
    assert_eq!((whole.status(), whole.body.as_str()), ("400", r#"{"error":"as it stands"}"#));
}

#[tokio::test]
async fn ends_streams_in_every_wrong_way() {
    let model = ScriptedModel::start().await;
    for (directive, end) in [("cut", End::Cut), ("eof", End::Whole)] {
        let reply = ask(&model, &format!("%%stream 200 0\n%%{directive}\n%%text never")).await;
        assert_eq!((reply.end, reply.finish()), (end, None), "{directive}");
        assert_eq!(reply.deltas("content").len(), 200, "{directive}");
    }
    let reply = ask(&model, "%%text a\n%%streamerror overloaded\n%%text never").await;
    assert_eq!(reply.chunks()[1]["error"]["message"], "overloaded");
    assert_eq!((reply.events().len(), reply.deltas("content").len()), (3, 1));
    let reply = ask(&model, "%%malformed {not json\n%%text b").await;
    assert_eq!((reply.events()[0], reply.deltas("content")), ("{not json", vec!["b".to_owned()]));
}

#[tokio::test]
async fn resets_the_connection() {
    let model = ScriptedModel::start().await;
    let mut stream = send(&model, &prompt("%%text before\n%%wait gate\n%%rst")).await;
    let mut line = String::new();
    while !line.contains("before") {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
    }
    // A reset throws away what was not read yet, so it comes only now.
    model.open("gate");
    let end = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(end.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn stands_still_until_the_test_says_go() {
    let model = ScriptedModel::start().await;
    let mut stream = send(&model, &prompt("%%text before\n%%wait gate\n%%text after\n%%reached end")).await;
    model.reached("gate").await;
    let mut line = String::new();
    while !line.contains("before") {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
    }
    assert_eq!(model.requests()[0].outcome, Outcome::Running);
    model.open("gate");
    model.reached("end").await;
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("after") && rest.contains("[DONE]"));
}

#[tokio::test]
async fn notices_when_the_client_goes() {
    let model = ScriptedModel::start().await;
    for (number, script) in ["%%reached 0\n%%hang", "%%text a\n%%reached 1\n%%hang"].into_iter().enumerate() {
        let stream = send(&model, &prompt(script)).await;
        model.reached(&number.to_string()).await;
        drop(stream);
        wait_for("the model to notice", Duration::from_secs(5), || {
            std::future::ready(model.requests()[number].outcome == Outcome::ClientGone)
        })
        .await;
    }
}

#[tokio::test]
async fn stops_with_answers_in_progress() {
    let model = ScriptedModel::start().await;
    let port = model.port();
    let _begun = send(&model, &prompt("%%text a\n%%reached begun\n%%hang")).await;
    let _silent = send(&model, &prompt("%%reached silent\n%%hang")).await;
    model.reached("begun").await;
    model.reached("silent").await;
    tokio::time::timeout(Duration::from_secs(5), model.stop()).await.expect("the model stops at once");
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn names_sessions_and_sums_them_up() {
    let model = ScriptedModel::start().await;
    let mut title = prompt("%%error 500\nfix it");
    title["model"] = json!("small");
    assert_eq!(receive(send(&model, &title).await).await.deltas("content"), ["Scripted title"]);
    let summary = ask(&model, "Sum up.\n<conversation>\n%%error 500\n</conversation>").await;
    assert!(summary.deltas("content").concat().starts_with("## Objective"));
    let mut whole = prompt("%%text all at once");
    whole["stream"] = json!(false);
    let reply = receive(send(&model, &whole).await).await;
    let message = &serde_json::from_str::<Value>(&reply.body).unwrap()["choices"][0]["message"];
    assert_eq!(message["content"], "all at once");
    assert_eq!(ask(&model, "hello").await.deltas("content").len(), 5);
}
