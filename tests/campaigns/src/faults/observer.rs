//! Looks at everything that a window shows, at the moment when it is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use outrider_core::protocol::{MessageView, PartBody, Role, Snapshot};

use crate::words;

/// How many complaints are kept: the first ones tell.
const KEPT: usize = 8;

#[derive(Default)]
pub struct Observer {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The prompts that were sent, with their white space evened out.
    prompts: HashSet<String>,
    wrong: Vec<String>,
    /// Messages that went away while a window looked: `(session, message)`.
    vanished: BTreeSet<(String, String)>,
    /// Parts that were shown with a hole.
    gapped: HashSet<String>,
    batches: u64,
}

impl Observer {
    /// A prompt that is about to be sent.
    pub fn expect_prompt(&self, text: &str) {
        self.lock().prompts.insert(even(text));
    }

    /// What went wrong so far.
    pub fn wrong(&self) -> Vec<String> {
        self.lock().wrong.clone()
    }

    /// How many parts were shown with a hole.
    pub fn gaps(&self) -> usize {
        self.lock().gapped.len()
    }

    /// How many times something was shown.
    pub fn batches(&self) -> u64 {
        self.lock().batches
    }

    /// Messages that went away, to be held against what the server has in the end.
    pub fn vanished(&self) -> BTreeSet<(String, String)> {
        self.lock().vanished.clone()
    }

    /// A window that showed `before` now shows `now`.
    pub fn look(&self, before: &Snapshot, now: &Snapshot) {
        let mut seen = self.lock();
        seen.batches += 1;
        let Some(transcript) = &now.transcript else { return };
        for message in &transcript.messages {
            for part in &message.parts {
                seen.look_at(message, &part.id, &part.body);
            }
        }
        let Some(earlier) = before.transcript.as_ref().filter(|_| before.feed == now.feed) else { return };
        let here: BTreeMap<&str, &MessageView> = transcript.messages.iter().map(|it| (it.id.as_str(), it)).collect();
        for message in &earlier.messages {
            let Some(now) = here.get(message.id.as_str()) else {
                if !transcript.has_newer && !transcript.has_older {
                    seen.vanished.insert((earlier.session.clone(), message.id.clone()));
                }
                continue;
            };
            let lengths = |message: &MessageView| -> HashMap<String, usize> {
                let text = |body: &PartBody| prose(body).map(|(text, _)| text.split_whitespace().count());
                message.parts.iter().filter_map(|part| Some((part.id.clone(), text(&part.body)?))).collect()
            };
            let after = lengths(now);
            for (part, words) in lengths(message) {
                let left = after.get(&part).copied().unwrap_or_default();
                if left < words {
                    seen.complain(format!("{part} shrank from {words} to {left} words"));
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn look_at(&mut self, message: &MessageView, part: &str, body: &PartBody) {
        let Some((text, gapped)) = prose(body) else { return };
        if message.role == Role::User {
            if !self.prompts.contains(&even(&text)) {
                self.complain(format!("{part} is a prompt that nobody sent: {text:?}"));
            }
            return;
        }
        if gapped {
            self.gapped.insert(part.to_owned());
        }
        if let Err(why) = words::check(&text, gapped) {
            self.complain(format!("{part} of {}: {why}; it reads {:?}", message.id, clipped(&text)));
        }
    }

    fn complain(&mut self, what: String) {
        if self.wrong.len() < KEPT && !self.wrong.contains(&what) {
            self.wrong.push(what);
        }
    }
}

/// The visible text of a part, and whether it is marked as gapped.
pub fn prose(body: &PartBody) -> Option<(String, bool)> {
    let (PartBody::Text { blocks, gapped, .. } | PartBody::Reasoning { blocks, gapped, .. }) = body else {
        return None;
    };
    let blocks: Vec<_> = blocks.iter().map(|block| without_tags(&block.html)).collect();
    Some((blocks.join("\n"), *gapped))
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, rest)| rest));
    }
    let decoded = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    decoded.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

/// The text with single spaces.
pub fn even(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clipped(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let last = words.len().saturating_sub(12);
    format!("{}{}", if last > 0 { "… " } else { "" }, words[last..].join(" "))
}
