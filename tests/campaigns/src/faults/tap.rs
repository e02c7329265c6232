//! A second, unharmed stream of the server's events: what runs and what waits is known without asking over and over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use outrider_core::model::{Event, Role};
use outrider_core::opencode::{self, Client, Endpoint, Password};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::direct::Direct;
use crate::subject::Subject;

/// Twice the server's heartbeat and more.
const SILENCE: Duration = Duration::from_secs(30);

/// The pause before a server that is being restarted is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// How many events are kept for the report of a failure.
const KEPT: usize = 300;

/// What runs and what waits in a folder.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// The sessions that work.
    pub running: BTreeSet<String>,
    /// How often each session began to work.
    pub began: BTreeMap<String, u64>,
    /// The prompts that were heard of, and their sessions.
    pub prompts: BTreeMap<String, String>,
    /// What waits for an answer, by id: whether it is a question, and its session.
    pub requests: BTreeMap<String, (bool, String)>,
    /// Requests of runs that were stopped. The server goes on listing them, and so whoever did not hear of the stop takes
    /// them for live when the session works again.
    pub void: BTreeSet<String>,
    /// Why the last run of a session failed.
    pub failed: BTreeMap<String, String>,
}

pub struct Tap {
    now: watch::Receiver<Now>,
    heard: Arc<Mutex<VecDeque<String>>>,
    _following: JoinSet<()>,
}

impl Tap {
    pub fn open(subject: Arc<Subject>, direct: Direct) -> Self {
        let (sender, now) = watch::channel(Now::default());
        let (mut following, heard) = (JoinSet::new(), Arc::default());
        let kept = Arc::clone(&heard);
        following.spawn(async move {
            loop {
                follow(&subject, &direct, &sender, &kept).await.ok();
                tokio::time::sleep(AGAIN).await;
            }
        });
        Self { now, heard, _following: following }
    }

    /// The session of a prompt, when it was heard of.
    pub fn session_of(&self, prompt: &str) -> Option<String> {
        self.now.borrow().prompts.get(prompt).cloned()
    }

    /// The newest events, with their times.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// What is so now.
    pub fn now(&self) -> Now {
        self.now.borrow().clone()
    }

    /// What is so now, and each time that it changes.
    pub fn watch(&self) -> watch::Receiver<Now> {
        self.now.clone()
    }

    /// How often the session began to work so far.
    pub fn began(&self, session: &str) -> u64 {
        self.now.borrow().began.get(session).copied().unwrap_or_default()
    }

    /// Resolves when it fits. False when it does not within the limit.
    pub async fn until(&self, limit: Duration, fits: impl Fn(&Now) -> bool) -> bool {
        let mut now = self.now.clone();
        matches!(tokio::time::timeout(limit, now.wait_for(fits)).await, Ok(Ok(_)))
    }
}

async fn follow(
    subject: &Subject,
    direct: &Direct,
    sender: &watch::Sender<Now>,
    heard: &Mutex<VecDeque<String>>,
) -> Result<(), String> {
    let url = format!("http://{}", subject.address());
    let endpoint = Endpoint::at(&url, Password::new(subject.password())).map_err(|error| error.to_string())?;
    let client = Client::new(endpoint, subject.directory(), SILENCE).map_err(|error| error.to_string())?;
    let mut stream = opencode::open(&client, SILENCE).await.map_err(|error| error.to_string())?;
    let (running, requests) = (direct.running().await?, direct.requests().await?);
    // What was sent while nothing was heard.
    let prompts = direct.prompts().await?;
    let (requests, void): (Vec<_>, Vec<_>) =
        requests.into_iter().partition(|(_, _, session)| running.contains(session));
    let requests = requests.into_iter().map(|(question, id, session)| (id, (question, session))).collect();
    sender.send_modify(|now| {
        now.requests = requests;
        now.void.extend(void.into_iter().map(|(_, id, _)| id));
        now.prompts.extend(prompts);
        for session in &running {
            now.begin(session);
        }
        now.running = running.into_iter().collect();
    });
    while let Some(event) = stream.next().await {
        let event = event.map_err(|error| error.to_string())?.event;
        if !matches!(event, Event::Heartbeat) {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            heard.push_back(format!("{at} {}", format!("{event:?}").chars().take(260).collect::<String>()));
            if heard.len() > KEPT {
                heard.pop_front();
            }
        }
        sender.send_if_modified(|now| now.apply(event));
    }
    Ok(())
}

impl Now {
    fn begin(&mut self, session: &str) -> bool {
        let is_new = self.running.insert(session.to_owned());
        if is_new {
            *self.began.entry(session.to_owned()).or_default() += 1;
        }
        is_new
    }

    /// True when the event changed it.
    fn apply(&mut self, event: Event) -> bool {
        match event {
            Event::Status { session, status } if status.is_running() => self.begin(&session.0),
            Event::Status { session, .. } => {
                let of_session = |(_, (_, of)): &(&String, &(bool, String))| *of == session.0;
                let void: Vec<String> = self.requests.iter().filter(of_session).map(|(id, _)| id.clone()).collect();
                self.requests.retain(|id, _| !void.contains(id));
                let changed = !void.is_empty();
                self.void.extend(void);
                self.running.remove(&session.0) || changed
            }
            Event::Permission(asked) => self.requests.insert(asked.id.0, (false, asked.session.0)).is_none(),
            Event::Question(asked) => self.requests.insert(asked.id.0, (true, asked.session.0)).is_none(),
            Event::SessionFailed { session: Some(session), failure } => {
                self.failed.insert(session.0, failure.message).is_none()
            }
            Event::RequestAnswered(id) => self.requests.remove(&id.0).is_some(),
            Event::Message(message) if message.role == Role::User => {
                self.prompts.insert(message.id.0, message.session.0).is_none()
            }
            _ => false,
        }
    }
}
