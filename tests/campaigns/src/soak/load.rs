//! The steady work of the agents in one folder: always as many sessions, always about as many messages.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use outrider_testkit::chance::Chance;
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{api::Api, prompts};

/// How many agents work at once in a folder.
const LANES: u64 = 2;
/// How many sessions of its own an agent leaves.
const KEPT: usize = 3;
/// How many prompts a session gets.
const PROMPTS: std::ops::Range<u64> = 5..9;
/// How many sessions stay that the person began.
const OTHERS: usize = 2;
/// How long a permission waits for the window before it is given here.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(90);
/// How many prompts each agent of a folder gets to fill what is kept: some hundred events for each.
const FILLING: u64 = 30;
const PER_FILLING: u64 = 6;
const LOOK: Duration = Duration::from_millis(300);

/// What was done.
#[derive(Default)]
pub struct Tally {
    pub prompts: AtomicU64,
    pub sessions: AtomicU64,
    pub deleted: AtomicU64,
    pub permissions: AtomicU64,
}

/// The work in one folder.
pub struct Load {
    pub api: Api,
    pub tally: Arc<Tally>,
    /// A session whose title shows whether news arrives.
    pub canary: String,
    mine: Mutex<BTreeSet<String>>,
}

impl Load {
    pub async fn new(api: Api, tally: Arc<Tally>) -> Self {
        let canary = api.create("canary").await.expect("a session is made");
        Self { api, tally, canary: canary.clone(), mine: Mutex::new(BTreeSet::from([canary])) }
    }

    /// Works in a hurry for a while, and leaves nothing: what is kept up to a limit, as the newest events of the stream,
    /// is full afterwards, and does not count as growth.
    pub async fn fill(&self, chance: &Chance) {
        let lanes = (0..LANES).map(|lane| {
            let mut chance = chance.fork(&format!("fill {lane}"));
            async move {
                for _ in 0..FILLING / PER_FILLING {
                    let Some(session) = self.api.create("Filling").await else { continue };
                    for number in 0..PER_FILLING {
                        let body =
                            json!({ "parts": [{ "type": "text", "text": prompts::in_a_hurry(&mut chance, number) }] });
                        self.api.post(&format!("/session/{session}/prompt_async"), body).await;
                        self.until_idle(&session).await;
                    }
                    self.api.delete(&session).await;
                }
            }
        });
        futures_util::future::join_all(lanes).await;
    }

    /// Works until the token is cancelled, and ends what was begun.
    pub async fn work(&self, chance: &Chance, stop: &CancellationToken) {
        let lanes = (0..LANES).map(|lane| self.lane(chance.fork(&format!("lane {lane}")), stop));
        let helpers = async {
            loop {
                tokio::join!(self.tidy(), tokio::time::sleep(Duration::from_secs(5)));
            }
        };
        tokio::select! {
            _ = futures_util::future::join_all(lanes) => {}
            () = helpers => {}
            () = self.allow_all() => {}
        }
    }

    async fn lane(&self, mut chance: Chance, stop: &CancellationToken) {
        let mut kept = VecDeque::new();
        while !stop.is_cancelled() {
            let Some(session) = self.api.create(&format!("Work {}", chance.below(1_000_000))).await else {
                tokio::time::sleep(LOOK).await;
                continue;
            };
            self.tally.sessions.fetch_add(1, Relaxed);
            self.mine.lock().await.insert(session.clone());
            kept.push_back(session.clone());
            for _ in 0..chance.between(PROMPTS.start, PROMPTS.end) {
                if stop.is_cancelled() {
                    break;
                }
                let number = self.tally.prompts.fetch_add(1, Relaxed);
                let text = prompts::draw(&mut chance, number);
                let body = json!({ "parts": [{ "type": "text", "text": text }] });
                self.api.post(&format!("/session/{session}/prompt_async"), body).await;
                self.until_idle(&session).await;
            }
            while kept.len() > KEPT {
                let oldest = kept.front().cloned().unwrap_or_default();
                if self.api.delete(&oldest).await.is_some() {
                    self.tally.deleted.fetch_add(1, Relaxed);
                    self.mine.lock().await.remove(&oldest);
                    kept.pop_front();
                } else {
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// Waits for the end of an answer. A server that was started again works on nothing.
    async fn until_idle(&self, session: &str) {
        let begun = Instant::now();
        // It is taken up up to a second later.
        tokio::time::sleep(Duration::from_secs(1)).await;
        while self.api.is_busy(session).await != Some(false) {
            if begun.elapsed() > ANSWER {
                self.api.post(&format!("/session/{session}/abort"), json!({})).await;
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Deletes what the person began, but for the newest.
    async fn tidy(&self) {
        let Some(all) = self.api.sessions().await else { return };
        let mine = self.mine.lock().await.clone();
        let id = |session: &Value| session["id"].as_str().unwrap_or_default().to_owned();
        let others = all.iter().filter(|session| session["parentID"].is_null()).map(id).filter(|id| !mine.contains(id));
        for session in others.skip(OTHERS).collect::<Vec<_>>() {
            if self.api.is_busy(&session).await == Some(false) && self.api.delete(&session).await.is_some() {
                self.tally.deleted.fetch_add(1, Relaxed);
            }
        }
    }

    /// Gives the permissions that the person does not.
    async fn allow_all(&self) {
        let mut seen: HashMap<String, Instant> = HashMap::new();
        loop {
            let waiting = self.api.permissions().await;
            seen.retain(|id, _| waiting.iter().any(|request| request.id == *id));
            for request in waiting {
                let since = *seen.entry(request.id.clone()).or_insert_with(Instant::now);
                if since.elapsed() > PATIENCE && !request.session.is_empty() {
                    self.api.allow(&request.id).await;
                    self.tally.permissions.fetch_add(1, Relaxed);
                }
            }
            tokio::time::sleep(LOOK * 3).await;
        }
    }
}
