use std::ops::Range;

use serde_json::Value;

use crate::model::{Permission, Question, RequestId, SessionId};
use crate::protocol::{PermissionView, QuestionItem, QuestionOption, QuestionView, SectionRows, SessionName};
use crate::render::{Colours, one_line, plain};
use crate::store::State;

use super::rows::title_of;
use super::tools::{self, Shades};

/// A longer command is cut in the request: Linux runs none in which an argument is longer than 128 KiB.
const DETAIL_CHARS: usize = 128 * 1024;

/// The longest pattern that is handed on for a rule, in bytes.
const PATTERN: usize = 4 << 10;

/// How long the times in ids take to begin anew, in milliseconds.
const ID_PERIOD: i64 = 1 << 36;

/// A request for permission as windows show it.
pub(super) fn permission_view(state: &State, permission: &Permission, shades: &Shades<'_>) -> PermissionView {
    let diff = diff_of(permission).and_then(|diff| tools::proposed(diff, state, shades));
    let detail = if diff.is_some() { None } else { permission_text(permission) };
    PermissionView {
        id: permission.id.0.clone(),
        session: permission.session.0.clone(),
        path: path_to(state, &permission.session),
        asked: asked(state, &permission.id, &permission.session),
        kind: permission.kind.clone(),
        title: permission_title(state, permission),
        detail,
        diff,
        // A longer one makes no rule.
        pattern: permission
            .patterns
            .first()
            .filter(|pattern| pattern.len() <= PATTERN)
            .map(|pattern| in_one_line(pattern)),
        always: permission.always.iter().map(|pattern| one_line(pattern, 200)).collect(),
        part: part_of(state, permission),
    }
}

/// What a request for permission is for, in one line.
pub fn permission_title(state: &State, permission: &Permission) -> String {
    let text = |key: &str| permission.metadata.get(key).and_then(Value::as_str);
    let path = text("filepath").or_else(|| permission.patterns.first().map(String::as_str)).unwrap_or_default();
    let path = one_line(path.strip_prefix(state.directory()).map_or(path, |rest| rest.trim_start_matches('/')), 160);
    match permission.kind.as_str() {
        "bash" => "Run a command".to_owned(),
        "edit" => format!("Change {path}"),
        "read" => format!("Read {path}"),
        "external_directory" => format!("Work outside of the folder, in {path}"),
        "webfetch" => format!("Fetch {path}"),
        "task" => "Start a subagent".to_owned(),
        kind => format!("Use {}", one_line(kind, 80)),
    }
}

/// The text that a request for permission is about: the diff, the command, or the paths.
pub fn permission_text(permission: &Permission) -> Option<String> {
    let command = permission.metadata.get("command").and_then(Value::as_str);
    let text = diff_of(permission).or(command).map(str::to_owned).or_else(|| {
        let patterns = permission.patterns.join("\n");
        (!patterns.is_empty()).then_some(patterns)
    });
    text.map(|text| cut(&plain(&text)))
}

/// Further rows of the diff that a request for permission is about.
pub fn permission_rows(state: &State, id: &RequestId, colours: &Colours, rows: Range<u32>) -> Option<SectionRows> {
    let permission = state.permissions().find(|permission| permission.id == *id)?;
    tools::proposed_rows(diff_of(permission)?, state, &Shades::new(colours), rows)
}

/// The tool call that waits for a permission.
pub(super) fn part_of(state: &State, permission: &Permission) -> Option<String> {
    let (message, call) = permission.tool.as_ref()?;
    state.part_of_call(&permission.session, message, call).map(|part| part.0.clone())
}

pub(super) fn question_view(state: &State, question: &Question) -> QuestionView {
    let items = question.items.iter().map(|item| QuestionItem {
        header: one_line(&item.header, 120),
        question: plain(&item.question),
        options: item
            .options
            .iter()
            // The label is the answer that goes back: it must stay exactly as it came.
            .map(|option| QuestionOption { label: option.label.clone(), description: plain(&option.description) })
            .collect(),
        multiple: item.multiple,
        custom: item.custom,
    });
    QuestionView {
        id: question.id.0.clone(),
        session: question.session.0.clone(),
        path: path_to(state, &question.session),
        asked: asked(state, &question.id, &question.session),
        questions: items.collect(),
    }
}

/// A session behind those that started it.
pub(super) fn path_to(state: &State, session: &SessionId) -> Vec<SessionName> {
    let mut path = Vec::new();
    let mut at = Some(session);
    // Parents form a tree on the server; the bound keeps a corrupt answer from looping.
    while let Some(id) = at.filter(|_| path.len() < 64) {
        let info = state.session(id).and_then(|entry| entry.info());
        path.push(SessionName {
            id: id.0.clone(),
            title: title_of(info.map(|info| info.title.as_str()).unwrap_or_default()),
        });
        at = info.and_then(|info| info.parent.as_ref());
    }
    path.reverse();
    path
}

/// When a request was made. Its id holds the time, but for the epoch: 36 bits of milliseconds (wire study, section 4).
/// The session was changed at about the same time.
fn asked(state: &State, request: &RequestId, session: &SessionId) -> Option<i64> {
    let near = state.session(session)?.info()?.updated;
    time_in(request.as_str(), near)
}

/// When a request was made whose id came at about `near`, both in milliseconds since the Unix epoch; none when the id does
/// not tell.
pub fn asked_near(request: &RequestId, near: i64) -> Option<i64> {
    time_in(request.as_str(), near)
}

/// The time in an id that is nearest to `near`.
fn time_in(id: &str, near: i64) -> Option<i64> {
    let (_, rest) = id.split_once('_')?;
    let digits = rest.get(..12).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let in_period = i64::from_str_radix(digits, 16).ok()? >> 12;
    let ahead = (in_period - near).rem_euclid(ID_PERIOD);
    Some(near + if ahead > ID_PERIOD / 2 { ahead - ID_PERIOD } else { ahead })
}

/// A pattern as it can be typed: `?` covers the line breaks.
fn in_one_line(pattern: &str) -> String {
    pattern.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}

fn diff_of(permission: &Permission) -> Option<&str> {
    permission.metadata.get("diff").and_then(Value::as_str).filter(|diff| !diff.is_empty())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(DETAIL_CHARS) {
        Some((at, _)) => format!("{}\n… {} more characters are not shown", &text[..at], text[at..].chars().count()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        // Recorded on 2026-11-14 at 10:38 UTC, and the same number a period later.
        let id = "per_2050db2a5001sUIk9EV85ZH8U8";
        let at = time_in(id, 1_794_600_000_000).unwrap();
        assert_eq!(at & (ID_PERIOD - 1), 0x2_050d_b2a5);
        assert!((at - 1_794_600_000_000).abs() < ID_PERIOD / 2);
        assert_eq!(time_in(id, at), Some(at));
        assert_eq!(time_in(id, at + ID_PERIOD - 5), Some(at + ID_PERIOD));
        assert_eq!(time_in(id, at + 5), Some(at));
        for odd in ["per", "per_", "per_2050", "per_+050db2a5001", "per_2050db2é500"] {
            assert_eq!(time_in(odd, at), None, "{odd}");
        }
    }

    #[test]
    fn a_command_is_shown_whole() {
        let long = format!("{}; rm -rf /", "x".repeat(100_000));
        assert_eq!(cut(&long), long);
        assert!(cut(&"y".repeat(DETAIL_CHARS + 7)).ends_with("\n… 7 more characters are not shown"));
    }
}
