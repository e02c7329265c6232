//! A stand-in for the server, for the crate's tests.

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
pub(crate) struct Seen {
    /// Method, path and query, and the body if there is one.
    pub(crate) line: String,
    /// The header `authorization`.
    pub(crate) authorization: String,
    /// The header `x-opencode-directory`.
    pub(crate) directory: String,
}

/// A server that answers until it is dropped.
pub(crate) struct Fake {
    pub(crate) endpoint: Endpoint,
    seen: Arc<Mutex<Vec<Seen>>>,
    _task: JoinSet<()>,
}

impl Fake {
    /// Answers each request, named by method, path and query, with what `answer` makes.
    pub(crate) async fn start(answer: impl Fn(&str) -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
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
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// An endpoint on this port with a password that tests can look for.
pub(crate) fn endpoint(port: u16) -> Endpoint {
    let base = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    Endpoint { base, password: Password::new("open sesame") }
}

/// The port of an address where nothing listens.
pub(crate) async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// An answer with this status and body.
pub(crate) fn answer(status: u16, body: impl Into<Body>) -> Response<Body> {
    Response::builder().status(status).body(body.into()).unwrap()
}
