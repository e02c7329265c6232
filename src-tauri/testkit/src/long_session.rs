//! Sessions of many messages, which the real server has before the app starts.
//!
//! They are written as a file of `opencode export`, and taken by the server's own `opencode import`: what it serves later
//! came through its own door. 3,000 messages take some 5 s, most of it the start of the program.

mod content;
mod ids;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use self::ids::Ids;
use crate::opencode_binary;

/// From one message to the next, in milliseconds.
const APART: u64 = 20_000;

/// A session of so many messages, of the kinds that an agent's work has: prompts, answers in Markdown, reasoning, and
/// calls of tools with what they gave. The same number of messages gives the same words each time.
///
/// The message numbered N, counted from 0, has a text that begins with "Message N.". The number 6 n is a prompt, and
/// those after it are the steps of its answer; the last message of a session was written now.
#[derive(Debug, Clone)]
pub struct LongSession {
    id: String,
    title: String,
    messages: usize,
    /// When it began, in milliseconds since 1970.
    began: u64,
    number: u64,
}

impl LongSession {
    /// A session of this title.
    pub fn new(title: impl Into<String>, messages: usize) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or_default();
        let began = now - APART * messages as u64;
        let number = ids::number();
        Self { id: ids::session(began, number), title: title.into(), messages, began, number }
    }

    /// Its id at the server.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The session as a file of `opencode export`, as if it had been led in `folder`.
    pub fn document(&self, folder: &Path) -> Value {
        let mut ids = Ids::of(self.number);
        let mut prompt = String::new();
        let messages: Vec<Value> = (0..self.messages)
            .map(|number| {
                let created = self.began + APART * number as u64;
                ids.at(created);
                let id = ids.next("msg");
                let parts = content::parts(number, folder, created);
                let parts: Vec<Value> = parts
                    .into_iter()
                    .map(|mut part| {
                        part["id"] = json!(ids.next("prt"));
                        part["sessionID"] = json!(self.id);
                        part["messageID"] = json!(id);
                        part
                    })
                    .collect();
                let mut info = if content::is_prompt(number) {
                    prompt.clone_from(&id);
                    content::prompt_info(created)
                } else {
                    content::answer_info(number, folder, created, &prompt)
                };
                info["id"] = json!(id);
                info["sessionID"] = json!(self.id);
                json!({ "info": info, "parts": parts })
            })
            .collect();
        let folder = folder.display().to_string();
        let updated = self.began + APART * self.messages as u64;
        let info = json!({
            "id": self.id, "slug": "long-session", "projectID": "global", "directory": folder, "title": self.title,
            "version": "1.18.33", "time": { "created": self.began, "updated": updated },
        });
        json!({ "info": info, "messages": messages })
    }

    /// Has the real server import it into `folder`. `environment` is that of the servers which are to have it (see
    /// [`crate::Place::environment`]). Best before any of them runs.
    ///
    /// # Panics
    /// When the file cannot be written, or the import fails.
    pub fn import(&self, folder: &Path, environment: &BTreeMap<String, String>) {
        let file = tempfile::NamedTempFile::with_suffix(".json").unwrap_or_else(|error| panic!("no file: {error}"));
        fs::write(file.path(), self.document(folder).to_string()).unwrap_or_else(|error| panic!("no file: {error}"));
        #[expect(clippy::disallowed_methods, reason = "it writes what the app finds, and ends before the app starts")]
        let mut command = Command::new(opencode_binary());
        command.arg("import").arg(file.path()).current_dir(folder).env_clear().envs(environment).stdin(Stdio::null());
        let output = command.output().unwrap_or_else(|error| panic!("the import does not start: {error}"));
        assert!(
            output.status.success(),
            "the import of {} failed: {}{}",
            self.title,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[cfg(test)]
mod tests;
