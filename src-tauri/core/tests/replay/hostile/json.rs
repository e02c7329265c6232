//! JSON that nobody expects.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Values that nobody expects.
pub fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => select(vec![
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e308),
            json!(-1e308),
            json!(0.5),
            json!(""),
            json!("\0"),
            json!("../../global/dispose?x=y#z"),
            json!("__proto__"),
            json!("<img src=x onerror=alert(1)>\u{202e}"),
            json!("\u{1b}[2J\u{7}"),
            json!([]),
            json!({}),
            json!([[[[[[[[]]]]]]]]),
            json!({"": {"": {"__proto__": {}}}}),
        ]),
        // Ids and words of the wire where they do not belong.
        4 => select(WORDS).prop_map(Value::from),
        1 => (1..200_usize).prop_map(nested),
        1 => (0..4_000_usize).prop_map(|length| json!("x\n".repeat(length))),
        2 => any::<String>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
    ]
}

const WORDS: &[&str] = &[
    "ses_1",
    "msg_1",
    "prt_1",
    "per_1",
    "text",
    "reasoning",
    "tool",
    "file",
    "patch",
    "agent",
    "retry",
    "subtask",
    "compaction",
    "step-start",
    "step-finish",
    "snapshot",
    "hologram",
    "idle",
    "busy",
    "pending",
    "running",
    "completed",
    "error",
    "user",
    "assistant",
    "message.part.updated",
    "message.part.delta",
    "session.status",
    "session.deleted",
];

pub const KEYS: &[&str] = &[
    "type",
    "properties",
    "info",
    "part",
    "id",
    "sessionID",
    "messageID",
    "partID",
    "requestID",
    "parentID",
    "role",
    "time",
    "created",
    "updated",
    "completed",
    "start",
    "end",
    "state",
    "status",
    "input",
    "output",
    "metadata",
    "text",
    "field",
    "delta",
    "questions",
    "options",
    "label",
    "patterns",
    "tool",
    "callID",
    "todos",
    "error",
    "data",
    "message",
    "directory",
    "revert",
    "title",
    "cost",
    "attempt",
    "next",
    "raw",
    "files",
    "diff",
    "filediff",
    "",
];

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
}

/// Any JSON, with the wire's words in the wire's places now and then.
pub fn any_json() -> impl Strategy<Value = Value> {
    odd().prop_recursive(5, 48, 8, |inner| {
        let key = prop_oneof![9 => select(KEYS).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..10).prop_map(|fields| json!(fields)),
        ]
    })
}
