//! One seed from the beginning to the end.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use outrider_core::instance::{InstanceHandle, Launcher, Opening, Scroll};
use outrider_core::opencode::{Endpoint, Password};
use outrider_core::profile::Profile;
use outrider_core::protocol::{Connection, EventQuery, EventRow, Settings, Snapshot};
use outrider_core::typed::{Shelf, Typed};
use outrider_testkit::FaultProxy;
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::direct::Direct;
use crate::kept;
use crate::observer::Observer;
use crate::oracle;
use crate::pace::Pace;
use crate::play::{Log, Play};
use crate::scenario::Scenario;
use crate::subject::Subject;
use crate::tap::Tap;
use crate::window::{Bridge, Window};

/// What a seed that passed tells.
pub struct Passed {
    /// From the healing, or the end of the last run if that came later, until all was equal.
    pub recovery: Duration,
    /// Exchanges that a fault happened to.
    pub harmed: u64,
    /// Parts that were shown with a hole.
    pub gaps: usize,
    /// How many times windows were shown something.
    pub batches: u64,
}

/// What a seed that failed tells.
pub struct Failed {
    pub wrong: Vec<String>,
    pub done: Vec<String>,
}

/// An instance that works with the server at this URL.
struct Attached {
    handle: InstanceHandle,
    /// What it keeps on disk.
    _profile: TempDir,
    bridge: Arc<Bridge>,
    _running: DropGuard,
}

impl Attached {
    fn open(subject: &Subject, url: &str, settings: Settings) -> Result<Self, String> {
        let endpoint = Endpoint::at(url, Password::new(subject.password())).map_err(|error| error.to_string())?;
        let (bridge, token) = (Arc::new(Bridge::default()), CancellationToken::new());
        let (tasks, profile) = (TaskTracker::new(), TempDir::new().map_err(|error| error.to_string())?);
        let shelf = Shelf::new(&Profile::new(profile.path()), tasks.clone());
        let (keeper, kept, _) = shelf.open(subject.directory().as_ref());
        let opening = Opening {
            typed: Typed::new(kept, keeper),
            rules: outrider_core::rules::open(
                &Profile::new(profile.path()),
                subject.directory().as_ref(),
                tasks.clone(),
            )
            .0,
            id: "campaign".to_owned(),
            folder: subject.directory().into(),
            settings,
            launcher: Launcher::at(endpoint),
            after: None,
            windows: Arc::clone(&bridge) as Arc<_>,
        };
        let handle = opening.open(&tasks, &token);
        Ok(Self { handle, _profile: profile, bridge, _running: token.drop_guard() })
    }
}

pub async fn run(subject: Arc<Subject>, seed: u64, pace: Pace) -> Result<Passed, Failed> {
    let early = |why: String| Failed { wrong: vec![why], done: Vec::new() };
    let direct = Direct::new(Arc::clone(&subject)).map_err(early)?;
    subject.warm(&direct).await.map_err(early)?;
    let before = ids(&direct).await.map_err(early)?;
    let scenario = Scenario::draw(seed, &pace, subject.directory());
    let proxy = FaultProxy::start(subject.address());
    proxy.set_heartbeat(Some(pace.heartbeat));
    let observer = Arc::new(Observer::default());
    let attached = Attached::open(&subject, &proxy.url(), pace.settings()).map_err(early)?;
    let window = |label| Window::open(attached.handle.clone(), label, &attached.bridge, Arc::clone(&observer));
    let (mut main, mut second) = (window("main").await.map_err(early)?, window("second").await.map_err(early)?);
    if oracle::connected(&main, pace.recovery).await.is_err() {
        return Err(early(format!("never connected, without any fault: {:?}", main.now().view)));
    }
    let first =
        if scenario.reads_back { read_back(&subject, &second, &observer, &pace).await.map_err(early)? } else { None };

    let tap = Tap::open(Arc::clone(&subject), direct.clone());
    let play = Play {
        tap: &tap,
        pace: &pace,
        subject: &subject,
        proxy: &proxy,
        direct: &direct,
        main: &main,
        second: &second,
        observer: &observer,
        log: std::sync::Mutex::new(Log::default()),
    };
    let mut wrong = Vec::new();
    let recovery = match check(&play, &scenario, &pace, &before).await {
        Ok(recovery) => recovery,
        Err(why) => {
            wrong.extend(why);
            Duration::ZERO
        }
    };
    if !wrong.is_empty() {
        trace(&play, seed).await;
    }
    let log = play.log.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    wrong.extend(observer.wrong());
    wrong.extend(main.broken().into_iter().chain(second.broken()));
    // It may have to be read again after the last loss.
    if first.is_some() && !second.until(pace.recovery, |now| first_of(now) == first).await {
        let here = first_shown(&second);
        wrong.push(format!("the window that read further up was moved from {first:?} to {here:?}"));
    }
    for session in ids(&direct).await.unwrap_or_default().difference(&before) {
        direct.abort(session).await.ok();
        direct.send(Method::DELETE, &format!("/session/{session}"), None).await.ok();
    }
    if !wrong.is_empty() {
        return Err(Failed { wrong, done: log.done });
    }
    Ok(Passed { recovery, harmed: proxy.counters().harmed, gaps: observer.gaps(), batches: observer.batches() })
}

/// Writes down what came over Outrider's own stream and over one that was never harmed, for a seed that failed.
async fn trace(play: &Play<'_>, seed: u64) {
    let query = EventQuery { limit: 200, hide_heartbeats: true, ..EventQuery::default() };
    let rows = play.main.handle.events("trace", &query).rows;
    let row = |row: &EventRow| format!("{} {} {}", row.at, row.name, row.session.as_deref().unwrap_or_default());
    let mut lines = vec!["what Outrider heard:".to_owned()];
    lines.extend(rows.iter().map(row));
    lines.push("what was to be heard:".to_owned());
    lines.extend(play.tap.heard());
    lines.push("what the server has:".to_owned());
    let sessions = play.log().sessions.clone();
    for session in &sessions {
        let messages = play.direct.get(&format!("/session/{session}/message")).await;
        lines.push(messages.map_or_else(|why| why, |messages| messages.to_string()));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts/faults");
    std::fs::create_dir_all(&folder).ok();
    std::fs::write(folder.join(format!("seed-{seed}.txt")), lines.join("\n")).ok();
}

/// Plays the scenario and compares, twice if it ends with a run that waits.
async fn check(
    play: &Play<'_>,
    scenario: &Scenario,
    pace: &Pace,
    before: &BTreeSet<String>,
) -> Result<Duration, Vec<String>> {
    let one = |why: String| vec![why];
    play.play(scenario).await.map_err(one)?;
    let (mut recovery, mut server) =
        oracle::recovered(play.direct, play.tap, play.main, Instant::now(), pace.recovery).await?;
    let expanded = play.log().expanded.clone();
    let mut wrong = oracle::undisturbed(play.main, &expanded);
    if let Some(prompt) = &scenario.ends_asking {
        // Started again, and stopped before it answered, it would answer nothing.
        if scenario.restart.is_some() {
            play.subject.warm_again(play.direct).await.map_err(one)?;
        }
        let Some(session) = play.prompt(None, prompt).await else {
            return Err(one(format!("the last prompt cannot be sent: {}", on_its_way(&play.main.now()))));
        };
        play.asks(&session).await.map_err(one)?;
        // A last loss while all stands still: what waits must be there again.
        for (_, strike) in &scenario.strikes {
            let strike =
                outrider_testkit::fault_proxy::Strike { lasts: strike.lasts.min(pace.silence), ..strike.clone() };
            play.proxy.strike(strike).await;
        }
        play.proxy.heal();
        let (again, waiting) =
            oracle::recovered(play.direct, play.tap, play.main, Instant::now(), pace.recovery).await?;
        if waiting["permissions"].as_array().is_none_or(Vec::is_empty) {
            wrong.push("the permission that was asked for is not there".to_owned());
        }
        (recovery, server) = (recovery.max(again), waiting);
    }
    let sessions: Vec<String> = ids(play.direct).await.map_err(one)?.difference(before).cloned().collect();
    let url = format!("http://{}", play.subject.address());
    let fresh = Attached::open(play.subject, &url, Settings::default()).map_err(one)?;
    let watch = Window::open(fresh.handle.clone(), "watch", &fresh.bridge, Arc::new(Observer::default())).await;
    let watch = watch.map_err(one)?;
    if !watch.until(pace.recovery, |now| now.view.connection == Connection::Connected).await {
        return Err(one("a fresh instance does not connect".to_owned()));
    }
    loop {
        let disagree =
            oracle::windows_agree(play.main, &fresh.handle, &server, &sessions, &play.tap.now().void, pace.recovery)
                .await;
        let now = kept::of_server(play.direct).await.map_err(one)?;
        if disagree.is_empty() || now == server {
            wrong.extend(disagree);
            break;
        }
        // Something came late, as titles do: what was compared was not the end.
        server = now;
    }
    wrong.extend(flashed(play, &server));
    if wrong.is_empty() { Ok(recovery) } else { Err(wrong) }
}

/// How far prompts are that the server is not known to have, and the connection.
fn on_its_way(now: &Snapshot) -> String {
    let messages = now.transcript.iter().flat_map(|transcript| &transcript.messages).chain(&now.outgoing);
    let outgoing: Vec<_> = messages.filter_map(|message| Some((&message.id, message.outgoing.as_ref()?))).collect();
    format!("{:?}, {outgoing:?}", now.view.connection)
}

/// Messages that went away from a window although the server still has them.
fn flashed(play: &Play<'_>, server: &Value) -> Vec<String> {
    let log = play.log();
    let vanished = play.observer.vanished().into_iter();
    let kept = vanished.filter(|(session, message)| {
        let messages = server["sessions"][session]["messages"].as_array();
        !log.reverted.contains(session) && messages.into_iter().flatten().any(|it| it["id"] == message.as_str())
    });
    kept.map(|(session, message)| format!("{message} of {session} went away for a while")).collect()
}

async fn ids(direct: &Direct) -> Result<BTreeSet<String>, String> {
    let sessions = direct.sessions().await?;
    Ok(sessions.iter().filter_map(|session| session["id"].as_str().map(str::to_owned)).collect())
}

/// Makes the window read further up in the folder's long session, if it has one, and gives what it shows first.
async fn read_back(
    subject: &Subject,
    window: &Window,
    observer: &Observer,
    pace: &Pace,
) -> Result<Option<String>, String> {
    let Some((session, prompts)) = subject.long_session() else { return Ok(None) };
    for prompt in &prompts {
        observer.expect_prompt(prompt);
    }
    window.look_at(&session).await?;
    let loaded = |now: &Snapshot| now.transcript.as_ref().is_some_and(|it| it.loaded);
    if !window.until(pace.recovery, loaded).await {
        return Err("the long session was never read".to_owned());
    }
    let first = first_shown(window);
    let feed = window.now().feed;
    window.handle.scroll(&window.label, feed, Scroll::Older).await.map_err(|problem| problem.message)?;
    if !window.until(pace.recovery, |now| first_of(now) != first).await {
        return Err("scrolling up in the long session shows nothing more".to_owned());
    }
    Ok(first_shown(window))
}

fn first_shown(window: &Window) -> Option<String> {
    first_of(&window.now())
}

fn first_of(now: &Snapshot) -> Option<String> {
    now.transcript.as_ref()?.messages.first().map(|message| message.id.clone())
}
