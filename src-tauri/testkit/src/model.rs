//! A chat model on loopback that speaks `OpenAI`'s protocol and follows a script.
//!
//! A prompt carries its own answer as directives (see [`crate::script`]). A prompt without directives gets a short
//! default answer, or the demo's when the model was started with [`ScriptedModel::start_demo`].
//!
//! It serves `POST /v1/chat/completions`, `GET /v1/models`, and a small HTML page at `GET /page` for tools that fetch.

mod answer;
mod connection;
mod conversation;
pub(crate) mod gates;
mod play;
mod record;
mod stamped;

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{ConnectInfo, DefaultBodyLimit, State},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use self::stamped::piece as stamped;
use self::{
    connection::{Connection, Connections},
    gates::Gates,
    record::Record,
};
pub use self::{
    conversation::Conversation,
    record::{Outcome, Received},
};
use crate::{
    demo,
    script::{Script, Step},
};

/// How long [`ScriptedModel::reached`] waits before it says that the answer never came there.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running model. It stops when dropped, and every answer in progress with it.
#[derive(Debug)]
pub struct ScriptedModel {
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

/// What the handlers share.
#[derive(Debug)]
struct Shared {
    personality: Personality,
    gates: Gates,
    record: Record,
    /// How often each fault with `times=` was met, by prompt, turn and place in the turn.
    met: Mutex<HashMap<(u64, usize, usize), u32>>,
    stop: CancellationToken,
    answers: TaskTracker,
}

/// How prompts without directives are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Personality {
    Plain,
    Demo,
}

impl ScriptedModel {
    /// Starts a model on a free port of loopback.
    ///
    /// # Panics
    /// When loopback cannot be bound.
    pub async fn start() -> Self {
        Self::bind(0, Personality::Plain).await.unwrap_or_else(|error| panic!("no port on loopback: {error}"))
    }

    /// Starts a model that listens on `port` (0 for a free one).
    pub async fn start_on(port: u16) -> io::Result<Self> {
        Self::bind(port, Personality::Plain).await
    }

    /// Starts a model with the demo's answers for prompts without directives, on `port` (0 for a free one).
    pub async fn start_demo(port: u16) -> io::Result<Self> {
        Self::bind(port, Personality::Demo).await
    }

    async fn bind(port: u16, personality: Personality) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            personality,
            gates: Gates::default(),
            record: Record::default(),
            met: Mutex::default(),
            stop: stop.clone(),
            answers: TaskTracker::new(),
        });
        let service = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(complete))
            .route("/page", get(page))
            // A model is sent the whole conversation.
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared))
            .into_make_service_with_connect_info::<Connection>();
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            // Serving ends only by the token; a listener that fails to accept tries again by itself.
            let _ = axum::serve(Connections(listener), service).with_graceful_shutdown(stop.cancelled_owned()).await;
        });
        Ok(Self { address, shared, tasks })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where the model listens, such as `http://127.0.0.1:34567`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base URL for a provider's settings, such as `http://127.0.0.1:34567/v1`.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.origin())
    }

    /// The chat requests received so far, oldest first (the last 500).
    pub fn requests(&self) -> Vec<Received> {
        self.shared.record.all()
    }

    /// Lets the answers go on that stand at `%%wait NAME`, and those that come there later.
    pub fn open(&self, name: &str) {
        self.shared.gates.open(name);
    }

    /// Resolves when an answer has come to `%%reached NAME` or `%%wait NAME`; at once if one has been there.
    ///
    /// # Panics
    /// When none comes there within a minute.
    pub async fn reached(&self, name: &str) {
        let reached = tokio::time::timeout(PATIENCE, self.shared.gates.reached(name)).await;
        assert!(reached.is_ok(), "no answer came to {name} within {} s", PATIENCE.as_secs());
    }

    /// Stops the model and waits until its connections are closed.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.tasks.close();
        self.shared.answers.close();
        self.tasks.wait().await;
        self.shared.answers.wait().await;
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

async fn models() -> Json<Value> {
    Json(
        json!({ "object": "list", "data": [{ "id": "echo", "object": "model" }, { "id": "small", "object": "model" }] }),
    )
}

async fn page() -> Html<&'static str> {
    Html("<html><head><title>Page</title></head><body><h1>Hello</h1><p>A <b>small</b> page.</p></body></html>")
}

async fn complete(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Json(body): Json<Value>,
) -> Response {
    let conversation = Conversation::read(&body);
    let steps = shared.steps(&conversation);
    let id = shared.record.add(&conversation, body);
    if !conversation.streamed() {
        shared.record.end(id, Outcome::Ended);
        return Json(whole(&conversation, &steps)).into_response();
    }
    let (answer, response) = answer::channel(connection);
    let answering = Arc::clone(&shared);
    shared.answers.spawn(async move {
        let outcome = tokio::select! {
            outcome = play::play(&answering, &conversation, &steps, answer) => outcome,
            () = answering.stop.cancelled() => Outcome::Stopped,
        };
        answering.record.end(id, outcome);
    });
    response.await
}

impl Shared {
    fn steps(&self, conversation: &Conversation) -> Vec<Step> {
        let prompt = conversation.prompt();
        if conversation.is_title() {
            let title = match self.personality {
                Personality::Plain => "Scripted title".to_owned(),
                Personality::Demo => demo::title(prompt),
            };
            return vec![Step::Text(title)];
        }
        let script = Script::parse(prompt);
        if let Some(steps) = script.as_ref().and_then(|script| script.turn(conversation.turn())) {
            return steps.to_vec();
        }
        let delay = Duration::from_millis(10);
        if conversation.is_compaction() {
            let text = "## Objective\n- scripted summary of the conversation".to_owned();
            return vec![Step::Words { delay, text }];
        }
        if self.personality == Personality::Demo && script.is_none() {
            return demo::answer(conversation);
        }
        vec![Step::Stream { count: 5, delay, prefix: "word".to_owned() }]
    }

    /// Whether a fault that happens `times` times (always, if not said) happens this time.
    fn fires(&self, times: Option<u32>, place: (u64, usize, usize)) -> bool {
        let Some(times) = times else { return true };
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let count = met.entry(place).or_default();
        *count += 1;
        *count <= times
    }
}

/// The answer to a request that does not ask for a stream.
fn whole(conversation: &Conversation, steps: &[Step]) -> Value {
    let text: String = steps
        .iter()
        .filter_map(|step| match step {
            Step::Text(text) | Step::Words { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let text = if text.is_empty() { "ok" } else { &text };
    json!({
        "id": "c1", "object": "chat.completion", "created": 1, "model": conversation.model(),
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15 },
    })
}

#[cfg(test)]
mod tests;
