use std::{future::pending, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt as _,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf, ReadHalf},
    },
    time::{Instant, Interval, MissedTickBehavior},
};

use super::{
    Fault, Shared,
    http::{Head, Piece, Reader, RequestHead},
    outlet::{Ending, Outlet},
};

/// A heartbeat as the server sends it.
const HEARTBEAT: &[u8] = b"data: {\"id\":\"evt_proxy\",\"type\":\"server.heartbeat\",\"properties\":{}}\n\n";

const BAD_GATEWAY: &[u8] =
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<h1>Bad Gateway</h1>";

/// Serves a client's connection: one exchange after the other, until one ends with it.
pub(super) async fn serve(mut connection: TcpStream, shared: Arc<Shared>) {
    // The proxy must not be what holds small events up.
    connection.set_nodelay(true).ok();
    loop {
        let ending = one_exchange(&mut connection, &shared).await;
        match ending {
            Ok(()) => {}
            Err(Ending::Close) => return,
            Err(Ending::Reset) => {
                connection.set_zero_linger().ok();
                return;
            }
            Err(Ending::Silence) => {
                let (read, _write) = connection.split();
                return gone(&read).await;
            }
        }
    }
}

async fn one_exchange(connection: &mut TcpStream, shared: &Arc<Shared>) -> Result<(), Ending> {
    let (read, write) = connection.split();
    let mut client = Reader::new(read);
    let Some(head) = client.head().await? else { return Err(Ending::Close) };
    let request = head.request();
    let _open = Open::begin(shared, &request);
    let mut outlet = Outlet::new(write, Arc::clone(shared), request.clone());
    let met = outlet.meet_request();
    if met == Some(Fault::Refuse) {
        return Err(Ending::Reset);
    }

    let mut request_bytes = head.bytes(Some("close"));
    let mut body = head.request_body();
    loop {
        match client.piece(&mut body).await? {
            Piece::Bytes(bytes) => request_bytes.extend(body.framed(&bytes)),
            Piece::End => break request_bytes.extend(body.end()),
            Piece::Broken => return Err(Ending::Close),
        }
    }
    match met {
        Some(Fault::LoseRequest) => return Err(Ending::Close),
        Some(Fault::BadGateway) => {
            outlet.write.write_all(BAD_GATEWAY).await?;
            return Ok(());
        }
        Some(Fault::CutRequest(length)) => {
            request_bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
            if let Ok((_read, mut write)) = connect(shared).await {
                write.write_all(&request_bytes).await.ok();
                write.shutdown().await.ok();
            }
            return Err(Ending::Close);
        }
        _ => {}
    }
    let Ok((read, mut write)) = connect(shared).await else { return Err(Ending::Reset) };
    if write.write_all(&request_bytes).await.is_err() {
        return Err(Ending::Reset);
    }
    let heartbeat = shared.lock().heartbeat.filter(|_| request.is_events());
    tokio::select! {
        () = gone(client.inner()) => Err(Ending::Close),
        answered = answer(Reader::new(read), &mut outlet, heartbeat) => answered,
    }
}

/// Passes the server's answer on.
async fn answer(
    mut server: Reader<OwnedReadHalf>,
    outlet: &mut Outlet<'_>,
    heartbeat: Option<Duration>,
) -> Result<(), Ending> {
    let head = loop {
        tokio::select! {
            biased;
            () = outlet.changed() => outlet.look().await?,
            // A server that ends before it answers is not a proxy's matter to explain.
            head = server.head() => break head.ok().flatten().ok_or(Ending::Reset)?,
        }
    };
    let mut body = head.answer_body(&outlet.request);
    outlet.send(&head.bytes(body.ends_with_connection().then_some("close"))).await?;
    let mut beat = heartbeat.filter(|_| is_stream(&head)).map(beats);
    // Heartbeats stand between events, and behind the first one.
    let (mut at_border, mut last) = (false, 0);
    loop {
        tokio::select! {
            biased;
            () = outlet.changed() => outlet.look().await?,
            piece = server.piece(&mut body) => match piece {
                Ok(Piece::Bytes(bytes)) => {
                    at_border = bytes.ends_with(b"\n\n") || (bytes == b"\n" && last == b'\n');
                    last = bytes.last().copied().unwrap_or(last);
                    outlet.send(&body.framed(&bytes)).await?;
                }
                Ok(Piece::End) => {
                    outlet.send(body.end()).await?;
                    return if body.ends_with_connection() { Err(Ending::Close) } else { Ok(()) };
                }
                Ok(Piece::Broken) | Err(_) => return Err(Ending::Close),
            },
            () = tick(&mut beat), if at_border => {
                outlet.shared.lock().counters.heartbeats += 1;
                outlet.send(&body.framed(HEARTBEAT)).await?;
            }
        }
    }
}

fn is_stream(head: &Head) -> bool {
    head.status() == 200
}

fn beats(every: Duration) -> Interval {
    let mut beats = tokio::time::interval_at(Instant::now() + every, every);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats
}

async fn tick(beats: &mut Option<Interval>) {
    match beats {
        Some(beats) => drop(beats.tick().await),
        None => pending().await,
    }
}

async fn connect(shared: &Shared) -> std::io::Result<(OwnedReadHalf, OwnedWriteHalf)> {
    let upstream = shared.lock().upstream;
    let connection = TcpStream::connect(upstream).await?;
    connection.set_nodelay(true)?;
    Ok(connection.into_split())
}

/// Resolves when the client has closed its connection. It sends nothing while it waits for an answer.
async fn gone(read: &ReadHalf<'_>) {
    // Readable with nothing to read is the end.
    let mut byte = [0];
    match read.as_ref().peek(&mut byte).await {
        Ok(0) | Err(_) => {}
        Ok(_) => pending().await,
    }
}

/// Counts an exchange for as long as it lasts.
struct Open<'a>(&'a Shared);

impl<'a> Open<'a> {
    fn begin(shared: &'a Shared, request: &RequestHead) -> Self {
        let mut state = shared.lock();
        let counters = &mut state.counters;
        counters.open += 1;
        if request.is_events() {
            counters.streams += 1;
        } else {
            counters.requests += 1;
        }
        Self(shared)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.lock().counters.open -= 1;
    }
}
