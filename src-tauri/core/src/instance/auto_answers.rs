//! Answers that the folder's rules give in place of the person.

use std::collections::{BTreeSet, VecDeque};

use tokio::sync::oneshot;

use crate::feed::{asked_near, permission_text, permission_title, title_of};
use crate::model::{Outcome, Permission, RequestId};
use crate::protocol::{
    AutoAnswer, AutoAnswersStatus, AutoAnswersView, PermissionReply, Problem, Rule, RuleAnswer, RuleRow, SessionName,
};
use crate::rules::{Decision, Rules, decide};

use super::clock::now_ms;
use super::command::{Answer, Reply, RuleChange};
use super::task::InstanceTask;
use super::work::Done;

/// How many answers the log holds.
const LOG: usize = 100;

/// How many requests are remembered that rules have answered: each is answered once, whatever came of it.
const TRIED: usize = 1_000;

/// What is quoted of a request at most, in characters.
const QUOTED: usize = 1_000;

/// The folder's rules, and what they answered.
#[derive(Debug)]
pub(super) struct AutoAnswers {
    rules: Rules,
    tried: VecDeque<RequestId>,
    /// Answers that are on their way.
    sent: Vec<Entry>,
    /// Newest first.
    log: VecDeque<Entry>,
    made: u32,
    given: u32,
    revision: u32,
}

#[derive(Debug)]
struct Entry {
    request: RequestId,
    answer: AutoAnswer,
}

impl Entry {
    /// The server says how the request was answered; true when that is not how we did, and that is news. It says
    /// "rejected" also of what fell with another request.
    fn told(&mut self, outcome: Outcome) -> bool {
        let ours = match self.answer.answer {
            RuleAnswer::Allow => Outcome::Once,
            RuleAnswer::Deny => Outcome::Rejected,
        };
        if outcome == ours || self.answer.failed.is_some() {
            return false;
        }
        let done = if outcome == Outcome::Rejected { "denied" } else { "answered" };
        self.answer.failed = Some(format!("It was {done} otherwise before this answer came."));
        true
    }
}

impl AutoAnswers {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, tried: VecDeque::new(), sent: Vec::new(), log: VecDeque::new(), made: 0, given: 0, revision: 0 }
    }

    pub(super) fn status(&self) -> AutoAnswersStatus {
        let on = self.rules.book.on_since().is_some();
        AutoAnswersStatus { on, given: self.given, revision: self.revision }
    }

    /// The server's word of an answer; it may come before or after that to ours.
    pub(super) fn told(&mut self, request: &RequestId, outcome: Outcome) {
        if let Some(entry) = self.sent.iter_mut().find(|entry| entry.request == *request) {
            entry.told(outcome);
        } else if let Some(entry) = self.log.iter_mut().find(|entry| entry.request == *request)
            && entry.told(outcome)
        {
            self.given = self.given.saturating_sub(1);
            self.revision += 1;
        }
    }

    fn has_tried(&self, request: &RequestId) -> bool {
        self.tried.contains(request)
    }

    fn try_once(&mut self, request: &RequestId) {
        self.tried.retain(|other| other != request);
        self.tried.push_back(request.clone());
        if self.tried.len() > TRIED {
            self.tried.pop_front();
        }
    }

    /// Moves an answer from those on their way into the log.
    fn done(&mut self, request: &RequestId, result: &Result<(), Problem>) {
        let Some(at) = self.sent.iter().position(|entry| entry.request == *request) else { return };
        let mut entry = self.sent.swap_remove(at);
        if let Err(problem) = result {
            entry.answer.failed = Some(problem.message.clone());
        }
        if entry.answer.failed.is_none() {
            self.given += 1;
        }
        self.log.push_front(entry);
        self.log.truncate(LOG);
        self.revision += 1;
    }
}

impl InstanceTask {
    /// Requests came or went: those that rules answer are answered.
    pub(super) fn answer_by_rules(&mut self, requests: &BTreeSet<RequestId>) {
        if requests.is_empty() || self.auto_answers.rules.book.on_since().is_none() || self.server.client().is_none() {
            return;
        }
        let now = now_ms();
        for id in requests {
            let Some(asked) = self.subject.state.permission(id) else { continue };
            // When it was asked must be known: it may be older than the rules.
            let at = asked_near(id, now).filter(|_| !self.auto_answers.has_tried(id));
            if let Some((answer, rules)) = at.and_then(|at| self.decide(asked, at)) {
                self.answer_by(&id.clone(), answer, rules);
            }
        }
    }

    /// The person wants what waits now to be answered by the rules, also what is older than them. How many are.
    pub(super) fn apply_rules(&mut self) -> u32 {
        let waiting: Vec<_> = self.subject.state.shown_permissions().cloned().collect();
        let mut answered = 0;
        for asked in waiting {
            // Those that waited with one that was denied are gone with it.
            if let Some((answer, rules)) = self.decide(&asked, i64::MAX) {
                self.answer_by(&asked.id, answer, rules);
                answered += 1;
            }
        }
        answered
    }

    fn decide(&self, asked: &Permission, at: i64) -> Option<(RuleAnswer, Vec<Rule>)> {
        match decide(&self.auto_answers.rules.book, &asked.kind, &asked.patterns, at)? {
            Decision::Allow(by) => Some((RuleAnswer::Allow, by.into_iter().map(|kept| kept.rule.clone()).collect())),
            Decision::Deny(by) => Some((RuleAnswer::Deny, vec![by.rule.clone()])),
        }
    }

    fn answer_by(&mut self, request: &RequestId, answer: RuleAnswer, rules: Vec<Rule>) {
        let state = &self.subject.state;
        let Some(asked) = state.permission(request) else { return };
        let title = state.session(&asked.session).and_then(|entry| entry.info()).map(|info| info.title.as_str());
        let auto = &mut self.auto_answers;
        auto.made += 1;
        let reason = rules.first().and_then(|rule| rule.reason.clone());
        let answer_sent = AutoAnswer {
            number: auto.made,
            at: now_ms(),
            session: SessionName { id: asked.session.0.clone(), title: title_of(title.unwrap_or_default()) },
            title: permission_title(state, asked),
            // A change is named by its file.
            text: permission_text(asked).filter(|_| asked.kind != "edit").map(|text| cut(&text)),
            answer,
            rules,
            failed: None,
        };
        auto.try_once(request);
        auto.sent.push(Entry { request: request.clone(), answer: answer_sent });
        // Nobody is asked while it is on its way.
        let changes = self.subject.state.withhold(request, true);
        self.touch(&changes);
        let (reply, told) = oneshot::channel();
        let answer = match answer {
            RuleAnswer::Allow => Answer::Permission(PermissionReply::Once, None),
            RuleAnswer::Deny => Answer::Permission(PermissionReply::Reject, reason),
        };
        self.answer(request.clone(), answer, reply);
        let request = request.clone();
        self.work(async move {
            let lost = |_| Err(Problem::new("instance_closed", "This folder was closed."));
            Done::AnsweredByRules(request, told.await.unwrap_or_else(lost))
        });
    }

    pub(super) fn answered_by_rules(&mut self, request: &RequestId, result: &Result<(), Problem>) {
        self.auto_answers.done(request, result);
        if let Err(problem) = result {
            let folder = self.folder.display();
            tracing::warn!(%folder, code = problem.code, "an automatic answer failed, the person is asked");
            let changes = self.subject.state.withhold(request, false);
            self.touch(&changes);
        }
    }

    pub(super) fn auto_answers_view(&self) -> AutoAnswersView {
        let auto = &self.auto_answers;
        let rows = auto.rules.book.rules().iter().map(|kept| RuleRow { id: kept.id, rule: kept.rule.clone() });
        let waiting = self.subject.state.shown_permissions().filter(|asked| self.decide(asked, i64::MAX).is_some());
        AutoAnswersView {
            on: auto.rules.book.on_since().is_some(),
            rules: rows.collect(),
            log: auto.log.iter().map(|entry| entry.answer.clone()).collect(),
            waiting: u32::try_from(waiting.count()).unwrap_or(u32::MAX),
        }
    }

    /// Changes the rules at once, and answers when that is on disk. A request that waits stays the person's.
    pub(super) fn change_rules(&mut self, change: RuleChange, reply: Reply<Result<(), Problem>>) {
        let Rules { book, keeper } = &mut self.auto_answers.rules;
        let now = now_ms();
        let changed = match change {
            RuleChange::Switch(on) => {
                book.switch(on, now);
                Ok(())
            }
            RuleChange::Put(id, rule) => book.put(id, rule, now),
            RuleChange::Delete(id) => book.delete(id),
        };
        if let Err(problem) = changed {
            reply.send(Err(problem)).ok();
            return;
        }
        let saved = keeper.save(book);
        self.auto_answers.revision += 1;
        self.work(async move {
            let closing =
                |_| Err(Problem::new("profile_not_saved", "The rules could not be saved: Outrider is closing."));
            reply.send(saved.await.unwrap_or_else(closing)).ok();
            Done::Nothing
        });
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::profile::Profile;

    fn sent(request: &str, answer: RuleAnswer) -> Entry {
        let answer = AutoAnswer {
            number: 1,
            at: 1,
            session: SessionName { id: "ses_a".to_owned(), title: "A".to_owned() },
            title: "Run a command".to_owned(),
            text: None,
            answer,
            rules: Vec::new(),
            failed: None,
        };
        Entry { request: request.into(), answer }
    }

    fn empty() -> AutoAnswers {
        let place = tempfile::tempdir().unwrap();
        AutoAnswers::new(crate::rules::open(&Profile::new(place.path()), Path::new("/a"), TaskTracker::new()).0)
    }

    #[test]
    fn an_answer_that_another_one_came_before_is_not_counted() {
        let mut auto = empty();
        for request in ["before", "after", "ours", "lost"] {
            auto.sent.push(sent(request, RuleAnswer::Allow));
        }
        // Denied with another request of its session: the server's word comes before or after that to ours.
        auto.told(&"before".into(), Outcome::Rejected);
        for request in ["before", "after", "ours"] {
            auto.done(&request.into(), &Ok(()));
        }
        auto.done(&"lost".into(), &Err(Problem::new("x", "It was lost.")));
        assert_eq!(auto.status().given, 2);
        auto.told(&"after".into(), Outcome::Rejected);
        auto.told(&"ours".into(), Outcome::Once);
        assert_eq!(auto.status().given, 1);
        let log: Vec<_> = auto.log.iter().map(|entry| (entry.request.as_str(), entry.answer.failed.clone())).collect();
        let denied = Some("It was denied otherwise before this answer came.".to_owned());
        assert_eq!(
            log,
            [("lost", Some("It was lost.".to_owned())), ("ours", None), ("after", denied.clone()), ("before", denied)]
        );
        let revision = auto.status().revision;
        auto.told(&"ours".into(), Outcome::Once);
        assert_eq!(auto.status().revision, revision, "nothing new");
    }

    #[test]
    fn the_log_and_what_was_tried_are_bounded() {
        let mut auto = empty();
        for number in 0..TRIED + 5 {
            let request = RequestId::from(number.to_string().as_str());
            auto.try_once(&request);
            auto.sent.push(sent(request.as_str(), RuleAnswer::Deny));
            auto.done(&request, &Ok(()));
        }
        assert_eq!((auto.log.len(), auto.tried.len(), auto.sent.len()), (LOG, TRIED, 0));
        assert_eq!(auto.log[0].request.as_str(), (TRIED + 4).to_string());
        assert!(auto.has_tried(&"5".into()) && !auto.has_tried(&"4".into()));
    }
}
