//! The patches of the core, applied to a snapshot as a window does.

use outrider_core::protocol::{Batch, MessageView, PartBody, PartView, Patch, Snapshot, TranscriptView};

/// How many lines of a log a window keeps.
const LOG_LINES: usize = 2_000;

/// Brings a snapshot to the batch's revision.
///
/// # Panics
/// When the batch does not follow the snapshot, or speaks of what is not there.
pub fn apply(snapshot: &mut Snapshot, batch: Batch) {
    assert_eq!((batch.feed, batch.revision), (snapshot.feed, snapshot.revision + 1), "a batch out of order");
    for patch in batch.patches {
        match patch {
            Patch::InstanceUpdated { view } => snapshot.view = view,
            Patch::SessionUpserted { session } => upsert(&mut snapshot.sessions, session, |session| &session.id),
            Patch::SessionRemoved { id } => snapshot.sessions.retain(|session| session.id != id),
            Patch::PermissionUpserted { permission } => {
                upsert(&mut snapshot.permissions, permission, |permission| &permission.id);
            }
            Patch::PermissionRemoved { id } => snapshot.permissions.retain(|permission| permission.id != id),
            Patch::QuestionUpserted { question } => upsert(&mut snapshot.questions, question, |question| &question.id),
            Patch::QuestionRemoved { id } => snapshot.questions.retain(|question| question.id != id),
            Patch::OutgoingUpserted { message } => {
                snapshot.outgoing.retain(|other| other.id != message.id);
                let at = snapshot.outgoing.partition_point(|other| other.created < message.created);
                snapshot.outgoing.insert(at, message);
            }
            Patch::OutgoingRemoved { id } => snapshot.outgoing.retain(|message| message.id != id),
            Patch::LogAppended { lines } => {
                let log = snapshot.log.as_mut().expect("lines for a log that is not looked at");
                log.extend(lines);
                let surplus = log.len().saturating_sub(LOG_LINES);
                log.drain(..surplus);
            }
            patch => {
                let transcript = snapshot.transcript.as_mut().expect("a patch for a transcript that is not looked at");
                apply_to_transcript(transcript, patch);
            }
        }
    }
    snapshot.revision = batch.revision;
}

fn apply_to_transcript(transcript: &mut TranscriptView, patch: Patch) {
    match patch {
        Patch::TranscriptUpdated { loaded, has_older, has_newer, before, after, retry, problem } => {
            *transcript = TranscriptView {
                loaded,
                has_older,
                has_newer,
                before,
                after,
                retry,
                problem,
                session: std::mem::take(&mut transcript.session),
                messages: std::mem::take(&mut transcript.messages),
                overview: std::mem::take(&mut transcript.overview),
                find: transcript.find.take(),
            };
        }
        Patch::FindUpdated { find } => transcript.find = find,
        Patch::OverviewUpdated { overview } => transcript.overview = overview,
        Patch::MessageUpserted { message } => upsert_message(&mut transcript.messages, message),
        Patch::MessageRemoved { id } => transcript.messages.retain(|message| message.id != id),
        Patch::PartUpserted { message, part } => {
            upsert(&mut message_of(transcript, &message).parts, part, |part| &part.id);
        }
        Patch::PartRemoved { message, part } => {
            message_of(transcript, &message).parts.retain(|other| other.id != part);
        }
        Patch::BlocksReplaced { message, part, count, blocks: fresh } => {
            let part = message_of(transcript, &message).parts.iter_mut().find(|other| other.id == part);
            let part: &mut PartView = part.expect("blocks for a part that is not there");
            let (PartBody::Text { blocks, .. } | PartBody::Reasoning { blocks, .. }) = &mut part.body else {
                panic!("blocks for a part without text")
            };
            blocks.retain(|block| block.number < count && fresh.iter().all(|other| other.number != block.number));
            blocks.extend(fresh);
            blocks.sort_by_key(|block| block.number);
            assert!(blocks.iter().zip(0..).all(|(block, number)| block.number == number), "a gap");
            assert_eq!(blocks.len(), count as usize);
        }
        other => panic!("not a patch of a transcript: {other:?}"),
    }
}

fn message_of<'a>(transcript: &'a mut TranscriptView, id: &str) -> &'a mut MessageView {
    let message = transcript.messages.iter_mut().find(|message| message.id == id);
    message.expect("a patch for a message that is not there")
}

/// Known messages keep their parts; all are ordered by time, then id.
fn upsert_message(messages: &mut Vec<MessageView>, message: MessageView) {
    let known = messages.iter().position(|other| other.id == message.id).map(|at| messages.remove(at));
    let message = MessageView { parts: known.map(|known| known.parts).unwrap_or_default(), ..message };
    let key = |message: &MessageView| (message.created, message.id.clone());
    let at = messages.partition_point(|other| key(other) < key(&message));
    messages.insert(at, message);
}

/// Items are ordered by id.
fn upsert<T>(items: &mut Vec<T>, item: T, id: impl Fn(&T) -> &String) {
    match items.binary_search_by(|other| id(other).cmp(id(&item))) {
        Ok(at) => items[at] = item,
        Err(at) => items.insert(at, item),
    }
}
