//! What the end or the silence of a server means, in sentences.

use std::time::Duration;

use super::exit::ServerExit;
use crate::protocol::Problem;

/// How the sentence of a refused configuration begins, after `Error: ` and before the path; seen on 1.18.33 with
/// broken JSON and with a value of the wrong type in the global configuration. `ConfigInvalidError` is its name where
/// it is printed raw.
const CONFIG_MESSAGES: [&str; 3] = ["Config file at ", "Configuration is invalid at ", "ConfigInvalidError"];

/// The server ended before it was ready.
pub(super) fn exited_early(exit: ServerExit, lines: &[String]) -> Problem {
    let problem = match refused_configuration(lines) {
        Some(message) => Problem::new("config_invalid", format!("OpenCode refuses its configuration: {message}")),
        None => {
            Problem::new("server_exited_early", format!("OpenCode ended {exit} before it was ready.{}", reason(lines)))
        }
    };
    with_lines(problem, lines)
}

/// The server has not said in time that it listens.
pub(super) fn not_ready(limit: Duration, lines: &[String]) -> Problem {
    let seconds = limit.as_secs_f64();
    with_lines(Problem::new("server_not_ready", format!("OpenCode was not ready after {seconds} s.")), lines)
}

/// The server's own sentence about its configuration, with the first error that it found there.
fn refused_configuration(lines: &[String]) -> Option<String> {
    let (at, message) = lines.iter().enumerate().find_map(|(at, line)| {
        let start = CONFIG_MESSAGES.iter().filter_map(|message| line.find(message)).min()?;
        Some((at, line[start..].trim_end_matches([' ', ':'])))
    })?;
    let mut rest = lines[at + 1..].iter().map(|line| line.trim());
    let first_error = match rest.clone().find_map(|line| line.strip_prefix("↳ ")) {
        Some(issue) => Some(issue),
        None => rest.find(|line| *line == "--- Errors ---").and_then(|_| rest.next()),
    };
    Some(match first_error {
        Some(error) => format!("{message}: {error}"),
        None => message.to_owned(),
    })
}

/// The server ended while it worked.
pub(super) fn exited(exit: ServerExit, lines: &[String]) -> Problem {
    with_lines(Problem::new("server_exited", format!("OpenCode ended {exit}.")), lines)
}

fn with_lines(problem: Problem, lines: &[String]) -> Problem {
    let text = lines.join("\n");
    if text.trim().is_empty() { problem } else { problem.with_detail(text) }
}

/// The server's own line about what went wrong, as a further sentence.
fn reason(lines: &[String]) -> String {
    let said = lines.iter().rev().find_map(|line| line.trim().strip_prefix("Error: "));
    said.map_or_else(String::new, |said| format!(" It said: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn early(output: &str) -> Problem {
        let lines: Vec<String> = output.lines().map(str::to_owned).collect();
        exited_early(ServerExit { code: Some(1), signal: None }, &lines)
    }

    #[test]
    fn a_refused_configuration_has_its_own_code() {
        // Both as the binary printed them.
        let broken = early(
            "Error: Config file at /h/opencode.json is not valid JSON(C): \n--- JSONC Input ---\n{ \"a\": \n\n--- Errors \
             ---\nValueExpected at line 2, column 1\n--- End ---",
        );
        assert_eq!(broken.code, "config_invalid");
        assert_eq!(
            broken.message,
            "OpenCode refuses its configuration: Config file at /h/opencode.json is not valid JSON(C): \
             ValueExpected at line 2, column 1"
        );
        assert!(broken.detail.unwrap().contains("line 2, column 1"));
        let wrong = early("Error: Configuration is invalid at /h/opencode.json\n↳ Expected string, got 5 model");
        assert_eq!(wrong.code, "config_invalid");
        assert!(wrong.message.ends_with("Configuration is invalid at /h/opencode.json: Expected string, got 5 model"));
    }

    #[test]
    fn any_other_end_says_how_and_what_the_server_said() {
        let problem = early("Error: Unexpected error\n\nServeError");
        assert_eq!(problem.code, "server_exited_early");
        assert_eq!(problem.message, "OpenCode ended with code 1 before it was ready. It said: Unexpected error");
        assert_eq!(problem.detail.as_deref(), Some("Error: Unexpected error\n\nServeError"));
        let killed = exited(ServerExit { code: None, signal: Some(9) }, &[]);
        assert_eq!((killed.message.as_str(), killed.detail), ("OpenCode ended by signal 9 (KILL).", None));
    }
}
