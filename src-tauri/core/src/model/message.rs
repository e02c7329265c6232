use serde_json::Value;

use super::{MessageId, PartId, SessionId};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The agent.
    Assistant,
}

/// A message without its parts. One answer to a prompt can be many of them: one for each request to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its session.
    pub session: SessionId,
    /// Who wrote it.
    pub role: Role,
    /// When it was made. The server can change it later for a user's message.
    pub created: i64,
    /// When it was finished; never set for a user's message.
    pub completed: Option<i64>,
    /// For the agent's: the user's message that it answers.
    pub parent: Option<MessageId>,
    /// The agent that writes it, or is asked.
    pub agent: Option<String>,
    /// The provider's id of the model.
    pub provider: Option<String>,
    /// The model's id.
    pub model: Option<String>,
    /// Why the model stopped (`stop`, `tool-calls`, `length`, …).
    pub finish: Option<String>,
    /// Why it ended with an error.
    pub failure: Option<Failure>,
    /// True for the summary that a compaction writes.
    pub summary: bool,
    /// What it cost, in US dollars.
    pub cost: f64,
    /// What the model read and wrote for it; all 0 until it is finished.
    pub tokens: Tokens,
}

/// Tokens of one request to a model, each counted once: `input` is without those from the cache, `output` without
/// reasoning (wire study, section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Read anew.
    pub input: u64,
    /// Written, to be seen.
    pub output: u64,
    /// Written while thinking.
    pub reasoning: u64,
    /// Read from the service's cache.
    pub cache_read: u64,
    /// Put into the service's cache.
    pub cache_write: u64,
}

impl Tokens {
    /// All of them: so much of the model's window is used when the next request goes out.
    pub fn total(&self) -> u64 {
        [self.input, self.output, self.reasoning, self.cache_read, self.cache_write]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

/// A model that the server can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its provider's id.
    pub provider: String,
    /// Its id, unique within the provider.
    pub id: String,
    /// How many tokens its window holds; none when the server does not say.
    pub context: Option<u64>,
}

/// An error as the server reports it, of a message or of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The server's name for it: `APIError`, `MessageAbortedError`, `UnknownError`, ….
    pub name: String,
    /// The sentence that came with it; may be empty.
    pub message: String,
    /// The HTTP status that the model's service gave.
    pub status: Option<u16>,
    /// True when the server tried again before it gave up.
    pub retryable: bool,
}

impl Failure {
    /// True when a person stopped the run: no failure to be alarmed about.
    pub fn is_abort(&self) -> bool {
        self.name == "MessageAbortedError"
    }
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its id.
    pub id: PartId,
    /// Its message.
    pub message: MessageId,
    /// Its session.
    pub session: SessionId,
    /// What it is.
    pub kind: PartKind,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub enum PartKind {
    /// Text of a prompt or an answer.
    Text(Prose),
    /// What the model thought.
    Reasoning(Prose),
    /// A tool call.
    Tool(Box<Tool>),
    /// A file that came with a prompt.
    File(FileRef),
    /// An agent that a prompt names.
    Agent {
        /// The agent.
        name: String,
    },
    /// A subtask that a prompt asks for.
    Subtask {
        /// What it is about.
        description: String,
        /// The agent that is to do it.
        agent: String,
        /// What it is told.
        prompt: String,
    },
    /// Files that a step changed.
    Patch {
        /// Absolute paths.
        files: Vec<String>,
    },
    /// The conversation is summarised at this point.
    Compaction {
        /// True when the server began it by itself.
        auto: bool,
    },
    /// A request to the model was tried again.
    Retry {
        /// Which attempt.
        attempt: u32,
        /// Why.
        message: String,
    },
    /// The beginning of a step: nothing to show.
    StepStart,
    /// The end of a step: nothing to show.
    StepFinish {
        /// Why the model stopped.
        reason: String,
        /// What the step cost, in US dollars.
        cost: f64,
    },
    /// A snapshot of the files: nothing to show.
    Snapshot,
    /// A kind that this version does not know, kept as it came.
    Unknown {
        /// The kind's name on the wire.
        kind: String,
        /// The part as it came.
        raw: Value,
    },
}

/// Text that can stream. While it streams it exists only on the event stream: the server answers "" for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prose {
    /// The text so far.
    pub text: String,
    /// When it began; none for the text of prompts.
    pub started: Option<i64>,
    /// When it ended; open while this is none and `started` is not.
    pub ended: Option<i64>,
    /// Made by the server for the model (file contents, instructions): not shown.
    pub synthetic: bool,
    /// Kept by the server but not sent to the model.
    pub ignored: bool,
    /// Text was lost while the connection was down; the part's closing update fills the hole. Local knowledge: the
    /// wire never sets it.
    pub gapped: bool,
}

impl Prose {
    /// True while more text may come.
    pub fn is_open(&self) -> bool {
        self.started.is_some() && self.ended.is_none()
    }
}

/// A file that came with a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// Its name.
    pub name: Option<String>,
    /// Its media type.
    pub mime: String,
    /// `file:` or `data:` address.
    pub url: String,
}

/// A tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// The model's id of the call; unique only within its message.
    pub call: String,
    /// The tool's name; the server changes it to `invalid` when the call cannot be understood.
    pub name: String,
    /// The input; empty until the model has written all of it.
    pub input: Value,
    /// How far it is.
    pub progress: ToolProgress,
    /// The server's title for it.
    pub title: Option<String>,
    /// What the tool tells about itself; its form depends on the tool.
    pub metadata: Value,
    /// Files that came of it: images of `read` and of MCP tools.
    pub attachments: Vec<FileRef>,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
}

/// The text of a file in the output of `read`: `<content>`, then each line behind its number, `12: `, and an empty line
/// and a remark at the end (wire study, section 5). None where the output has another form.
pub fn numbered_text(output: &str) -> Option<String> {
    let (_, lines) = output.split_once("<content>\n")?;
    let mut next: Option<u64> = None;
    let mut text = String::with_capacity(lines.len());
    for line in lines.split('\n') {
        let Some((number, line)) = line.split_once(": ") else { break };
        let Ok(number) = number.parse::<u64>() else { break };
        if next.is_some_and(|next| next != number) {
            break;
        }
        if next.is_some() {
            text.push('\n');
        }
        next = number.checked_add(1);
        text.push_str(line);
    }
    next.map(|_| text)
}

/// How far a tool call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolProgress {
    /// The model writes the input.
    Pending,
    /// It runs.
    Running,
    /// It ended.
    Completed {
        /// What the model gets.
        output: String,
    },
    /// It failed.
    Error {
        /// What the model gets.
        error: String,
    },
}
