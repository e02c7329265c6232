//! The demo: a model that shows the product to somebody who has neither key nor network.
//!
//! The first prompt of a session starts a tour: reasoning, Markdown, tools, a permission, a subagent, a report. Later
//! prompts get short answers, and some words ask for something special: `Wish` lists them.

mod scenes;
mod title;

use serde_json::{Value, json};

pub use self::title::title;
use crate::{model::Conversation, script::Step};

/// The command of the tour for which the server has to ask.
const TEST_COMMAND: &str = "node --test --test-reporter=spec";

/// What the tour's subagent is asked. Its answer is scripted too.
const HUNT: &str = "Find out why the test \"counts what is left to do\" fails. Read src/todos.js and whatever uses it, \
                    change nothing, and report the cause.";

/// The permissions that the demo's server is to have: everything is allowed, but the tests are run only when asked.
pub fn permission() -> Value {
    json!({ "bash": { "*": "allow", "node --test*": "ask" } })
}

/// What a prompt asks for by one of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// "tour": the first answer again.
    Tour,
    /// "question": the model asks one.
    Question,
    /// "edit", "fix", "bug": an edit of the sample file.
    Edit,
    /// "error": the model fails.
    Error,
    /// "retry": the model fails twice and then answers.
    Retry,
    /// "long": a long, fast answer.
    Long,
}

impl Wish {
    fn read(prompt: &str) -> Option<Self> {
        prompt.split(|character: char| !character.is_alphanumeric()).find_map(|word| {
            Some(match word.to_lowercase().as_str() {
                "tour" => Self::Tour,
                "question" | "questions" => Self::Question,
                "edit" | "fix" | "bug" => Self::Edit,
                "error" | "errors" => Self::Error,
                "retry" | "retries" => Self::Retry,
                "long" => Self::Long,
                _ => return None,
            })
        })
    }
}

/// The answer to a request whose prompt has no directives.
pub fn answer(conversation: &Conversation) -> Vec<Step> {
    let (turn, results) = (conversation.turn(), conversation.results());
    if conversation.prompt().trim() == HUNT {
        return scenes::hunt(turn);
    }
    let first = conversation.prompts() == 1;
    let Some(wish) = Wish::read(conversation.prompt()).or(first.then_some(Wish::Tour)) else {
        return scenes::short(conversation.prompts());
    };
    let steps = match wish {
        Wish::Tour => return scenes::tour(turn, &results),
        Wish::Question => scenes::question(turn, &results),
        Wish::Edit => scenes::edit(turn, &results),
        Wish::Error => return scenes::error(),
        Wish::Retry => return scenes::retry(),
        Wish::Long => scenes::long(),
    };
    if first && turn == 0 { scenes::with_notice(steps) } else { steps }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer_to(messages: &Value) -> Vec<Step> {
        answer(&Conversation::read(&json!({ "model": "echo", "stream": true, "messages": messages })))
    }

    fn tools(steps: &[Step]) -> Vec<&str> {
        let names = steps.iter().filter_map(|step| match step {
            Step::Tool { name, .. } => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    fn text(steps: &[Step]) -> String {
        let texts = steps.iter().filter_map(|step| match step {
            Step::Words { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn the_first_answer_is_a_tour() {
        let mut messages = vec![json!({ "role": "user", "content": "Hello" })];
        let mut called = Vec::new();
        for _ in 0..4 {
            let steps = answer_to(&json!(messages));
            called.push(tools(&steps).join(" "));
            if messages.len() == 1 {
                assert!(text(&steps).contains("**This is a demo.**"));
            }
            messages.push(json!({ "role": "assistant", "content": "" }));
            messages.push(json!({ "role": "tool", "content": "result" }));
        }
        assert_eq!(called, ["bash read", "bash", "task", ""]);
    }

    #[test]
    fn words_ask_for_scenes() {
        let later = |prompt: &str| {
            answer_to(&json!([
                { "role": "user", "content": "Hello" },
                { "role": "assistant", "content": "Welcome" },
                { "role": "user", "content": prompt },
            ]))
        };
        assert_eq!(tools(&later("Ask me a question!")), ["question"]);
        assert_eq!(tools(&later("Fix it, please")), ["read"]);
        assert!(matches!(later("Show me an error")[..], [.., Step::Error(_)]));
        assert!(text(&later("Stream something long")).len() > 10_000);
        assert!(!text(&later("thanks")).is_empty());
        assert_eq!(tools(&later("prolonged editorials")), [""; 0]);
    }

    #[test]
    fn says_it_is_a_demo_whatever_the_first_prompt_asks() {
        let steps = answer_to(&json!([{ "role": "user", "content": "Ask me a question" }]));
        assert!(text(&steps).contains("This is a demo"));
    }

    #[test]
    fn an_edit_fixes_the_bug_or_puts_it_back() {
        let edit = |file: &str| {
            answer_to(&json!([
                { "role": "user", "content": "Hello" },
                { "role": "assistant", "content": "Welcome" },
                { "role": "user", "content": "fix the bug" },
                { "role": "assistant", "content": "" },
                { "role": "tool", "content": file },
            ]))
        };
        let sample = include_str!("../sample/src/todos.js");
        let arguments = |steps: &[Step]| match steps.last() {
            Some(Step::Tool { arguments, .. }) => serde_json::from_str::<Value>(arguments).unwrap(),
            other => panic!("an edit expected, not {other:?}"),
        };
        let fix = arguments(&edit(sample));
        let (old, new) = (fix["oldString"].as_str().unwrap(), fix["newString"].as_str().unwrap());
        let fixed = sample.replacen(old, new, 1);
        assert_ne!(fixed, sample);
        let back = arguments(&edit(&fixed));
        assert_eq!((back["oldString"].as_str(), back["newString"].as_str()), (Some(new), Some(old)));
        assert_eq!(tools(&edit("another file")), [""; 0]);
    }
}
