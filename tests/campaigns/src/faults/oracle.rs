//! The end of a scenario: what Outrider has, what windows show and what the server answers must be equal.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use outrider_core::instance::{InstanceHandle, Scroll};
use outrider_core::protocol::{Connection, Focus, MessageView, PartBody, SessionState, Snapshot};
use serde_json::Value;
use tokio::time::Instant;

use crate::direct::Direct;
use crate::kept;
use crate::observer::{even, prose};
use crate::tap::Tap;
use crate::window::{Window, comparable};

/// The pause between two looks at things that announce nothing when they are equal.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Waits until the instance is connected, has what the server has, and the window shows what the instance has. Gives
/// how long that took since `since`, or since the server was last seen to change, and what the server has; or what
/// differed when the limit was over.
pub async fn recovered(
    direct: &Direct,
    tap: &Tap,
    window: &Window,
    mut since: Instant,
    limit: Duration,
) -> Result<(Duration, Value), Vec<String>> {
    let last = Instant::now() + 3 * limit;
    loop {
        let began = Instant::now();
        let looked = look(direct, &tap.now().void, window).await;
        // A server that was started again has closed connections that we still hold.
        let Looked { differences, server, changed } = looked.unwrap_or_else(Looked::nothing);
        // All was equal when this look began already.
        if differences.is_empty() && !changed {
            return Ok((began - since, server));
        }
        if changed && began < last {
            since = Instant::now();
        } else if since.elapsed() > limit || changed {
            return Err(differences);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits for the connection; one that gave up is asked to try again, as a person would.
pub async fn connected(window: &Window, limit: Duration) -> Result<(), String> {
    let settled =
        |connection: &Connection| matches!(connection, Connection::Connected | Connection::Disconnected { .. });
    let end = Instant::now() + limit;
    while window.until(end - Instant::now(), |now| settled(&now.view.connection)).await {
        if window.now().view.connection == Connection::Connected {
            return Ok(());
        }
        window.handle.retry().await.map_err(|problem| problem.message)?;
        window.until(LOOK_EVERY * 10, |now| !settled(&now.view.connection)).await;
    }
    Err(format!("not connected but {:?}", window.now().view.connection))
}

/// One look at everything.
struct Looked {
    differences: Vec<String>,
    server: Value,
    /// The server's answer was another after the look than before it: it says nothing.
    changed: bool,
}

impl Looked {
    fn nothing(why: String) -> Self {
        Self { differences: vec![why], server: Value::Null, changed: false }
    }
}

async fn look(direct: &Direct, void: &BTreeSet<String>, window: &Window) -> Result<Looked, String> {
    let words = |problem: outrider_core::protocol::Problem| problem.message;
    if let Err(why) = connected(window, LOOK_EVERY).await {
        return Ok(Looked::nothing(why));
    }
    let server = kept::of_server(direct).await?;
    let here = kept::of_state(&window.handle.inspect().await.map_err(words)?);
    let mut differences = kept::differences(&kept::without(server.clone(), void), &kept::without(here, void));
    let focus = window.now().view.focus;
    let fresh = window.handle.view("probe", Some(focus)).await.map_err(words)?;
    window.handle.forget("probe").await;
    let shown = window.now();
    if fresh.transcript.as_ref().is_some_and(|transcript| !transcript.loaded) {
        differences.push("the messages of the session that is looked at are not here".to_owned());
    }
    let (shown, fresh) = newest_of_both(comparable(&shown), comparable(&fresh));
    if shown != fresh {
        differences.push(format!("patches led elsewhere: {}", first_difference(&shown, &fresh)));
    }
    let changed = kept::of_server(direct).await? != server;
    Ok(Looked { differences, server, changed })
}

/// Compares what the window shows of each session with the server's own answer, and with what a fresh instance shows
/// that never saw a fault.
pub async fn windows_agree(
    window: &Window,
    fresh: &InstanceHandle,
    server: &Value,
    sessions: &[String],
    void: &BTreeSet<String>,
    limit: Duration,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for session in sessions {
        let raw = &server["sessions"][session];
        if raw.is_null() {
            continue;
        }
        if let Err(why) = session_agrees(window, fresh, session, (raw, void), limit).await {
            wrong.extend(why.into_iter().map(|why| format!("{session}: {why}")));
        }
    }
    wrong
}

async fn session_agrees(
    window: &Window,
    fresh: &InstanceHandle,
    session: &str,
    (raw, void): (&Value, &BTreeSet<String>),
    limit: Duration,
) -> Result<(), Vec<String>> {
    let one = |why: String| vec![why];
    window.look_at(session).await.map_err(one)?;
    let focus = Focus::Session { id: session.to_owned() };
    let end = Instant::now() + limit;
    loop {
        // A window is given a screenful at first.
        show_older(&window.handle, &window.label, &window.now()).await.map_err(one)?;
        let mut wrong = shows(&window.now(), session, raw);
        let other = fresh.view("fresh", Some(focus.clone())).await.map_err(|problem| one(problem.message))?;
        show_older(fresh, "fresh", &other).await.map_err(one)?;
        let (shown, other) = (normal(&window.now(), raw, void), normal(&other, raw, void));
        if wrong.is_empty() && shown != other {
            wrong.push(format!("not as a fresh instance shows it: {}", first_difference(&shown, &other)));
        }
        if wrong.is_empty() || Instant::now() > end {
            return if wrong.is_empty() { Ok(()) } else { Err(wrong) };
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Moves a window's range back, where there is more.
async fn show_older(handle: &InstanceHandle, label: &str, shown: &Snapshot) -> Result<(), String> {
    if !shown.transcript.as_ref().is_some_and(|transcript| transcript.has_older) {
        return Ok(());
    }
    handle.scroll(label, shown.feed, Scroll::Older).await.map_err(|problem| problem.message)
}

/// The newest messages that both hold: one that looked earlier may hold more of them.
fn newest_of_both(mut one: Snapshot, mut other: Snapshot) -> (Snapshot, Snapshot) {
    if let (Some(one), Some(other)) = (&mut one.transcript, &mut other.transcript) {
        let count = one.messages.len().min(other.messages.len());
        for transcript in [one, other] {
            transcript.messages.drain(..transcript.messages.len() - count);
            (transcript.has_older, transcript.before) = (false, 0);
        }
    }
    (one, other)
}

/// What of the server's answer about a session the window does not show, or shows otherwise.
fn shows(shown: &Snapshot, session: &str, raw: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(row) = shown.sessions.iter().find(|row| row.id == session) else {
        return vec!["the session has no row".to_owned()];
    };
    let busy = matches!(row.state, SessionState::Busy | SessionState::Retry);
    if busy != (raw["status"] != "idle") {
        wrong.push(format!("shown as {:?} but {}", row.state, raw["status"]));
    }
    let Some(transcript) = shown.transcript.as_ref().filter(|transcript| transcript.session == session) else {
        return vec!["the session is not shown".to_owned()];
    };
    if !transcript.loaded {
        return vec!["its messages are not here".to_owned()];
    }
    let revert = raw["revert"].as_str();
    let messages = raw["messages"].as_array().into_iter().flatten();
    let visible: Vec<&Value> =
        messages.take_while(|message| revert.is_none() || message["id"].as_str() != revert).collect();
    let ids =
        |wanted: &[&Value]| wanted.iter().filter_map(|it| it["id"].as_str()).map(str::to_owned).collect::<Vec<_>>();
    let here: Vec<&MessageView> = transcript.messages.iter().filter(|message| message.outgoing.is_none()).collect();
    let shown_ids: Vec<String> = here.iter().map(|message| message.id.clone()).collect();
    if shown_ids != ids(&visible) {
        return vec![format!("messages {shown_ids:?} instead of {:?}", ids(&visible))];
    }
    for (message, raw) in here.into_iter().zip(visible) {
        wrong.extend(message_shows(message, raw, busy));
    }
    wrong
}

fn message_shows(shown: &MessageView, raw: &Value, busy: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let parts: BTreeMap<&str, &PartBody> = shown.parts.iter().map(|part| (part.id.as_str(), &part.body)).collect();
    for part in raw["parts"].as_array().into_iter().flatten() {
        let (id, body) = (part["id"].as_str().unwrap_or_default(), &part["body"]);
        match part["kind"].as_str().unwrap_or_default() {
            "text" | "reasoning" => {
                // Null is text that never ended: ours alone.
                let Some(text) = body["text"].as_str().map(even).filter(|text| !text.is_empty()) else { continue };
                let here = parts.get(id).and_then(|body| prose(body));
                match here {
                    Some((here, false)) if even(&here) == text => {}
                    // Synthetic text is for the model alone, and hidden.
                    None if raw["role"] == "user" => {}
                    here => wrong.push(format!("{id} reads {here:?} instead of {text:?}")),
                }
            }
            "tool" => {
                let Some(PartBody::Tool { name, state, interrupted, .. }) = parts.get(id) else {
                    wrong.push(format!("the tool call {id} is not shown"));
                    continue;
                };
                let unfinished = matches!(body["status"].as_str(), Some("pending" | "running"));
                let state = format!("{state:?}").to_lowercase();
                let as_it_is = Some(state.as_str()) == body["status"].as_str();
                if Some(name.as_str()) != body["tool"].as_str() || !(as_it_is || (unfinished && *interrupted)) {
                    wrong.push(format!("the tool call {id} is shown as {name} {state}, not {body}"));
                }
                if unfinished && !busy && !interrupted {
                    wrong.push(format!("the tool call {id} runs for ever"));
                }
            }
            _ => {}
        }
    }
    let known: HashSet<&str> =
        raw["parts"].as_array().into_iter().flatten().filter_map(|part| part["id"].as_str()).collect();
    wrong.extend(
        parts.keys().filter(|id| !known.contains(*id)).map(|id| format!("{id} is shown, and unknown to the server")),
    );
    wrong
}

/// A view without what only one that was there can know: requests of stopped runs that the server still lists, errors that only an event told, text that never ended, and who
/// ended what is unfinished.
fn normal(snapshot: &Snapshot, raw: &Value, void: &BTreeSet<String>) -> Snapshot {
    let mut snapshot = comparable(snapshot);
    snapshot.instance = String::new();
    snapshot.outgoing.clear();
    for row in &mut snapshot.sessions {
        // Who looked when is the window's matter.
        row.unseen = false;
        if row.state == SessionState::Error {
            row.state = SessionState::Idle;
        }
    }
    let open: HashSet<&str> = raw["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|message| message["parts"].as_array().into_iter().flatten())
        .filter(|part| matches!(part["kind"].as_str(), Some("text" | "reasoning")) && part["body"]["text"].is_null())
        .filter_map(|part| part["id"].as_str())
        .collect();
    snapshot.permissions.retain(|request| !void.contains(&request.id));
    snapshot.questions.retain(|request| !void.contains(&request.id));
    if !void.is_empty() {
        snapshot.view.waiting = 0;
        snapshot.sessions.iter_mut().for_each(|row| row.waiting = 0);
    }
    if let Some(transcript) = &mut snapshot.transcript {
        transcript.problem = None;
        transcript.messages.retain(|message| message.outgoing.is_none());
        for message in &mut transcript.messages {
            message.parts.retain(|part| !open.contains(part.id.as_str()));
            if message
                .problem
                .as_ref()
                .is_some_and(|problem| problem.code == "stopped" || problem.code == "interrupted")
            {
                message.problem = None;
            }
        }
    }
    // The person's tabs and the server's process are not the folder's.
    snapshot.view = outrider_core::protocol::InstanceView {
        tabs: Vec::new(),
        unseen: 0,
        notices: Vec::new(),
        server: outrider_core::protocol::ServerDetails::default(),
        ..snapshot.view
    };
    snapshot
}

/// The first line in which two views differ.
pub fn first_difference(one: &Snapshot, other: &Snapshot) -> String {
    let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
    let lines = one.lines().zip(other.lines()).enumerate();
    let mut differing = lines.filter(|(_, (one, other))| one != other);
    match differing.next() {
        Some((at, (one, other))) => format!("line {at}: {:?} against {:?}", one.trim(), other.trim()),
        None => format!("{} lines against {}", one.lines().count(), other.lines().count()),
    }
}

/// What stayed as the person left it: tool calls that are shown in full, and the place in a long session.
pub fn undisturbed(window: &Window, expanded: &[(u64, String)]) -> Vec<String> {
    let now = window.now();
    let parts = now.transcript.iter().flat_map(|transcript| &transcript.messages).flat_map(|message| &message.parts);
    let mut wrong = Vec::new();
    for part in parts {
        let wanted = expanded.iter().any(|(feed, id)| *feed == now.feed && *id == part.id);
        if let PartBody::Tool { detail: None, .. } = &part.body
            && wanted
        {
            wrong.push(format!("the tool call {} was folded", part.id));
        }
    }
    wrong
}
