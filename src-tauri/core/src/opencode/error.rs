use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::wire::{brief, parse};
use crate::protocol::Problem;
use crate::secrets::{conceal_named, conceal_received};

/// Why a request to the server, or its event stream, failed. No variant holds an address or a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No connection could be made.
    #[error("The server cannot be reached")]
    Refused {
        /// The system's words.
        reason: String,
    },
    /// No answer within the time limit.
    #[error("The server did not answer within {} s", limit.as_secs_f32())]
    Timeout {
        /// The limit.
        limit: Duration,
    },
    /// The connection broke before the answer was whole. What was asked may have been done.
    #[error("The connection to the server broke")]
    ConnectionLost {
        /// The system's words.
        reason: String,
    },
    /// 401: the server does not take this password, so it is not the one that was started.
    #[error("The server does not accept the password")]
    Unauthorized,
    /// OpenCode's configuration for the folder is broken. The server keeps this until its process ends.
    #[error("OpenCode cannot read its configuration {path}")]
    ConfigBroken {
        /// The file.
        path: String,
        /// What is wrong with it.
        issue: String,
    },
    /// 404: the session, message or request does not exist, or not any more.
    #[error("The server does not know what was asked for")]
    NotFound {
        /// The server's words.
        message: String,
    },
    /// 409: the session works.
    #[error("The session is busy")]
    Busy {
        /// The server's words.
        message: String,
    },
    /// Another 4xx: the request is not one that this server takes.
    #[error("The server did not accept the request")]
    BadRequest {
        /// The server's words.
        message: String,
    },
    /// 5xx, or a status that no request should get.
    #[error("The server failed with status {status}")]
    ServerError {
        /// The HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The answer is not what this version of the wire says.
    #[error("The server's answer cannot be read")]
    UnreadableAnswer {
        /// Why.
        reason: String,
    },
    /// An answer or an event is larger than anything that makes sense.
    #[error("The server sent more than {} MB at once", limit >> 20)]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The event stream ended.
    #[error("The event stream ended")]
    StreamEnded {
        /// True when the server ended it properly, as it does when it lets go of the folder; false when the
        /// connection broke, as it does when the process dies.
        clean: bool,
    },
    /// Not one byte came on the event stream for too long, although the server sends a heartbeat every 10 s.
    #[error("The event stream was silent for {} s", limit.as_secs_f32())]
    StreamSilent {
        /// The limit.
        limit: Duration,
    },
    /// The server says of its work something else than what its event stream brought, and goes on saying so.
    #[error("The event stream no longer tells what the server does")]
    StreamBehind,
}

impl WireError {
    /// True when no other request can be expected to fare better.
    pub(crate) fn concerns_the_server(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::ConnectionLost { .. }
                | Self::Unauthorized
                | Self::ConfigBroken { .. }
                | Self::StreamEnded { .. }
                | Self::StreamSilent { .. }
                | Self::StreamBehind
        )
    }

    /// True when what was asked may have been done although no answer came.
    pub(crate) fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::ConnectionLost { .. })
    }

    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Timeout { .. } => "timeout",
            Self::ConnectionLost { .. } => "connection_lost",
            Self::Unauthorized => "unauthorized",
            Self::ConfigBroken { .. } => "config_broken",
            Self::NotFound { .. } => "not_found",
            Self::Busy { .. } => "busy",
            Self::BadRequest { .. } => "bad_request",
            Self::ServerError { .. } => "server_error",
            Self::UnreadableAnswer { .. } => "unreadable_answer",
            Self::TooLarge { .. } => "too_large",
            Self::StreamEnded { .. } => "stream_ended",
            Self::StreamSilent { .. } => "stream_silent",
            Self::StreamBehind => "stream_behind",
        }
    }

    /// The same for a person, with the server's own words as detail.
    pub fn to_problem(&self) -> Problem {
        let problem = Problem::new(self.code(), format!("{self}."));
        match self {
            Self::ConfigBroken { issue: detail, .. }
            | Self::Refused { reason: detail }
            | Self::ConnectionLost { reason: detail }
            | Self::UnreadableAnswer { reason: detail }
            | Self::NotFound { message: detail }
            | Self::Busy { message: detail }
            | Self::BadRequest { message: detail }
            | Self::ServerError { message: detail, .. }
                if !detail.is_empty() =>
            {
                problem.with_detail(detail)
            }
            _ => problem,
        }
    }

    /// The error of an answer whose status is not a success.
    ///
    /// Error bodies have three forms: `{"name", "data": {"message", …}}`, `{"_tag", "message", …}`, and none at all
    /// (401) or something else.
    pub(super) fn from_answer(status: u16, body: &str) -> Self {
        let body: ErrorBody = parse(body).unwrap_or_default();
        let name = body.name.or(body.tag).unwrap_or_default();
        let data = body.data.unwrap_or_default();
        if status == 400 && name.starts_with("Config") && data.path.is_some() {
            let issue = issue_text(data.message.as_deref(), &data.issues);
            return Self::ConfigBroken { path: data.path.unwrap_or_default(), issue };
        }
        let message = data.message.or(body.message).unwrap_or(name);
        match status {
            401 => Self::Unauthorized,
            404 => Self::NotFound { message },
            409 => Self::Busy { message },
            400..500 => Self::BadRequest { message },
            _ => Self::ServerError { status, message },
        }
    }

    /// The error of a request that got no answer, or no whole one.
    pub(super) fn from_transport(error: reqwest::Error, limit: Duration) -> Self {
        if error.is_timeout() {
            return Self::Timeout { limit };
        }
        let connect = error.is_connect();
        let reason = root_cause(&error.without_url());
        if connect { Self::Refused { reason } } else { Self::ConnectionLost { reason } }
    }
}

impl From<serde_json::Error> for WireError {
    fn from(error: serde_json::Error) -> Self {
        Self::UnreadableAnswer { reason: brief(&error) }
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        error.to_problem()
    }
}

/// The innermost error's words; those around it only say "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    name: Option<String>,
    #[serde(rename = "_tag")]
    tag: Option<String>,
    message: Option<String>,
    data: Option<ErrorData>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorData {
    message: Option<String>,
    path: Option<String>,
    issues: Vec<Issue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Issue {
    path: Vec<Value>,
    message: String,
}

/// What is wrong with a configuration file, one line for each issue.
///
/// For a syntax error the server's message quotes the whole file, which can hold API keys, before the list of errors,
/// and in that list each line with an error, a caret below it; only what and where is kept.
fn issue_text(message: Option<&str>, issues: &[Issue]) -> String {
    let name = |key: &Value| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    let mut lines: Vec<String> = issues
        .iter()
        .map(|issue| {
            let path = issue.path.iter().map(name).collect::<Vec<_>>().join(".");
            let message = conceal_received(issue.message.clone());
            if path.is_empty() { message } else { format!("{path}: {message}") }
        })
        .collect();
    if let Some(message) = message {
        let list = match message.split_once("--- Errors ---") {
            Some((_, list)) => list.split("--- End ---").next().unwrap_or(list),
            None if message.contains("--- JSONC Input ---") => "",
            None => message,
        };
        let quoted = |line: &str| line.starts_with("Line ") || line == "^";
        lines.extend(list.lines().map(str::trim).filter(|line| !line.is_empty() && !quoted(line)).map(str::to_owned));
    }
    conceal_named(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(issue: &str) -> WireError {
        WireError::ConfigBroken { path: "/p/opencode.json".into(), issue: issue.into() }
    }

    #[test]
    fn each_form_of_error_body_is_understood() {
        for (status, body, code, detail) in [
            (401, "", "unauthorized", None),
            (401, r#"{"_tag":"UnauthorizedError","message":"m"}"#, "unauthorized", None),
            (
                404,
                r#"{"name":"NotFoundError","data":{"message":"Session not found"}}"#,
                "not_found",
                Some("Session not found"),
            ),
            (
                404,
                r#"{"_tag":"PermissionNotFoundError","requestID":"per_1","message":"gone"}"#,
                "not_found",
                Some("gone"),
            ),
            (409, r#"{"_tag":"SessionBusyError"}"#, "busy", Some("SessionBusyError")),
            (
                400,
                r#"{"name":"BadRequest","data":{"message":"Missing key","kind":"Payload"}}"#,
                "bad_request",
                Some("Missing key"),
            ),
            (400, r#"{"_tag":"BadRequest"}"#, "bad_request", Some("BadRequest")),
            (
                500,
                r#"{"name":"UnknownError","data":{"message":"see logs","ref":"err_1"}}"#,
                "server_error",
                Some("see logs"),
            ),
            (502, "<html>", "server_error", None),
            (302, "", "server_error", None),
            (400, "null", "bad_request", None),
        ] {
            let problem = WireError::from_answer(status, body).to_problem();
            assert_eq!((problem.code.as_str(), problem.detail.as_deref()), (code, detail), "{status} {body}");
        }
    }

    #[test]
    fn a_broken_configuration_names_the_file_and_the_issues() {
        let invalid = r#"{"name":"ConfigInvalidError","data":{"path":"/p/opencode.json","issues":[
            {"path":["model"],"message":"Expected string, got 5"},{"path":["mcp",0],"message":"m"},{"path":[],"message":"n"}]}}"#;
        assert_eq!(WireError::from_answer(400, invalid), broken("model: Expected string, got 5\nmcp.0: m\nn"));
        let wrong = r#"{"name":"ConfigInvalidError","data":{"path":"/p/opencode.json","issues":[
            {"path":["provider","p"],"message":"Expected object, got \"canary\""}]}}"#;
        assert_eq!(WireError::from_answer(400, wrong), broken("provider.p: Expected object, got [secret]"));
        assert_eq!(broken("m").to_problem().detail.as_deref(), Some("m"));
        assert!(broken("m").to_problem().message.contains("/p/opencode.json"));
    }

    #[test]
    fn a_broken_configuration_is_not_quoted() {
        let json = r#"{"name":"ConfigJsonError","data":{"path":"/p/opencode.json","message":
            "\n--- JSONC Input ---\n{ \"apiKey\": \"sk-1\" \n--- Errors ---\nCloseBraceExpected at line 2, column 1\n   Line 2: \"apiKey\": \"sk-1\" \n          ^\n--- End ---"}}"#;
        assert_eq!(WireError::from_answer(400, json), broken("CloseBraceExpected at line 2, column 1"));
    }
}
