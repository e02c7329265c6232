use axum::{
    Router,
    body::{Body, Bytes},
    extract::State as Extract,
    routing::{get, post},
};
use futures_util::StreamExt as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::broadcast,
};

use super::*;

const SOON: Duration = Duration::from_secs(5);
/// Long enough to see that nothing comes.
const MOMENT: Duration = Duration::from_millis(60);

/// A server with an event stream that the test writes.
struct Server {
    address: SocketAddr,
    events: broadcast::Sender<&'static str>,
    posted: Arc<Mutex<Vec<String>>>,
    _stop: tokio_util::sync::DropGuard,
}

impl Server {
    async fn start() -> Self {
        let (events, posted) = (broadcast::Sender::new(16), Arc::new(Mutex::new(Vec::new())));
        let router = Router::new()
            .route(
                "/event",
                get(async |Extract(events): Extract<broadcast::Sender<&'static str>>| {
                    let events = futures_util::stream::unfold(events.subscribe(), async |mut events| {
                        let bytes = events.recv().await.ok()?;
                        Some((Ok::<_, io::Error>(Bytes::from_static(bytes.as_bytes())), events))
                    });
                    let first = futures_util::stream::once(async { Ok(Bytes::from_static(b"data: 0\n\n")) });
                    Body::from_stream(first.chain(events))
                }),
            )
            .with_state(events.clone())
            .route("/session", get(async || "[\"ö\"]"))
            .route(
                "/session",
                post({
                    let posted = Arc::clone(&posted);
                    async move |body: String| {
                        posted.lock().unwrap().push(body);
                        "true"
                    }
                }),
            );
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let (serving, ended) = (TaskTracker::new(), stop.clone());
        serving.spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                _ = axum::serve(listener, router) => {}
            }
        });
        Self { address, events, posted, _stop: stop.drop_guard() }
    }
}

async fn connect(proxy: &FaultProxy) -> TcpStream {
    TcpStream::connect(proxy.address()).await.unwrap()
}

async fn ask(connection: &mut TcpStream, request: &str, body: &str) {
    let text = format!("{request} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    connection.write_all(text.as_bytes()).await.unwrap();
}

/// Reads until the text is there, and gives all that came, as it came.
async fn until(connection: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&bytes).contains(end) {
            assert!(connection.read_buf(&mut bytes).await.unwrap() > 0, "ended before {end:?}");
        }
    };
    let read = tokio::time::timeout(SOON, reading).await;
    assert!(read.is_ok(), "{end:?} did not come but {:?}", String::from_utf8_lossy(&bytes));
    String::from_utf8(bytes).unwrap()
}

/// Reads until the connection ends, and gives all that came and how it ended.
async fn to_the_end(connection: &mut TcpStream) -> (Vec<u8>, io::Result<usize>) {
    let mut bytes = Vec::new();
    let end = tokio::time::timeout(SOON, connection.read_to_end(&mut bytes)).await.expect("no end came");
    (bytes, end)
}

async fn silent(connection: &mut TcpStream) {
    let mut byte = [0];
    let read = tokio::time::timeout(MOMENT, connection.read(&mut byte)).await;
    assert!(read.is_err(), "not silent: {read:?}");
}

async fn stream(proxy: &FaultProxy) -> TcpStream {
    let mut stream = connect(proxy).await;
    ask(&mut stream, "GET /event", "").await;
    until(&mut stream, "data: 0\n\n").await;
    stream
}

#[tokio::test]
async fn what_is_not_harmed_passes_and_heartbeats_stand_between_events() {
    let server = Server::start().await;
    let proxy = FaultProxy::start(server.address);
    let mut connection = connect(&proxy).await;
    for _ in 0..2 {
        ask(&mut connection, "POST /session", "{\"a\": 1}").await;
        assert!(until(&mut connection, "true").await.starts_with("HTTP/1.1 200 OK\r\n"));
        ask(&mut connection, "GET /session", "").await;
        until(&mut connection, "[\"ö\"]").await;
    }
    assert_eq!(*server.posted.lock().unwrap(), ["{\"a\": 1}"; 2]);

    proxy.set_heartbeat(Some(Duration::from_millis(20)));
    let mut stream = stream(&proxy).await;
    until(&mut stream, "server.heartbeat").await;
    server.events.send("data: ha").unwrap();
    until(&mut stream, "data: ha").await;
    silent(&mut stream).await;
    server.events.send("lf\n\n").unwrap();
    until(&mut stream, "lf\n\n").await;
    until(&mut stream, "server.heartbeat").await;
    let counters = proxy.counters();
    assert_eq!((counters.streams, counters.requests, counters.harmed, counters.open), (1, 4, 0, 1));
    drop(stream);
    crate::wait_for("the end of the stream", SOON, async || proxy.counters().open == 0).await;
}

#[tokio::test]
async fn streams_and_requests_are_harmed_apart_and_at_the_place_that_was_said() {
    let server = Server::start().await;
    let proxy = FaultProxy::start(server.address);
    let mut cut = stream(&proxy).await;
    proxy.harm(Target::Events, Fault::Cut(At::MidCharacter), Some(1));
    let mut whole = stream(&proxy).await;
    server.events.send("data: plain\n\n").unwrap();
    server.events.send("data: grün\n\n").unwrap();
    let (bytes, end) = to_the_end(&mut cut).await;
    assert!(end.is_ok() && bytes.ends_with("data: gr\u{fc}".as_bytes().split_last().unwrap().1), "{bytes:?}");
    until(&mut whole, "grün").await;

    // A reset, in the middle of an event.
    proxy.harm(Target::Events, Fault::Reset(At::MidFrame), None);
    server.events.send("data: 123456789\n\n").unwrap();
    let (bytes, end) = to_the_end(&mut whole).await;
    assert!(!String::from_utf8_lossy(&bytes).contains('9'));
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let mut reads = connect(&proxy).await;
    ask(&mut reads, "GET /session", "").await;
    until(&mut reads, "ö").await;
    proxy.heal();

    // Bytes are counted from where the exchange stands, and an idle stream is cut at once.
    let mut counted = stream(&proxy).await;
    proxy.harm(Target::Events, Fault::Cut(At::Byte(0)), None);
    assert!(to_the_end(&mut counted).await.0.is_empty());
    proxy.heal();
    proxy.harm(Target::Reads, Fault::Cut(At::Byte(12)), None);
    let mut reads = connect(&proxy).await;
    ask(&mut reads, "GET /session", "").await;
    assert_eq!(to_the_end(&mut reads).await.0, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_stall_goes_on_where_it_stood_and_what_is_half_open_never_does() {
    let server = Server::start().await;
    let proxy = FaultProxy::start(server.address);
    let (mut stalled, mut half_open) = (stream(&proxy).await, stream(&proxy).await);
    proxy.harm(Target::Events, Fault::Stall(At::Byte(0)), Some(1));
    proxy.harm(Target::Events, Fault::HalfOpen(At::Byte(0)), Some(1));
    crate::wait_for("both faults", SOON, async || proxy.counters().harmed == 2).await;
    server.events.send("data: 1\n\n").unwrap();
    silent(&mut stalled).await;
    silent(&mut half_open).await;
    proxy.heal();
    // Which of the two met which fault is not said.
    let which = tokio::time::timeout(SOON, async {
        tokio::select! { _ = stalled.readable() => 0, _ = half_open.readable() => 1 }
    });
    if which.await.expect("the stalled one goes on") == 1 {
        std::mem::swap(&mut stalled, &mut half_open);
    }
    until(&mut stalled, "data: 1\n\n").await;
    server.events.send("data: 2\n\n").unwrap();
    until(&mut stalled, "data: 2\n\n").await;
    silent(&mut half_open).await;
}

#[tokio::test]
async fn the_port_stays_through_refusals_and_servers() {
    let server = Server::start().await;
    let proxy = FaultProxy::start(server.address);
    let kept = stream(&proxy).await;
    let refusal = proxy.harm(Target::All, Fault::Refuse, None);
    crate::wait_for("a refusal", SOON, async || {
        TcpStream::connect(proxy.address()).await.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    })
    .await;
    proxy.lift(refusal);
    crate::wait_for("a connection", SOON, async || TcpStream::connect(proxy.address()).await.is_ok()).await;
    drop(kept);

    let other = Server::start().await;
    proxy.set_upstream(other.address);
    let mut connection = connect(&proxy).await;
    ask(&mut connection, "POST /session", "x").await;
    until(&mut connection, "true").await;
    assert_eq!((server.posted.lock().unwrap().len(), other.posted.lock().unwrap().len()), (0, 1));
}

#[tokio::test]
async fn requests_are_lost_before_during_and_after_the_server_took_them() {
    let server = Server::start().await;
    let proxy = FaultProxy::start(server.address);
    let taken = |count: usize| {
        let posted = Arc::clone(&server.posted);
        async move { crate::wait_for("the request", SOON, async || posted.lock().unwrap().len() == count).await }
    };
    for (fault, target, count) in [
        (Fault::LoseRequest, Target::Commands, 0),
        (Fault::CutRequest(70), Target::Line("POST /session".to_owned()), 0),
        (Fault::Cut(At::Byte(0)), Target::Requests, 1),
        (Fault::Refuse, Target::Commands, 1),
    ] {
        let harm = proxy.harm(target, fault.clone(), None);
        let mut connection = connect(&proxy).await;
        ask(&mut connection, "POST /session", "{\"text\": \"a long body that is cut\"}").await;
        assert!(to_the_end(&mut connection).await.0.is_empty(), "{fault:?}");
        taken(count).await;
        proxy.lift(harm);
    }
    proxy.harm(Target::Commands, Fault::BadGateway, Some(1));
    let mut connection = connect(&proxy).await;
    ask(&mut connection, "POST /session", "y").await;
    assert!(until(&mut connection, "</h1>").await.starts_with("HTTP/1.1 502 "));
    ask(&mut connection, "POST /session", "z").await;
    until(&mut connection, "true").await;
    assert_eq!(server.posted.lock().unwrap().last().unwrap(), "z");

    proxy.harm(Target::Reads, Fault::Drip { bytes: 1, pause: Duration::from_millis(1) }, None);
    ask(&mut connection, "GET /session", "").await;
    until(&mut connection, "[\"ö\"]").await;
}
