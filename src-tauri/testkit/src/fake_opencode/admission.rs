//! How a prompt becomes a message (wire study, section 8). The request is answered first; what can fail then is told as
//! events.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    http::{Call, Refusal},
    state::{Gone, State},
    world::{Working, World},
};

/// A prompt that was found well formed.
#[derive(Debug)]
pub(super) struct Admission {
    session: String,
    body: Value,
    _working: Working,
}

/// The agents that a prompt can name.
const AGENTS: [&str; 4] = ["build", "explore", "general", "plan"];

/// The model that prompts get unless they name another.
const PROVIDER: &str = "scripted";
const MODEL: &str = "echo";

pub(super) fn agents() -> Value {
    let agent = |name: &str| {
        let mode = if ["build", "plan"].contains(&name) { "primary" } else { "subagent" };
        json!({ "name": name, "mode": mode, "native": true, "permission": [], "options": {} })
    };
    json!(AGENTS.iter().map(|name| agent(name)).collect::<Vec<_>>())
}

pub(super) fn providers() -> Value {
    let model = json!({ "id": MODEL, "providerID": PROVIDER, "name": "Echo", "status": "active" });
    let provider = json!({ "id": PROVIDER, "name": "Scripted", "source": "config", "models": { MODEL: model } });
    json!({ "providers": [provider], "default": { PROVIDER: MODEL } })
}

/// Whether an agent can be given a task.
pub(super) fn is_subagent(name: &str) -> bool {
    ["explore", "general"].contains(&name)
}

/// Checks a prompt's form and lets it be taken up.
pub(super) async fn prompt(call: &Call, id: &str) -> Result<(), Refusal> {
    let body = &call.body;
    if body["parts"].is_null() {
        return Err(Refusal::bad("Missing key\n  at [\"parts\"]", "Payload"));
    }
    if !body["parts"].is_array() {
        let message = format!("Expected array, got {}\n  at [\"parts\"]", body["parts"]);
        return Err(Refusal::bad(&message, "Payload"));
    }
    if let Some(given) = body["messageID"].as_str().filter(|given| !given.starts_with("msg")) {
        let message = format!("Expected a string starting with \"msg\", got \"{given}\"\n  at [\"messageID\"]");
        return Err(Refusal::bad(&message, "Payload"));
    }
    if call.world.lock().session(id).is_err() {
        return Err(Refusal::no_session(id));
    }
    call.world
        .admit(Admission { session: id.to_owned(), body: body.clone(), _working: Working::begin(&call.world) })
        .await;
    Ok(())
}

/// Takes up prompts in their order, for ever.
pub(super) async fn admit_all(world: &Arc<World>, mut waiting: mpsc::Receiver<Admission>) {
    while let Some(Admission { session, body, _working }) = waiting.recv().await {
        world.pause(world.options.admission).await;
        let admitted = world.lock().admit(&session, &body);
        if admitted == Ok(true) {
            World::run(world, &session);
        }
    }
}

impl State {
    /// Stores a prompt and tells of it. Whether the session is to work on it.
    pub(super) fn admit(&mut self, session: &str, body: &Value) -> Result<bool, Gone> {
        let info = self.session(session)?.info.clone();
        let agent = body["agent"].as_str().or(info["agent"].as_str()).unwrap_or("build").to_owned();
        if !AGENTS.contains(&agent.as_str()) {
            let named = format!("Agent not found: \"{agent}\". Available agents: {}", AGENTS.join(", "));
            self.unknown_error(session, &named);
            self.unknown_error(session, "UnknownError: UnknownError\n    at SessionPrompt.createUserMessage");
            return Ok(false);
        }
        self.clean_up_revert(session)?;
        let model = match &body["model"] {
            Value::Object(given) => json!({ "providerID": given["providerID"], "modelID": given["modelID"] }),
            _ if info["model"].is_object() => {
                json!({ "providerID": info["model"]["providerID"], "modelID": info["model"]["id"] })
            }
            _ => json!({ "providerID": PROVIDER, "modelID": MODEL }),
        };
        let variant = body["variant"].as_str().unwrap_or("default");
        let sticks = json!({ "id": model["modelID"], "providerID": model["providerID"], "variant": variant });
        if info["agent"] != agent.as_str() || info["model"] != sticks {
            let stored = self.session(session)?;
            stored.info["agent"] = json!(agent);
            stored.info["model"] = sticks;
            self.touch(session)?;
        }
        let id = body["messageID"].as_str().map_or_else(|| self.ids.next("msg"), str::to_owned);
        let now = self.now();
        let mut user = json!({
            "id": id, "role": "user", "sessionID": session, "time": { "created": now }, "agent": agent, "model": model,
        });
        for key in ["system", "tools", "format"] {
            if !body[key].is_null() {
                user[key] = body[key].clone();
            }
        }
        self.put_message(session, &user)?;
        for part in body["parts"].as_array().into_iter().flatten() {
            let mut part = part.clone();
            if !part["id"].is_string() {
                part["id"] = json!(self.ids.next("prt"));
            }
            self.put_part(session, &id, part)?;
        }
        self.touch(session)?;
        Ok(body["noReply"] != true)
    }

    pub(super) fn unknown_error(&mut self, session: &str, message: &str) {
        let error = json!({ "name": "UnknownError", "data": { "message": message } });
        self.tell(session, "session.error", json!({ "error": error }));
    }

    /// Removes what was reverted: a new prompt makes a revert final.
    fn clean_up_revert(&mut self, session: &str) -> Result<(), Gone> {
        let stored = self.session(session)?;
        stored.before_revert = None;
        let Some(revert) = stored.info.as_object_mut().and_then(|info| info.remove("revert")) else { return Ok(()) };
        let from = stored.messages.iter().position(|message| message.info["id"] == revert["messageID"]);
        let from = from.unwrap_or(stored.messages.len());
        if let Some(first) = revert["partID"].as_str() {
            let Some(message) = stored.messages.get_mut(from) else { return self.touch(session) };
            let id = message.info["id"].clone();
            let removed = message.parts.iter().position(|part| part["id"] == first).unwrap_or(message.parts.len());
            let parts: Vec<_> = message.parts.drain(removed..).map(|part| part["id"].clone()).collect();
            for part in parts {
                self.tell(session, "message.part.removed", json!({ "messageID": id, "partID": part }));
            }
        }
        let from = if revert["partID"].is_null() { from } else { from + 1 };
        let messages = &mut self.session(session)?.messages;
        let removed: Vec<_> =
            messages.drain(from.min(messages.len())..).map(|message| message.info["id"].clone()).collect();
        for id in removed {
            self.tell(session, "message.removed", json!({ "messageID": id }));
        }
        self.add_up(session)?;
        self.touch(session)
    }
}
