use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person looks for in the session that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindQuery {
    /// The window's number for it, by which it knows the answer.
    pub number: u32,
    /// The words, as they are written; none ends the search. At most 1,000 characters count.
    pub text: String,
    /// Upper and lower case differ.
    pub match_case: bool,
    /// The message that is read now: the last place that is not behind it is shown first. None is the newest.
    pub near: Option<String>,
}

/// What was found so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindView {
    /// See [`FindQuery::number`].
    pub query: u32,
    /// How often it is there.
    pub count: u32,
    /// What is here is still being searched.
    pub searching: bool,
    /// Older messages are still being read from the server.
    pub older: bool,
    /// Older messages could not be read: what was found is not all.
    pub incomplete: bool,
    /// The place that is shown; none while there is none.
    pub at: Option<FindHit>,
}

/// One place where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindHit {
    /// Which one of all it is, from 1 on, oldest first.
    pub index: u32,
    /// The message. It is in the window's range.
    pub message: String,
    /// The part.
    pub part: String,
    /// The section of the tool call; none for its line, and for text.
    pub section: Option<u32>,
    /// Which one in the part, or in the section, from 0 on.
    pub occurrence: u32,
    /// Counts up whenever the window has to go there; the same while only the index changes.
    pub jump: u32,
}

/// A prompt, for the rail beside the messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptLine {
    /// The message.
    pub id: String,
    /// Its first line, cut where it is long.
    pub line: String,
}
