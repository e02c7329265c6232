//! Who colours code: jobs in, answers out.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::coloured::{Answer, Job, Lines};
use super::highlight::Highlighter;

/// Parsers that are kept for the code that follows; of one that went, the code is parsed again from its beginning. Code
/// that streams needs one for each session.
const PARSERS: usize = 32;

/// Colours code, and remembers where it was in the pieces that go on.
#[derive(Default)]
pub(super) struct Painter {
    /// The one that was used last is at the end.
    parsers: VecDeque<Parser>,
}

struct Parser {
    track: u64,
    /// The number of the line that it expects.
    next: usize,
    highlighter: Highlighter,
}

impl Painter {
    pub(super) fn run(&mut self, job: &Job) -> Answer {
        let at = self.parsers.iter().position(|parser| parser.track == job.track);
        let known = at.and_then(|at| self.parsers.remove(at)).filter(|parser| parser.next == job.first);
        let begun = || Highlighter::new(&job.language).filter(|_| job.first == 0);
        let Some(mut highlighter) = known.map(|parser| parser.highlighter).or_else(begun) else {
            return Answer { track: job.track, first: job.first, lines: None, ends: false };
        };
        let mut lines = Lines::default();
        // A definition that makes the parser panic costs the colours of what follows, and nothing else.
        let ends = catch_unwind(AssertUnwindSafe(|| highlighter.lines(&job.code, &mut lines))).is_err()
            || highlighter.has_ended();
        if !ends && !job.last {
            let next = job.first + lines.len();
            self.parsers.push_back(Parser { track: job.track, next, highlighter });
            if self.parsers.len() > PARSERS {
                self.parsers.pop_front();
            }
        }
        Answer { track: job.track, first: job.first, lines: Some(lines), ends }
    }

    /// Forgets where it was.
    #[cfg(test)]
    pub(super) fn forget(&mut self) {
        self.parsers.clear();
    }
}

struct Request {
    job: Job,
    done: Box<dyn FnOnce(Answer) + Send>,
}

/// Has a job done on a thread of the app, which may take its time, and calls `done` there. Whoever asks has one job under
/// way at a time and the next from what is wanted then: what waits here is a job for each folder, and who is slow is not
/// given more.
///
/// Where the system has no thread for it, nothing happens, and code stays plain.
pub fn paint(job: Job, done: impl FnOnce(Answer) + Send + 'static) {
    // It holds nothing that has to be ended in order, and lives as long as the process.
    static THREAD: OnceLock<Option<Sender<Request>>> = OnceLock::new();
    let thread = THREAD.get_or_init(|| {
        let (requests, incoming) = channel();
        thread::Builder::new().name("highlight".into()).spawn(move || serve(&incoming)).ok()?;
        Some(requests)
    });
    if let Some(thread) = thread {
        thread.send(Request { job, done: Box::new(done) }).ok();
    }
}

fn serve(requests: &Receiver<Request>) {
    let mut painter = Painter::default();
    for Request { job, done } in requests {
        done(painter.run(&job));
    }
}
