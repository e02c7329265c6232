//! What each tool does.

use serde_json::{Value, json};

use super::{
    admission, files, shell,
    state::{Files, Gone},
    tool::{Call, Output, Refused},
    world::World,
};

/// Runs the tool of this name.
pub(super) async fn run(call: &Call, name: &str) -> Result<Output, Refused> {
    match name {
        "bash" => bash(call).await,
        "read" => read(call).await,
        "write" => write(call).await,
        "edit" => edit(call).await,
        "todowrite" => todowrite(call),
        "question" => question(call).await,
        "task" => task(call).await,
        "invalid" => {
            call.running(&json!({}))?;
            let output = format!(
                "The arguments provided to the tool are invalid: {}",
                call.input["error"].as_str().unwrap_or_default()
            );
            Ok(Output { title: "Invalid Tool".to_owned(), text: output, metadata: json!({}) })
        }
        other => {
            call.permitted(request(other, &["*"], json!({}), &["*"]), false).await?;
            Ok(Output { title: String::new(), text: "No files found".to_owned(), metadata: json!({ "count": 0 }) })
        }
    }
}

fn request(permission: &str, patterns: &[&str], metadata: Value, always: &[&str]) -> Value {
    let mut request = json!({ "permission": permission, "patterns": patterns, "always": always });
    request["metadata"] = metadata;
    request
}

async fn bash(call: &Call) -> Result<Output, Refused> {
    let command = call.text("command")?;
    let first = command.split_whitespace().next().unwrap_or_default();
    let always = format!("{first} *");
    call.permitted(request("bash", &[command], json!({ "command": command }), &[&always]), false).await?;
    let mut output = String::new();
    let told = |output: &str| call.running(&json!({ "metadata": { "output": tail(output) } }));
    told(&output)?;
    let mut exit = 0;
    for step in shell::read(command) {
        match step {
            shell::Step::Print(text) => {
                output.push_str(&text);
                told(&output)?;
            }
            shell::Step::Sleep(length) => call.world.pause(length).await,
            shell::Step::Exit(code) => exit = code,
        }
    }
    let output = if output.is_empty() { "(no output)" } else { &output };
    let metadata = json!({ "output": tail(output), "exit": exit });
    Ok(Output { title: command.to_owned(), text: output.to_owned(), metadata })
}

/// The last 30 000 characters, which are all that the server tells of an output.
fn tail(output: &str) -> &str {
    const LIMIT: usize = 30_000;
    match output.char_indices().rev().nth(LIMIT - 1) {
        Some((start, _)) => &output[start..],
        None => output,
    }
}

/// The folder of the call's session.
fn directory(call: &Call) -> Result<String, Gone> {
    let mut state = call.world.lock();
    Ok(state.session(&call.session)?.info["directory"].as_str().unwrap_or_default().to_owned())
}

async fn read(call: &Call) -> Result<Output, Refused> {
    let path = call.text("filePath")?;
    let directory = directory(call)?;
    call.permitted(request("read", &[path], json!({}), &["*"]), false).await?;
    // The model goes on while the disk is read.
    call.world.pause(std::time::Duration::from_millis(20)).await;
    let text = call.world.lock().stored.files.get(path).cloned();
    let Some(text) = text else { return Err(Refused::Error(format!("File not found: {path}"))) };
    let lines: Vec<_> = text.lines().collect();
    let count = lines.len();
    let numbered: Vec<_> = lines.iter().enumerate().map(|(index, line)| format!("{}: {line}", index + 1)).collect();
    let output = format!(
        "<path>{path}</path>\n<type>file</type>\n<content>\n{}\n\n(End of file - total {count} lines)\n</content>",
        numbered.join("\n")
    );
    let shown = lines.join("\n");
    let display = json!({
        "type": "file", "path": path, "text": shown, "lineStart": 1, "lineEnd": count, "totalLines": count,
        "truncated": false,
    });
    let metadata = json!({ "preview": shown, "loaded": [], "display": display });
    Ok(Output { title: files::relative(&directory, path).to_owned(), text: output, metadata })
}

/// Asks for a change of a file and makes it.
async fn change(call: &Call, path: &str, make: impl Fn(&Files) -> Result<String, Refused>) -> Result<String, Refused> {
    let directory = directory(call)?;
    let (diff, existed) = {
        let files = &call.world.lock().stored.files;
        let old = files.get(path).map_or("", String::as_str);
        let new = make(files).unwrap_or_else(|_| old.to_owned());
        (files::patch(path, "", &files::unified(old, &new).text), files.contains_key(path))
    };
    let relative = files::relative(&directory, path);
    let asked = request("edit", &[relative], json!({ "filepath": path, "diff": diff }), &["*"]);
    call.permitted(asked, true).await?;
    call.world.pause(std::time::Duration::from_millis(20)).await;
    let mut state = call.world.lock();
    let text = make(&state.stored.files)?;
    state.stored.files.insert(path.to_owned(), text);
    state.emit(&directory, "file.edited", &json!({ "file": path }));
    let event = if existed { "change" } else { "add" };
    state.emit(&directory, "file.watcher.updated", &json!({ "file": path, "event": event }));
    Ok(relative.to_owned())
}

async fn write(call: &Call) -> Result<Output, Refused> {
    let (path, content) = (call.text("filePath")?, call.text("content")?);
    let exists = call.world.lock().stored.files.contains_key(path);
    let title = change(call, path, |_| Ok(content.to_owned())).await?;
    let metadata = json!({ "diagnostics": {}, "filepath": path, "exists": exists });
    Ok(Output { title, text: "Wrote file successfully.".to_owned(), metadata })
}

async fn edit(call: &Call) -> Result<Output, Refused> {
    let path = call.text("filePath")?;
    let (old, new) = (call.text("oldString")?, call.text("newString")?);
    let before = call.world.lock().stored.files.get(path).cloned().unwrap_or_default();
    let make = |files: &Files| {
        let text = files.get(path).ok_or_else(|| Refused::Error(format!("File {path} not found")))?;
        if text.contains(old) {
            return Ok(text.replacen(old, new, 1));
        }
        let missing = "Could not find oldString in the file. It must match exactly, including whitespace, indentation, \
                       and line endings.";
        Err(Refused::Error(missing.to_owned()))
    };
    let title = change(call, path, make).await?;
    let after = call.world.lock().stored.files.get(path).cloned().unwrap_or_default();
    let difference = files::unified(&before, &after);
    let diff = files::patch(path, "", &difference.text);
    let filediff = json!({
        "file": path, "patch": diff, "additions": difference.additions, "deletions": difference.deletions,
    });
    let metadata = json!({ "diff": diff, "filediff": filediff, "diagnostics": {} });
    call.running(&json!({ "metadata": metadata }))?;
    Ok(Output { title, text: "Edit applied successfully.".to_owned(), metadata })
}

fn todowrite(call: &Call) -> Result<Output, Refused> {
    let todos = &call.input["todos"];
    {
        let mut state = call.world.lock();
        todos.clone_into(&mut state.session(&call.session)?.todos);
        state.tell(&call.session, "todo.updated", json!({ "todos": todos }));
    }
    call.running(&json!({}))?;
    let count = todos.as_array().map(Vec::len).unwrap_or_default();
    let output = serde_json::to_string_pretty(todos).unwrap_or_default();
    Ok(Output { title: format!("{count} todos"), text: output, metadata: json!({ "todos": todos }) })
}

async fn question(call: &Call) -> Result<Output, Refused> {
    let questions = &call.input["questions"];
    let asked = json!({ "sessionID": call.session, "questions": questions, "tool": call.origin() });
    let waiting = call.world.lock().ask_question(asked);
    call.running(&json!({}))?;
    let answers = match waiting.await {
        Ok(Some(answers)) => answers,
        Ok(None) => return Err(Refused::Rejected("The user dismissed this question".to_owned())),
        // The folder was disposed of, and the run is being aborted.
        Err(_) => std::future::pending().await,
    };
    let given = |answer: &Value| {
        let labels = answer.as_array().into_iter().flatten().filter_map(Value::as_str);
        labels.collect::<Vec<_>>().join(", ")
    };
    let all = questions.as_array().into_iter().flatten().zip(answers.as_array().into_iter().flatten());
    let told = all.map(|(question, answer)| {
        format!("\"{}\"=\"{}\"", question["question"].as_str().unwrap_or_default(), given(answer))
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let output =
        format!("User has answered your questions: {told}. You can now continue with the user's answers in mind.");
    let count = questions.as_array().map(Vec::len).unwrap_or_default();
    let title = format!("Asked {count} question{}", if count == 1 { "" } else { "s" });
    Ok(Output { title, text: output, metadata: json!({ "answers": answers }) })
}

async fn task(call: &Call) -> Result<Output, Refused> {
    let (description, prompt) = (call.text("description")?, call.text("prompt")?);
    let agent = call.text("subagent_type")?;
    if !admission::is_subagent(agent) {
        return Err(Refused::Error(format!("Unknown agent type: {agent} is not a valid agent type")));
    }
    let (child, running) = {
        let mut state = call.world.lock();
        let parent = state.session(&call.session)?.info.clone();
        let title = format!("{description} (@{agent} subagent)");
        let deny = json!([{ "permission": "task", "pattern": "*", "action": "deny" }]);
        let given = json!({ "parentID": call.session, "title": title, "agent": agent, "permission": deny });
        let directory = parent["directory"].as_str().unwrap_or_default();
        let child = state.create_session(directory, &given)["id"].as_str().unwrap_or_default().to_owned();
        let model = json!({ "modelID": parent["model"]["id"], "providerID": parent["model"]["providerID"] });
        let metadata = json!({ "parentSessionId": call.session, "sessionId": child, "model": model });
        (child, json!({ "title": description, "metadata": metadata }))
    };
    call.running(&running)?;
    let body = json!({ "agent": agent, "parts": [{ "type": "text", "text": prompt }] });
    let admitted = call.world.lock().admit(&child, &body)?;
    call.running(&running)?;
    if admitted {
        World::run(&call.world, &child);
        call.world.idle(&child).await;
    }
    let last = {
        let mut state = call.world.lock();
        state.session(&child)?.messages.iter().rfind(|message| message.info["role"] == "assistant").cloned()
    };
    let Some(last) = last.filter(|last| last.info["error"].is_null()) else {
        return Err(Refused::Error("Task cancelled".to_owned()));
    };
    let text = last.parts.iter().rfind(|part| part["type"] == "text").and_then(|part| part["text"].as_str());
    let output = format!(
        "<task id=\"{child}\" state=\"completed\">\n<task_result>\n{}\n</task_result>\n</task>",
        text.unwrap_or_default()
    );
    Ok(Output { title: description.to_owned(), text: output, metadata: running["metadata"].clone() })
}
