//! Folding in what the server answers about a session's messages.

use std::collections::HashSet;

use crate::model::{Message, MessageId, MessagePage, Part, PartKind, Role, SessionId};

use super::reduce::keep_local_text;
use super::transcript::{MessageKey, Transcript};
use super::{Changes, Mark, State};

impl State {
    /// Folds in a stretch of messages, asked for at `since`. It replaces what is here of that stretch.
    ///
    /// What is older than the newest page stays only where it joins that page, as after a short loss of the stream: its
    /// own pages are then to be read again, see [`Transcript::older`]. Where it does not join, messages that came
    /// meanwhile would be missing in between.
    pub fn fold_page(&mut self, page: MessagePage, since: Mark) -> Changes {
        let mut changes = Changes::default();
        if self.removed.contains_key(&page.session) {
            return changes;
        }
        let session = page.session.clone();
        let newest = page.before.is_none();
        let transcript = &mut self.sessions.entry(session.clone()).or_default().transcript;
        if newest && since < transcript.released {
            return changes;
        }
        if !newest && (!transcript.loaded || transcript.older != page.before) {
            // The transcript was read anew meanwhile; this page no longer joins it.
            return changes;
        }
        let stretch = Stretch::of(&page, transcript);
        let listed: HashSet<_> = page.messages.iter().map(|(head, _)| &head.id).collect();
        transcript.removed.retain(|id, mark| *mark > since || !listed.contains(id));
        let gone: Vec<_> = transcript
            .entries
            .iter()
            .filter(|(id, entry)| !listed.contains(*id) && entry.touched <= since)
            .filter(|(_, entry)| entry.parts.values().all(|part| part.touched <= since))
            .filter(|(_, entry)| entry.head.as_ref().map_or(newest, |head| stretch.holds(head)))
            .map(|(id, _)| id.clone())
            .collect();
        // With the stream open since they were read, older ones are as good as these.
        if !newest || !stretch.joins || transcript.lost {
            transcript.older = page.older;
            transcript.read_from = stretch.oldest;
        }
        transcript.loaded = true;
        transcript.joined = true;
        transcript.lost &= !newest;
        changes.frames.insert(session.clone());
        for id in gone {
            transcript.remove(&id);
            changes.messages.insert((session.clone(), id));
        }
        for (head, parts) in page.messages {
            self.fold_message(&session, head, parts, since, &mut changes);
        }
        if newest {
            self.claim_newest_answer(&session, &mut changes);
        }
        changes
    }

    /// An unfinished answer to the newest prompt of a session that works is what it works on, although it was read by
    /// a question that was asked before the work began.
    fn claim_newest_answer(&mut self, session: &SessionId, changes: &mut Changes) {
        let mark = self.mark;
        let Some(entry) = self.sessions.get_mut(session).filter(|entry| entry.status.is_running()) else { return };
        let Some(answer) = entry.transcript.newest_answer().filter(|answer| answer.completed.is_none()) else { return };
        let prompt = entry.transcript.messages().rev().find(|(head, _)| head.role == Role::User);
        if answer.parent.is_none() || answer.parent.as_ref() != prompt.map(|(head, _)| &head.id) {
            return;
        }
        let id = answer.id.clone();
        let works_on = entry.works_on(&id);
        if let Some(message) = entry.transcript.entries.get_mut(&id).filter(|_| !works_on) {
            message.touched = mark;
            changes.messages.insert((session.clone(), id));
        }
    }

    fn fold_message(
        &mut self,
        session: &SessionId,
        head: Message,
        parts: Vec<Part>,
        since: Mark,
        changes: &mut Changes,
    ) {
        let Some(entry) = self.sessions.get_mut(session) else { return };
        let transcript = &mut entry.transcript;
        if transcript.removed.contains_key(&head.id) {
            return;
        }
        let id: MessageId = head.id.clone();
        let local = transcript.entries.get(&id);
        let stale = local.is_some_and(|entry| entry.head.is_some() && entry.touched > since);
        let settled = head.completed.is_some();
        let settles =
            settled && local.and_then(|entry| entry.head.as_ref()).is_some_and(|head| head.completed.is_none());
        if !stale && local.and_then(|entry| entry.head.as_ref()) != Some(&head) {
            if let Some(prompt) = transcript.set_head(head, since) {
                changes.messages.insert((session.clone(), prompt));
            }
            changes.messages.insert((session.clone(), id.clone()));
        }
        let message = transcript.entries.entry(id.clone()).or_default();
        let listed: HashSet<_> = parts.iter().map(|part| part.id.clone()).collect();
        message.parts.retain(|part_id, part| {
            let keep = listed.contains(part_id) || part.touched > since || (part.part.is_none() && !settled);
            if !keep {
                changes.parts.insert((session.clone(), id.clone(), part_id.clone()));
            }
            keep
        });
        // Most messages are read once and stay as they are.
        message.parts.reserve(parts.len().saturating_sub(message.parts.len()));
        for part in parts {
            let entry = message.parts.entry(part.id.clone()).or_default();
            if entry.part.is_some() && entry.touched > since {
                continue;
            }
            let mut incoming = keep_local_text(entry.part.as_ref(), part);
            if entry.part.is_none()
                && let PartKind::Text(prose) | PartKind::Reasoning(prose) = &mut incoming.kind
                && prose.is_open()
            {
                // It began before we listened: the deltas heard so far are its end, and its beginning is missing.
                prose.text.push_str(&std::mem::take(&mut entry.early));
                prose.gapped = true;
            }
            if settles || entry.part.as_ref() != Some(&incoming) {
                changes.parts.insert((session.clone(), id.clone(), incoming.id.clone()));
                entry.part = Some(incoming);
            }
        }
    }
}

/// The stretch of a transcript that a page replaces, in the server's order: from the first message to before the last.
struct Stretch {
    from: Option<MessageKey>,
    to: Option<MessageKey>,
    /// No message is missing between the page and what is here of older ones.
    joins: bool,
    /// The oldest message of the page, while there are older ones.
    oldest: Option<MessageKey>,
}

impl Stretch {
    fn of(page: &MessagePage, here: &Transcript) -> Self {
        let first = page.messages.iter().map(|(head, _)| (head.created, head.id.clone())).min();
        let to = page.before.as_ref().and(here.read_from.clone());
        // Where nothing can be read of a page, nothing is known of its messages.
        let oldest = page.older.as_ref().and(first.or_else(|| to.clone()));
        let joins = page.before.is_some()
            || (here.joined
                && oldest.as_ref().and_then(|(_, id)| here.message(id)).is_some_and(|entry| entry.head.is_some()));
        Self { from: oldest.clone().filter(|_| joins), to, joins, oldest }
    }

    fn holds(&self, head: &Message) -> bool {
        let key = (head.created, &head.id);
        self.from.as_ref().is_none_or(|(created, id)| key >= (*created, id))
            && self.to.as_ref().is_none_or(|(created, id)| key < (*created, id))
    }
}
