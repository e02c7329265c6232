use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Response;
use futures_util::{StreamExt, stream};
use tokio::time::timeout;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::*;
use crate::opencode::fake::{Fake, answer};

const SILENCE: Duration = Duration::from_secs(1);

/// A connection to a server whose event stream says that it is connected, and then nothing; the test plays the
/// instance. `status` answers the n-th question for what works, from 1; the first belongs to the snapshot.
struct Stalled {
    updates: mpsc::Receiver<Update>,
    check: Arc<Notify>,
    _server: Fake,
    _task: AbortOnDropHandle<()>,
}

impl Stalled {
    async fn connected(status: impl Fn(usize) -> Body + Clone + Send + Sync + 'static) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let server = Fake::start(move |name| match name {
            "GET /event" => {
                let hello = "data: {\"type\":\"server.connected\",\"properties\":{}}\n\n";
                let body = stream::iter([Ok::<_, std::io::Error>(hello)]).chain(stream::pending());
                Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(body)).unwrap()
            }
            "GET /session/status" => answer(200, status(asked.fetch_add(1, Ordering::SeqCst) + 1)),
            "GET /vcs" => answer(200, "{}"),
            _ => answer(200, "[]"),
        })
        .await;
        let (sender, updates) = mpsc::channel(16);
        let check = Arc::new(Notify::new());
        let task = ConnectionTask {
            client: Client::new(server.endpoint.clone(), "/p", Duration::from_secs(5)).unwrap(),
            directory: "/p".to_owned(),
            backoff: Backoff::new(Duration::from_secs(1), 1),
            silence: SILENCE,
            traffic: Arc::default(),
            updates: sender,
            check: Arc::clone(&check),
            token: CancellationToken::new(),
        };
        let task = TaskTracker::new().spawn(task.run());
        let mut this = Self { updates, check, _server: server, _task: AbortOnDropHandle::new(task) };
        while !matches!(this.next().await, Update::State(Connection::Connected)) {}
        this
    }

    async fn next(&mut self) -> Update {
        let update = timeout(SILENCE * 5, self.updates.recv()).await.expect("an update").unwrap();
        match update {
            Update::Opened(reply) => {
                reply.send(Plan { mark: Mark::default(), sessions: Vec::new() }).ok();
                Update::Event(Box::new(Event::Ignored))
            }
            other => other,
        }
    }

    /// Goes on until the stream is lost, and says how often what works was compared. The comparisons find `same`.
    async fn compared_until_lost(&mut self, same: bool) -> usize {
        let mut compared = 0;
        loop {
            match self.next().await {
                Update::Running(_, reply) => {
                    compared += 1;
                    reply.send(same).unwrap();
                }
                Update::Lost => return compared,
                _ => {}
            }
        }
    }
}

fn busy() -> Body {
    r#"{"ses_1":{"type":"busy"}}"#.into()
}

#[tokio::test]
async fn a_check_loses_a_stream_whose_server_twice_says_something_else() {
    let mut stalled = Stalled::connected(|_| busy()).await;
    let asked = Instant::now();
    stalled.check.notify_one();
    assert_eq!(stalled.compared_until_lost(false).await, 2);
    assert!(asked.elapsed() < SILENCE / 2, "found by the comparison and not by silence");
}

#[tokio::test]
async fn a_check_loses_a_stream_whose_server_does_not_answer() {
    let mut stalled = Stalled::connected(|nth| {
        if nth == 1 { busy() } else { Body::from_stream(stream::pending::<std::io::Result<&str>>()) }
    })
    .await;
    let asked = Instant::now();
    stalled.check.notify_one();
    assert_eq!(stalled.compared_until_lost(true).await, 0);
    assert!(asked.elapsed() < SILENCE / 2, "found by the question and not by silence");
}

#[tokio::test]
async fn a_check_gives_a_silent_stream_half_the_time_and_no_more() {
    let mut stalled = Stalled::connected(|_| busy()).await;
    let asked = Instant::now();
    stalled.check.notify_one();
    assert_eq!(stalled.compared_until_lost(true).await, 1);
    assert!(asked.elapsed() < SILENCE, "not by the ordinary limit");
}
