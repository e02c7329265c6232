//! What the demo plays.

use std::{fmt::Write, time::Duration};

use serde_json::{Value, json};

use super::{HUNT, TEST_COMMAND};
use crate::script::{HttpError, Step};

/// The pace of an answer: some 40 words a second, as good models have it.
const PACE: Duration = Duration::from_millis(24);

/// The pace of the long answer.
const FAST: Duration = Duration::from_millis(1);

/// The file that the demo reads and edits, from the project's folder.
const FILE: &str = "src/todos.js";
const BUG: &str = "filter((todo) => todo.done)";
const FIXED: &str = "filter((todo) => !todo.done)";

/// How results begin of calls that the person did not allow.
const REJECTED: &str = "The user rejected";

macro_rules! copy {
    ($name:literal) => {
        include_str!(concat!("copy/", $name, ".md"))
    };
}

/// The first answer of a session.
pub(super) fn tour(turn: usize, results: &[&str]) -> Vec<Step> {
    let tests = results.last().copied().unwrap_or_default();
    match turn {
        0 => vec![
            think(
                "Somebody new is here. I'll say what this is, and then show the tools at work on the sample project.",
            ),
            say(copy!("welcome")),
            call("bash", &json!({ "command": "ls -la" })),
            call("read", &json!({ "filePath": FILE })),
        ],
        1 => vec![
            think("The tests will tell whether it works. That runs a command, so the server will ask first."),
            say(copy!("tests")),
            call("bash", &json!({ "command": TEST_COMMAND })),
        ],
        2 if tests.contains("fail 0") => vec![say(copy!("all-well"))],
        2 => vec![
            say(if tests.contains("fail 1") { copy!("hunt") } else { copy!("hunt-without-tests") }),
            call(
                "task",
                &json!({ "description": "Find the failing count", "prompt": HUNT, "subagent_type": "general" }),
            ),
        ],
        _ => vec![think("The subagent found it. Time to sum up."), say(copy!("report"))],
    }
}

/// The subagent's work.
pub(super) fn hunt(turn: usize) -> Vec<Step> {
    match turn {
        0 => vec![
            think("The test is about remaining(). I'll read it, and look for its callers."),
            call("read", &json!({ "filePath": FILE })),
            call("grep", &json!({ "pattern": "remaining\\(", "include": "*.js" })),
        ],
        _ => vec![say(copy!("child"))],
    }
}

/// The model asks a question.
pub(super) fn question(turn: usize, results: &[&str]) -> Vec<Step> {
    if turn == 0 {
        let option = |label: &str, description: &str| json!({ "label": label, "description": description });
        let question = json!({
            "header": "Next feature",
            "question": "What should todo-service learn next?",
            "options": [
                option("Due dates", "Todos know when they are due"),
                option("Tags", "Todos can be grouped"),
            ],
        });
        return vec![say("With pleasure. "), call("question", &json!({ "questions": [question] }))];
    }
    let answer = results.last().copied().unwrap_or_default();
    vec![say(if answer.contains("\"Due dates\"") {
        copy!("due-dates")
    } else if answer.contains("\"Tags\"") {
        copy!("tags")
    } else {
        copy!("own-answer")
    })]
}

/// The model fixes the bug of the sample project, or puts it back.
pub(super) fn edit(turn: usize, results: &[&str]) -> Vec<Step> {
    let file = results.first().copied().unwrap_or_default();
    let change = |old: &str, new: &str| call("edit", &json!({ "filePath": FILE, "oldString": old, "newString": new }));
    let (has_bug, is_fixed) = (file.contains(BUG), file.contains(FIXED));
    let rejected = results.last().is_some_and(|result| result.starts_with(REJECTED));
    match turn {
        0 => vec![say("Let me read the file first. "), call("read", &json!({ "filePath": FILE }))],
        1 if has_bug => vec![say(copy!("fixing")), change(BUG, FIXED)],
        1 if is_fixed => vec![say(copy!("breaking")), change(FIXED, BUG)],
        1 => vec![say(copy!("nothing-to-edit"))],
        _ if rejected => vec![say(copy!("declined"))],
        _ if has_bug => vec![say(copy!("fixed"))],
        _ => vec![say(copy!("broken"))],
    }
}

/// The model fails for good.
pub(super) fn error() -> Vec<Step> {
    let message = "This is the error you asked for. With a real model it would say, for example, that the key has \
                   expired.";
    vec![fail(400, None, &[], message)]
}

/// The model fails twice, and then answers.
pub(super) fn retry() -> Vec<Step> {
    let message = "Too many requests, please slow down.";
    vec![fail(429, Some(2), &[("retry-after", "3")], message), say(copy!("recovered"))]
}

/// A long answer, as fast as models come.
pub(super) fn long() -> Vec<Step> {
    const THINGS: [&str; 6] = ["a lighthouse", "an old map", "the harbour", "a slow train", "rain", "the night shift"];
    const DEEDS: [&str; 5] = ["waits for", "remembers", "signals to", "outlives", "keeps an eye on"];
    let mut text = "# A long answer\n\nScroll up while it comes: it will not pull you back.\n".to_owned();
    for chapter in 1..=48 {
        let thing = |step: usize| THINGS[(chapter * step + step) % THINGS.len()];
        let deed = |step: usize| DEEDS[(chapter + step) % DEEDS.len()];
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n## {chapter}. Of {} and {}\n\nIn the morning {} {} {}, and nobody minds. By noon {} {} {}. Towards \
             evening it is the other way round, and in between there is tea.\n\n- first, {}\n- then, **{}**\n- last, \
             `{}`\n",
            thing(1),
            thing(2),
            thing(3),
            deed(1),
            thing(4),
            thing(5),
            deed(2),
            thing(1),
            thing(2),
            thing(3),
            thing(4),
        );
    }
    text.push_str("\n---\n\nThat was all of it.\n");
    vec![Step::Words { delay: FAST, text }]
}

/// A short answer; the next prompt gets another one.
pub(super) fn short(prompts: usize) -> Vec<Step> {
    const COPIES: [&str; 4] = [copy!("short-1"), copy!("short-2"), copy!("short-3"), copy!("short-4")];
    vec![say(COPIES[prompts % COPIES.len()])]
}

/// The same scene, after a line that says that this is a demo.
pub(super) fn with_notice(mut steps: Vec<Step>) -> Vec<Step> {
    steps.insert(0, say(copy!("notice")));
    steps
}

fn think(text: &str) -> Step {
    Step::ReasonWords { delay: PACE, text: text.to_owned() }
}

fn say(text: &str) -> Step {
    Step::Words { delay: PACE, text: text.to_owned() }
}

fn call(tool: &str, arguments: &Value) -> Step {
    Step::Tool { name: tool.to_owned(), arguments: arguments.to_string(), pieces: None }
}

fn fail(status: u16, times: Option<u32>, headers: &[(&str, &str)], message: &str) -> Step {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Step::Error(HttpError { status, times, headers, message: message.to_owned() })
}
