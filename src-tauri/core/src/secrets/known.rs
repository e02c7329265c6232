use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::CONCEALED;
use super::named::{conceal_named, is_secret_name};

/// Shorter values are words: concealing them would hide what has nothing to do with them.
const SHORTEST: usize = 8;

/// How much of a secret at the end of a text that was cut there is still one.
const SHORTEST_BEGINNING: usize = 4;

/// Secrets that are known, and what stands in their place. Printing it shows none of them.
#[derive(Clone, Default)]
pub struct Secrets(Vec<(String, &'static str)>);

impl Secrets {
    /// A server's password, and the secrets in the environment that it was started in.
    pub fn of_server<'a>(
        user: &str,
        password: &str,
        variables: impl IntoIterator<Item = (&'a OsString, &'a OsString)>,
    ) -> Self {
        let mut known = Self::default();
        known.add(password, "[password]");
        if !password.is_empty() {
            // As it stands in a header, and in an address.
            let pair = format!("{user}:{password}");
            for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
                known.add(&engine.encode(&pair), "[password]");
            }
        }
        for (name, value) in variables {
            known.add_variable(name, value);
        }
        known.0.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        known.0.dedup();
        known
    }

    /// The text without what is known to be secret, and without what looks like it.
    pub fn conceal(&self, text: String) -> String {
        let mut text = text;
        for (secret, shown) in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), shown);
            }
        }
        conceal_named(text)
    }

    /// The same for a text that was cut at its end, where a secret may have been cut in two.
    pub fn conceal_cut(&self, text: String) -> String {
        let mut text = self.conceal(text);
        let cut = self.0.iter().find_map(|(secret, shown)| {
            let starts = (SHORTEST_BEGINNING..secret.len()).rev().filter_map(|length| secret.get(..length));
            let start = starts.into_iter().find(|start| text.ends_with(start))?;
            Some((text.len() - start.len(), *shown))
        });
        if let Some((end, shown)) = cut {
            text.truncate(end);
            text.push_str(shown);
        }
        text
    }

    fn add(&mut self, secret: &str, shown: &'static str) {
        if !secret.is_empty() {
            self.0.push((secret.to_owned(), shown));
        }
    }

    fn add_variable(&mut self, name: &OsStr, value: &OsStr) {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { return };
        if value.trim_start().starts_with('{') {
            // A configuration in a variable, as OPENCODE_CONFIG_CONTENT.
            if let Ok(value) = serde_json::from_str::<Value>(value) {
                self.add_values(&value, false);
            }
        } else if is_secret_name(name) {
            self.add_value(value);
        }
    }

    fn add_values(&mut self, value: &Value, all: bool) {
        match value {
            Value::String(text) if all => self.add_value(text),
            Value::Array(entries) => entries.iter().for_each(|entry| self.add_values(entry, all)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let of_secrets = matches!(name.as_str(), "headers" | "environment" | "env");
                    self.add_values(value, all || of_secrets || is_secret_name(name));
                }
            }
            _ => {}
        }
    }

    fn add_value(&mut self, value: &str) {
        // A path of a file with secrets is none.
        let is_path = value.starts_with('/') && Path::new(value).exists();
        if value.len() >= SHORTEST && !is_path {
            self.add(value, CONCEALED);
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}
