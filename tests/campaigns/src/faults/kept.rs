//! What is kept of a folder, as plain JSON: once read from the server's raw answers and once from Outrider's state, by
//! two ways that share no code. Equal JSON means an equal folder.

use std::collections::{BTreeSet, HashSet};

use outrider_core::model::{Message, Part, PartKind, RunStatus, ToolProgress};
use outrider_core::store::{SessionEntry, State};
use serde_json::{Map, Value, json};

use crate::direct::Direct;

/// What the server has, read over and over until no answer contradicts another is the caller's matter.
pub async fn of_server(direct: &Direct) -> Result<Value, String> {
    let (sessions, status) = (direct.sessions().await?, direct.get("/session/status").await?);
    let (permissions, questions) = (direct.get("/permission").await?, direct.get("/question").await?);
    let running = |id: &str| status.get(id).is_some_and(|status| status["type"] != "idle");
    let ids: HashSet<&str> = sessions.iter().filter_map(|session| session["id"].as_str()).collect();
    let read = sessions.iter().map(async |session| {
        let Some(id) = session["id"].as_str() else { return Err(format!("a session without an id: {session}")) };
        let (messages, todos) = (format!("/session/{id}/message"), format!("/session/{id}/todo"));
        let (raw, todos) = tokio::try_join!(direct.get(&messages), direct.get(&todos))?;
        let messages: Vec<Value> = raw.as_array().into_iter().flatten().map(message_of_server).collect();
        let kept = json!({
            "parent": session["parentID"],
            "title": session["title"],
            "created": session["time"]["created"],
            "updated": session["time"]["updated"],
            "archived": session["time"]["archived"],
            "revert": session["revert"]["messageID"],
            // The fake adds costs up before it tells of them, and never does when the run is stopped in between.
            "cost": if direct.is_fake() { Value::Null } else { number(&session["cost"]) },
            "status": if running(id) { status[id]["type"].clone() } else { json!("idle") },
            "messages": messages,
            "todos": todos_of_server(&todos),
        });
        Ok((id.to_owned(), kept))
    });
    let listed: Map<String, Value> = futures_util::future::try_join_all(read).await?.into_iter().collect();
    // Requests of a run that is over are listed for ever; they are void.
    let live = |list: &Value| -> Vec<Value> {
        let live = |request: &&Value| {
            let session = request["sessionID"].as_str().unwrap_or_default();
            running(session) && ids.contains(session)
        };
        list.as_array().into_iter().flatten().filter(live).cloned().collect()
    };
    let permissions = live(&permissions).into_iter().map(|request| {
        let tool = request["tool"].clone();
        json!({
            "id": request["id"], "session": request["sessionID"], "kind": request["permission"],
            "patterns": request["patterns"], "always": request["always"], "metadata": request["metadata"],
            "message": tool["messageID"], "call": tool["callID"],
        })
    });
    let questions = live(&questions).into_iter().map(|request| {
        let items = request["questions"].as_array().into_iter().flatten().map(|item| {
            let options = item["options"].as_array().into_iter().flatten().map(|option| option["label"].clone());
            json!({ "header": item["header"], "question": item["question"], "options": options.collect::<Value>() })
        });
        json!({ "id": request["id"], "session": request["sessionID"], "items": items.collect::<Value>() })
    });
    Ok(json!({
        "sessions": listed,
        "permissions": permissions.collect::<Value>(),
        "questions": questions.collect::<Value>(),
        "branch": direct.get("/vcs").await?["branch"],
    }))
}

/// A number of either kind as one kind.
fn number(value: &Value) -> Value {
    json!(value.as_f64().unwrap_or_default())
}

fn todos_of_server(todos: &Value) -> Value {
    let todo = |todo: &Value| json!([todo["content"], todo["status"], todo["priority"]]);
    todos.as_array().into_iter().flatten().map(todo).collect()
}

fn message_of_server(entry: &Value) -> Value {
    let info = &entry["info"];
    let user = info["role"] == "user";
    let error = &info["error"];
    let failure =
        error.is_object().then(|| json!([error["name"], error["data"]["message"].as_str().unwrap_or_default()]));
    let model = |key: &str| if user { &info["model"][key] } else { &info[key] };
    json!({
        "id": info["id"],
        "role": info["role"],
        "created": info["time"]["created"],
        "completed": info["time"]["completed"],
        "parent": info["parentID"],
        "agent": info["agent"],
        "provider": model("providerID"),
        "model": model("modelID"),
        "finish": info["finish"],
        "failure": failure,
        "cost": number(&info["cost"]),
        "parts": entry["parts"].as_array().into_iter().flatten().map(part_of_server).collect::<Value>(),
    })
}

fn part_of_server(part: &Value) -> Value {
    let kind = part["type"].as_str().unwrap_or_default();
    let (state, time) = (&part["state"], &part["time"]);
    let body = match kind {
        "text" | "reasoning" => {
            let open = time["start"].is_number() && !time["end"].is_number();
            prose(part["text"].as_str().unwrap_or_default(), open, &time["start"], &time["end"])
        }
        "tool" => json!({
            "call": part["callID"], "tool": part["tool"], "status": state["status"], "input": state["input"],
            "output": state["output"], "error": state["error"],
            // A failed call has none in the list, although the event that told of it can have one.
            "title": if state["status"] == "error" { Value::Null } else { state["title"].clone() }, "metadata": state["metadata"],
            "start": state["time"]["start"], "end": state["time"]["end"],
        }),
        "step-finish" => json!({ "reason": part["reason"], "cost": number(&part["cost"]) }),
        "patch" => json!({ "files": part["files"] }),
        _ => Value::Null,
    };
    json!({ "id": part["id"], "kind": kind, "body": body })
}

/// Text that never ended is ours alone: the server answers "" for it, and what was heard of it stays.
fn prose(text: &str, open: bool, start: &Value, end: &Value) -> Value {
    let text = if open { Value::Null } else { json!(text) };
    json!({ "text": text, "gapped": if open { Value::Null } else { json!(false) }, "start": start, "end": end })
}

/// What Outrider has.
pub fn of_state(state: &State) -> Value {
    let sessions: Map<String, Value> = state
        .sessions()
        .filter(|(_, entry)| entry.info().is_some())
        .map(|(id, entry)| (id.0.clone(), session_of_state(entry)))
        .collect();
    let permissions = state.permissions().map(|request| {
        json!({
            "id": request.id, "session": request.session, "kind": request.kind, "patterns": request.patterns,
            "always": request.always, "metadata": request.metadata,
            "message": request.tool.as_ref().map(|(message, _)| message), "call": request.tool.as_ref().map(|(_, call)| call),
        })
    });
    let questions = state.questions().map(|request| {
        let items = request.items.iter().map(|item| {
            let options = item.options.iter().map(|option| json!(option.label));
            json!({ "header": item.header, "question": item.question, "options": options.collect::<Value>() })
        });
        json!({ "id": request.id, "session": request.session, "items": items.collect::<Value>() })
    });
    json!({
        "sessions": sessions,
        "permissions": permissions.collect::<Value>(),
        "questions": questions.collect::<Value>(),
        "branch": state.branch(),
    })
}

fn session_of_state(entry: &SessionEntry) -> Value {
    let Some(info) = entry.info() else { return Value::Null };
    let messages: Vec<Value> = entry
        .transcript()
        .messages()
        .map(|(head, message)| message_of_state(head, message.parts().filter_map(|(_, part)| part.part())))
        .collect();
    let todos: Value = entry.todos().iter().map(|todo| json!([todo.content, todo.status, todo.priority])).collect();
    json!({
        "parent": info.parent,
        "title": info.title,
        "created": info.created,
        "updated": info.updated,
        "archived": info.archived,
        "revert": info.revert,
        "cost": info.cost,
        "status": match entry.status() {
            RunStatus::Idle => "idle",
            RunStatus::Busy => "busy",
            RunStatus::Retry { .. } => "retry",
        },
        // Nobody looks at it: its messages are read when somebody does.
        "messages": if entry.transcript().is_loaded() { json!(messages) } else { Value::Null },
        "todos": if entry.transcript().is_loaded() { todos } else { Value::Null },
    })
}

fn message_of_state<'a>(head: &Message, parts: impl Iterator<Item = &'a Part>) -> Value {
    json!({
        "id": head.id,
        "role": match head.role {
            outrider_core::model::Role::User => "user",
            outrider_core::model::Role::Assistant => "assistant",
        },
        "created": head.created,
        "completed": head.completed,
        "parent": head.parent,
        "agent": head.agent,
        "provider": head.provider,
        "model": head.model,
        "finish": head.finish,
        "failure": head.failure.as_ref().map(|failure| json!([failure.name, failure.message])),
        "cost": head.cost,
        "parts": parts.map(part_of_state).collect::<Value>(),
    })
}

fn part_of_state(part: &Part) -> Value {
    let (kind, body) = match &part.kind {
        PartKind::Text(text) | PartKind::Reasoning(text) => {
            let kind = if matches!(part.kind, PartKind::Text(_)) { "text" } else { "reasoning" };
            let mut body = prose(&text.text, text.is_open(), &json!(text.started), &json!(text.ended));
            if !text.is_open() {
                body["gapped"] = json!(text.gapped);
            }
            (kind, body)
        }
        PartKind::Tool(tool) => {
            let (status, output, error) = match &tool.progress {
                ToolProgress::Pending => ("pending", None, None),
                ToolProgress::Running => ("running", None, None),
                ToolProgress::Completed { output } => ("completed", Some(output), None),
                ToolProgress::Error { error } => ("error", None, Some(error)),
            };
            let body = json!({
                "call": tool.call, "tool": tool.name, "status": status, "input": tool.input, "output": output,
                "error": error, "title": tool.title.as_ref().filter(|_| status != "error"), "metadata": tool.metadata, "start": tool.started, "end": tool.ended,
            });
            ("tool", body)
        }
        PartKind::StepFinish { reason, cost } => ("step-finish", json!({ "reason": reason, "cost": cost })),
        PartKind::Patch { files } => ("patch", json!({ "files": files })),
        PartKind::File(_) => ("file", Value::Null),
        PartKind::Agent { .. } => ("agent", Value::Null),
        PartKind::Subtask { .. } => ("subtask", Value::Null),
        PartKind::Compaction { .. } => ("compaction", Value::Null),
        PartKind::Retry { .. } => ("retry", Value::Null),
        PartKind::StepStart => ("step-start", Value::Null),
        PartKind::Snapshot => ("snapshot", Value::Null),
        PartKind::Unknown { kind, .. } => (kind.as_str(), Value::Null),
    };
    json!({ "id": part.id, "kind": kind, "body": body })
}

/// Leaves requests out.
pub fn without(mut kept: Value, void: &BTreeSet<String>) -> Value {
    for list in ["permissions", "questions"] {
        if let Some(requests) = kept[list].as_array_mut() {
            requests.retain(|request| request["id"].as_str().is_none_or(|id| !void.contains(id)));
        }
    }
    kept
}

/// Where the two differ. Messages and to-dos that nobody looks at are not Outrider's to have.
pub fn differences(server: &Value, here: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", server, here, &mut found);
    found
}

fn compare(path: &str, server: &Value, here: &Value, found: &mut Vec<String>) {
    match (server, here) {
        (Value::Object(server), Value::Object(here)) => {
            let here = &with_what_is_kept_once(server, here);
            let keys: BTreeSet<_> = server.keys().chain(here.keys()).collect();
            for key in keys {
                let (server, here) = (server.get(key).unwrap_or(&Value::Null), here.get(key).unwrap_or(&Value::Null));
                compare(&format!("{path}/{key}"), server, here, found);
            }
        }
        (Value::Array(server), Value::Array(here)) if server.len() == here.len() => {
            for (index, (server, here)) in server.iter().zip(here).enumerate() {
                compare(&format!("{path}/{index}"), server, here, found);
            }
        }
        (Value::Null, Value::Number(_)) if path.ends_with("/cost") => {}
        (Value::Array(_), Value::Null) if path.ends_with("/messages") || path.ends_with("/todos") => {}
        _ if server == here => {}
        _ => found.push(format!("{path}: the server has {}, Outrider has {}", brief(server), brief(here))),
    }
}

/// What a call's metadata has a second time is here once: the server's own text of it counts, if it is told elsewhere.
fn with_what_is_kept_once(server: &Map<String, Value>, here: &Map<String, Value>) -> Map<String, Value> {
    let (mut filled, Some(metadata)) = (here.clone(), server.get("metadata")) else { return here.clone() };
    let elsewhere = [server.get("output"), metadata.get("diff")];
    let told = |text: &str| {
        elsewhere
            .iter()
            .flatten()
            .filter_map(|told| told.as_str())
            .any(|told| text.lines().all(|line| told.contains(line)))
    };
    for (place, key) in [("", "output"), ("", "preview"), ("/display", "text"), ("/filediff", "patch")] {
        let Some(text) = metadata.pointer(&format!("{place}/{key}")).filter(|text| text.as_str().is_some_and(told))
        else {
            continue;
        };
        let around = filled.get_mut("metadata").and_then(|metadata| metadata.pointer_mut(place));
        if let Some(around) = around.and_then(Value::as_object_mut) {
            around.entry(key).or_insert_with(|| text.clone());
        }
    }
    filled
}

fn brief(value: &Value) -> String {
    let ids =
        |list: &[Value]| list.iter().map(|item| item["id"].as_str().unwrap_or("?").to_owned()).collect::<Vec<_>>();
    let text = match value {
        Value::Array(list) if list.iter().any(Value::is_object) => format!("{} × {}", list.len(), ids(list).join(" ")),
        other => other.to_string(),
    };
    if text.chars().count() > 300 { text.chars().take(300).chain("…".chars()).collect() } else { text }
}
