//! The server itself, without Outrider and without the proxy: another client of it, and the truth in the end.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::subject::Subject;

/// How long the unharmed server may take for an answer.
const LIMIT: Duration = Duration::from_secs(20);

/// Requests to the server as they are, and answers as they come.
#[derive(Clone)]
pub struct Direct {
    http: reqwest::Client,
    subject: Arc<Subject>,
}

impl Direct {
    pub fn new(subject: Arc<Subject>) -> Result<Self, String> {
        let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build();
        Ok(Self { http: http.map_err(|error| error.to_string())?, subject })
    }

    pub fn is_fake(&self) -> bool {
        matches!(*self.subject, Subject::Fake { .. })
    }

    /// Sends a request; the error says which one and why.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let request = self
            .http
            .request(method.clone(), format!("http://{}{path}", self.subject.address()))
            .basic_auth("opencode", Some(self.subject.password()))
            .header("x-opencode-directory", self.subject.directory());
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let failed = |why: String| format!("{method} {path}: {why}");
        let answer = request.send().await.map_err(|error| failed(format!("{error:?}")))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| failed(error.to_string()))?;
        if !status.is_success() {
            return Err(failed(format!("{status} {text}")));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
    }

    pub async fn get(&self, path: &str) -> Result<Value, String> {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// All sessions of the folder, as JSON.
    pub async fn sessions(&self) -> Result<Vec<Value>, String> {
        let path = format!("/session?directory={}&limit=100000", self.subject.directory());
        let Value::Array(sessions) = self.get(&path).await? else { return Err("no list of sessions".into()) };
        Ok(sessions.into_iter().filter(|session| session["directory"] == self.subject.directory()).collect())
    }

    /// The prompts of all sessions, and their sessions.
    pub async fn prompts(&self) -> Result<Vec<(String, String)>, String> {
        let mut prompts = Vec::new();
        for session in self.sessions().await? {
            let Some(session) = session["id"].as_str() else { continue };
            let messages = self.get(&format!("/session/{session}/message")).await?;
            let users = messages.as_array().into_iter().flatten().filter(|it| it["info"]["role"] == "user");
            prompts.extend(users.filter_map(|it| Some((it["info"]["id"].as_str()?.to_owned(), session.to_owned()))));
        }
        Ok(prompts)
    }

    pub async fn prompt(&self, session: &str, text: &str) -> Result<(), String> {
        let body = json!({ "parts": [{ "type": "text", "text": text }] });
        self.post(&format!("/session/{session}/prompt_async"), body).await.map(|_| ())
    }

    pub async fn new_session(&self) -> Result<String, String> {
        let made = self.post("/session", json!({})).await?;
        made["id"].as_str().map(str::to_owned).ok_or_else(|| "a session without an id".to_owned())
    }

    pub async fn abort(&self, session: &str) -> Result<(), String> {
        self.post(&format!("/session/{session}/abort"), json!({})).await.map(|_| ())
    }

    /// Lets the server answer once in the folder. One whose first run in a folder is stopped while it prepares it would
    /// fail all that come after.
    pub async fn warm(&self) -> Result<(), String> {
        let session = self.new_session().await?;
        self.prompt(&session, "%%text Warm.").await?;
        let path = format!("/session/{session}/message");
        outrider_testkit::wait_for("the server's first answer", 3 * LIMIT, async || {
            let messages = self.get(&path).await.unwrap_or_default();
            let answer = messages.as_array().and_then(|all| all.iter().find(|it| it["info"]["role"] == "assistant"));
            answer.is_some_and(|it| !it["info"]["time"]["completed"].is_null())
                && self.running().await.is_ok_and(|running| !running.contains(&session))
        })
        .await;
        self.send(Method::DELETE, &format!("/session/{session}"), None).await.map(drop)
    }

    /// The sessions that work.
    pub async fn running(&self) -> Result<Vec<String>, String> {
        let status = self.get("/session/status").await?;
        let running = status.as_object().into_iter().flatten().filter(|(_, status)| status["type"] != "idle");
        Ok(running.map(|(session, _)| session.clone()).collect())
    }

    /// The permissions and questions that the server lists, live or not: `(is a question, id, session)`.
    pub async fn requests(&self) -> Result<Vec<(bool, String, String)>, String> {
        let (permissions, questions) = (self.get("/permission").await?, self.get("/question").await?);
        let read = |question: bool, list: Value| {
            let ids = list.as_array().cloned().unwrap_or_default();
            ids.into_iter().filter_map(move |request| {
                Some((question, request["id"].as_str()?.to_owned(), request["sessionID"].as_str()?.to_owned()))
            })
        };
        Ok(read(false, permissions).chain(read(true, questions)).collect())
    }

    /// Answers a request: permissions are allowed or not, questions answered or dismissed.
    pub async fn answer(&self, question: bool, id: &str, allow: bool) -> Result<(), String> {
        let (path, body) = match (question, allow) {
            (false, allow) => {
                (format!("/permission/{id}/reply"), json!({ "reply": if allow { "once" } else { "reject" } }))
            }
            (true, true) => (format!("/question/{id}/reply"), json!({ "answers": [["Red"]] })),
            (true, false) => (format!("/question/{id}/reject"), json!({})),
        };
        self.post(&path, body).await.map(|_| ())
    }
}
