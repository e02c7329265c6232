//! Requests to one server about one folder.

mod commands;
mod reads;

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::endpoint::Endpoint;
use super::error::WireError;
use super::wire::parse;

pub use commands::{PermissionAnswer, PromptIds};

/// How long a connection may take. The server is on this machine: it is there or it is not.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How many connections are kept for the next requests. After a lost stream every session is asked for at once, and each
/// connection is a file and a task here and on the server.
const IDLE: usize = 4;

/// The largest answer that is read: some thousand messages with large tool outputs.
const ANSWER_LIMIT: usize = 256 << 20;

/// The user of HTTP Basic that the server expects.
const USER: &str = "opencode";

/// The header that names the folder: a percent-encoded path. (The same in a query would be decoded twice.)
const DIRECTORY_HEADER: &str = "x-opencode-directory";

/// A server, as seen from one folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: Endpoint,
    folder: HeaderValue,
    limit: Duration,
}

impl Client {
    /// A client for this folder. Nothing is sent yet. `limit` is for each request: the first one of a folder starts
    /// its instance, which takes the server a moment.
    ///
    /// Requests go straight to the server: no proxy (it would get the password), no redirect, no compression.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(endpoint: Endpoint, folder: &str, limit: Duration) -> Result<Self, WireError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .no_gzip()
            .http1_only()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .pool_max_idle_per_host(IDLE)
            .build()
            .map_err(|error| WireError::from_transport(error, CONNECT_LIMIT))?;
        let folder = HeaderValue::try_from(percent_encoded(folder))
            .map_err(|_| WireError::BadRequest { message: "the folder is no header".to_owned() })?;
        Ok(Self { http, endpoint, folder, limit })
    }

    /// Where the server is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sends the request for the event stream; `limit` is only named in errors.
    pub(super) async fn open_events(&self, limit: Duration) -> Result<Response, WireError> {
        let answer = self.request(Method::GET, "/event").send().await;
        let answer = answer.map_err(|error| WireError::from_transport(error, limit))?;
        let status = answer.status();
        if status != StatusCode::OK {
            let body = read_body(answer, limit).await?;
            return Err(WireError::from_answer(status.as_u16(), &body));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            return Err(WireError::UnreadableAnswer { reason: format!("an event stream of the type {kind:?}") });
        }
        Ok(answer)
    }

    fn request(&self, method: Method, path_and_query: &str) -> RequestBuilder {
        let base = self.endpoint.base.as_str().trim_end_matches('/');
        self.http
            .request(method, format!("{base}{path_and_query}"))
            .basic_auth(USER, Some(self.endpoint.password.reveal()))
            .header(DIRECTORY_HEADER, self.folder.clone())
    }

    async fn answer(&self, request: RequestBuilder, limit: Duration) -> Result<(HeaderMap, String), WireError> {
        let answer = request.timeout(limit).send().await.map_err(|error| WireError::from_transport(error, limit))?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let body = read_body(answer, limit).await?;
        if status.is_success() { Ok((headers, body)) } else { Err(WireError::from_answer(status.as_u16(), &body)) }
    }

    async fn get<T: DeserializeOwned>(&self, path_and_query: &str) -> Result<T, WireError> {
        let (_, body) = self.answer(self.request(Method::GET, path_and_query), self.limit).await?;
        Ok(parse(&body)?)
    }

    /// Sends a command; the answer is its body, which is empty for 204.
    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<String, WireError> {
        let (_, body) = self.answer(self.request(method, path).json(body), self.limit).await?;
        Ok(body)
    }
}

async fn read_body(mut answer: Response, limit: Duration) -> Result<String, WireError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| WireError::from_transport(error, limit))? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(WireError::TooLarge { limit: ANSWER_LIMIT });
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| WireError::UnreadableAnswer { reason: "the answer is no text".to_owned() })
}

/// Encodes everything but the characters that never need it.
fn percent_encoded(text: &str) -> String {
    use std::fmt::Write;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The id as a piece of a path. Ids come from the window too, and `../` must not lead to another request.
fn segment(id: &str) -> Result<&str, WireError> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(WireError::NotFound { message: "not an id".to_owned() }) }
}

#[cfg(test)]
mod tests;
