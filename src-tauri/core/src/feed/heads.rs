use crate::model::{Message, MessageId, Role};
use crate::protocol::{MessageState, MessageView};
use crate::render::one_line;
use crate::store::{MessageKey, SessionEntry, State};

use super::problems::{interrupted, problem_of, stopped};

/// What a message's view depends on beside the message itself.
pub(super) struct Context<'a> {
    pub(super) state: &'a State,
    pub(super) work: &'a Work,
}

/// How far a session's work is. It changes how messages read that did not change themselves.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Work {
    /// The answer that is being written; all others will never go on.
    pub(super) writing: Option<MessageId>,
    /// The answer that is being written, or whose tools were called and whose next step follows: its place, and the
    /// prompt that it is for.
    answering: Option<(MessageKey, Option<MessageId>)>,
    /// A person stopped the last run.
    stopped: bool,
}

impl Work {
    pub(super) fn of(entry: &SessionEntry) -> Self {
        let answer = entry.transcript().newest_answer().filter(|head| entry.works_on(&head.id));
        let writing = answer.filter(|head| head.completed.is_none());
        let goes_on = |head: &&Message| {
            head.failure.is_none() && (head.completed.is_none() || head.finish.as_deref() == Some("tool-calls"))
        };
        let place = |head: &Message| ((head.created, head.id.clone()), head.parent.clone());
        Self {
            writing: writing.map(|head| head.id.clone()),
            answering: answer.filter(goes_on).map(place),
            stopped: entry.is_stopped(),
        }
    }
}

/// A message without its parts, as it reads at this point of its session's work.
pub(super) fn head_view(head: &Message, time: i64, context: &Context<'_>) -> MessageView {
    let (state, problem) = match (head.role, &head.failure, head.completed) {
        (_, Some(failure), _) => (MessageState::Error, Some(problem_of(failure))),
        (Role::User, None, _) | (Role::Assistant, None, Some(_)) => (MessageState::Complete, None),
        (Role::Assistant, None, None) if context.work.writing.as_ref() == Some(&head.id) => {
            (MessageState::Streaming, None)
        }
        // The server says so itself a moment after the run has ended.
        (Role::Assistant, None, None) if context.work.stopped => (MessageState::Error, Some(stopped())),
        (Role::Assistant, None, None) => (MessageState::Error, Some(interrupted())),
    };
    // A prompt waits for its turn when the answer being written is for an earlier one.
    let queued = head.role == Role::User
        && context.work.answering.as_ref().is_some_and(|(place, prompt)| {
            prompt.as_ref() != Some(&head.id) && *place < (head.created, head.id.clone())
        });
    MessageView {
        id: head.id.0.clone(),
        role: match head.role {
            Role::User => crate::protocol::Role::User,
            Role::Assistant => crate::protocol::Role::Assistant,
        },
        state,
        created: time,
        completed: head.completed,
        agent: head.agent.as_deref().map(|agent| one_line(agent, 60)),
        model: head.model.as_deref().map(|model| one_line(model, 80)),
        cost: head.cost,
        queued,
        outgoing: None,
        problem,
        parts: Vec::new(),
    }
}
