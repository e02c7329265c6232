//! Answers to the agent's requests: ours are sent, those of others are noticed.

use crate::feed::{permission_text, permission_title};
use crate::model::{Event, Outcome, Replied, RequestId};
use crate::opencode::{PermissionAnswer, WireError};
use crate::protocol::{PermissionReply, Problem};

use super::command::{Answer, Reply};
use super::task::InstanceTask;
use super::work::Done;

/// A command longer than this is cut in the notice's sentence; its detail has all of it.
const QUOTED: usize = 120;

impl InstanceTask {
    pub(super) fn answer(&mut self, request: RequestId, answer: Answer, reply: Reply<Result<(), Problem>>) {
        if !self.waits(&request) {
            // It was answered meanwhile, or there never was one: the server is not asked either way.
            reply.send(Ok(())).ok();
            return;
        }
        let Some((client, reply)) = self.client_or(reply) else { return };
        let outcome = match &answer {
            Answer::Permission(PermissionReply::Once, _) => Outcome::Once,
            Answer::Permission(PermissionReply::Always, _) => Outcome::Always,
            Answer::Permission(PermissionReply::Reject, _) => Outcome::Rejected,
            Answer::Question(_) => Outcome::Answered,
            Answer::Dismiss => Outcome::Dismissed,
        };
        // Before it is sent: its event may come before the server's answer.
        let asked = self.subject.state.permissions().find(|asked| asked.id == request);
        self.own_answers.give(&request, outcome, asked);
        self.work(async move {
            let sent = match answer {
                Answer::Permission(decision, message) => {
                    client.reply_permission(&request, permission_answer(decision), message.as_deref()).await
                }
                Answer::Question(answers) => client.reply_question(&request, &answers).await,
                Answer::Dismiss => client.reject_question(&request).await,
            };
            match sent {
                // Somebody else was faster, or it was ours: it is answered all the same.
                Ok(()) | Err(WireError::NotFound { .. }) => {
                    reply.send(Ok(())).ok();
                    Done::Answered(request)
                }
                Err(error) => {
                    let arrived = error.is_ambiguous();
                    reply.send(Err(error.to_problem())).ok();
                    // One whose answer was lost may have arrived, and its event be on its way.
                    if arrived { Done::Nothing } else { Done::NotAnswered(request) }
                }
            }
        });
    }

    /// A request was answered. An answer that we did not give is said where the request was.
    pub(super) fn replied(&mut self, replied: &Replied) {
        let Replied { request, session, outcome } = replied;
        self.auto_answers.told(request, *outcome);
        let state = &self.subject.state;
        let asked = state.asked(request);
        if self.own_answers.explain(request, session, *outcome, asked) {
            return;
        }
        let problem = match outcome {
            Outcome::Answered | Outcome::Dismissed => {
                let question = state.questions().find(|asked| asked.id == *request);
                let asked = question.and_then(|asked| asked.items.first()).map(|item| quoted(&item.question));
                let done = if *outcome == Outcome::Answered { "answered" } else { "dismissed" };
                let asked = asked.map(|asked| format!(": {asked}")).unwrap_or_default();
                Problem::new(
                    "question_answered_elsewhere",
                    format!("A question was {done} by another program, not by you{asked}"),
                )
            }
            Outcome::Once | Outcome::Always | Outcome::Rejected | Outcome::Other => {
                let done = match outcome {
                    Outcome::Once => "allowed once",
                    Outcome::Always => "allowed from now on",
                    Outcome::Rejected => "denied",
                    _ => "answered",
                };
                let about = asked.map_or_else(
                    || "a request that was not seen here".to_owned(),
                    |asked| match permission_text(asked).filter(|_| asked.kind != "edit") {
                        Some(detail) => format!("{} {}", asked.kind, quoted(&detail)),
                        None => permission_title(state, asked),
                    },
                );
                let problem = Problem::new(
                    "permission_answered_elsewhere",
                    format!("A permission was answered by another program, not by you: {about} was {done}."),
                );
                match asked.and_then(permission_text) {
                    Some(detail) => problem.with_detail(detail),
                    None => problem,
                }
            }
        };
        tracing::warn!(folder = %self.folder.display(), code = problem.code, "a request was answered elsewhere");
        self.subject.note(problem.message.clone());
        self.subject.notices.add(Some(session), problem);
    }

    /// The run was stopped: nobody waits for an answer any more, although the server keeps the requests and says
    /// nothing (seen on 1.18.33).
    pub(super) fn void_requests(&mut self, session: &crate::model::SessionId) {
        let family = self.family(session);
        let state = &self.subject.state;
        let permissions = state.permissions().map(|asked| (&asked.session, &asked.id));
        let questions = state.questions().map(|asked| (&asked.session, &asked.id));
        let void: Vec<RequestId> =
            permissions.chain(questions).filter(|(of, _)| family.contains(of)).map(|(_, id)| id.clone()).collect();
        for request in void {
            let changes = self.subject.state.apply(Event::RequestAnswered(request));
            self.touch(&changes);
        }
    }
}

/// The first line, in quotation marks, cut where it is long.
fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut = line.chars().count() > QUOTED || text.lines().nth(1).is_some();
    let shown: String = line.chars().take(QUOTED).collect();
    format!("“{shown}{}”", if cut { "…" } else { "" })
}

fn permission_answer(reply: PermissionReply) -> PermissionAnswer {
    match reply {
        PermissionReply::Once => PermissionAnswer::Once,
        PermissionReply::Always => PermissionAnswer::Always,
        PermissionReply::Reject => PermissionAnswer::Reject,
    }
}
