//! Which sessions ended while nobody looked at them. Pure.

use std::collections::BTreeSet;

use crate::model::SessionId;
use crate::store::State;

/// Sessions whose run ended, until a window looks at them. Forgotten when the app ends.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    running: BTreeSet<SessionId>,
    marked: BTreeSet<SessionId>,
}

impl Unseen {
    pub(super) fn marked(&self) -> &BTreeSet<SessionId> {
        &self.marked
    }

    /// Takes notice of sessions that may read differently, and says whose mark came or went.
    ///
    /// A subagent's end is no news of its own while the session that started it works: that one will end, and shows it.
    pub(super) fn note(&mut self, state: &State, touched: &BTreeSet<SessionId>) -> Vec<SessionId> {
        let mut changed = Vec::new();
        for id in touched {
            let entry = state.session(id);
            let shown = entry.and_then(|entry| entry.info()).is_some_and(|info| info.archived.is_none());
            let runs = entry.is_some_and(|entry| entry.status().is_running());
            let ended = !runs && self.running.remove(id);
            if runs {
                self.running.insert(id.clone());
            }
            let change = if runs || !shown {
                self.marked.remove(id)
            } else {
                ended && !works_above(state, id) && self.marked.insert(id.clone())
            };
            if change {
                changed.push(id.clone());
            }
        }
        changed
    }

    /// A window looks at a session: it shows the ends of those below it as well.
    pub(super) fn look_at(&mut self, state: &State, session: &SessionId) -> Vec<SessionId> {
        let seen: Vec<_> = self.marked.iter().filter(|id| state.is_within(id, session)).cloned().collect();
        self.marked.retain(|id| !seen.contains(id));
        seen
    }
}

fn works_above(state: &State, id: &SessionId) -> bool {
    state.sessions().any(|(other, entry)| other != id && entry.status().is_running() && state.is_within(id, other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Event, RunStatus, Session};

    fn session(id: &str, parent: Option<&str>) -> Event {
        Event::Session(Session {
            id: id.into(),
            parent: parent.map(SessionId::from),
            title: id.to_owned(),
            directory: "/a".to_owned(),
            created: 1,
            updated: 1,
            archived: None,
            revert: None,
            cost: 0.0,
        })
    }

    struct Folder(State, Unseen);

    impl Folder {
        fn new() -> Self {
            let mut folder = Self(State::new("/a"), Unseen::default());
            for (id, parent) in [("p", None), ("c", Some("p")), ("g", Some("c")), ("o", None)] {
                folder.hear(session(id, parent));
            }
            folder
        }

        fn hear(&mut self, event: Event) -> Vec<SessionId> {
            let changes = self.0.apply(event);
            self.1.note(&self.0, &changes.sessions)
        }

        fn runs(&mut self, id: &str, runs: bool) -> Vec<SessionId> {
            let status = if runs { RunStatus::Busy } else { RunStatus::Idle };
            self.hear(Event::Status { session: id.into(), status })
        }

        fn marked(&self) -> Vec<&str> {
            self.1.marked().iter().map(SessionId::as_str).collect()
        }
    }

    #[test]
    fn what_ended_stays_marked_until_it_is_looked_at_or_works_again() {
        let mut folder = Folder::new();
        assert!(folder.runs("o", false).is_empty(), "it never worked");
        folder.runs("o", true);
        assert_eq!(folder.runs("o", false), ["o".into()]);
        assert_eq!(folder.runs("o", false), [], "idle is told twice");
        assert_eq!(folder.marked(), ["o"]);
        assert!(folder.1.look_at(&folder.0, &"p".into()).is_empty());
        assert_eq!(folder.1.look_at(&folder.0, &"o".into()), ["o".into()]);
        assert_eq!(folder.marked(), [""; 0]);
        folder.runs("o", true);
        folder.runs("o", false);
        assert_eq!(folder.runs("o", true), ["o".into()], "it works again");
        folder.runs("o", false);
        assert_eq!(folder.hear(Event::SessionRemoved("o".into())), ["o".into()]);
    }

    #[test]
    fn subagents_end_with_the_session_that_started_them() {
        let mut folder = Folder::new();
        for id in ["p", "c", "g"] {
            folder.runs(id, true);
        }
        folder.runs("c", false);
        assert!(folder.runs("g", false).is_empty(), "the first one still works");
        assert_eq!(folder.runs("p", false), ["p".into()]);
        // Prompted by the person itself.
        folder.runs("g", true);
        assert_eq!(folder.runs("g", false), ["g".into()]);
        assert_eq!(folder.marked(), ["g", "p"]);
        assert_eq!(folder.1.look_at(&folder.0, &"p".into()).len(), 2, "looking at it shows those below");
    }
}
