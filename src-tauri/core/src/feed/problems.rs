use crate::model::Failure;
use crate::protocol::Problem;
use crate::render::{one_line, plain};

/// A failure of the agent's run in a sentence for the person, with what to do where that is known.
pub fn problem_of(failure: &Failure) -> Problem {
    let said = one_line(&failure.message, 300);
    let said = if said.is_empty() { failure.name.clone() } else { said };
    // It becomes part of a sentence.
    let said = said.trim_end_matches(['.', ' ']);
    let status = failure.status;
    let (code, message) = match (failure.name.as_str(), status) {
        ("MessageAbortedError", _) => return stopped(),
        ("ProviderAuthError", _) | ("APIError", Some(401 | 403)) => (
            "model_unauthorized",
            format!("The model's service refused the request: {said}. Check the key or the sign-in of this provider."),
        ),
        ("APIError", Some(404)) => ("model_not_found", format!("The model's service does not know this model: {said}")),
        ("APIError", Some(429)) => {
            ("model_rate_limited", format!("The model's service is limiting requests: {said}. Try again later."))
        }
        ("APIError", Some(status)) if status >= 500 => {
            ("model_failed", format!("The model's service failed ({status}): {said}. Try again."))
        }
        ("APIError", Some(status)) => ("model_refused", format!("The model's service answered {status}: {said}")),
        ("APIError", None) => {
            ("model_unreachable", format!("The model's service could not be reached: {said}. Check the connection."))
        }
        ("ContextOverflowError", _) => {
            ("context_overflow", "The conversation is too long for the model; it is summarised to go on.".to_owned())
        }
        ("ContentFilterError", _) => ("content_filtered", "The model's service withheld this answer.".to_owned()),
        ("MessageOutputLengthError", _) => ("output_too_long", "The answer reached the model's limit.".to_owned()),
        // What OpenCode 1.18.33 says when its preparations in a folder were cut off, then and each time after.
        (_, _) if said.contains("All fibers interrupted") => (
            "server_unusable",
            "OpenCode was stopped while it got ready to work in this folder, and cannot work in it any more. \
             Restart the server, then try again."
                .to_owned(),
        ),
        (_, _) => ("run_failed", format!("The run failed: {said}")),
    };
    let problem = Problem::new(code, message);
    if failure.message.len() > 300 { problem.with_detail(plain(&failure.message)) } else { problem }
}

/// A message that a person stopped.
pub(super) fn stopped() -> Problem {
    Problem::new("stopped", "Stopped.")
}

/// A message that the server will not finish any more.
pub(super) fn interrupted() -> Problem {
    Problem::new("interrupted", "This answer was interrupted before it was finished.")
}
