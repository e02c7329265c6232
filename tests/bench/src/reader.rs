//! The floor of lag: a reader of the server's event stream that does nothing but look for stamps.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::StreamExt;
use tokio::{sync::oneshot, task::JoinSet};

use crate::{processes::servers_in, samples::Samples};

/// A piece of an answer, as it was seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub number: u64,
    /// Milliseconds since 1970.
    pub sent: f64,
    pub at: f64,
}

impl Seen {
    pub fn lag(&self) -> f64 {
        self.at - self.sent
    }
}

/// A reader beside the app, on the same server.
pub struct Reader {
    /// Aborts it when dropped.
    task: JoinSet<()>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Reader {
    /// Reads the stream of the one server that runs in this folder. Gives itself back when the stream is open.
    pub async fn start(folder: &Path) -> Self {
        let (pid, port) = *servers_in(folder).first().expect("a server runs in the folder");
        let password = password_of(pid).expect("the server has a password");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get(format!("http://127.0.0.1:{port}/event"));
        let request = request.header("x-opencode-directory", folder.display().to_string());
        let response = request.basic_auth("opencode", Some(password)).send().await.unwrap().error_for_status().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&seen);
        let (opened, open) = oneshot::channel();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut opened = Some(opened);
            let mut bytes = response.bytes_stream();
            let mut rest: Vec<u8> = Vec::new();
            while let Some(Ok(chunk)) = bytes.next().await {
                let at = now();
                if let Some(opened) = opened.take() {
                    opened.send(()).ok();
                }
                rest.extend_from_slice(&chunk);
                let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
                let whole: Vec<u8> = rest.drain(..=end).collect();
                let mut seen = keep.lock().unwrap();
                for line in String::from_utf8_lossy(&whole).lines().filter(|line| line.contains("message.part.delta")) {
                    seen.extend(stamps(line).map(|(sent, number)| Seen { number, sent, at }));
                }
            }
        });
        open.await.expect("the stream opens");
        Self { task, seen }
    }

    /// Waits until something came and nothing more for so long, at most `limit`.
    pub async fn quiet(&self, pause: Duration, limit: Duration) {
        let end = tokio::time::Instant::now() + limit;
        while tokio::time::Instant::now() < end {
            let last = self.seen.lock().unwrap().last().map(|seen| seen.at);
            if last.is_some_and(|last| now() - last > pause.as_secs_f64() * 1_000.0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// What was seen.
    pub fn stop(self) -> Vec<Seen> {
        drop(self.task);
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// How many pieces of the model's the reader saw each second.
pub fn rate(seen: &[Seen], pieces: f64) -> f64 {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else { return f64::NAN };
    pieces / ((last.at - first.at) / 1_000.0)
}

/// The lags, in milliseconds.
pub fn lags(seen: &[Seen]) -> Samples {
    Samples::new(seen.iter().map(Seen::lag).collect())
}

/// The stamps of the scripted model in a text: milliseconds since 1970, and the number of the piece.
fn stamps(text: &str) -> impl Iterator<Item = (f64, u64)> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter_map(|word| {
        let (sent, number) = word.strip_prefix('t')?.strip_suffix('t')?.split_once('x')?;
        Some((sent.parse().ok()?, number.parse().ok()?))
    })
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64() * 1_000.0
}

fn password_of(pid: u32) -> Option<String> {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    variables.find_map(|line| line.strip_prefix("OPENCODE_SERVER_PASSWORD=").map(str::to_owned))
}
