//! A stand-in for the server, for the tests of this module.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Endpoint, Password};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Method, path and query, and the body if there is one.
    pub(super) line: String,
    /// The header `authorization`.
    pub(super) authorization: String,
    /// The header `x-opencode-directory`.
    pub(super) directory: String,
}

/// A server that answers until it is dropped.
pub(super) struct Fake {
    pub(super) endpoint: Endpoint,
    seen: Arc<Mutex<Vec<Seen>>>,
    _task: JoinSet<()>,
}

impl Fake {
    /// Answers each request, named by method, path and query, with what `answer` makes.
    pub(super) async fn start(answer: impl Fn(&str) -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let handler = move |request: Request<Body>| {
            let (answer, log) = (answer.clone(), Arc::clone(&log));
            async move {
                let (head, body) = request.into_parts();
                let name = format!("{} {}", head.method, head.uri);
                let header = |key| head.headers.get(key).map_or("", |value| value.to_str().unwrap()).to_owned();
                let (authorization, directory) = (header("authorization"), header("x-opencode-directory"));
                let body = to_bytes(body, 1 << 20).await.unwrap();
                let line = format!("{name} {}", String::from_utf8_lossy(&body)).trim_end().to_owned();
                log.lock().unwrap().push(Seen { line, authorization, directory });
                answer(&name)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = endpoint(listener.local_addr().unwrap().port());
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await.unwrap() });
        Self { endpoint, seen, _task: task }
    }

    /// The requests so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// An endpoint on this port with a password that tests can look for.
pub(super) fn endpoint(port: u16) -> Endpoint {
    let base = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    Endpoint { base, password: Password::new("open sesame") }
}

/// The port of an address where nothing listens.
pub(super) async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// An answer with this status and body.
pub(super) fn answer(status: u16, body: impl Into<Body>) -> Response<Body> {
    Response::builder().status(status).body(body.into()).unwrap()
}
