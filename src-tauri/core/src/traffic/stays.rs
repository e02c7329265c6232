//! What stays in a recording whose text is blanked: everything that is not named here goes.

/// Where in an event a value stands. Lists do not count: their entries stand where the list stands.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// These fields from the top.
    Top(&'a [&'a str]),
    /// Somewhere below a field that is not known: nothing stays there but known names of fields.
    Free,
}

impl Path<'_> {
    /// Goes down into a field.
    pub(super) fn with<T>(self, field: &str, then: impl FnOnce(Path<'_>) -> T) -> T {
        match self {
            Path::Top(fields) => {
                let mut fields = fields.to_vec();
                fields.push(field);
                then(Path::Top(&fields))
            }
            Path::Free => then(Path::Free),
        }
    }
}

/// True when the text may stay in this place.
pub(super) fn text(path: Path<'_>, text: &str) -> bool {
    let Path::Top(path) = path else { return false };
    match path {
        ["id"] => is_id(text),
        ["type"] => is_type(text),
        ["properties", path @ ..] => match path {
            ["sessionID" | "messageID" | "partID" | "requestID" | "id"]
            | ["info" | "part" | "tool", "id" | "sessionID" | "messageID" | "parentID" | "callID"]
            | ["info", "revert", "messageID" | "partID"] => is_id(text),
            // A subagent's session, which the server puts there.
            ["part", "state", "metadata", "sessionId"] => text.starts_with("ses_") && is_id(text),
            ["part", "type"] => is_type(text),
            ["info", "version"] => is_version(text),
            ["info" | "part", "error", "name"] | ["error", "name"] => is_error(text),
            ["field" | "reply" | "permission"]
            | ["status", "type"]
            | ["info", "role" | "finish" | "agent" | "mode"]
            | ["part", "tool" | "reason" | "mime" | "agent"]
            | ["part", "state", "status"]
            | ["todos", "status" | "priority"] => WORDS.binary_search(&text).is_ok(),
            _ => false,
        },
        _ => false,
    }
}

/// True when a number may stay in this place.
pub(super) fn number(path: Path<'_>) -> bool {
    let Path::Top(["properties", path @ ..]) = path else { return false };
    matches!(
        path,
        ["time" | "timestamp"]
            | ["status", "attempt" | "next"]
            | ["info" | "part", "cost" | "time" | "attempt"]
            | ["info", "time", "created" | "updated" | "completed" | "archived"]
            | ["part", "time", "start" | "end" | "created" | "compacted"]
            | ["part", "state", "time", "start" | "end" | "compacted"]
            | ["info" | "part", "tokens", "total" | "input" | "output" | "reasoning"]
            | ["info" | "part", "tokens", "cache", "read" | "write"]
            | ["info" | "part", "error", "data", "statusCode"]
            | ["error", "data", "statusCode"]
    )
}

/// True for a name of a field that the server's own software uses. The others can be anybody's: arguments of a tool,
/// files, answers.
pub(super) fn field(name: &str) -> bool {
    FIELDS.binary_search(&name).is_ok()
}

/// Made by the server, by Outrider or by a model's service: one word.
fn is_id(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The name of a type: lower-case words joined by full stops or hyphens.
fn is_type(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_'))
}

fn is_version(text: &str) -> bool {
    (1..=30).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
}

/// The name of a kind of error.
fn is_error(text: &str) -> bool {
    (6..=64).contains(&text.len()) && text.ends_with("Error") && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Words of the server's own at places where one of a few stands. Sorted.
const WORDS: &[&str] = &[
    "always",
    "application/pdf",
    "application/x-directory",
    "apply_patch",
    "assistant",
    "bash",
    "build",
    "busy",
    "cancelled",
    "codesearch",
    "compaction",
    "completed",
    "content-filter",
    "doom_loop",
    "edit",
    "error",
    "explore",
    "external_directory",
    "general",
    "glob",
    "grep",
    "high",
    "idle",
    "image/jpeg",
    "image/png",
    "in_progress",
    "invalid",
    "length",
    "list",
    "low",
    "lsp",
    "medium",
    "multiedit",
    "once",
    "other",
    "patch",
    "pending",
    "plan",
    "question",
    "read",
    "reject",
    "retry",
    "running",
    "skill",
    "stop",
    "summary",
    "task",
    "text",
    "text/plain",
    "title",
    "todoread",
    "todowrite",
    "tool-calls",
    "unknown",
    "user",
    "webfetch",
    "websearch",
    "write",
];

/// Names of fields that stay, wherever they stand. Sorted.
const FIELDS: &[&str] = &[
    "action",
    "additions",
    "agent",
    "always",
    "answers",
    "archived",
    "arguments",
    "attempt",
    "auto",
    "branch",
    "cache",
    "callID",
    "code",
    "command",
    "compacted",
    "completed",
    "content",
    "cost",
    "created",
    "cwd",
    "data",
    "deletions",
    "delta",
    "description",
    "diff",
    "diffs",
    "directory",
    "end",
    "error",
    "event",
    "exit",
    "field",
    "file",
    "filePath",
    "filename",
    "files",
    "finish",
    "format",
    "hash",
    "header",
    "id",
    "ignored",
    "info",
    "input",
    "isRetryable",
    "label",
    "message",
    "messageID",
    "metadata",
    "mime",
    "mode",
    "model",
    "modelID",
    "multiple",
    "name",
    "next",
    "options",
    "output",
    "overflow",
    "parentID",
    "part",
    "partID",
    "patch",
    "path",
    "pattern",
    "patterns",
    "permission",
    "priority",
    "projectID",
    "prompt",
    "properties",
    "providerID",
    "question",
    "questions",
    "raw",
    "read",
    "reason",
    "reasoning",
    "reply",
    "requestID",
    "responseBody",
    "responseHeaders",
    "revert",
    "role",
    "root",
    "sessionID",
    "sessionId",
    "slug",
    "snapshot",
    "source",
    "start",
    "state",
    "status",
    "statusCode",
    "summary",
    "synthetic",
    "system",
    "text",
    "time",
    "timestamp",
    "title",
    "todos",
    "tokens",
    "tool",
    "tools",
    "total",
    "truncated",
    "type",
    "updated",
    "url",
    "value",
    "variant",
    "version",
    "write",
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_lists_are_sorted_and_can_be_searched() {
        assert!(super::WORDS.is_sorted());
        assert!(super::FIELDS.is_sorted());
    }
}
