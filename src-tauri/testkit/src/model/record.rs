//! What the model was asked, for tests to look at.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::Conversation;

/// How many requests are kept.
const KEPT: usize = 500;

/// A chat request that was received.
#[derive(Debug, Clone)]
pub struct Received {
    /// The model asked: `echo` for answers, `small` for titles.
    pub model: String,
    /// What the person wrote last.
    pub prompt: String,
    /// How many answers that prompt had already.
    pub turn: usize,
    /// The names of the tools offered.
    pub tools: Vec<String>,
    /// The whole body.
    pub body: Value,
    /// How the answer ended.
    pub outcome: Outcome,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has not ended.
    Running,
    /// As the script said, faults included.
    Ended,
    /// The client went away before its end.
    ClientGone,
    /// The model was stopped.
    Stopped,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    requests: Mutex<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    /// How many were dropped from the front.
    dropped: usize,
    kept: VecDeque<Received>,
}

impl Record {
    /// Adds a request and returns its number.
    pub(super) fn add(&self, conversation: &Conversation, body: Value) -> usize {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.kept.len() == KEPT {
            requests.kept.pop_front();
            requests.dropped += 1;
        }
        requests.kept.push_back(Received {
            model: conversation.model().to_owned(),
            prompt: conversation.prompt().to_owned(),
            turn: conversation.turn(),
            tools: conversation.tools().to_vec(),
            body,
            outcome: Outcome::Running,
        });
        requests.dropped + requests.kept.len() - 1
    }

    pub(super) fn end(&self, number: usize, outcome: Outcome) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let index = number.checked_sub(requests.dropped);
        if let Some(request) = index.and_then(|index| requests.kept.get_mut(index)) {
            request.outcome = outcome;
        }
    }

    pub(super) fn all(&self) -> Vec<Received> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).kept.iter().cloned().collect()
    }
}
