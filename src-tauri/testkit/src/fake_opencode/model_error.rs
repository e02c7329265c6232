//! The model's errors as the server tells of them (wire study, section 7).

use std::time::Duration;

use serde_json::{Value, json};

use super::turn::Failure;
use crate::script::HttpError;

/// An HTTP error instead of an answer; in the stream, if output has begun.
pub(super) fn refusal(error: &HttpError, begun: bool) -> Failure {
    let message = if error.message.is_empty() { "scripted error" } else { &error.message };
    if begun {
        return in_stream(message, "scripted", error.status);
    }
    let whole = serde_json::from_str::<Value>(message).ok().filter(Value::is_object);
    let body = whole.clone().unwrap_or_else(
        || json!({ "error": { "message": message, "type": "scripted", "code": error.status.to_string() } }),
    );
    let message = whole.and_then(|body| Some(body["error"]["message"].as_str()?.to_owned()));
    let message = message.unwrap_or_else(|| error.message.clone());
    let passing = error.status == 429 || error.status >= 500;
    let headers: serde_json::Map<_, _> =
        error.headers.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect();
    let told = json!({ "name": "APIError", "data": {
        "message": message, "statusCode": error.status, "isRetryable": passing, "responseHeaders": headers,
        "responseBody": body.to_string(), "metadata": { "url": "http://127.0.0.1/v1/chat/completions" },
    }});
    let after = headers.get("retry-after").and_then(|value| value.as_str()?.parse().ok());
    let wait = after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    if passing { Failure::Passing { message, error: told, wait } } else { Failure::Fatal(told) }
}

/// An error object inside the stream: the server tries again and shows the object as it is.
pub(super) fn in_stream(message: &str, kind: &str, code: u16) -> Failure {
    let message = json!({ "message": message, "type": kind, "code": code }).to_string();
    let error = json!({ "name": "UnknownError", "data": { "message": message } });
    Failure::Passing { message, error, wait: None }
}

/// The model's provider refused to say more.
pub(super) fn filtered() -> Value {
    let message = "The response was blocked by the provider's content filter";
    json!({ "name": "ContentFilterError", "data": { "message": message } })
}
