//! Code in a transcript gets its colours after it was sent: what waits for them, and the patches that bring them.

use crate::protocol::{PartBody, Patch};
use crate::render::{Answer, Job, Stream};

use super::blocks::blocks_patch;
use super::transcript::TranscriptFeed;

impl TranscriptFeed {
    /// Code of what the window holds that waits for its colours, the newest first: it is what people look at.
    pub(super) fn job(&mut self) -> Option<Job> {
        if !self.waiting {
            return None;
        }
        let mut messages: Vec<_> = self.sent.values_mut().collect();
        messages.sort_by(|a, b| (b.head.created, &b.head.id).cmp(&(a.head.created, &a.head.id)));
        let mut parts = messages.into_iter().flat_map(|message| message.parts.values_mut().rev());
        let job = parts.find_map(|part| part.stream.as_mut().and_then(Stream::job));
        self.waiting = job.is_some();
        job
    }

    /// Takes what came of a job of this transcript.
    pub(super) fn colour(&mut self, answer: &Answer) {
        // What it lacks may be asked for again.
        self.waiting = true;
        for (message, sent) in &mut self.sent {
            for (part, sent) in &mut sent.parts {
                if sent.stream.as_mut().is_some_and(|stream| stream.colour(answer)) {
                    self.coloured.insert((message.clone(), part.clone()));
                    return;
                }
            }
        }
    }

    /// The patches that bring the colours that came since the last.
    pub(super) fn recolour(&mut self) -> Vec<Patch> {
        let mut patches = Vec::new();
        for (message, part) in std::mem::take(&mut self.coloured) {
            let Some(sent) = self.sent.get_mut(&message).and_then(|sent| sent.parts.get_mut(&part)) else { continue };
            let (Some(stream), PartBody::Text { blocks, open, .. } | PartBody::Reasoning { blocks, open, .. }) =
                (&mut sent.stream, &mut sent.view.body)
            else {
                continue;
            };
            let coloured = stream.blocks();
            if *blocks != coloured {
                patches.push(blocks_patch(&message, &part.0, blocks, coloured));
                *blocks = coloured.to_vec();
            }
            if !*open && !stream.is_waiting() {
                sent.stream = None;
            }
        }
        patches
    }
}
