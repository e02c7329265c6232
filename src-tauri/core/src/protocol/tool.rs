//! What is seen of a tool call when it is unfolded: a list of sections, each of a kind that the window knows how to draw.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Block, FileView};

/// Everything of a tool call that its line does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ToolDetail {
    /// In the order in which they are shown.
    pub sections: Vec<Section>,
}

/// What a person wants to know of a call's outcome, at the end of its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ToolResult {
    /// A few words: `exit 2`, `12 matches`, `lines 10–59`.
    pub text: String,
    /// True when it says that something is wrong.
    pub bad: bool,
}

/// One section of an unfolded call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Section {
    /// Counts up from 0 within the call: further rows are asked for by it.
    pub number: u32,
    /// Its heading.
    pub title: String,
    /// Something to know of it, beside the heading; may be empty.
    pub note: String,
    /// What it shows.
    pub body: SectionBody,
}

/// What a section shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SectionBody {
    /// A command of a shell.
    Command {
        /// The command as it was given.
        text: String,
    },
    /// Lines of text, of which only some are here when there are many.
    Lines {
        /// How many there are.
        total: u32,
        /// The number that is shown before the first one; none for lines without numbers.
        first: Option<u32>,
        /// More lines come: the last ones are looked at.
        live: bool,
        /// The first and the last ones, in order.
        rows: Vec<LineRow>,
    },
    /// What was changed in files.
    Diff {
        /// The files, in the order of their rows.
        files: Vec<DiffFile>,
        /// How many rows there are.
        total: u32,
        /// The first ones.
        rows: Vec<DiffRow>,
    },
    /// Folders and files, with what was found in them.
    Tree {
        /// All rows, each folder and file before what is in it.
        rows: Vec<TreeRow>,
        /// How many things were left out here.
        left_out: u32,
    },
    /// A to-do list.
    Todos {
        /// Its entries.
        items: Vec<TodoItem>,
    },
    /// A subagent's session.
    Child {
        /// The session.
        session: String,
        /// The agent; may be empty.
        agent: String,
        /// How far it is.
        state: ChildState,
        /// The last line that it wrote, or what it does; may be empty.
        line: String,
    },
    /// Text to be read, as Markdown rendered to safe HTML.
    Prose {
        /// Its blocks in order.
        blocks: Vec<Block>,
    },
    /// An address of the web.
    Link {
        /// The address. The window opens it only where it is `http` or `https`.
        url: String,
    },
    /// Questions and their answers.
    Answers {
        /// The questions in order.
        items: Vec<AnsweredQuestion>,
    },
    /// What a language server found wrong.
    Diagnostics {
        /// The findings, the worst first.
        items: Vec<Diagnostic>,
        /// How many were left out here.
        left_out: u32,
    },
    /// A value of any form.
    Json {
        /// Its rows, each object and list before what is in it.
        rows: Vec<JsonRow>,
        /// How many rows were left out here.
        left_out: u32,
    },
    /// Files that came of it.
    Files {
        /// The files in order.
        files: Vec<FileView>,
    },
    /// Why it failed.
    Failure {
        /// The whole text.
        text: String,
    },
}

/// Where a section stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SectionPlace {
    /// The message.
    pub message: String,
    /// The call's part.
    pub part: String,
    /// The section's number.
    pub section: u32,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineRow {
    /// Counts up from 0 within the section.
    pub number: u32,
    /// Safe HTML, made by the core alone.
    pub html: String,
}

/// A file of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffFile {
    /// Its path, relative to the folder where it is in it.
    pub path: String,
    /// What happened to it: `changed`, `added`, `deleted`, `moved`.
    pub change: DiffChange,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiffChange {
    /// It was there and is.
    Changed,
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// It has another name.
    Moved,
}

/// One row of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffRow {
    /// Counts up from 0 within the section.
    pub number: u32,
    /// What it is.
    pub kind: DiffRowKind,
    /// The line's number before the change, where that is known.
    pub old: Option<u32>,
    /// The line's number after the change, where that is known.
    pub new: Option<u32>,
    /// Safe HTML, made by the core alone.
    pub html: String,
}

/// What a row of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiffRowKind {
    /// The name of the file that follows; only where there are several.
    File,
    /// Lines that are not here because nothing changed in them.
    Gap,
    /// A line that stayed.
    Kept,
    /// A line that stayed, far from any change: such ones are shown when asked for.
    Far,
    /// A new line.
    Added,
    /// A line that is gone.
    Removed,
    /// A remark about the line before.
    Remark,
}

/// One row of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TreeRow {
    /// Counts up from 0 within the section.
    pub number: u32,
    /// How deep it stands.
    pub depth: u32,
    /// How many of the rows that follow are within it.
    pub size: u32,
    /// What it is.
    pub kind: TreeRowKind,
    /// Safe HTML, made by the core alone.
    pub html: String,
    /// The number of the line in its file.
    pub line: Option<u32>,
    /// How many things were found in it.
    pub count: Option<u32>,
}

/// What a row of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TreeRowKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A line of a file.
    Line,
}

/// An entry of a to-do list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TodoItem {
    /// What is to be done.
    pub text: String,
    /// How far it is.
    pub state: TodoState,
    /// True for what is urgent.
    pub urgent: bool,
}

/// How far an entry of a to-do list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TodoState {
    /// Not begun.
    Pending,
    /// Being done.
    InProgress,
    /// Done.
    Completed,
    /// Not to be done any more.
    Cancelled,
}

impl TodoState {
    /// The state that the server calls so; one that it does not know yet counts as pending.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "completed" => Self::Completed,
            "in_progress" => Self::InProgress,
            "cancelled" => Self::Cancelled,
            _ => Self::Pending,
        }
    }
}

/// How far a subagent's session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChildState {
    /// It works.
    Working,
    /// It waits for the person's answer.
    Waiting,
    /// Its work ended.
    Done,
    /// It failed or was stopped.
    Failed,
}

/// A question with its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnsweredQuestion {
    /// A short heading; may be empty.
    pub header: String,
    /// The question.
    pub question: String,
    /// What could be chosen.
    pub options: Vec<String>,
    /// The chosen options, and what the person wrote; empty while it is not answered, and when it was not.
    pub answers: Vec<String>,
}

/// Something that a language server found wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file, relative to the folder where it is in it.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is wrong.
    Error,
    /// It may be wrong.
    Warning,
    /// Something to know.
    Note,
}

/// One row of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JsonRow {
    /// Counts up from 0 within the section.
    pub number: u32,
    /// How deep it stands.
    pub depth: u32,
    /// How many of the rows that follow are within it.
    pub size: u32,
    /// True when what is within it is hidden at first.
    pub folded: bool,
    /// Its name in its object.
    pub key: Option<String>,
    /// What it is.
    pub kind: JsonKind,
    /// The value, or how much is in it.
    pub text: String,
}

/// What a row of a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JsonKind {
    /// An object or a list.
    Group,
    /// A text.
    Text,
    /// One line of a text that has several.
    Line,
    /// A number, true, false, or null.
    Word,
}

/// Further rows of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SectionRows {
    /// Of [`SectionBody::Lines`].
    Lines {
        /// How many there are now.
        total: u32,
        /// The rows.
        rows: Vec<LineRow>,
    },
    /// Of [`SectionBody::Diff`].
    Diff {
        /// How many there are now.
        total: u32,
        /// The rows.
        rows: Vec<DiffRow>,
    },
}
