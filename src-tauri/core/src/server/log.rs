use std::collections::VecDeque;

use crate::protocol::{LogLine, LogStream};

/// How many lines a log keeps.
pub const LOG_LINES: usize = 2_000;

/// The last [`LOG_LINES`] lines of an instance's log, numbered through the whole life of the instance.
#[derive(Debug, Default)]
pub struct Log {
    lines: VecDeque<LogLine>,
    next_number: u64,
}

impl Log {
    /// Adds a line, which was read at `at` (milliseconds since the Unix epoch), and gives it back with its number.
    pub fn push(&mut self, at: i64, stream: LogStream, text: String) -> LogLine {
        let line = LogLine { number: self.next_number, at, stream, text };
        self.next_number += 1;
        if self.lines.len() == LOG_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.clone());
        line
    }

    /// The lines that are kept, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &LogLine> + ExactSizeIterator {
        self.lines.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_lines_and_goes_on_counting() {
        let mut log = Log::default();
        for number in 0..=LOG_LINES {
            log.push(7, LogStream::Stdout, format!("line {number}"));
        }
        assert_eq!(log.lines().len(), LOG_LINES);
        assert_eq!(log.lines().next().map(|line| line.number), Some(1));
        let last = log.push(8, LogStream::Stderr, "end".to_owned());
        assert_eq!((last.number, last.at, log.lines().len()), (LOG_LINES as u64 + 1, 8, LOG_LINES));
    }
}
