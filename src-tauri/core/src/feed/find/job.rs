//! A slice of the search: texts of some messages, to be looked through beside the instance's task.

use std::sync::Arc;

use crate::model::{PartId, Role, Tool};
use crate::protocol::Block;
use crate::render::{render, verbatim, words_of};
use crate::store::{MessageEntry, MessageKey, State};

use super::super::parts::{Shown, shown};
use super::super::tools;
use super::needle::Needle;

/// So many bytes of text are taken for one slice, and what the last message has beyond that: copying them takes well
/// below a millisecond.
const BYTES: usize = 256 * 1024;
/// What a part counts beside its text.
const PART_BYTES: usize = 512;

/// Texts of messages, copied from the state.
#[derive(Debug)]
pub struct FindJob {
    pub(super) search: u64,
    needle: Arc<Needle>,
    directory: String,
    messages: Vec<(MessageKey, Vec<(PartId, Text)>)>,
    pub(super) bytes: usize,
}

/// What came of a job.
#[derive(Debug)]
pub struct FindAnswer {
    pub(super) search: u64,
    /// For each message that was looked through, where in it the words are.
    pub(super) messages: Vec<(MessageKey, Vec<Spot>)>,
}

/// A text in which the words are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) part: PartId,
    /// The section of a tool call; none for its line, and for text.
    pub(super) section: Option<u32>,
    /// How often they are there, at least once.
    pub(super) count: u32,
}

#[derive(Debug)]
enum Text {
    Typed(String),
    Markdown(String),
    Tool(Box<Tool>),
}

impl FindJob {
    pub(super) fn new(search: u64, needle: Arc<Needle>, directory: &str) -> Self {
        Self { search, needle, directory: directory.to_owned(), messages: Vec::new(), bytes: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes >= BYTES
    }

    /// Copies what is shown of a message.
    pub(super) fn add(&mut self, key: MessageKey, message: &MessageEntry) {
        let typed = message.head().is_some_and(|head| head.role == Role::User);
        let mut texts = Vec::new();
        for (id, part) in message.parts() {
            self.bytes += PART_BYTES;
            let text = match shown(part, false) {
                Shown::Prose { prose, .. } => {
                    self.bytes += prose.text.len();
                    if typed { Text::Typed(prose.text.clone()) } else { Text::Markdown(prose.text.clone()) }
                }
                Shown::Tool(tool) => {
                    self.bytes += weight(tool);
                    Text::Tool(Box::new(tool.clone()))
                }
                Shown::Hidden | Shown::Body(_) => continue,
            };
            texts.push((id.clone(), text));
        }
        self.messages.push((key, texts));
    }

    /// The answer that nothing was found, for a job that cannot be done.
    pub fn nothing(&self) -> FindAnswer {
        let messages = self.messages.iter().map(|(key, _)| (key.clone(), Vec::new())).collect();
        FindAnswer { search: self.search, messages }
    }

    /// Looks through the texts. That may take some milliseconds.
    pub fn run(self) -> FindAnswer {
        // All that the lines of calls need of it is the folder.
        let state = State::new(self.directory);
        let needle = &*self.needle;
        let messages = self.messages.into_iter().map(|(key, texts)| {
            let spots = texts.into_iter().flat_map(|(part, text)| spots(needle, &part, &text, &state));
            (key, spots.collect())
        });
        FindAnswer { search: self.search, messages: messages.collect() }
    }
}

fn spots(needle: &Needle, part: &PartId, text: &Text, state: &State) -> Vec<Spot> {
    let spot = |section, words: &str| {
        let count = needle.count_in(words);
        (count > 0).then(|| Spot { part: part.clone(), section, count })
    };
    let prose = |blocks: &[Block]| {
        let mut words = String::new();
        for block in blocks {
            words_of(&block.html, &mut words);
        }
        spot(None, &words).into_iter().collect()
    };
    match text {
        Text::Typed(text) => prose(&verbatim(text)),
        Text::Markdown(text) => prose(&render(text)),
        Text::Tool(tool) => {
            let (line, sections) = tools::words(tool, state);
            let sections = (0..).zip(&sections).filter_map(|(number, words)| spot(Some(number), words));
            spot(None, &line).into_iter().chain(sections).collect()
        }
    }
}

/// About how many bytes a call holds.
fn weight(tool: &Tool) -> usize {
    use crate::model::ToolProgress::{Completed, Error, Pending, Running};
    use serde_json::Value;
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(items) => 16 + items.iter().map(of).sum::<usize>(),
            Value::Object(fields) => 16 + fields.iter().map(|(key, value)| key.len() + of(value)).sum::<usize>(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        }
    }
    let output = match &tool.progress {
        Completed { output: text } | Error { error: text } => text.len(),
        Pending | Running => 0,
    };
    output + of(&tool.input) + of(&tool.metadata)
}
