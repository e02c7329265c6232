//! The event stream of one folder (`GET /event`).
//!
//! The server sends one line `data: {JSON}` and a blank line for each event, a heartbeat every 10 s, and never drops
//! an event: a reader that stalls costs the server memory without bound, so the stream belongs in a task of its own.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use eventsource_stream::Eventsource;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

use super::client::Client;
use super::error::WireError;
use super::wire::read_event;
use crate::model::Event;

/// The largest event that is read. A prompt of 5 MB comes back as one event of 5 MB; the server has no limit.
const EVENT_LIMIT: usize = 64 << 20;

/// An event with what it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Its name on the wire; empty when it has none that can be read.
    pub name: String,
    /// What it means.
    pub event: Event,
    /// Its data, as the server sent it.
    pub json: String,
}

/// An open event stream. After an error it gives nothing more. It may be dropped at any time.
pub struct EventStream(BoxStream<'static, Result<Received, WireError>>);

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStream")
    }
}

impl EventStream {
    /// The next event, or why there is none. Cancelling it loses nothing. `None` only after an error.
    pub async fn next(&mut self) -> Option<Result<Received, WireError>> {
        self.0.next().await
    }
}

impl Stream for EventStream {
    type Item = Result<Received, WireError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

/// Opens the folder's event stream. The first event is [`Event::Connected`].
///
/// `silence` limits the wait for the answer's headers, and from then on for each next byte.
///
/// # Errors
/// The server cannot be reached, does not let us in, or cannot work in this folder (`config_broken`).
pub async fn open(client: &Client, silence: Duration) -> Result<EventStream, WireError> {
    let silent = |_| WireError::StreamSilent { limit: silence };
    let answer = timeout(silence, client.open_events(silence)).await.map_err(silent)??;
    Ok(EventStream(decode(answer.bytes_stream(), silence, EVENT_LIMIT).boxed()))
}

/// Turns bytes into events, until the first error; the end of the bytes is one.
fn decode<B: AsRef<[u8]> + Send + 'static, E: Send + 'static>(
    bytes: impl Stream<Item = Result<B, E>> + Send + 'static,
    silence: Duration,
    event_limit: usize,
) -> impl Stream<Item = Result<Received, WireError>> + Send {
    use eventsource_stream::EventStreamError;

    let frames = Frames { bytes: bytes.boxed(), buffer: Vec::new(), scanned: 0, begun: false, silence, event_limit };
    let frames = stream::unfold(frames, |mut frames| async { Some((frames.next().await, frames)) });
    let events = frames.eventsource().map(|event| match event {
        Ok(frame) => {
            let (name, event) = read_event(&frame.data);
            Ok(Received { name, event, json: frame.data })
        }
        Err(EventStreamError::Transport(error)) => Err(error),
        Err(EventStreamError::Utf8(_) | EventStreamError::Parser(_)) => {
            Err(WireError::UnreadableAnswer { reason: "the event stream is not one".to_owned() })
        }
    });
    events.scan(false, |ended, event| {
        let after = std::mem::replace(ended, event.is_err());
        std::future::ready((!after).then_some(event))
    })
}

/// Cuts the bytes after each blank line, so that the decoder gets whole events.
///
/// Fed with pieces, eventsource-stream looks through all of an unfinished line again for each piece, and it keeps any
/// amount of it; both are bounded here. It also cannot take a byte order mark.
struct Frames<B, E> {
    bytes: BoxStream<'static, Result<B, E>>,
    /// What came and was not yet given on.
    buffer: Vec<u8>,
    /// How much of the buffer holds no end of an event for sure.
    scanned: usize,
    /// False until the first bytes came.
    begun: bool,
    silence: Duration,
    event_limit: usize,
}

impl<B: AsRef<[u8]>, E> Frames<B, E> {
    /// The next event's lines.
    async fn next(&mut self) -> Result<String, WireError> {
        loop {
            if let Some(end) = self.end_of_event() {
                let rest = self.buffer.split_off(end);
                let frame = std::mem::replace(&mut self.buffer, rest);
                self.scanned = 0;
                let frame = String::from_utf8(frame)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
                let first = !std::mem::replace(&mut self.begun, true);
                return Ok(match frame.strip_prefix('\u{feff}') {
                    Some(frame) if first => frame.to_owned(),
                    _ => frame,
                });
            }
            if self.buffer.len() > self.event_limit {
                return Err(WireError::TooLarge { limit: self.event_limit });
            }
            match timeout(self.silence, self.bytes.next()).await {
                Ok(Some(Ok(bytes))) => self.buffer.extend_from_slice(bytes.as_ref()),
                Ok(Some(Err(_))) => return Err(WireError::StreamEnded { clean: false }),
                Ok(None) => return Err(WireError::StreamEnded { clean: true }),
                Err(_) => return Err(WireError::StreamSilent { limit: self.silence }),
            }
        }
    }

    /// The place after the first blank line in the buffer.
    fn end_of_event(&mut self) -> Option<usize> {
        let from = self.scanned;
        // A blank line may begin in what was already looked at: it has up to three bytes (LF CR LF) before its end.
        self.scanned = self.buffer.len().saturating_sub(2);
        let buffer = &self.buffer;
        let ends = |&at: &usize| buffer[at] == b'\n' && matches!(buffer[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]);
        let newline = (from..buffer.len()).find(ends)?;
        Some(newline + if buffer[newline + 1] == b'\n' { 2 } else { 3 })
    }
}

#[cfg(test)]
mod tests;
