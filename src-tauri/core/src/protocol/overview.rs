use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TodoItem;

/// How a session stands, beside its messages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct OverviewView {
    /// Its to-do list.
    pub todos: Vec<TodoItem>,
    /// How full the model's window is; none before the first answer.
    pub context: Option<ContextView>,
    /// How many prompts of it are here.
    pub prompts: u32,
    /// What it cost so far, in US dollars.
    pub cost: f64,
    /// The same with that of the subagents below it.
    pub cost_with_children: f64,
}

/// How full the window of the model is that answered last, in tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContextView {
    /// The model.
    pub model: String,
    /// All that the next request begins with.
    #[ts(type = "number")]
    pub used: u64,
    /// How much the window holds; none when that is not known.
    #[ts(type = "number | null")]
    pub limit: Option<u64>,
    /// Of what is used: read anew.
    #[ts(type = "number")]
    pub input: u64,
    /// Of what is used: written to be seen.
    #[ts(type = "number")]
    pub output: u64,
    /// Of what is used: written while thinking.
    #[ts(type = "number")]
    pub reasoning: u64,
    /// Of what is used: read from the service's cache.
    #[ts(type = "number")]
    pub cache_read: u64,
    /// Of what is used: put into the service's cache.
    #[ts(type = "number")]
    pub cache_write: u64,
}
