use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Response;
use futures_util::stream::{iter, pending};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::opencode::fake::{Fake, answer, endpoint, free_port};
use crate::opencode::translate_event;

const LONG: Duration = Duration::from_mins(1);

fn recording(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn pieces(bytes: &[u8], size: usize) -> impl Stream<Item = Result<Vec<u8>, Infallible>> + use<> {
    iter(bytes.chunks(size).map(|piece| Ok(piece.to_vec())).collect::<Vec<_>>())
}

async fn all(bytes: impl Stream<Item = Result<Vec<u8>, Infallible>> + Send + 'static) -> Vec<Result<Event, WireError>> {
    decode(bytes, LONG, EVENT_LIMIT).map(meaning).collect().await
}

fn meaning(received: Result<Received, WireError>) -> Result<Event, WireError> {
    received.map(|received| received.event)
}

async fn next(stream: &mut EventStream) -> Option<Result<Event, WireError>> {
    stream.next().await.map(meaning)
}

async fn open_on(fake: &Fake, silence: Duration) -> Result<EventStream, WireError> {
    let client = Client::new(fake.endpoint.clone(), "/p", LONG).unwrap();
    open(&client, silence).await
}

fn events(body: Body) -> Response<Body> {
    Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
}

#[tokio::test]
async fn a_recorded_stream_comes_out_whole_however_it_is_cut() {
    let text = recording("golden-text-reasoning.sse");
    let mut expected: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("data: ")).map(|data| Ok(translate_event(data))).collect();
    assert!(expected.len() > 20);
    expected.push(Err(WireError::StreamEnded { clean: true }));
    for size in [1, 2, 7, 4096, usize::MAX] {
        assert_eq!(all(pieces(text.as_bytes(), size)).await, expected, "pieces of {size}");
    }
}

#[tokio::test]
async fn other_line_ends_comments_and_characters_survive_a_cut_at_each_byte() {
    let delta = |text: &str| {
        format!(
            r#"{{"type":"message.part.delta","properties":{{"sessionID":"s","messageID":"m","partID":"p","field":"text",
            "delta":"{text}"}}}}"#
        )
        .replace('\n', "")
    };
    let text = format!(
        "\u{feff}: hello\r\n\r\ndata: {}\r\n\r\n\n: beat\n\nid: 4\ndata:{}\n\ndata: {{\"type\":\ndata: \"server.heartbeat\"}}\n\ndata: lost",
        delta("é\u{1f600}"),
        delta("b")
    );
    let expected = all(pieces(text.as_bytes(), usize::MAX)).await;
    let texts: Vec<_> = expected
        .iter()
        .map(|event| match event {
            Ok(Event::Delta { text, .. }) => text.as_str(),
            Ok(Event::Heartbeat) => "beat",
            Err(WireError::StreamEnded { clean: true }) => "end",
            _ => "?",
        })
        .collect();
    assert_eq!(texts, ["é\u{1f600}", "b", "beat", "end"]);
    for cut in 1..text.len() {
        let halves = [&text.as_bytes()[..cut], &text.as_bytes()[cut..]].map(|half| Ok(half.to_vec()));
        assert_eq!(all(iter(halves)).await, expected, "cut at {cut}");
    }
}

#[tokio::test(start_paused = true)]
async fn carriage_returns_alone_end_an_event_at_once() {
    let limit = Duration::from_secs(25);
    let event = b"data: {\"type\":\"server.heartbeat\"}\r\r";
    let stream = iter([Ok::<_, Infallible>(event.to_vec()), Ok(event.to_vec())]).chain(pending());
    let got: Vec<_> = decode(stream, limit, EVENT_LIMIT).map(meaning).collect().await;
    assert_eq!(got, [Ok(Event::Heartbeat), Ok(Event::Heartbeat), Err(WireError::StreamSilent { limit })]);
}

#[tokio::test]
async fn an_event_without_end_is_an_error_before_it_fills_the_memory() {
    // A line without end, and an event of lines without end.
    for piece in [&b"data: x"[..], b"data: x\n", b": c\r", b"\xff"] {
        let read = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&read);
        let endless = iter(std::iter::repeat_with(move || {
            count.fetch_add(piece.len(), Ordering::Relaxed);
            Ok::<_, Infallible>(piece.to_vec())
        }));
        let got: Vec<_> = decode(endless, LONG, 10_000).collect().await;
        assert_eq!(got, [Err(WireError::TooLarge { limit: 10_000 })]);
        assert!(read.load(Ordering::Relaxed) <= 10_000 + piece.len(), "no more is read than may be kept");
    }
}

#[tokio::test]
async fn an_event_of_very_many_lines_is_an_error_before_it_takes_a_core_for_minutes() {
    let text = format!("{}\n", "data:\n".repeat(6 << 20));
    let got = all(pieces(text.as_bytes(), 1 << 20)).await;
    assert!(matches!(got[..], [Err(WireError::UnreadableAnswer { .. })]), "{got:?}");
}

#[tokio::test]
async fn a_large_event_is_read_in_linear_time() {
    let text = format!("data: {{\"type\":\"plugin.added\",\"x\":\"{}\"}}\n\n", "x".repeat(50 << 20));
    let got = all(pieces(text.as_bytes(), 1 << 14)).await;
    assert_eq!(got, [Ok(Event::Ignored), Err(WireError::StreamEnded { clean: true })]);
}

#[tokio::test]
async fn the_end_of_the_stream_says_whether_the_server_meant_it() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    const CONNECTED: &str = "data: {\"type\":\"server.connected\",\"properties\":{}}\n\n";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(endpoint(listener.local_addr().unwrap().port()), "/p", LONG).unwrap();
    for (last_chunk, clean) in [("0\r\n\r\n", true), ("", false)] {
        let serve = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                connection.read_buf(&mut request).await.unwrap();
            }
            assert!(request.starts_with(b"GET /event HTTP/1.1"));
            let answer = format!("{HEAD}{:x}\r\n{CONNECTED}\r\n{last_chunk}", CONNECTED.len());
            connection.write_all(answer.as_bytes()).await.unwrap();
            connection
        };
        let (stream, connection) = tokio::join!(open(&client, LONG), serve);
        let mut stream = stream.unwrap();
        assert_eq!(next(&mut stream).await, Some(Ok(Event::Connected)));
        drop(connection);
        assert_eq!(next(&mut stream).await, Some(Err(WireError::StreamEnded { clean })));
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn silence_ends_the_stream_before_and_after_the_first_event() {
    let limit = Duration::from_millis(100);
    let silent = Some(Err(WireError::StreamSilent { limit }));
    let fake = Fake::start(|_| events(Body::from_stream(pending::<Result<&str, Infallible>>()))).await;
    assert_eq!(next(&mut open_on(&fake, limit).await.unwrap()).await, silent);

    let fake = Fake::start(|_| {
        let first = iter([Ok::<_, Infallible>("data: {\"type\":\"server.connected\"}\n\ndata: ")]);
        events(Body::from_stream(first.chain(pending())))
    })
    .await;
    let mut stream = open_on(&fake, limit).await.unwrap();
    assert_eq!(next(&mut stream).await, Some(Ok(Event::Connected)));
    assert_eq!(next(&mut stream).await, silent);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn silence_before_the_headers_is_noticed_too() {
    let limit = Duration::from_millis(100);
    // Accepts connections by the system's backlog alone and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(endpoint(listener.local_addr().unwrap().port()), "/p", LONG).unwrap();
    assert_eq!(open(&client, limit).await.unwrap_err(), WireError::StreamSilent { limit });
}

/// The text, a byte each time.
fn drip(text: String, pause: Duration) -> impl Stream<Item = Result<Vec<u8>, Infallible>> {
    iter(text.into_bytes()).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok(vec![byte])
    })
}

#[tokio::test(start_paused = true)]
async fn an_event_that_has_begun_must_end_within_the_limit_of_silence() {
    let silence = Duration::from_secs(25);
    let silent = Err(WireError::StreamSilent { limit: silence });
    let heartbeat = "data: {\"type\":\"server.heartbeat\"}\n\n";
    let began = Instant::now();
    // Its last byte comes in time, and with each event the time begins anew.
    let pause = silence / u32::try_from(heartbeat.len()).unwrap();
    let twice = drip(heartbeat.repeat(2), pause).chain(pending());
    let got: Vec<_> = decode(twice, silence, EVENT_LIMIT).map(meaning).collect().await;
    assert_eq!(got, [Ok(Event::Heartbeat), Ok(Event::Heartbeat), silent.clone()]);
    assert!(began.elapsed() > silence * 2);

    for endless in ["data: x", ": comment", "\u{feff}", "data", "data: a\ndata: b\n"] {
        let began = Instant::now();
        let first = iter([Ok(heartbeat.as_bytes().to_vec())]);
        let bytes = first.chain(drip(endless.repeat(1_000), Duration::from_secs(1)).chain(pending()));
        let got: Vec<_> = decode(bytes, silence, EVENT_LIMIT).map(meaning).collect().await;
        assert_eq!(got, [Ok(Event::Heartbeat), silent.clone()], "{endless:?}");
        assert_eq!(began.elapsed().as_secs(), 26, "a second for the first byte, then the limit: {endless:?}");
    }
}

#[tokio::test]
async fn a_stream_that_cannot_be_opened_says_why() {
    for (status, body, code) in [
        (400, r#"{"name":"ConfigJsonError","data":{"path":"/p/opencode.json","message":"m"}}"#, "config_broken"),
        (401, "", "unauthorized"),
        (200, "<!doctype html>", "unreadable_answer"),
    ] {
        let fake = Fake::start(move |_| answer(status, body)).await;
        assert_eq!(open_on(&fake, LONG).await.unwrap_err().code(), code);
    }
    let nobody = Client::new(endpoint(free_port().await), "/p", LONG).unwrap();
    assert_eq!(open(&nobody, LONG).await.unwrap_err().code(), "refused");
}
