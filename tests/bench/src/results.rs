//! What was measured, as rows of a table and as a file.

use std::{fmt, fs, path::Path};

use serde_json::{Value, json};

use crate::machine;

/// What became of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Reached,
    Missed,
    /// It says nothing of the app: the server did not give what was to be measured, or there is no bound.
    None,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    pub what: String,
    /// What was measured, in words.
    pub measured: String,
    /// What had to be reached; empty when there is no bound.
    pub bound: String,
    pub verdict: Verdict,
    /// The floor measured in the same run; empty when there is none.
    pub floor: String,
}

impl Row {
    /// A row without a bound and without a floor.
    pub fn new(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            measured: measured.into(),
            bound: String::new(),
            verdict: Verdict::None,
            floor: String::new(),
        }
    }

    /// Says what must be reached, and whether it was.
    #[must_use]
    pub fn bound(mut self, bound: impl Into<String>, reached: bool) -> Self {
        self.bound = bound.into();
        self.verdict = if reached { Verdict::Reached } else { Verdict::Missed };
        self
    }

    /// Says what could not have been better.
    #[must_use]
    pub fn floor(mut self, floor: impl Into<String>) -> Self {
        self.floor = floor.into();
        self
    }

    fn json(&self) -> Value {
        let reached = match self.verdict {
            Verdict::Reached => json!(true),
            Verdict::Missed => json!(false),
            Verdict::None => Value::Null,
        };
        json!({ "what": self.what, "measured": self.measured, "floor": self.floor, "bound": self.bound, "reached": reached })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.what, self.measured)?;
        if !self.floor.is_empty() {
            write!(formatter, " [{}]", self.floor)?;
        }
        match self.verdict {
            Verdict::Reached => write!(formatter, " ({}: reached)", self.bound),
            Verdict::Missed => write!(formatter, " ({}: NOT REACHED)", self.bound),
            Verdict::None if self.bound.is_empty() => Ok(()),
            Verdict::None => write!(formatter, " ({})", self.bound),
        }
    }
}

/// The file of results.
pub struct Results(Value);

impl Results {
    /// What an earlier run left there.
    pub fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap_or_default();
        let earlier = serde_json::from_str(&text).ok().filter(Value::is_object);
        Self(earlier.unwrap_or_else(|| json!({ "groups": {} })))
    }

    /// Replaces the rows of a group. `load` is the machine's before it was measured.
    pub fn put(&mut self, group: &str, load: f64, rows: &[Row]) {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        self.0["machine"] = json!(machine::name());
        self.0["groups"][group] =
            json!({ "measured": machine::today(), "load": (load * 10.0).round() / 10.0, "rows": rows });
    }

    pub fn write(&self, file: &Path) {
        fs::write(file, format!("{:#}\n", self.0)).unwrap();
    }
}
