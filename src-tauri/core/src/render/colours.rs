//! Code that was coloured, for the next time that it is shown.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::coloured::{Answer, Code, Job, Lines};

/// The most bytes of code and its HTML that are kept.
pub(super) const KEPT_BYTES: usize = if cfg!(test) { 256 * 1024 } else { 4 * 1024 * 1024 };

/// The most bytes of a text that get colours.
const TEXT_BYTES: usize = 256 * 1024;
/// The most bytes of text that wait for colours. Of more, what was asked for first stays plain, until it is asked for again.
const WANTED_BYTES: usize = 1024 * 1024;

/// Pieces of code with their colours: what was shown once is coloured at once when it is shown again. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Colours(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    hasher: RandomState,
    pieces: HashMap<u64, Coloured>,
    bytes: usize,
    /// Texts that were asked for and are not coloured yet; the newest at the end.
    wanted: Vec<Code>,
    /// Counts uses, to know the oldest.
    clock: u64,
}

#[derive(Debug)]
struct Coloured {
    language: String,
    text: String,
    lines: Arc<Lines>,
    used: u64,
}

/// What there is of a text's colours.
#[derive(Debug)]
pub enum Found {
    /// They are here.
    Here(ColouredText),
    /// They come later.
    Wanted,
    /// It stays plain.
    Never,
}

/// A text with its colours.
#[derive(Debug, Clone)]
pub struct ColouredText(Arc<Lines>);

impl ColouredText {
    /// A line as safe HTML. None for one that is plain because it stands behind all that gets colours.
    pub fn line(&self, number: usize) -> Option<&str> {
        self.0.get(number)
    }
}

/// Text as it is coloured: no control characters, and as many lines as it has between `\n`.
fn cleaned(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(TEXT_BYTES));
    for line in text.split_terminator('\n') {
        if out.len() + line.len() >= TEXT_BYTES {
            break;
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        let clean = |c: char| if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c };
        out.extend(line.chars().map(clean));
        out.push('\n');
    }
    out
}

impl Coloured {
    fn bytes(&self) -> usize {
        self.text.len() + self.lines.bytes() + size_of::<Self>()
    }
}

impl Colours {
    /// The colours of a file's text, line by line. If they are not here they are wanted from now on: see [`Colours::job`].
    pub fn of(&self, language: &str, text: &str) -> Found {
        let mut code = Code::new(language);
        if !code.is_fresh() || text.is_empty() {
            return Found::Never;
        }
        code.push(&cleaned(text));
        code.end();
        self.recall(&mut code);
        if let Some(lines) = code.colours() {
            return Found::Here(ColouredText(Arc::clone(lines)));
        }
        if !code.is_waiting() {
            return Found::Never;
        }
        let mut kept = self.kept();
        if !kept.wanted.iter().any(|other| other.language() == language && other.text() == code.text()) {
            kept.wanted.push(code);
            while kept.wanted.iter().map(|code| code.text().len()).sum::<usize>() > WANTED_BYTES {
                kept.wanted.remove(0);
            }
        }
        Found::Wanted
    }

    /// Lines of the texts that are wanted; those that were asked for last come first.
    pub fn job(&self) -> Option<Job> {
        self.kept().wanted.iter_mut().rev().find_map(Code::job)
    }

    /// Takes what came of a job; true when a text that was wanted is here now.
    pub fn colour(&self, answer: &Answer) -> bool {
        let mut kept = self.kept();
        let taken = kept.wanted.iter_mut().position(|code| code.answered(answer).is_some());
        let Some(at) = taken.filter(|at| !kept.wanted[*at].is_waiting()) else { return false };
        let code = kept.wanted.remove(at);
        drop(kept);
        self.keep(&code);
        code.colours().is_some()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Colours code that is whole and was coloured before.
    pub(super) fn recall(&self, code: &mut Code) {
        if !code.is_whole() {
            return;
        }
        let mut kept = self.kept();
        let key = kept.hasher.hash_one((code.language(), code.text()));
        kept.clock += 1;
        let clock = kept.clock;
        if let Some(known) = kept.pieces.get_mut(&key)
            && known.text == code.text()
            && known.language == code.language()
        {
            known.used = clock;
            code.colour_with(Arc::clone(&known.lines));
        }
    }

    /// Remembers code that is whole and coloured; what is neither it leaves.
    pub(super) fn keep(&self, code: &Code) {
        let Some(lines) = code.colours() else { return };
        let mut kept = self.kept();
        let key = kept.hasher.hash_one((code.language(), code.text()));
        kept.clock += 1;
        let (language, text) = (code.language().to_owned(), code.text().to_owned());
        let piece = Coloured { language, text, lines: Arc::clone(lines), used: kept.clock };
        kept.bytes += piece.bytes();
        if let Some(before) = kept.pieces.insert(key, piece) {
            kept.bytes -= before.bytes();
        }
        if kept.bytes > KEPT_BYTES {
            kept.forget_oldest();
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.kept().bytes
    }
}

impl Kept {
    /// Down to three quarters, so that it is not done again for each that follows.
    fn forget_oldest(&mut self) {
        let mut oldest: Vec<(u64, u64)> = self.pieces.iter().map(|(key, piece)| (piece.used, *key)).collect();
        oldest.sort_unstable();
        for (_, key) in oldest {
            if self.bytes <= KEPT_BYTES / 4 * 3 {
                break;
            }
            self.bytes -= self.pieces.remove(&key).map_or(0, |piece| piece.bytes());
        }
    }
}
