//! The server's interface, asked directly and not through the proxy.

use std::{sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::front::Front;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Reaches the server of a folder, whichever runs.
#[derive(Clone)]
pub struct Api {
    pub front: Arc<Front>,
    client: reqwest::Client,
}

/// Something that waits for the person.
pub struct Request {
    pub id: String,
    pub session: String,
}

impl Api {
    pub fn new(front: Arc<Front>) -> Self {
        Self { front, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// Asks the server; none when it does not run or refuses.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Option<Value> {
        let server = self.front.server()?;
        let request = self.client.request(method, format!("http://127.0.0.1:{}{path}", server.port)).timeout(LIMIT);
        let request = request.basic_auth("opencode", Some(server.password));
        let request = request.header("x-opencode-directory", self.front.folder.display().to_string());
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.ok()?.error_for_status().ok()?.bytes().await.ok()?;
        if answer.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&answer).ok() }
    }

    pub async fn get(&self, path: &str) -> Option<Value> {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Option<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Makes a session.
    pub async fn create(&self, title: &str) -> Option<String> {
        Some(self.post("/session", json!({ "title": title })).await?["id"].as_str()?.to_owned())
    }

    /// Deletes a session: it is stopped first, since the server would go on with it.
    pub async fn delete(&self, session: &str) -> Option<()> {
        if self.is_busy(session).await? {
            self.post(&format!("/session/{session}/abort"), json!({})).await?;
        }
        self.ask(Method::DELETE, &format!("/session/{session}"), None).await.map(drop)
    }

    pub async fn rename(&self, session: &str, title: &str) -> Option<()> {
        self.ask(Method::PATCH, &format!("/session/{session}"), Some(json!({ "title": title }))).await.map(drop)
    }

    /// The folder's sessions, newest first.
    pub async fn sessions(&self) -> Option<Vec<Value>> {
        let folder = self.front.folder.display();
        self.get(&format!("/session?limit=10000&directory={folder}")).await?.as_array().cloned()
    }

    pub async fn is_busy(&self, session: &str) -> Option<bool> {
        Some(self.get("/session/status").await?.get(session).is_some())
    }

    /// Whether the server works on nothing.
    pub async fn is_idle(&self) -> bool {
        self.get("/session/status").await.is_some_and(|all| all.as_object().is_some_and(serde_json::Map::is_empty))
    }

    pub async fn messages(&self, session: &str) -> Option<Vec<Value>> {
        self.get(&format!("/session/{session}/message")).await?.as_array().cloned()
    }

    /// The permissions that wait.
    pub async fn permissions(&self) -> Vec<Request> {
        let asked = self.get("/permission").await.unwrap_or_default();
        let text = |request: &Value, key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let all = asked.as_array().into_iter().flatten();
        all.map(|request| Request { id: text(request, "id"), session: text(request, "sessionID") }).collect()
    }

    pub async fn allow(&self, request: &str) {
        // Who looks at the window may have been faster.
        self.post(&format!("/permission/{request}/reply"), json!({ "reply": "once" })).await;
    }
}
