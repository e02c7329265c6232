//! The way of an answer to the client: HTTP headers when the first bytes come, then a stream of events.

use std::{future::Future, io, time::Duration};

use axum::{
    Json,
    body::Body,
    http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::connection::Connection;

/// How many events may wait for a client that reads slowly.
const QUEUED: usize = 64;

/// An answer being given.
pub(super) struct Answer {
    connection: Connection,
    start: Option<oneshot::Sender<Response>>,
    frames: mpsc::Sender<Frame>,
    body: Option<mpsc::Receiver<Frame>>,
}

enum Frame {
    Data(String),
    Cut,
}

/// The client went away.
#[derive(Debug)]
pub(super) struct Gone;

/// An answer, and the response that its client gets once the answer has begun.
pub(super) fn channel(connection: Connection) -> (Answer, impl Future<Output = Response>) {
    let (start, started) = oneshot::channel();
    let (frames, body) = mpsc::channel(QUEUED);
    let answer = Answer { connection, start: Some(start), frames, body: Some(body) };
    let response = async move {
        // Dropped without a word only when the model stops.
        started.await.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
    };
    (answer, response)
}

impl Answer {
    /// Sends one `data:` line.
    pub(super) async fn data(&mut self, data: &str) -> Result<(), Gone> {
        self.begin()?;
        self.frames.send(Frame::Data(format!("data: {data}\n\n"))).await.map_err(|_| Gone)
    }

    /// Whether headers were sent, so that an HTTP error comes too late.
    pub(super) fn has_begun(&self) -> bool {
        self.start.is_none()
    }

    /// Answers with an HTTP error instead of a stream.
    pub(super) fn refuse(&mut self, status: u16, headers: &[(String, String)], body: Value) -> Result<(), Gone> {
        let Some(start) = self.start.take() else { return Ok(()) };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        start.send(response).map_err(|_| Gone)
    }

    /// Closes the connection in the middle of the body.
    pub(super) async fn cut(&mut self, reset: bool) -> Result<(), Gone> {
        self.begin()?;
        if reset {
            self.connection.reset_when_closed();
        }
        self.frames.send(Frame::Cut).await.map_err(|_| Gone)
    }

    /// Begins the body if it has not begun. It ends when the answer is dropped.
    pub(super) fn begin(&mut self) -> Result<(), Gone> {
        let (Some(start), Some(body)) = (self.start.take(), self.body.take()) else { return Ok(()) };
        let response = HttpResponse::builder()
            .header(header::CONTENT_TYPE, "text/event-stream")
            .header(header::CONNECTION, "close")
            .body(Body::from_stream(stream::unfold(body, next)))
            .unwrap_or_else(|error| panic!("fixed headers are valid: {error}"));
        start.send(response).map_err(|_| Gone)
    }

    /// Sends nothing until `something` happens.
    pub(super) async fn silent_until(&mut self, something: impl Future<Output = ()>) -> Result<(), Gone> {
        tokio::select! {
            () = something => Ok(()),
            gone = self.gone() => Err(gone),
        }
    }

    /// Sends nothing for a while: the script's own pace, not a means to wait for anything.
    pub(super) async fn pause(&mut self, length: Duration) -> Result<(), Gone> {
        if length.is_zero() {
            return Ok(());
        }
        self.silent_until(tokio::time::sleep(length)).await
    }

    async fn gone(&mut self) -> Gone {
        match &mut self.start {
            Some(start) => start.closed().await,
            None => self.frames.closed().await,
        }
        Gone
    }
}

type Frames = mpsc::Receiver<Frame>;

async fn next(mut body: Frames) -> Option<(Result<String, io::Error>, Frames)> {
    match body.recv().await? {
        Frame::Data(data) => Some((Ok(data), body)),
        Frame::Cut => {
            // The server flushes what it has when the body has nothing to give at the moment; without this pause the
            // error would overtake the events before it.
            tokio::task::yield_now().await;
            Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), body))
        }
    }
}

/// An error in the shape of `OpenAI`'s.
pub(super) fn error_body(message: &str, kind: &str, code: u16) -> Value {
    json!({ "error": { "message": message, "type": kind, "code": code } })
}
