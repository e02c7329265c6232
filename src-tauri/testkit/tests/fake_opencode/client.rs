//! A plain client.

use outrider_testkit::FakeOpenCode;
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// Requests to a server.
pub struct Client {
    http: reqwest::Client,
    origin: String,
    password: String,
}

/// What a request was answered with.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub older: Option<String>,
    pub body: Value,
}

impl Client {
    pub fn new(fake: &FakeOpenCode) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, origin: fake.origin(), password: fake.password().to_owned() }
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> reqwest::Result<Response> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}{path}", self.origin));
        let request = request.basic_auth("opencode", Some(&self.password));
        match body {
            Some(body) => request.json(body).send().await,
            None => request.send().await,
        }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = self.send(method, path, body.as_ref()).await.unwrap();
        let status = answer.status().as_u16();
        let older = answer.headers().get("x-next-cursor").map(|cursor| cursor.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Answer { status, older, body }
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null).await.body
    }

    /// Makes a session and returns its id.
    pub async fn session(&self) -> String {
        self.ask("POST", "/session", json!({ "title": "t" })).await.body["id"].as_str().unwrap().to_owned()
    }

    pub async fn prompt(&self, session: &str, text: &str) {
        let body = json!({ "parts": [{ "type": "text", "text": text }] });
        let answer = self.ask("POST", &format!("/session/{session}/prompt_async"), body).await;
        assert_eq!(answer.status, 204);
    }

    pub async fn events(&self) -> Events {
        let response = self.send("GET", "/event", None).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut events = Events { response, rest: String::new(), seen: Vec::new() };
        assert_eq!(events.next().await.unwrap().unwrap()["type"], "server.connected");
        events
    }
}

/// An event stream and what came on it.
pub struct Events {
    response: Response,
    rest: String,
    pub seen: Vec<Value>,
}

impl Events {
    /// The next event; `None` at a clean end, an error at any other.
    pub async fn next(&mut self) -> reqwest::Result<Option<Value>> {
        loop {
            if let Some(end) = self.rest.find("\n\n") {
                let event: Value = serde_json::from_str(self.rest[..end].strip_prefix("data: ").unwrap()).unwrap();
                self.rest.drain(..end + 2);
                self.seen.push(event.clone());
                return Ok(Some(event));
            }
            match self.response.chunk().await? {
                Some(chunk) => self.rest.push_str(std::str::from_utf8(&chunk).unwrap()),
                None => return Ok(None),
            }
        }
    }

    /// Reads until an event is such.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await.unwrap().expect("the stream goes on");
            if wanted(&event) {
                return event;
            }
        }
    }

    /// Reads until an event of this type comes.
    pub async fn until_type(&mut self, kind: &str) -> Value {
        self.until(|event| event["type"] == kind).await
    }

    /// Reads all that was sent, when the server has come to rest.
    pub async fn drain(&mut self, fake: &FakeOpenCode, client: &Client) {
        fake.settled().await;
        // Two events that come after all others.
        let mark = client.session().await;
        assert_eq!(client.ask("DELETE", &format!("/session/{mark}"), Value::Null).await.status, 200);
        self.until(|event| event["type"] == "session.deleted" && event["properties"]["sessionID"] == mark.as_str())
            .await;
        self.seen.truncate(self.seen.len() - 2);
    }
}
