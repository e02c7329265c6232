//! Which answers to the agent's requests are ours.
//!
//! The server's password is in the environment of its tools, so that an agent may answer its own requests. Version 1
//! says of an answer what it was, not who gave it: an answer is ours when we gave one like it, or when it follows from
//! one of ours. "Always" also answers the session's other requests that it covers; "reject" those that wait in the
//! session (seen on 1.18.33). Pure.

use std::collections::VecDeque;

use crate::model::{Outcome, Permission, RequestId, SessionId};
use crate::rules::covers;

/// How many of our answers are remembered.
const MOST: usize = 512;

/// An answer of ours.
#[derive(Debug, Clone)]
struct Given {
    request: RequestId,
    outcome: Outcome,
    /// The session of a request for permission, its kind, and what "always" allows.
    covers: Option<(SessionId, String, Vec<String>)>,
}

/// Our newest answers, whether or not the server has confirmed them.
#[derive(Debug, Default)]
pub(super) struct OwnAnswers(VecDeque<Given>);

impl OwnAnswers {
    /// We are about to give this answer.
    pub(super) fn give(&mut self, request: &RequestId, outcome: Outcome, permission: Option<&Permission>) {
        let covers = permission.map(|asked| (asked.session.clone(), asked.kind.clone(), asked.always.clone()));
        self.0.push_back(Given { request: request.clone(), outcome, covers });
        if self.0.len() > MOST {
            self.0.pop_front();
        }
    }

    /// The server never got it, or had another answer before.
    pub(super) fn take_back(&mut self, request: &RequestId) {
        self.0.retain(|given| given.request != *request);
    }

    /// A new server knows nothing of what was allowed before.
    pub(super) fn server_gone(&mut self) {
        self.0.clear();
    }

    /// True when this answer is one that we gave, or follows from one. `permission` is what was asked.
    pub(super) fn explain(
        &self,
        request: &RequestId,
        session: &SessionId,
        outcome: Outcome,
        permission: Option<&Permission>,
    ) -> bool {
        self.0.iter().any(|given| {
            if given.request == *request {
                return given.outcome == outcome;
            }
            let Some((of, kind, always)) = &given.covers else { return false };
            of == session
                && given.outcome == outcome
                && match outcome {
                    // A denial harms nobody: that it was asked before ours is not looked at.
                    Outcome::Rejected => true,
                    Outcome::Always => permission.is_some_and(|asked| {
                        asked.kind == *kind
                            && !asked.patterns.is_empty()
                            && asked.patterns.iter().all(|asked| always.iter().any(|allowed| covers(allowed, asked)))
                    }),
                    Outcome::Once | Outcome::Answered | Outcome::Dismissed | Outcome::Other => false,
                }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn asked(id: &str, session: &str, pattern: &str) -> Permission {
        Permission {
            id: id.into(),
            session: session.into(),
            kind: "bash".to_owned(),
            patterns: vec![pattern.to_owned()],
            always: vec!["touch *".to_owned()],
            metadata: Value::Null,
            tool: None,
        }
    }

    fn explains(answers: &OwnAnswers, asked: &Permission, outcome: Outcome) -> bool {
        answers.explain(&asked.id, &asked.session, outcome, Some(asked))
    }

    #[test]
    fn only_the_answer_that_we_gave_is_ours() {
        let mut answers = OwnAnswers::default();
        let one = asked("per_1", "ses_a", "touch a");
        assert!(!explains(&answers, &one, Outcome::Once));
        answers.give(&one.id, Outcome::Rejected, Some(&one));
        assert!(explains(&answers, &one, Outcome::Rejected));
        assert!(!explains(&answers, &one, Outcome::Once), "somebody allowed what we denied");
        answers.take_back(&one.id);
        assert!(!explains(&answers, &one, Outcome::Rejected), "ours never arrived");
    }

    #[test]
    fn always_explains_what_it_covers_in_its_session_and_nothing_else() {
        let mut answers = OwnAnswers::default();
        let one = asked("per_1", "ses_a", "touch a");
        answers.give(&one.id, Outcome::Always, Some(&one));
        assert!(explains(&answers, &asked("per_2", "ses_a", "touch b"), Outcome::Always));
        assert!(explains(&answers, &asked("per_2", "ses_a", "touch"), Outcome::Always));
        assert!(!explains(&answers, &asked("per_2", "ses_a", "touch b"), Outcome::Once));
        assert!(!explains(&answers, &asked("per_2", "ses_a", "rm -rf /"), Outcome::Always));
        assert!(!explains(&answers, &asked("per_2", "ses_b", "touch b"), Outcome::Always));
        assert!(!answers.explain(&"per_3".into(), &"ses_a".into(), Outcome::Always, None), "nobody saw it asked");
        answers.server_gone();
        assert!(!explains(&answers, &asked("per_2", "ses_a", "touch b"), Outcome::Always));
    }

    #[test]
    fn a_denial_denies_the_whole_session() {
        let mut answers = OwnAnswers::default();
        let one = asked("per_1", "ses_a", "touch a");
        answers.give(&one.id, Outcome::Rejected, Some(&one));
        assert!(explains(&answers, &asked("per_2", "ses_a", "rm x"), Outcome::Rejected));
        assert!(!explains(&answers, &asked("per_2", "ses_b", "rm x"), Outcome::Rejected));
    }
}
