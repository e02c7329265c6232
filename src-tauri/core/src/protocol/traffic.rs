use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which of an instance's recorded events a window wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct EventQuery {
    /// Text that an event's type or session id contains, in any case; empty for all.
    pub text: String,
    /// Sessions whose events match as well: those whose titles contain the text.
    pub sessions: Vec<String>,
    /// Only events that this version does not know, or cannot read.
    pub only_unknown: bool,
    /// Without the stream's signs of life.
    pub hide_heartbeats: bool,
    /// The list stays as it was when this was first said, until it is no longer said.
    pub paused: bool,
    /// Where the rows begin.
    pub from: EventPlace,
    /// How many rows at most; 200 are the limit.
    pub limit: u32,
}

/// A place in the list of the events that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventPlace {
    /// So that the newest comes last.
    #[default]
    End,
    /// At this row, counted from 0.
    Row {
        /// The row.
        row: u32,
    },
    /// At the event of this number, or the next one that is still there, wherever its row is by now; `before` rows
    /// earlier.
    Event {
        /// The event's number.
        #[ts(type = "number")]
        number: u64,
        /// How many rows of those before it are wanted too.
        before: u32,
    },
}

/// A stretch of the recorded events that match, oldest first, and how the stream fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EventPage {
    /// The rows.
    pub rows: Vec<EventRow>,
    /// The place of the first of them among all that match, counted from 0.
    pub first: u32,
    /// The row of the event that was asked for, or of the next one that is still there.
    pub anchor: Option<u32>,
    /// How many match.
    pub matching: u32,
    /// How many are in the list, whether they match or not.
    pub listed: u32,
    /// While the list is paused: how many that match came since, and are still kept.
    pub newer: u32,
    /// How the stream fares.
    pub counters: TrafficCounters,
}

/// One event of the stream, without its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EventRow {
    /// Counts up from 0 for the life of the instance.
    #[ts(type = "number")]
    pub number: u64,
    /// When it came, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// Its type, as the server names it; empty when it has none that can be read.
    pub name: String,
    /// The session that it is about.
    pub session: Option<String>,
    /// How many bytes of JSON it has.
    #[ts(type = "number")]
    pub size: u64,
    /// This version does not know it, or cannot read it.
    pub unknown: bool,
}

/// One event with its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EventDetail {
    /// The event.
    pub row: EventRow,
    /// Its JSON, with line breaks and indents. The end is missing when `shown` is less than the event's size.
    pub json: String,
    /// How many of the event's bytes are in `json`.
    #[ts(type = "number")]
    pub shown: u64,
    /// What this version does not understand of it.
    pub reason: Option<String>,
}

/// How an instance's event stream fares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct TrafficCounters {
    /// Events in a second, over the last five.
    pub events_per_second: f64,
    /// Bytes of JSON in a second, over the last five.
    pub bytes_per_second: f64,
    /// Events since the folder was opened.
    #[ts(type = "number")]
    pub events: u64,
    /// Bytes of JSON since the folder was opened.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How often the stream was opened again.
    #[ts(type = "number")]
    pub reconnects: u64,
    /// How often the state was read afresh from the server, after the first time.
    #[ts(type = "number")]
    pub resyncs: u64,
    /// Events that this version does not know, or cannot read.
    #[ts(type = "number")]
    pub unknown: u64,
    /// Their types, as many as are kept, in the order of their first appearance.
    pub unknown_types: Vec<UnknownType>,
}

/// A type of event that this version does not know, or cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnknownType {
    /// Its name; empty where it has none that can be read.
    pub name: String,
    /// How many came.
    #[ts(type = "number")]
    pub count: u64,
}

/// A recording that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedRecording {
    /// The file's name, without its folder.
    pub file: String,
    /// How many events it holds.
    pub events: u32,
    /// How many were too large to be kept, and are missing.
    pub missing: u32,
}
