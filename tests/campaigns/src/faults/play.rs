//! Plays a scenario: stories, acts, strikes and answers at the same time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use outrider_core::instance::Answer;
use outrider_core::protocol::{Connection, Focus, PartBody, PermissionReply, Snapshot};
use outrider_testkit::FaultProxy;
use outrider_testkit::chance::Chance;
use reqwest::Method;
use serde_json::{Value, json};

use crate::direct::Direct;
use crate::observer::Observer;
use crate::pace::Pace;
use crate::scenario::{Act, Prompt, Scenario, Story};
use crate::subject::Subject;
use crate::tap::{Now, Tap};
use crate::window::Window;

/// How long a run may take: the answers to its requests come from us.
const RUN_LIMIT: Duration = Duration::from_secs(90);

pub struct Play<'a> {
    pub subject: &'a Subject,
    pub proxy: &'a FaultProxy,
    pub direct: &'a Direct,
    pub tap: &'a Tap,
    pub pace: &'a Pace,
    pub main: &'a Window,
    pub second: &'a Window,
    pub observer: &'a Arc<Observer>,
    pub log: Mutex<Log>,
}

/// What was done, as far as the end must know.
#[derive(Default)]
pub struct Log {
    /// Sessions in the order in which they were made.
    pub sessions: Vec<String>,
    pub reverted: HashSet<String>,
    /// Tool calls that a window shows in full: the window's feed and the part.
    pub expanded: Vec<(u64, String)>,
    /// What was done, for the report of a failure.
    pub done: Vec<String>,
}

impl Play<'_> {
    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, what: String) {
        self.log().done.push(what);
    }

    /// Plays everything but the ending. All is healed then, and nothing runs any more.
    pub async fn play(&self, scenario: &Scenario) -> Result<(), String> {
        let stories = futures_util::future::join_all(scenario.stories.iter().map(|story| self.tell(story)));
        let all = async {
            let (told, (), (), restarted) =
                tokio::join!(stories, self.act(scenario), self.storm(scenario), self.restart(scenario));
            self.proxy.heal();
            told.into_iter().collect::<Result<Vec<_>, _>>()?;
            restarted
        };
        tokio::select! {
            played = all => played,
            () = self.answer(scenario.answers.clone()) => unreachable!(),
        }
    }

    async fn storm(&self, scenario: &Scenario) {
        for (pause, strike) in &scenario.strikes {
            tokio::time::sleep(*pause).await;
            self.note(format!("{strike:?}"));
            self.proxy.strike(strike.clone()).await;
        }
        self.proxy.heal();
    }

    async fn restart(&self, scenario: &Scenario) -> Result<(), String> {
        let Some(pause) = scenario.restart else { return Ok(()) };
        tokio::time::sleep(pause).await;
        self.note("restart".to_owned());
        self.subject.restart().await?;
        self.proxy.set_upstream(self.subject.address());
        Ok(())
    }

    /// A session's prompts, one after the other.
    async fn tell(&self, story: &Story) -> Result<(), String> {
        let mut session: Option<String> = None;
        let mut runs = 0;
        for prompt in &story.prompts {
            if let Some(session) = &session {
                if !prompt.queued {
                    self.idle(session, runs).await?;
                }
                runs = self.tap.began(session);
            }
            // A server that is being restarted takes no prompt, and a deleted session none at all: that story is over.
            let Some(sent) = self.prompt(session.as_deref(), prompt).await else { return Ok(()) };
            session = Some(sent);
        }
        match &session {
            Some(session) => self.idle(session, runs).await,
            None => Ok(()),
        }
    }

    /// Sends a prompt, here if it is to be and can be, and gives its session.
    pub async fn prompt(&self, session: Option<&str>, prompt: &Prompt) -> Option<String> {
        for text in prompt.children.iter().chain([&prompt.text]) {
            self.observer.expect_prompt(text);
        }
        if prompt.here {
            // It is taken at once, and goes out as soon as there is a connection: the person may have to ask for one.
            let sent = self.main.handle.prompt(&self.main.label, session, &prompt.text).await;
            self.note(format!("prompt here {}", sent.as_ref().map_or_else(|problem| &*problem.code, |id| &id.0)));
            let id = sent.ok()?.0;
            let heard = tokio::select! {
                heard = self.tap.until(self.pace.recovery, |now| now.prompts.contains_key(&id)) => heard,
                () = self.keep_trying() => false,
            };
            return self.tap.session_of(&id).filter(|_| heard).map(|session| self.made(session));
        }
        let session = match session {
            Some(session) => session.to_owned(),
            None => self.made(self.direct.new_session().await.ok()?),
        };
        let sent = self.direct.prompt(&session, &prompt.text).await;
        self.note(format!("prompt elsewhere {session} {}", sent.is_ok()));
        if self.main.now().view.focus == Focus::Start {
            self.main.look_at(&session).await.ok();
        }
        sent.is_ok().then_some(session)
    }

    /// Asks for another attempt whenever the connection was given up.
    async fn keep_trying(&self) {
        let gave_up = |now: &Snapshot| matches!(now.view.connection, Connection::Disconnected { .. });
        loop {
            if self.main.until(self.pace.recovery, gave_up).await {
                self.main.handle.retry().await.ok();
                self.main.until(self.pace.silence, |now| !gave_up(now)).await;
            }
        }
    }

    fn made(&self, session: String) -> String {
        let mut log = self.log();
        if !log.sessions.contains(&session) {
            log.sessions.push(session.clone());
        }
        session
    }

    /// Waits until the session's run after the first `runs` is over.
    async fn idle(&self, session: &str, runs: u64) -> Result<(), String> {
        // A prompt is taken up a moment after it was accepted, and nothing tells of one that never is.
        self.tap.until(self.pace.taken_up, |now| now.began.get(session).is_some_and(|began| *began > runs)).await;
        if !self.tap.until(RUN_LIMIT, |now| !now.running.contains(session)).await {
            return Err(format!("the server itself is busy with {session} for ever"));
        }
        Ok(())
    }

    /// Waits until the session's run asks for something.
    pub async fn asks(&self, session: &str) -> Result<(), String> {
        let asks = |now: &Now| now.requests.values().any(|(_, of)| of == session);
        let over = |now: &Now| now.failed.contains_key(session);
        if self.tap.until(self.pace.recovery, |now| asks(now) || over(now)).await && asks(&self.tap.now()) {
            return Ok(());
        }
        Err(format!("the last run never asked: {:?}", self.tap.now().failed.get(session)))
    }

    /// Answers whatever waits, after a while, here or elsewhere.
    async fn answer(&self, mut chance: Chance) {
        let mut now = self.tap.watch();
        let mut answering = FuturesUnordered::new();
        let mut known = HashSet::new();
        loop {
            let Now { requests, .. } = now.borrow_and_update().clone();
            for (id, (question, session)) in requests {
                if !known.insert(id.clone()) {
                    continue;
                }
                let pause = Duration::from_millis(chance.below(self.pace.pause_ms));
                let (here, allow, stop) = (chance.one_in(2), !chance.one_in(5), chance.one_in(4));
                answering.push(async move {
                    tokio::time::sleep(pause).await;
                    if stop {
                        // The server goes on listing the request, and tells nobody that it is void.
                        self.note(format!("stop {session} instead of answering {id}, here: {here}"));
                        if !here || self.main.handle.abort(&session).await.is_err() {
                            self.direct.abort(&session).await.ok();
                        }
                    } else {
                        self.note(format!("answer {id} of {session}: {allow}, here: {here}"));
                    }
                    // Outrider may not know of it while its stream is harmed.
                    let here = stop || (here && self.answer_here(question, &id, allow).await);
                    if !here || !self.tap.until(self.pace.taken_up, |now| !now.requests.contains_key(&id)).await {
                        self.direct.answer(question, &id, allow).await.ok();
                    }
                });
            }
            tokio::select! {
                changed = now.changed() => if changed.is_err() { return std::future::pending().await },
                Some(()) = answering.next(), if !answering.is_empty() => {}
            }
        }
    }

    async fn answer_here(&self, question: bool, id: &str, allow: bool) -> bool {
        let answer = match (question, allow) {
            (false, true) => Answer::Permission(PermissionReply::Once, None),
            (false, false) => Answer::Permission(PermissionReply::Reject, Some("not now".to_owned())),
            (true, true) => Answer::Question(vec![vec!["Blue".to_owned()]]),
            (true, false) => Answer::Dismiss,
        };
        self.main.handle.answer(id, answer).await.is_ok()
    }

    async fn act(&self, scenario: &Scenario) {
        let mut chance = scenario.answers.fork("which");
        for (pause, act) in &scenario.acts {
            tokio::time::sleep(*pause).await;
            let second = if scenario.reads_back { self.main } else { self.second };
            let outcome = self.do_one(act, second, &mut chance).await;
            self.note(format!("{act:?}: {}", outcome.err().unwrap_or_default()));
        }
    }

    async fn do_one(&self, act: &Act, second_window: &Window, chance: &mut Chance) -> Result<(), String> {
        let handle = &self.main.handle;
        let window = |second: bool| if second { second_window } else { self.main };
        if let Act::Retry = act {
            return handle.retry().await.map_err(|problem| problem.message);
        }
        if let Act::NewSession = act {
            let made = self.main.new_session().await?;
            if let Focus::Session { id } = made.view.focus {
                self.made(id);
            }
            return Ok(());
        }
        if let Act::LookAway { second } = act {
            return window(*second).look(Focus::Start).await.map(|_| ());
        }
        // Children are not in the log: the window knows them.
        let mut sessions = self.log().sessions.clone();
        let children = self.main.now().sessions.into_iter().filter(|row| row.parent.is_some()).map(|row| row.id);
        sessions.extend(children.collect::<Vec<_>>());
        if sessions.is_empty() {
            return Err("no session yet".to_owned());
        }
        let session = chance.pick(&sessions).clone();
        let path = format!("/session/{session}");
        match act {
            Act::Abort { here: true } => handle.abort(&session).await.map_err(|problem| problem.message),
            Act::Abort { here: false } => self.direct.abort(&session).await,
            Act::Rename(title) => {
                self.direct.send(Method::PATCH, &path, Some(json!({ "title": title }))).await.map(drop)
            }
            Act::Delete { abort_first } => {
                if *abort_first {
                    self.direct.abort(&session).await?;
                    self.idle(&session, 0).await?;
                }
                self.direct.send(Method::DELETE, &path, None).await.map(drop)
            }
            Act::DeleteMessage => {
                let message = self.message(&session, chance, |_| true).await?;
                self.direct.send(Method::DELETE, &format!("{path}/message/{message}"), None).await.map(drop)
            }
            Act::Revert => {
                let message = self.message(&session, chance, |info| info["role"] == "user").await?;
                self.log().reverted.insert(session.clone());
                self.direct.post(&format!("{path}/revert"), json!({ "messageID": message })).await.map(drop)
            }
            Act::Unrevert => self.direct.post(&format!("{path}/unrevert"), json!({})).await.map(drop),
            Act::Look { second } => window(*second).look_at(&session).await.map(drop),
            Act::CloseTab => handle.close_tab(&session).await.map_err(|problem| problem.message),
            Act::Expand => self.expand(chance).await,
            Act::Retry | Act::NewSession | Act::LookAway { .. } => Ok(()),
        }
    }

    /// Some message of the session, while it is idle.
    async fn message(
        &self,
        session: &str,
        chance: &mut Chance,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<String, String> {
        let messages = self.direct.get(&format!("/session/{session}/message")).await?;
        let ids: Vec<String> = messages
            .as_array()
            .into_iter()
            .flatten()
            .filter(|message| fits(&message["info"]))
            .filter_map(|message| message["info"]["id"].as_str().map(str::to_owned))
            .collect();
        if ids.is_empty() { Err("no message".to_owned()) } else { Ok(chance.pick(&ids).clone()) }
    }

    async fn expand(&self, chance: &mut Chance) -> Result<(), String> {
        let now = self.main.now();
        let messages = now.transcript.iter().flat_map(|transcript| &transcript.messages);
        let tools: Vec<(String, String)> = messages
            .flat_map(|message| message.parts.iter().map(|part| (message.id.clone(), part)))
            .filter(|(_, part)| matches!(part.body, PartBody::Tool { .. }))
            .map(|(message, part)| (message, part.id.clone()))
            .collect();
        if tools.is_empty() {
            return Err("no tool call".to_owned());
        }
        let (message, part) = chance.pick(&tools).clone();
        let expanded = self.main.handle.expand(&self.main.label, now.feed, &message, &part, true).await;
        expanded.map_err(|problem| problem.message)?;
        self.log().expanded.push((now.feed, part));
        Ok(())
    }
}
