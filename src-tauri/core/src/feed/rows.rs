use crate::model::{RunStatus, SessionId};
use crate::protocol::{SessionRow, SessionState};
use crate::render::one_line;
use crate::store::{SessionEntry, State};

/// The title as a person reads it. The server's placeholders ("New session - 2026-…") say nothing and become
/// "New session".
pub fn title_of(title: &str) -> String {
    let placeholder = ["New session - ", "Child session - "]
        .iter()
        .filter_map(|prefix| title.strip_prefix(prefix))
        .any(|rest| rest.len() >= 20 && rest.starts_with(|first: char| first.is_ascii_digit()) && rest.ends_with('Z'));
    // The agent's name is noise in a row that stands below its parent.
    let own = title.strip_suffix(" subagent)").and_then(|title| title.rsplit_once(" (@")).map(|(title, _)| title);
    let title = one_line(own.unwrap_or(title), 200);
    if placeholder || title.is_empty() { "New session".to_owned() } else { title }
}

/// A session's row, when its session is known and not archived.
pub(super) fn session_row(state: &State, id: &SessionId, entry: &SessionEntry, unseen: bool) -> Option<SessionRow> {
    let info = entry.info()?;
    if info.archived.is_some() {
        return None;
    }
    let waiting = state.shown_permissions().filter(|p| p.session == *id).count()
        + state.questions().filter(|q| q.session == *id).count();
    Some(SessionRow {
        id: id.0.clone(),
        parent: info.parent.as_ref().map(|parent| parent.0.clone()),
        title: title_of(&info.title),
        state: match entry.status() {
            RunStatus::Busy => SessionState::Busy,
            RunStatus::Retry { .. } => SessionState::Retry,
            RunStatus::Idle if entry.failure().is_some() => SessionState::Error,
            RunStatus::Idle => SessionState::Idle,
        },
        created: info.created,
        updated: info.updated,
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        unseen,
    })
}

#[cfg(test)]
mod tests {
    use super::title_of;

    #[test]
    fn placeholders_read_as_new_session_and_real_titles_stay() {
        assert_eq!(title_of("New session - 2026-11-22T10:11:12.345Z"), "New session");
        assert_eq!(title_of("New session - plan"), "New session - plan");
        assert_eq!(title_of("Fix login"), "Fix login");
        assert_eq!(title_of("Find the callers (@general subagent)"), "Find the callers");
        assert_eq!(title_of(""), "New session");
    }
}
