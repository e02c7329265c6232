use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SessionName;

/// What a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RuleAnswer {
    /// Allowed, once each time.
    Allow,
    /// Denied.
    Deny,
}

/// A rule that answers requests for permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rule {
    /// The kind of permission as the server names it (`bash`, `edit`, …), as a pattern: `*` is any.
    pub kind: String,
    /// What it matches of the request's own patterns: `*` stands for any text, `?` for one character.
    pub pattern: String,
    /// The answer.
    pub answer: RuleAnswer,
    /// What the agent is told with a denial, and goes on with; without one a denial ends its run.
    pub reason: Option<String>,
}

/// A rule of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleRow {
    /// Its number in the folder.
    pub id: u32,
    /// What it says.
    pub rule: Rule,
}

/// An answer that was given by rules, or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AutoAnswer {
    /// Counts up for the life of the instance.
    pub number: u32,
    /// When it was given, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// The session that asked.
    pub session: SessionName,
    /// What was asked, as one sentence.
    pub title: String,
    /// The command or the path, cut where it is long.
    pub text: Option<String>,
    /// The answer.
    pub answer: RuleAnswer,
    /// The rules that gave it, as they were.
    pub rules: Vec<Rule>,
    /// Why it did not count; then the request waits for the person, unless it is answered otherwise.
    pub failed: Option<String>,
}

/// The automatic answers of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AutoAnswersView {
    /// Whether rules answer.
    pub on: bool,
    /// The rules, oldest first. Their order means nothing: a denial wins.
    pub rules: Vec<RuleRow>,
    /// The newest answers, newest first.
    pub log: Vec<AutoAnswer>,
    /// How many requests wait that the rules would answer if they had come now.
    pub waiting: u32,
}

/// So much of the automatic answers as is always shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct AutoAnswersStatus {
    /// Whether rules answer.
    pub on: bool,
    /// How many answers were given since the folder was opened.
    pub given: u32,
    /// Counts up with each change of the rules and of their log.
    pub revision: u32,
}
