//! Permissions and questions: which rule holds, who waits for the person, and the person's answers (section 6).

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{
    Action, Rule,
    http::{Call, Refusal},
    state::{Pending, Reply, State},
};

impl State {
    /// What may be done, by the options' rules, then the session's, then what was allowed for good.
    pub(super) fn verdict(&self, rules: &[Rule], session: &str, permission: &str, patterns: &[String]) -> Action {
        let own = self.stored.sessions.get(session).and_then(|session| session.info["permission"].as_array());
        let own: Vec<Rule> = own.into_iter().flatten().filter_map(rule).collect();
        let always = self.live.always.iter().map(|(permission, pattern)| Rule {
            permission: permission.clone(),
            pattern: pattern.clone(),
            action: Action::Allow,
        });
        let rules: Vec<Rule> = rules.iter().cloned().chain(own).chain(always).collect();
        let of = |pattern: &String| {
            let holds = |rule: &&Rule| matches(&rule.permission, permission) && matches(&rule.pattern, pattern);
            rules.iter().rev().find(holds).map_or(Action::Allow, |rule| rule.action)
        };
        let actions: Vec<_> = patterns.iter().map(of).collect();
        [Action::Deny, Action::Ask].into_iter().find(|action| actions.contains(action)).unwrap_or(Action::Allow)
    }

    /// Asks for a permission; the answer comes through the channel, unless nobody answers.
    pub(super) fn ask_permission(&mut self, mut request: Value) -> oneshot::Receiver<Reply> {
        let (answer, answered) = oneshot::channel();
        request["id"] = json!(self.ids.next("per"));
        self.tell(&session_of(&request), "permission.asked", request.clone());
        self.live.permissions.push(Pending { request, answer: Some(answer) });
        answered
    }

    /// Asks the person; `None` when the question was dismissed.
    pub(super) fn ask_question(&mut self, mut request: Value) -> oneshot::Receiver<Option<Value>> {
        let (answer, answered) = oneshot::channel();
        request["id"] = json!(self.ids.next("que"));
        self.tell(&session_of(&request), "question.asked", request.clone());
        self.live.questions.push(Pending { request, answer: Some(answer) });
        answered
    }

    /// Takes the request at this place from the list and tells of its answer.
    fn settle_permission(&mut self, index: usize, word: &str, message: Option<String>) {
        let mut pending = self.live.permissions.remove(index);
        let session = session_of(&pending.request);
        let replied = json!({ "requestID": pending.request["id"], "reply": word });
        self.tell(&session, "permission.replied", replied);
        let reply = if word == "reject" { Reply::Rejected(message) } else { Reply::Allowed };
        if let Some(answer) = pending.answer.take() {
            // Nobody waits for it after an abort.
            let _ = answer.send(reply);
        }
    }
}

fn rule(value: &Value) -> Option<Rule> {
    let action = match value["action"].as_str()? {
        "allow" => Action::Allow,
        "ask" => Action::Ask,
        _ => Action::Deny,
    };
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Some(Rule { permission: text("permission")?, pattern: text("pattern")?, action })
}

/// Whether a text matches a pattern in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(head) else { return false };
    let starts = (0..=rest.len()).filter(|start| rest.is_char_boundary(*start));
    tail.is_empty() || starts.into_iter().any(|start| matches(tail, &rest[start..]))
}

fn session_of(request: &Value) -> String {
    request["sessionID"].as_str().unwrap_or_default().to_owned()
}

fn listed<T>(call: &Call, pending: &[Pending<T>], state: &State) -> Value {
    let here = |request: &Value| {
        let session = state.stored.sessions.get(&session_of(request));
        session.is_none_or(|session| session.info["directory"] == call.directory.as_str())
    };
    json!(pending.iter().map(|pending| &pending.request).filter(|request| here(request)).collect::<Vec<_>>())
}

pub(super) fn permissions(call: &Call) -> Value {
    let state = call.world.lock();
    listed(call, &state.live.permissions, &state)
}

pub(super) fn questions(call: &Call) -> Value {
    let state = call.world.lock();
    listed(call, &state.live.questions, &state)
}

pub(super) fn reply_permission(call: &Call, id: &str) -> Result<Value, Refusal> {
    let word = call.body["reply"].as_str().unwrap_or_default();
    if !["once", "always", "reject"].contains(&word) {
        let expected =
            format!("Expected \"once\" | \"always\" | \"reject\", got {}\n  at [\"reply\"]", call.body["reply"]);
        return Err(Refusal::bad(&expected, "Payload"));
    }
    let message = call.body["message"].as_str().map(str::to_owned);
    let mut state = call.world.lock();
    let Some(index) = state.live.permissions.iter().position(|pending| pending.request["id"] == id) else {
        return Err(not_found("Permission", id));
    };
    let request = state.live.permissions[index].request.clone();
    let session = session_of(&request);
    state.settle_permission(index, word, message);
    if word == "once" {
        return Ok(json!(true));
    }
    if word == "always" {
        let permission = request["permission"].as_str().unwrap_or_default();
        let patterns = request["always"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let always: Vec<_> = patterns.map(|pattern| (permission.to_owned(), pattern.to_owned())).collect();
        state.live.always.extend(always);
    }
    // The session's other requests: all rejected with it, or allowed if what was allowed for good covers them.
    while let Some(index) = state.live.permissions.iter().position(|pending| {
        session_of(&pending.request) == session && (word == "reject" || covered(&state, &pending.request))
    }) {
        state.settle_permission(index, word, None);
    }
    Ok(json!(true))
}

fn covered(state: &State, request: &Value) -> bool {
    let mut patterns = request["patterns"].as_array().into_iter().flatten().filter_map(Value::as_str);
    patterns.all(|text| {
        let allows =
            |(kind, pattern): &(String, String)| request["permission"] == kind.as_str() && matches(pattern, text);
        state.live.always.iter().any(allows)
    })
}

fn take_question(call: &Call, id: &str, event: &str, answers: Option<&Value>) -> Result<Value, Refusal> {
    let mut state = call.world.lock();
    let Some(index) = state.live.questions.iter().position(|pending| pending.request["id"] == id) else {
        return Err(not_found("Question", id));
    };
    let mut pending = state.live.questions.remove(index);
    let mut told = json!({ "requestID": id });
    if let Some(answers) = answers {
        told["answers"] = answers.clone();
    }
    state.tell(&session_of(&pending.request), event, told);
    if let Some(answer) = pending.answer.take() {
        // Nobody waits for it after an abort.
        let _ = answer.send(answers.cloned());
    }
    Ok(json!(true))
}

pub(super) fn reply_question(call: &Call, id: &str) -> Result<Value, Refusal> {
    if !call.body["answers"].is_array() {
        return Err(Refusal::bad("Missing key\n  at [\"answers\"]", "Payload"));
    }
    take_question(call, id, "question.replied", Some(&call.body["answers"]))
}

pub(super) fn reject_question(call: &Call, id: &str) -> Result<Value, Refusal> {
    take_question(call, id, "question.rejected", None)
}

fn not_found(kind: &str, id: &str) -> Refusal {
    let message = format!("{kind} request not found: {id}");
    let body = json!({ "_tag": format!("{kind}NotFoundError"), "requestID": id, "message": message });
    Refusal(StatusCode::NOT_FOUND, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("rm *", "rm -f zzz", true),
            ("rm *", "ls", false),
            ("*", "", true),
            ("a*c*", "abcd", true),
            ("a*d", "abc", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
