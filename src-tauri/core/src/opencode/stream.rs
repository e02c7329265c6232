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
use tokio::time::{Instant, timeout, timeout_at};

use super::client::Client;
use super::error::WireError;
use super::wire::read_event;
use crate::model::Event;

/// The largest event that is read. A prompt of 5 MB comes back as one event of 5 MB; the server has no limit.
const EVENT_LIMIT: usize = 64 << 20;

/// How many bytes may be looked at again because an event has many lines: for each line, the decoder copies the rest of
/// its event. Version 1 sends one line; the largest event may have 64, one of a megabyte 4,000.
const COPY_LIMIT: usize = 4 << 30;

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
/// `silence` limits the wait for the answer's headers, from then on for the next event to begin, and for one that has
/// begun to end: bytes that come one at a time are no sign of life.
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

    let frames = Frames::new(bytes.boxed(), silence, event_limit);
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

/// Cuts the bytes after each blank line, so that the decoder gets whole events, with one kind of line end.
///
/// Fed with pieces, eventsource-stream looks through all of an unfinished line again for each piece, and it keeps any
/// amount of it; both are bounded here. It also waits for a line feed after each carriage return, and panics at a byte
/// order mark.
struct Frames<B, E> {
    bytes: BoxStream<'static, Result<B, E>>,
    /// What came and was not yet given on.
    buffer: Vec<u8>,
    /// How much of the buffer was looked at.
    scanned: usize,
    /// How many lines end there.
    lines: usize,
    /// What was looked at ends with a line's end, or is empty.
    at_line_start: bool,
    /// When the event in the buffer began.
    began: Option<Instant>,
    /// False until the first event came.
    started: bool,
    silence: Duration,
    event_limit: usize,
}

impl<B: AsRef<[u8]>, E> Frames<B, E> {
    fn new(bytes: BoxStream<'static, Result<B, E>>, silence: Duration, event_limit: usize) -> Self {
        let (buffer, at_line_start) = (Vec::new(), true);
        Self { bytes, buffer, scanned: 0, lines: 0, at_line_start, began: None, started: false, silence, event_limit }
    }

    /// The next event's lines.
    async fn next(&mut self) -> Result<String, WireError> {
        loop {
            if let Some(end) = self.end_of_event() {
                if self.lines.saturating_mul(end) > COPY_LIMIT {
                    return Err(WireError::UnreadableAnswer { reason: "an event has too many lines".to_owned() });
                }
                return Ok(self.take(end));
            }
            if self.buffer.len() > self.event_limit {
                return Err(WireError::TooLarge { limit: self.event_limit });
            }
            let now = Instant::now();
            let since = if self.buffer.is_empty() { now } else { *self.began.get_or_insert(now) };
            match timeout_at(since + self.silence, self.bytes.next()).await {
                Ok(Some(Ok(bytes))) => self.buffer.extend_from_slice(bytes.as_ref()),
                Ok(Some(Err(_))) => return Err(WireError::StreamEnded { clean: false }),
                Ok(None) => return Err(WireError::StreamEnded { clean: true }),
                Err(_) => return Err(WireError::StreamSilent { limit: self.silence }),
            }
        }
    }

    /// Takes the event that ends here out of the buffer.
    fn take(&mut self, end: usize) -> String {
        let rest = self.buffer.split_off(end);
        let frame = std::mem::replace(&mut self.buffer, rest);
        (self.scanned, self.lines, self.at_line_start, self.began) = (0, 0, true, None);
        let mut frame =
            String::from_utf8(frame).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if frame.contains('\r') {
            frame = frame.replace("\r\n", "\n").replace('\r', "\n");
        }
        if !std::mem::replace(&mut self.started, true) {
            frame = frame.trim_start_matches('\u{feff}').to_owned();
        }
        frame
    }

    /// The place after the first blank line in the buffer. Lines end with a line feed, a carriage return, or both.
    fn end_of_event(&mut self) -> Option<usize> {
        loop {
            let found = self.buffer[self.scanned..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some(length) = found else {
                self.at_line_start &= self.scanned == self.buffer.len();
                self.scanned = self.buffer.len();
                return None;
            };
            let at = self.scanned + length;
            let blank = length == 0 && self.at_line_start;
            self.scanned = match self.buffer[at..] {
                [b'\r', b'\n', ..] => at + 2,
                // Its line feed may be on the way. As the end of an event it may be missed: it would be a blank line.
                [b'\r'] if !blank => return None,
                _ => at + 1,
            };
            (self.lines, self.at_line_start) = (self.lines + 1, true);
            if blank {
                return Some(self.scanned);
            }
        }
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
