//! Reads a server's output for ever, so that the server never waits for a reader, whatever becomes of the lines.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    sync::{Notify, oneshot},
};
use tokio_util::sync::CancellationToken;

use super::{line::LineSplitter, log::LOG_LINES, process::ParseReady};
use crate::protocol::LogStream;
use crate::secrets::{Quotes, Secrets};

/// How many lines a problem shows.
const RECENT_LINES: usize = 40;

/// What stands in the ready line for the address.
const ADDRESS: &str = "[address]";

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// From which output.
    pub stream: LogStream,
    /// The text, plain.
    pub text: String,
}

/// The lines since the batch before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputBatch {
    /// How many older lines were left out because nobody took them in time.
    pub left_out: u64,
    /// The lines, oldest first; no more than a log keeps.
    pub lines: Vec<OutputLine>,
}

/// Lines on their way to whoever wants them. Writing never waits: the oldest lines give way.
#[derive(Debug, Default)]
pub(super) struct Output {
    pending: Mutex<Pending>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Pending {
    lines: VecDeque<OutputLine>,
    left_out: u64,
    recent: VecDeque<String>,
}

impl Output {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, at: i64, stream: LogStream, texts: Vec<String>) {
        let mut pending = self.pending();
        for text in texts {
            if pending.recent.len() == RECENT_LINES {
                pending.recent.pop_front();
            }
            pending.recent.push_back(text.clone());
            if pending.lines.len() == LOG_LINES {
                pending.lines.pop_front();
                pending.left_out += 1;
            }
            pending.lines.push_back(OutputLine { at, stream, text });
        }
        drop(pending);
        self.arrived.notify_one();
    }

    /// What is there, if anything is.
    pub(super) fn take(&self) -> Option<OutputBatch> {
        let mut pending = self.pending();
        let lines = Vec::from(std::mem::take(&mut pending.lines));
        (!lines.is_empty()).then(|| OutputBatch { left_out: std::mem::take(&mut pending.left_out), lines })
    }

    /// The next lines. Safe to cancel.
    pub(super) async fn next(&self) -> OutputBatch {
        loop {
            if let Some(batch) = self.take() {
                return batch;
            }
            self.arrived.notified().await;
        }
    }

    /// The last lines of both outputs, whether taken or not.
    pub(super) fn recent(&self) -> Vec<String> {
        self.pending().recent.iter().cloned().collect()
    }
}

/// Finds the ready line in an output, once.
pub(super) struct ReadyLine {
    pub(super) parse: ParseReady,
    pub(super) found: oneshot::Sender<String>,
}

/// One of the two outputs, and what to do with it.
pub(super) struct Drain<'a> {
    pub(super) output: &'a Output,
    pub(super) stream: LogStream,
    pub(super) secrets: &'a Secrets,
    /// What this output quotes at the moment.
    pub(super) quotes: Quotes,
    pub(super) ready: Option<ReadyLine>,
}

impl Drain<'_> {
    /// Reads to the end of the output, or until the token is cancelled.
    pub(super) async fn run(mut self, mut reader: impl AsyncRead + Unpin, token: &CancellationToken) {
        let mut splitter = LineSplitter::default();
        let mut chunk = vec![0_u8; 64 * 1024];
        loop {
            let read = tokio::select! {
                biased;
                () = token.cancelled() => return,
                read = reader.read(&mut chunk) => read,
            };
            match read {
                Ok(0) | Err(_) => break,
                Ok(count) => self.pass_on(splitter.push(&chunk[..count])),
            }
        }
        self.pass_on(splitter.finish().into_iter().collect());
    }

    fn pass_on(&mut self, lines: Vec<String>) {
        let mut lines: Vec<String> = lines
            .into_iter()
            .filter_map(|line| self.quotes.pass(line))
            .map(|line| match line.strip_suffix('…') {
                Some(cut) => self.secrets.conceal_cut(cut.to_owned()) + "…",
                None => self.secrets.conceal(line),
            })
            .collect();
        let found = self
            .ready
            .as_ref()
            .and_then(|ready| lines.iter_mut().find_map(|line| (ready.parse)(line).map(|url| (line, url))));
        if let Some((line, url)) = found {
            // Lines are shown in windows, and those never learn where the server listens.
            *line = line.replace(url.trim_end_matches('/'), ADDRESS);
            if let Some(ready) = self.ready.take() {
                // Nobody waits for it any more when the time limit was faster.
                let _ = ready.found.send(url);
            }
        }
        if !lines.is_empty() {
            self.output.push(now(), self.stream, lines);
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_give_way_and_are_counted() {
        let output = Output::default();
        let lines = (0..LOG_LINES + 5).map(|number| number.to_string()).collect();
        output.push(1, LogStream::Stdout, lines);
        let batch = output.take().unwrap();
        assert_eq!((batch.left_out, batch.lines.len(), batch.lines[0].text.as_str()), (5, LOG_LINES, "5"));
        assert_eq!(output.take(), None);
        assert_eq!(output.recent().last().unwrap(), &(LOG_LINES + 4).to_string());
    }

    fn secrets() -> Secrets {
        Secrets::of_server("opencode", "s3cret", [])
    }

    #[tokio::test]
    async fn the_password_is_concealed() {
        let output = Output::default();
        let secrets = secrets();
        let (stream, quotes) = (LogStream::Stderr, Quotes::default());
        let drain = Drain { output: &output, stream, secrets: &secrets, quotes, ready: None };
        drain.run(&b"env: A=s3cret B=s3cret\nno end s3cret"[..], &CancellationToken::new()).await;
        let texts: Vec<_> = output.take().unwrap().lines.into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["env: A=[password] B=[password]", "no end [password]"]);
    }

    #[tokio::test]
    async fn the_address_is_told_and_concealed() {
        let output = Output::default();
        let (found, ready) = oneshot::channel();
        let parse = |line: &str| line.strip_prefix("listening on ").map(|url| format!("{url}/"));
        let ready_line = Some(ReadyLine { parse, found });
        let (secrets, quotes) = (secrets(), Quotes::default());
        let drain = Drain { output: &output, stream: LogStream::Stdout, secrets: &secrets, quotes, ready: ready_line };
        drain.run(&b"hello\nlistening on http://127.0.0.1:4096\nbye\n"[..], &CancellationToken::new()).await;
        let texts: Vec<_> = output.take().unwrap().lines.into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["hello", "listening on [address]", "bye"]);
        assert_eq!(ready.await.unwrap(), "http://127.0.0.1:4096/");
    }
}
