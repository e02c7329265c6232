//! Prompts that the server is not known to have, as messages: the transcript shows them at its end, under the id and the
//! part that the server will show them with.

use std::sync::Arc;

use crate::model::{MessageId, PartId, SessionId};
use crate::protocol::{Block, MessageState, MessageView, Outgoing, PartBody, PartView, Patch, Role};
use crate::render::verbatim;

/// A prompt on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The message's id.
    pub id: MessageId,
    /// The id of its text.
    pub part: PartId,
    /// Its session; none while that is still to be made.
    pub session: Option<SessionId>,
    /// The text.
    pub text: Arc<str>,
    /// When the person sent it, in milliseconds since the Unix epoch.
    pub created: i64,
    /// How far it is.
    pub state: Outgoing,
}

impl Pending {
    /// The message, without its part. `after` is the time of the last message before it.
    pub(super) fn head(&self, after: i64) -> MessageView {
        MessageView {
            id: self.id.0.clone(),
            role: Role::User,
            state: MessageState::Complete,
            created: self.created.max(after.saturating_add(1)),
            completed: None,
            agent: None,
            model: None,
            cost: 0.0,
            queued: false,
            outgoing: Some(self.state.clone()),
            problem: None,
            parts: Vec::new(),
        }
    }

    /// Its text, as the server's message will show it.
    pub(super) fn part(&self) -> PartView {
        let blocks: Vec<Block> = verbatim(&self.text);
        PartView { id: self.part.0.clone(), body: PartBody::Text { blocks, open: false, gapped: false } }
    }
}

/// The prompts of sessions that are still to be made, as a window holds them.
#[derive(Debug, Default)]
pub(super) struct Beginnings(Vec<MessageView>);

impl Beginnings {
    pub(super) fn views(&self) -> Vec<MessageView> {
        self.0.clone()
    }

    /// Brings them up to date, and says what changed.
    pub(super) fn update(&mut self, pending: &[Pending]) -> Vec<Patch> {
        let mut after = i64::MIN;
        let mut fresh = Vec::new();
        for prompt in pending.iter().filter(|prompt| prompt.session.is_none()) {
            let known = self.0.iter().find(|known| known.id == prompt.id.0);
            let parts = known.map_or_else(|| vec![prompt.part()], |known| known.parts.clone());
            let view = MessageView { parts, ..prompt.head(after) };
            after = view.created;
            fresh.push(view);
        }
        let before = std::mem::replace(&mut self.0, fresh);
        let gone = before.iter().filter(|known| self.0.iter().all(|view| view.id != known.id));
        let removed = gone.map(|known| Patch::OutgoingRemoved { id: known.id.clone() });
        let changed = self.0.iter().filter(|view| !before.contains(view));
        removed.chain(changed.map(|view| Patch::OutgoingUpserted { message: view.clone() })).collect()
    }
}
