//! A piece of code, and how far it is coloured.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{escape, highlight};

/// The most bytes of code that are handed over at once, as long as that is a line at least: a screen or two of code, 5 to
/// 15 ms.
const JOB_BYTES: usize = 4 * 1024;

/// Lines of HTML.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    html: String,
    ends: Vec<usize>,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.html.len() + self.ends.len() * size_of::<usize>()
    }

    pub(super) fn get(&self, line: usize) -> Option<&str> {
        let start = line.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or_default());
        Some(&self.html[start..*self.ends.get(line)?])
    }

    /// Adds a line, written by `write`.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.html);
        self.ends.push(self.html.len());
    }
}

/// A piece of code. Its lines are plain until they are coloured.
#[derive(Debug)]
pub(super) struct Code {
    language: String,
    text: String,
    /// Where each line ends, with its line end; that of the last line may still come.
    ends: Vec<usize>,
    /// No text follows: the last line is complete as it is.
    whole: bool,
    coloured: Arc<Lines>,
    /// Nothing more of it is going to be coloured.
    settled: bool,
    /// Under which the parser's state is kept between jobs; 0 before the first.
    track: u64,
    /// How many lines were handed over.
    asked: usize,
}

/// Lines of code to be coloured: those that follow the ones of the job before on the same track.
#[derive(Debug)]
pub struct Job {
    pub(super) track: u64,
    /// The number of the first of them.
    pub(super) first: usize,
    pub(super) language: String,
    pub(super) code: String,
    /// Nothing follows on this track.
    pub(super) last: bool,
}

/// What came of a [`Job`].
#[derive(Debug)]
pub struct Answer {
    pub(super) track: u64,
    pub(super) first: usize,
    /// None when the parser's state is not there any more: all has to be handed over again.
    pub(super) lines: Option<Lines>,
    /// What follows stays plain.
    pub(super) ends: bool,
}

impl Code {
    pub(super) fn new(language: &str) -> Self {
        Self {
            language: language.to_owned(),
            text: String::new(),
            ends: Vec::new(),
            whole: false,
            coloured: Arc::default(),
            settled: !highlight::is_known(language),
            track: 0,
            asked: 0,
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        if self.last_line_is_open() {
            self.ends.pop();
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.ends.extend(text.match_indices('\n').map(|(at, _)| start + at + 1));
        if self.ends.last().copied().unwrap_or_default() < self.text.len() {
            self.ends.push(self.text.len());
        }
    }

    /// Says that no text follows.
    pub(super) fn end(&mut self) {
        self.whole = true;
    }

    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) fn language(&self) -> &str {
        &self.language
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn line(&self, line: usize) -> &str {
        &self.text[self.start_of(line)..self.ends[line]]
    }

    pub(super) fn write(&self, out: &mut String, lines: Range<usize>) {
        for number in lines {
            let line = self.line(number);
            match self.coloured.get(number) {
                Some(html) => {
                    out.push_str(html);
                    out.push_str(if line.ends_with('\n') { "\n" } else { "" });
                }
                None => escape::code_into(out, line),
            }
        }
    }

    /// True while lines of it may become coloured that are there.
    pub(super) fn is_waiting(&self) -> bool {
        !self.settled && self.coloured.len() < self.complete()
    }

    /// All of it, when it is whole and as coloured as it will be.
    pub(super) fn colours(&self) -> Option<&Arc<Lines>> {
        (self.whole && !self.is_waiting() && self.coloured.len() > 0).then_some(&self.coloured)
    }

    /// Takes the colours of the same piece of code.
    pub(super) fn colour_with(&mut self, lines: Arc<Lines>) {
        self.settled = lines.len() < self.len();
        self.asked = lines.len();
        self.coloured = lines;
    }

    /// True for code that nothing has been done for: it may go on from another.
    pub(super) fn is_fresh(&self) -> bool {
        !self.settled && self.asked == 0 && self.coloured.len() == 0
    }

    /// True when this one has the beginning of `other` that was handed over, and can take its place.
    pub(super) fn goes_on_from(&self, other: &Self) -> bool {
        let handed = other.asked.max(other.coloured.len());
        let beginning = &other.text[..other.start_of(handed)];
        // A last line without an end is handed over when nothing follows; more text makes another line of it.
        let same_lines = beginning.is_empty() || beginning.ends_with('\n') || (self.whole && self.text == beginning);
        self.language == other.language && same_lines && self.text.starts_with(beginning)
    }

    /// Takes the place of `other`, which it [goes on from](Self::goes_on_from).
    pub(super) fn go_on_from(&mut self, other: Self) {
        (self.coloured, self.settled, self.track, self.asked) =
            (other.coloured, other.settled, other.track, other.asked);
    }

    /// The next lines to be coloured.
    pub(super) fn job(&mut self) -> Option<Job> {
        let (first, complete) = (self.asked, self.complete());
        if self.settled || first >= complete {
            return None;
        }
        if first == 0 || self.track == 0 {
            static TRACKS: AtomicU64 = AtomicU64::new(1);
            self.track = TRACKS.fetch_add(1, Ordering::Relaxed);
        }
        let start = self.start_of(first);
        let more = self.ends[first + 1..complete].iter().take_while(|end| **end - start <= JOB_BYTES).count();
        self.asked = first + 1 + more;
        Some(Job {
            track: self.track,
            first,
            language: self.language.clone(),
            code: self.text[start..self.start_of(self.asked)].to_owned(),
            last: self.whole && self.asked == self.len(),
        })
    }

    /// Takes the answer to a job of this code; gives the lines that got their colours. None for another's.
    pub(super) fn answered(&mut self, answer: &Answer) -> Option<Range<usize>> {
        if answer.track != self.track {
            return None;
        }
        let before = self.coloured.len();
        match &answer.lines {
            None => self.asked = 0,
            Some(lines) => {
                let coloured = Arc::make_mut(&mut self.coloured);
                // Those that were coloured before the parser's state was lost are the same again.
                for number in before.saturating_sub(answer.first)..lines.len() {
                    coloured.push(|out| out.push_str(lines.get(number).unwrap_or_default()));
                }
                self.settled |= answer.ends;
            }
        }
        Some(before..self.coloured.len())
    }

    fn complete(&self) -> usize {
        self.len() - usize::from(!self.whole && self.last_line_is_open())
    }

    fn last_line_is_open(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with('\n')
    }

    fn start_of(&self, line: usize) -> usize {
        line.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

/// Lets code go on from what it was in the text before.
pub(super) fn find_place(code: &mut Code, loose: &mut VecDeque<Code>) {
    if code.is_fresh()
        && let Some(at) = loose.iter().position(|other| !other.is_fresh() && code.goes_on_from(other))
        && let Some(other) = loose.drain(..=at).next_back()
    {
        code.go_on_from(other);
    }
}
