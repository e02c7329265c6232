//! Sessions and their messages: what is read of them, and what changes them without a run (wire study, section 3).

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    files,
    http::{Call, Refusal},
    ids,
    state::{Gone, Message, Progress, Session, State},
};

/// Sessions in a list without a limit.
const LISTED: usize = 100;

/// How the server begins the title of a session that nobody named.
pub(super) const UNNAMED: &str = "New session - ";

impl State {
    /// Makes a session and tells of it.
    pub(super) fn create_session(&mut self, directory: &str, given: &Value) -> Value {
        let now = self.now();
        let id = self.ids.session();
        let adjective = self.ids.choose(&["calm", "jolly", "neon", "proud", "quick", "silent"]);
        let slug = format!("{adjective}-{}", self.ids.choose(&["cabin", "eagle", "harbor", "otter", "star"]));
        let mut info = json!({
            "id": id, "slug": slug, "version": "1.18.33", "projectID": "0c4bf3e2fab921c65c96667f2ebccc6d2770119d",
            "directory": directory, "path": "", "title": format!("{UNNAMED}{}", ids::iso(now)), "cost": 0,
            "tokens": no_tokens(), "time": { "created": now, "updated": now },
        });
        for key in ["title", "parentID", "agent", "model", "metadata", "permission"] {
            if !given[key].is_null() {
                info[key] = given[key].clone();
            }
        }
        let session = Session {
            info: info.clone(),
            messages: Vec::new(),
            todos: json!([]),
            before: std::collections::HashMap::new(),
            before_revert: None,
        };
        self.stored.sessions.insert(id.clone(), session);
        self.tell(&id, "session.created", json!({ "info": info }));
        info
    }
}

/// The tokens of what has not used any.
pub(super) fn no_tokens() -> Value {
    json!({ "input": 0, "output": 0, "reasoning": 0, "cache": { "read": 0, "write": 0 } })
}

pub(super) fn create(call: &Call) -> Result<Value, Refusal> {
    let given = &call.body;
    if !(given["title"].is_null() || given["title"].is_string()) {
        return Err(Refusal::bad_tag());
    }
    let mut state = call.world.lock();
    if let Some(parent) = given["parentID"].as_str() {
        find(&mut state, parent)?;
    }
    Ok(state.create_session(&call.directory, given))
}

fn find<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Session, Refusal> {
    state.session(id).map_err(|Gone| Refusal::no_session(id))
}

pub(super) fn list(call: &Call) -> Value {
    let state = call.world.lock();
    let search = call.query("search").map(str::to_lowercase);
    let start: Option<u64> = call.query("start").and_then(|start| start.parse().ok());
    let directory = call.query("directory").map(|_| call.directory.as_str());
    let sessions = state.stored.sessions.values().map(|session| &session.info);
    let mut sessions: Vec<_> = sessions
        .filter(|info| directory.is_none_or(|directory| info["directory"] == directory))
        .filter(|info| call.query("roots") != Some("true") || info["parentID"].is_null())
        .filter(|info| search.as_ref().is_none_or(|text| title(info).to_lowercase().contains(text)))
        .filter(|info| start.is_none_or(|start| updated(info) >= start))
        .cloned()
        .collect();
    sessions.sort_by(|one, other| updated(other).cmp(&updated(one)).then_with(|| id(one).cmp(id(other))));
    sessions.truncate(call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(LISTED));
    json!(sessions)
}

fn title(info: &Value) -> &str {
    info["title"].as_str().unwrap_or_default()
}

fn id(info: &Value) -> &str {
    info["id"].as_str().unwrap_or_default()
}

fn updated(info: &Value) -> u64 {
    info["time"]["updated"].as_u64().unwrap_or_default()
}

pub(super) fn get(call: &Call, id: &str) -> Result<Value, Refusal> {
    Ok(find(&mut call.world.lock(), id)?.info.clone())
}

pub(super) fn children(call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    find(&mut state, id)?;
    let children = state.children(id);
    Ok(json!(children.iter().filter_map(|child| Some(&state.stored.sessions.get(child)?.info)).collect::<Vec<_>>()))
}

/// One event for each thing that changes.
pub(super) fn change(call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    find(&mut state, id)?;
    for key in ["title", "metadata", "permission"] {
        if !call.body[key].is_null() {
            find(&mut state, id)?.info[key] = call.body[key].clone();
            let told = if key == "title" { state.tell_session(id) } else { state.touch(id) };
            told.map_err(|Gone| Refusal::no_session(id))?;
        }
    }
    if let Some(archived) = call.body["time"]["archived"].as_u64() {
        find(&mut state, id)?.info["time"]["archived"] = json!(archived);
        state.tell_session(id).map_err(|Gone| Refusal::no_session(id))?;
    }
    Ok(find(&mut state, id)?.info.clone())
}

/// The children first. What works goes on working.
pub(super) fn delete(call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    find(&mut state, id)?;
    for id in state.children(id).into_iter().chain([id.to_owned()]) {
        let Some(session) = state.stored.sessions.remove(&id) else { continue };
        let directory = session.info["directory"].as_str().unwrap_or_default().to_owned();
        state.live.deleted.insert(id.clone(), directory);
        state.tell(&id, "session.deleted", json!({ "info": session.info }));
    }
    Ok(json!(true))
}

/// Those of the request's directory that work; a deleted one too while its run goes on.
pub(super) fn statuses(call: &Call) -> Value {
    let state = call.world.lock();
    let here = |id: &str| {
        let directory = state.stored.sessions.get(id).and_then(|session| session.info["directory"].as_str());
        directory.or(state.live.deleted.get(id).map(String::as_str)) == Some(call.directory.as_str())
    };
    let statuses = state.live.status.iter().filter(|(id, _)| here(id));
    Value::Object(statuses.map(|(id, status)| (id.clone(), status.clone())).collect::<Map<_, _>>())
}

pub(super) fn todos(call: &Call, id: &str) -> Result<Value, Refusal> {
    Ok(find(&mut call.world.lock(), id)?.todos.clone())
}

/// Something only when a user message is named.
pub(super) fn diff(call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    find(&mut state, id)?;
    let named = call.query("messageID").and_then(|message| state.message(id, message).ok());
    Ok(named.map(|message| message.info["summary"]["diffs"].clone()).filter(Value::is_array).unwrap_or(json!([])))
}

fn shown(message: &Message) -> Value {
    json!({ "info": message.info, "parts": message.parts })
}

pub(super) fn message(call: &Call, id: &str, message: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    find(&mut state, id)?;
    Ok(shown(state.message(id, message).map_err(|Gone| Refusal::no_session(message))?))
}

/// All, or the newest `limit`, or those before a cursor; with the cursor of the older page in a header.
pub(super) fn messages(call: &Call, id: &str) -> Result<Response, Refusal> {
    let mut state = call.world.lock();
    let messages = &find(&mut state, id)?.messages;
    let limit = match call.query("limit").map(str::parse::<i64>) {
        None => 0,
        Some(Ok(limit)) => usize::try_from(limit).map_err(|_| {
            Refusal::bad(
                &format!("Expected a value greater than or equal to 0, got {limit}\n  at [\"limit\"]"),
                "Query",
            )
        })?,
        Some(Err(_)) => return Err(Refusal::bad("Expected a number\n  at [\"limit\"]", "Query")),
    };
    let end = match call.query("before") {
        None => messages.len(),
        Some(_) if limit == 0 => return Err(Refusal::bad_tag()),
        Some(cursor) => {
            let cursor = STANDARD.decode(cursor).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
            let cursor = cursor.filter(Value::is_object).ok_or_else(Refusal::bad_tag)?;
            messages.iter().position(|message| message.info["id"] == cursor["id"]).unwrap_or(0)
        }
    };
    let start = if limit == 0 { 0 } else { end.saturating_sub(limit) };
    let page: Vec<_> = messages.get(start..end).unwrap_or_default().iter().map(shown).collect();
    let mut response = Json(&page).into_response();
    if let Some(oldest) = page.first().filter(|_| start > 0) {
        let cursor = json!({ "id": oldest["info"]["id"], "time": oldest["info"]["time"]["created"] });
        if let Ok(cursor) = STANDARD.encode(cursor.to_string()).parse() {
            response.headers_mut().insert("x-next-cursor", cursor);
        }
    }
    Ok(response)
}

/// Always true. An idle session is told idle once more.
pub(super) async fn abort(call: &Call, id: &str) -> Value {
    if !call.world.abort(id).await {
        let mut state = call.world.lock();
        state.set_status(id, &json!({ "type": "idle" }));
    }
    json!(true)
}

pub(super) fn revert(call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    if find(&mut state, id).is_ok() && state.live.runs.contains_key(id) {
        return Err(Refusal::busy(id));
    }
    let now = state.stored.files.clone();
    let session = find(&mut state, id)?;
    let from = call.body["messageID"].as_str().unwrap_or_default().to_owned();
    let Some(index) = session.messages.iter().position(|message| message.info["id"] == from.as_str()) else {
        return Ok(session.info.clone());
    };
    let users = session.messages[index..].iter().filter(|message| message.info["role"] == "user");
    let before = users.clone().find_map(|message| session.before.get(message.info["id"].as_str()?)).cloned();
    let latest = session.before_revert.take().unwrap_or(now);
    let before = before.unwrap_or_else(|| latest.clone());
    let directory = session.info["directory"].as_str().unwrap_or_default().to_owned();
    let diffs = files::diffs(&directory, &before, &latest);
    let count = |key: &str| diffs.iter().filter_map(|diff| diff[key].as_u64()).sum::<u64>();
    session.info["summary"] =
        json!({ "additions": count("additions"), "deletions": count("deletions"), "files": diffs.len() });
    let patches: String = diffs.iter().filter_map(|diff| diff["patch"].as_str()).collect();
    let mut revert = json!({ "messageID": from, "snapshot": snapshot(&latest), "diff": patches });
    if !call.body["partID"].is_null() {
        revert["partID"] = call.body["partID"].clone();
    }
    session.info["revert"] = revert;
    session.before_revert = Some(latest);
    state.stored.files = before;
    state.tell(id, "session.diff", json!({ "diff": diffs }));
    state.touch(id).map_err(|Gone| Refusal::no_session(id))?;
    get_locked(&mut state, id)
}

pub(super) fn unrevert(call: &Call, id: &str) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    if find(&mut state, id).is_ok() && state.live.runs.contains_key(id) {
        return Err(Refusal::busy(id));
    }
    let session = find(&mut state, id)?;
    let Some(files) = session.before_revert.take() else { return Ok(session.info.clone()) };
    if let Some(info) = session.info.as_object_mut() {
        info.remove("revert");
    }
    state.stored.files = files;
    state.touch(id).map_err(|Gone| Refusal::no_session(id))?;
    get_locked(&mut state, id)
}

fn get_locked(state: &mut State, id: &str) -> Result<Value, Refusal> {
    Ok(find(state, id)?.info.clone())
}

/// The name of a state of the folder's files: 40 hexadecimal digits, as of a git tree.
pub(super) fn snapshot(files: &super::state::Files) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    format!("{:040x}", hasher.finish())
}

/// Aborts all work of the directory, forgets its requests, tells of it and ends its event streams.
pub(super) async fn dispose(call: &Call) -> Value {
    let running: Vec<_> = {
        let state = call.world.lock();
        let here = |id: &String| {
            state.stored.sessions.get(id).is_none_or(|session| session.info["directory"] == call.directory.as_str())
        };
        state.live.runs.keys().filter(|id| here(id)).cloned().collect()
    };
    for id in running {
        call.world.abort_until(&id, Progress::Done).await;
    }
    // The real server took up to two seconds with much running.
    call.world.pause(Duration::from_millis(50)).await;
    let mut state = call.world.lock();
    state.live.permissions.clear();
    state.live.questions.clear();
    state.live.always.clear();
    let directory = call.directory.as_str();
    state.emit(directory, "server.instance.disposed", &json!({ "directory": directory }));
    state.live.subscribers.retain(|subscriber| subscriber.directory != directory);
    json!(true)
}
