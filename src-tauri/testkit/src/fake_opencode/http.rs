//! Requests: the password, the directory, the way to what answers them, and event streams.

use std::{io, sync::Arc};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    admission, requests, sessions,
    state::{QUEUED_EVENTS, Subscriber},
    world::World,
};

/// The largest body that is read.
const BODY_LIMIT: usize = 64 << 20;

/// A request as its handler sees it.
pub(super) struct Call {
    pub(super) world: Arc<World>,
    pub(super) directory: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
}

/// A refusal in one of the server's three forms.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) StatusCode, pub(super) Value);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

impl Refusal {
    pub(super) fn no_session(id: &str) -> Self {
        if !id.starts_with("ses") {
            let message = "Unexpected server error. Check server logs for details.";
            let data = json!({ "message": message, "ref": "err_70251a1d" });
            return Self(StatusCode::INTERNAL_SERVER_ERROR, json!({ "name": "UnknownError", "data": data }));
        }
        let data = json!({ "message": format!("Session not found: {id}") });
        Self(StatusCode::NOT_FOUND, json!({ "name": "NotFoundError", "data": data }))
    }

    /// A request whose `kind` (Payload or Query) is wrong.
    pub(super) fn bad(message: &str, kind: &str) -> Self {
        let data = json!({ "message": message, "kind": kind });
        Self(StatusCode::BAD_REQUEST, json!({ "name": "BadRequest", "data": data }))
    }

    pub(super) fn bad_tag() -> Self {
        Self(StatusCode::BAD_REQUEST, json!({ "_tag": "BadRequest" }))
    }

    pub(super) fn busy(session: &str) -> Self {
        let body = json!({ "_tag": "SessionBusyError", "sessionID": session, "message": "Session is busy" });
        Self(StatusCode::CONFLICT, body)
    }
}

impl Call {
    /// A value of the query.
    pub(super) fn query(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

pub(super) async fn handle(State(world): State<Arc<World>>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let query = query(head.uri.query().unwrap_or_default());
    if !authorized(&world, &head.headers, &query) {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"Secure Area\"")]).into_response();
    }
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else { return Refusal::bad_tag().into_response() };
    let body = match bytes.as_ref() {
        [] => json!({}),
        bytes => match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(_) => return Refusal::bad_tag().into_response(),
        },
    };
    let directory = directory(&world, &head.headers, &query);
    let path = head.uri.path().to_owned();
    let call = Call { world, directory, query, body };
    match route(&head.method, &path, call).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn route(method: &Method, path: &str, call: Call) -> Result<Response, Refusal> {
    let segments: Vec<_> = path.trim_matches('/').split('/').collect();
    let answer = |value: Value| Ok(Json(value).into_response());
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["event"]) => Ok(events(&call)),
        ("GET", ["global", "health"]) => answer(json!({ "healthy": true, "version": "1.18.33" })),
        ("GET", ["path"]) => answer(json!({
            "home": "/home/dev", "state": "/home/dev/.local/state/opencode", "config": "/home/dev/.config/opencode",
            "worktree": call.directory, "directory": call.directory,
        })),
        ("GET", ["vcs"]) => answer(json!({ "branch": "main", "default_branch": "main" })),
        ("GET", ["agent"]) => answer(admission::agents()),
        ("GET", ["config", "providers"]) => answer(admission::providers()),
        ("GET", ["command" | "skill" | "lsp" | "formatter" | "project"]) => answer(json!([])),
        ("GET", ["config" | "mcp"]) => answer(json!({})),
        ("GET", ["session"]) => answer(sessions::list(&call)),
        ("POST", ["session"]) => answer(sessions::create(&call)?),
        ("GET", ["session", "status"]) => answer(sessions::statuses(&call)),
        ("GET", ["session", id]) => answer(sessions::get(&call, id)?),
        ("PATCH", ["session", id]) => answer(sessions::change(&call, id)?),
        ("DELETE", ["session", id]) => answer(sessions::delete(&call, id)?),
        ("GET", ["session", id, "children"]) => answer(sessions::children(&call, id)?),
        ("GET", ["session", id, "todo"]) => answer(sessions::todos(&call, id)?),
        ("GET", ["session", id, "diff"]) => answer(sessions::diff(&call, id)?),
        ("GET", ["session", id, "message"]) => sessions::messages(&call, id),
        ("GET", ["session", id, "message", message]) => answer(sessions::message(&call, id, message)?),
        ("POST", ["session", id, "prompt_async"]) => {
            admission::prompt(&call, id).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        ("POST", ["session", id, "abort"]) => answer(sessions::abort(&call, id).await),
        ("POST", ["session", id, "revert"]) => answer(sessions::revert(&call, id)?),
        ("POST", ["session", id, "unrevert"]) => answer(sessions::unrevert(&call, id)?),
        ("GET", ["permission"]) => answer(requests::permissions(&call)),
        ("POST", ["permission", id, "reply"]) => answer(requests::reply_permission(&call, id)?),
        ("GET", ["question"]) => answer(requests::questions(&call)),
        ("POST", ["question", id, "reply"]) => answer(requests::reply_question(&call, id)?),
        ("POST", ["question", id, "reject"]) => answer(requests::reject_question(&call, id)?),
        ("POST", ["instance" | "global", "dispose"]) => answer(sessions::dispose(&call).await),
        _ => Ok((StatusCode::NOT_FOUND, Json(json!({ "name": "NotFoundError", "data": {} }))).into_response()),
    }
}

/// Basic, or `auth_token` in the query, which takes precedence (section 1).
fn authorized(world: &World, headers: &HeaderMap, query: &[(String, String)]) -> bool {
    let expected = STANDARD.encode(format!("opencode:{}", world.options.password));
    if let Some((_, token)) = query.iter().find(|(key, _)| key == "auth_token") {
        return *token == expected;
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.strip_prefix("Basic ").is_some_and(|given| given == expected)
}

/// The folder that a request is about: the query's, decoded a second time, or the header's (section 2).
fn directory(world: &World, headers: &HeaderMap, query: &[(String, String)]) -> String {
    let named = query.iter().find(|(key, _)| key == "directory").map(|(_, value)| decoded(value));
    let header = || headers.get("x-opencode-directory").and_then(|value| value.to_str().ok()).map(decoded);
    let directory = named.or_else(header).unwrap_or_else(|| world.options.directory.clone());
    match directory.trim_end_matches('/') {
        "" => directory,
        trimmed => trimmed.to_owned(),
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

/// Percent-decoded.
fn decoded(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let (mut out, mut index) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(index) {
        let pair = (digit(bytes.get(index + 1)), digit(bytes.get(index + 2)));
        if let (b'%', (Some(high), Some(low))) = (byte, pair) {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
            index += 3;
        } else {
            out.push(*byte);
            index += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What an event stream needs between two events.
struct Stream {
    world: Arc<World>,
    events: mpsc::Receiver<String>,
    beat: Instant,
    cut: CancellationToken,
}

/// An event stream: the events of one directory, a heartbeat, nothing repeated.
fn events(call: &Call) -> Response {
    let (sender, receiver) = mpsc::channel(QUEUED_EVENTS);
    let cut = call.world.cut_token();
    {
        let mut state = call.world.lock();
        let connected = json!({ "id": state.ids.next("evt"), "type": "server.connected", "properties": {} });
        // The queue is empty.
        let _ = sender.try_send(connected.to_string());
        state.live.subscribers.push(Subscriber { directory: call.directory.clone(), events: sender });
    }
    let world = Arc::clone(&call.world);
    let beat = Instant::now() + world.options.heartbeat;
    let stream = Stream { world, events: receiver, beat, cut };
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream"),
        (header::CACHE_CONTROL.as_str(), "no-cache, no-transform"),
        ("x-accel-buffering", "no"),
    ];
    (headers, Body::from_stream(stream::unfold(stream, next))).into_response()
}

async fn next(mut stream: Stream) -> Option<(io::Result<String>, Stream)> {
    let event = tokio::select! {
        biased;
        () = stream.cut.cancelled() => return Some((Err(io::ErrorKind::ConnectionAborted.into()), stream)),
        // Ends cleanly when the directory is disposed of.
        event = stream.events.recv() => event?,
        () = tokio::time::sleep_until(stream.beat) => {
            stream.beat += stream.world.options.heartbeat;
            let id = stream.world.lock().ids.next("evt");
            json!({ "id": id, "type": "server.heartbeat", "properties": {} }).to_string()
        }
    };
    Some((Ok(format!("data: {event}\n\n")), stream))
}
