//! Events and answers without what differs from run to run, so that two runs can be compared.
//!
//! What is left out, and why:
//! - ids, times, slugs, hashes of snapshots, headers and addresses of models: made anew each time.
//! - `plugin.added` and the catalogue's events: the first prompt of a real instance brings them, and clients ignore them.
//! - A user message's updates with its summary: the real server computes it beside the run and sends it once or twice at any
//!   time between two steps; the last of them is compared.
//! - Equal updates of a part that follow each other: the real server repeats `running` of a tool now and then.
//! - The plain `running` of `bash`: the real server sends it after or instead of the one with the empty output.
//! - The space after the last word of `%%words`: the script that the recordings were made with kept it.
//! - The order of keys in the output of `todowrite`, which is JSON.
//! - The order between different parts of one step, and between them and requests, files and to-dos: tools run beside each
//!   other and beside the model. The order within each is compared, and so is their place between the session's own events.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

/// Gives ids the numbers of their first appearance.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<String, String>,
    counts: HashMap<String, usize>,
}

const PREFIXES: [&str; 6] = ["ses_", "msg_", "prt_", "per_", "que_", "call_"];

impl Names {
    /// The name of an id.
    pub fn name(&mut self, id: &str) -> String {
        if let Some(name) = self.numbers.get(id) {
            return name.clone();
        }
        let prefix = id.split('_').next().unwrap_or_default().to_owned();
        let count = self.counts.entry(prefix.clone()).or_default();
        let name = format!("{prefix}#{count}");
        *count += 1;
        self.numbers.insert(id.to_owned(), name.clone());
        name
    }

    /// The id with this name.
    pub fn id(&self, name: &str) -> String {
        let found = self.numbers.iter().find(|(_, known)| *known == name);
        found.unwrap_or_else(|| panic!("nothing is called {name}")).0.clone()
    }

    /// A text with the names of the ids in it.
    pub fn replace(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = PREFIXES.iter().filter_map(|prefix| rest.find(prefix)).min() {
            out.push_str(&rest[..start]);
            let id = &rest[start..];
            let end = id.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(id.len());
            out.push_str(&if end > 8 { self.name(&id[..end]) } else { id[..end].to_owned() });
            rest = &id[end..];
        }
        out + rest
    }

    /// A value as it is compared.
    pub fn plain(&mut self, value: &Value) -> Value {
        self.field("", value)
    }

    fn field(&mut self, key: &str, value: &Value) -> Value {
        match (key, value) {
            ("created" | "updated" | "completed" | "start" | "end" | "next" | "time", Value::Number(_)) => json!("T"),
            ("slug" | "projectID" | "snapshot" | "hash" | "responseHeaders" | "responseBody" | "url", _) => json!("…"),
            ("cost", Value::Number(cost)) => json!((cost.as_f64().unwrap() * 1e9).round()),
            ("revert", revert) => json!({ "messageID": self.field("", &revert["messageID"]) }),
            ("output", Value::String(text))
                if serde_json::from_str::<Value>(text).is_ok_and(|json| json.is_array()) =>
            {
                serde_json::from_str(text).unwrap()
            }
            ("text" | "delta" | "output", Value::String(text)) => {
                let text = self.replace(text);
                json!(text.replace(" \n", "\n").trim_end_matches(' '))
            }
            (_, Value::String(text)) => json!(self.replace(text)),
            (_, Value::Array(values)) => values.iter().map(|value| self.field("", value)).collect(),
            (_, Value::Object(fields)) => fields
                .iter()
                .map(|(key, value)| (key.clone(), self.field(key, value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            (_, other) => other.clone(),
        }
    }
}

/// What came between two of a session's own events, by part or subject.
type Beside = BTreeMap<String, Vec<String>>;

/// A stream as it is compared.
#[derive(Debug, Default)]
pub struct Score {
    /// For each session its own events, each with what came before it.
    pub sessions: BTreeMap<String, Vec<(Beside, String)>>,
    /// The last summary of each user message.
    pub summaries: BTreeMap<String, Value>,
    /// Events of files.
    pub files: Vec<String>,
    /// For each session what was told of itself, when that is compared apart from the rest.
    pub told: BTreeMap<String, Vec<String>>,
}

const NOISE: [&str; 7] = [
    "plugin.added",
    "catalog.updated",
    "reference.updated",
    "integration.updated",
    "server.connected",
    "server.heartbeat",
    "server.instance.disposed",
];

const RUNNING: &str = "\"status\":\"running\"";

/// Whether `bash` tells that it has printed nothing yet.
fn begins_output(line: &str) -> bool {
    line.contains("\"metadata\":{\"output\":\"\"},\"status\":\"running\"")
}

impl Score {
    pub fn of(events: &[Value], names: &mut Names) -> Self {
        Self::read(events, names, false)
    }

    /// With `session.updated` and `session.diff` apart: the real server sends those of a step beside the model's answer,
    /// and a fast answer overtakes them.
    pub fn loose(events: &[Value]) -> Self {
        Self::read(events, &mut Names::default(), true)
    }

    fn read(events: &[Value], names: &mut Names, loose: bool) -> Self {
        let mut score = Self::default();
        let mut beside: HashMap<String, Beside> = HashMap::new();
        for event in events.iter().filter(|event| !NOISE.contains(&event["type"].as_str().unwrap())) {
            let kind = event["type"].as_str().unwrap();
            let properties = names.plain(&event["properties"]);
            let line = format!("{kind} {properties}");
            let Some(session) = properties["sessionID"].as_str() else {
                score.files.push(line);
                continue;
            };
            let info = &properties["info"];
            if kind == "message.updated" && info["role"] == "user" && info["summary"].is_object() {
                score.summaries.insert(info["id"].as_str().unwrap().to_owned(), info.clone());
                continue;
            }
            if loose && ["session.updated", "session.diff"].contains(&kind) {
                score.told.entry(session.to_owned()).or_default().push(line);
                continue;
            }
            let part = &properties["part"];
            let track = match (kind, part["type"].as_str().unwrap_or_default()) {
                ("message.part.updated", "tool" | "text" | "reasoning") => part["id"].as_str(),
                ("message.part.delta", _) => properties["partID"].as_str(),
                ("todo.updated", _) => Some("todos"),
                _ if kind.starts_with("permission.") || kind.starts_with("question.") => Some("requests"),
                _ => None,
            };
            let beside = beside.entry(session.to_owned()).or_default();
            let Some(track) = track else {
                let own = score.sessions.entry(session.to_owned()).or_default();
                own.push((std::mem::take(beside), line));
                continue;
            };
            let track = beside.entry(track.to_owned()).or_default();
            if begins_output(&line) && track.last().is_some_and(|last| last.contains(RUNNING)) {
                track.pop();
            }
            if track.last() != Some(&line) {
                track.push(line);
            }
        }
        for (session, left) in beside.into_iter().filter(|(_, left)| !left.is_empty()) {
            score.sessions.entry(session).or_default().push((left, String::new()));
        }
        score
    }

    /// Fails with the first difference.
    pub fn assert_equals(&self, expected: &Self, name: &str) {
        for (session, expected) in &expected.sessions {
            let own = self.sessions.get(session).unwrap_or_else(|| panic!("{name}: no {session}"));
            for (index, ((beside, line), (expected_beside, expected_line))) in own.iter().zip(expected).enumerate() {
                assert_eq!(line, expected_line, "{name}: event {index} of {session}");
                for (track, expected) in expected_beside {
                    assert_eq!(beside.get(track), Some(expected), "{name}: {track} before event {index} of {session}");
                }
                assert_eq!(beside, expected_beside, "{name}: before event {index} of {session}");
            }
            assert_eq!(own.len(), expected.len(), "{name}: events of {session}");
        }
        let sessions = |score: &Self| score.sessions.keys().cloned().collect::<Vec<_>>();
        assert_eq!(sessions(self), sessions(expected), "{name}: sessions");
        assert_eq!(self.summaries, expected.summaries, "{name}: summaries");
        assert_eq!(self.told, expected.told, "{name}: what sessions told of themselves");
        assert_eq!(self.files, expected.files, "{name}: files");
    }
}
