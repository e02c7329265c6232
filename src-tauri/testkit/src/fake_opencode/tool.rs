//! A tool call: the states of its part, and the permission that it needs (wire study, sections 5 and 6).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Action,
    state::{Gone, Reply},
    tools,
    world::World,
};

/// A call, from its first mention to its end.
pub(super) struct Call {
    pub(super) world: Arc<World>,
    pub(super) session: String,
    pub(super) message: String,
    pub(super) input: Value,
    /// When it was given to the tool, in milliseconds since 1970.
    pub(super) start: u64,
    part: String,
    /// The id that the model gave the call.
    model_id: String,
    tool: String,
    arguments: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The model goes on with the result.
    Finished,
    /// The person said no, and the run stops.
    Rejected,
}

/// Why a tool has no result.
#[derive(Debug)]
pub(super) enum Refused {
    /// The model reads this and goes on.
    Error(String),
    /// The run stops with this.
    Rejected(String),
    /// The session was deleted.
    Gone,
}

impl From<Gone> for Refused {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

/// What a tool that ended well leaves.
pub(super) struct Output {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) metadata: Value,
}

impl Call {
    pub(super) fn new(
        world: &Arc<World>,
        (session, message): (&str, &str),
        (part, model_id): (String, String),
        (tool, arguments): (&str, &str),
    ) -> Self {
        Self {
            world: Arc::clone(world),
            session: session.to_owned(),
            message: message.to_owned(),
            input: json!({}),
            start: 0,
            part,
            model_id,
            tool: tool.to_owned(),
            arguments: arguments.to_owned(),
        }
    }

    /// The call's part in this state.
    pub(super) fn part(&self, state: Value) -> Value {
        let mut part = json!({ "id": self.part, "type": "tool", "tool": self.tool, "callID": self.model_id });
        part["state"] = state;
        part
    }

    /// A string of the input.
    pub(super) fn text(&self, key: &str) -> Result<&str, Refused> {
        self.input[key].as_str().ok_or_else(|| {
            let error = if self.input[key].is_null() {
                format!("Missing key\n  at [\"{key}\"]")
            } else {
                format!("Expected string, got {}\n  at [\"{key}\"]", self.input[key])
            };
            Refused::Error(format!(
                "The {} tool was called with invalid arguments: SchemaError({error}).\nPlease rewrite the input so it \
                 satisfies the expected schema.",
                self.tool
            ))
        })
    }

    /// Where the request came from, as permissions and questions tell it.
    pub(super) fn origin(&self) -> Value {
        json!({ "messageID": self.message, "callID": self.model_id })
    }

    /// Stores a state of the part and tells of it.
    pub(super) fn put(&self, state: Value) -> Result<(), Gone> {
        self.world.lock().put_part(&self.session, &self.message, self.part(state))
    }

    /// The part is running; `more` are further fields of its state.
    pub(super) fn running(&self, more: &Value) -> Result<(), Gone> {
        let mut state = json!({ "status": "running", "input": self.input, "time": { "start": self.start } });
        for (key, value) in more.as_object().into_iter().flatten() {
            state[key] = value.clone();
        }
        self.put(state)
    }

    /// Returns when the tool may run. `running_first` says whether its part is running before the person is asked.
    pub(super) async fn permitted(&self, mut request: Value, running_first: bool) -> Result<(), Refused> {
        if running_first {
            self.running(&json!({}))?;
        }
        let waiting = {
            let mut state = self.world.lock();
            let permission = request["permission"].as_str().unwrap_or_default();
            let patterns = request["patterns"].as_array().into_iter().flatten();
            let patterns: Vec<_> = patterns.filter_map(|pattern| pattern.as_str().map(str::to_owned)).collect();
            match state.verdict(&self.world.options.rules, &self.session, permission, &patterns) {
                Action::Allow => None,
                Action::Deny => {
                    let error = "The user has specified a rule which prevents you from using this specific tool call.";
                    return Err(Refused::Error(error.to_owned()));
                }
                Action::Ask => {
                    request["sessionID"] = json!(self.session);
                    request["tool"] = self.origin();
                    Some(state.ask_permission(request))
                }
            }
        };
        if !running_first {
            self.running(&json!({}))?;
        }
        let Some(waiting) = waiting else { return Ok(()) };
        let rejected = "The user rejected permission to use this specific tool call";
        match waiting.await {
            Ok(Reply::Allowed) => Ok(()),
            Ok(Reply::Rejected(None)) => Err(Refused::Rejected(format!("{rejected}."))),
            Ok(Reply::Rejected(Some(message))) => {
                Err(Refused::Error(format!("{rejected} with the following feedback: {message}")))
            }
            // The folder was disposed of, and the run is being aborted.
            Err(_) => std::future::pending().await,
        }
    }
}

/// The tools that the model is offered.
const TOOLS: [&str; 12] =
    ["bash", "edit", "glob", "grep", "invalid", "question", "read", "skill", "task", "todowrite", "webfetch", "write"];

/// Runs a tool to its end.
pub(super) async fn execute(mut call: Call) -> Outcome {
    call.start = call.world.lock().now();
    let invalid = match serde_json::from_str::<Value>(&call.arguments) {
        Ok(input) if TOOLS.contains(&call.tool.as_str()) => {
            call.input = input;
            None
        }
        Ok(_) => Some(format!(
            "Model tried to call unavailable tool '{}'. Available tools: {}.",
            call.tool,
            TOOLS.join(", ")
        )),
        Err(_) => Some(format!(
            "Invalid input for tool {}: JSON parsing failed: Text: {}.\nError message: JSON Parse error: Unterminated \
             string",
            call.tool, call.arguments
        )),
    };
    if let Some(error) = invalid {
        call.input = json!({ "tool": call.tool, "error": error });
        "invalid".clone_into(&mut call.tool);
    }
    let result = tools::run(&call, &call.tool).await;
    // Fails only when the session was deleted, and then there is nothing to store.
    finish(&call, result).unwrap_or(Outcome::Finished)
}

fn finish(call: &Call, result: Result<Output, Refused>) -> Result<Outcome, Gone> {
    let time = json!({ "start": call.start, "end": call.world.lock().now() });
    let (error, outcome) = match result {
        Ok(Output { title, text, mut metadata }) => {
            metadata["truncated"] = json!(false);
            call.put(json!({
                "status": "completed", "input": call.input, "output": text, "metadata": metadata, "title": title,
                "time": time,
            }))?;
            return Ok(Outcome::Finished);
        }
        Err(Refused::Gone) => return Err(Gone),
        Err(Refused::Error(error)) => (error, Outcome::Finished),
        Err(Refused::Rejected(error)) => (error, Outcome::Rejected),
    };
    if call
        .world
        .lock()
        .message(&call.session, &call.message)?
        .parts
        .iter()
        .any(|part| part["id"] == call.part.as_str() && part["state"]["status"] == "pending")
    {
        call.running(&json!({}))?;
    }
    call.put(json!({ "status": "error", "input": call.input, "error": error, "time": time }))?;
    Ok(outcome)
}

/// The state of a part whose run was aborted at `now`; none if the part is no tool or had ended.
pub(super) fn aborted(part: &Value, now: u64) -> Option<Value> {
    let state = &part["state"];
    if part["type"] != "tool" || !["pending", "running"].contains(&state["status"].as_str()?) {
        return None;
    }
    let start = state["time"]["start"].as_u64().unwrap_or(now);
    let time = json!({ "start": start, "end": now });
    if part["tool"] == "bash"
        && let Some(output) = state["metadata"]["output"].as_str()
    {
        let told = format!("{output}\n\n<shell_metadata>\nUser aborted the command\n</shell_metadata>");
        return Some(json!({
            "status": "completed", "input": state["input"], "output": told, "title": state["input"]["command"],
            "metadata": { "output": output, "exit": null, "truncated": false }, "time": time,
        }));
    }
    Some(json!({
        "status": "error", "input": state["input"], "error": "Tool execution aborted",
        "metadata": { "interrupted": true }, "time": time,
    }))
}

/// The state of a task whose child session was aborted with it at `now`.
pub(super) fn cancelled(state: &Value, now: u64) -> Value {
    json!({
        "status": "error", "input": state["input"], "error": "Task cancelled", "metadata": state["metadata"],
        "time": { "start": state["time"]["start"], "end": now },
    })
}
