//! Which sessions have a tab, and in which order.

use crate::model::SessionId;

/// The session tabs of an instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Tabs(Vec<SessionId>);

impl Tabs {
    pub(super) fn ids(&self) -> Vec<String> {
        self.0.iter().map(|id| id.0.clone()).collect()
    }

    pub(super) fn contains(&self, id: &SessionId) -> bool {
        self.0.contains(id)
    }

    /// Gives the session a tab at the end, if it has none.
    pub(super) fn open(&mut self, id: SessionId) {
        if !self.contains(&id) {
            self.0.push(id);
        }
    }

    /// Gives a subagent's session a tab beside its parent, behind those of its siblings. A parent without a tab is not
    /// being followed, so its children get none either.
    pub(super) fn open_child(&mut self, id: SessionId, parent: &SessionId, is_descendant: impl Fn(&SessionId) -> bool) {
        if self.contains(&id) {
            return;
        }
        let Some(at) = self.0.iter().position(|other| other == parent) else { return };
        let family = self.0[at + 1..].iter().take_while(|other| is_descendant(other)).count();
        self.0.insert(at + 1 + family, id);
    }

    /// Takes the tab away and says which session is beside it.
    pub(super) fn close(&mut self, id: &SessionId) -> Option<SessionId> {
        let at = self.0.iter().position(|other| other == id)?;
        self.0.remove(at);
        self.0.get(at).or_else(|| self.0.get(at.checked_sub(1)?)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_stand_beside_their_parent_in_the_order_they_came() {
        let mut tabs = Tabs::default();
        for id in ["a", "b"] {
            tabs.open(SessionId::from(id));
        }
        let of_a = |id: &SessionId| id.0.starts_with("a-");
        tabs.open_child("a-1".into(), &"a".into(), of_a);
        tabs.open_child("a-2".into(), &"a".into(), of_a);
        tabs.open_child("c-1".into(), &"c".into(), |_| false);
        assert_eq!(tabs.ids(), ["a", "a-1", "a-2", "b"]);
        assert_eq!(tabs.close(&"b".into()), Some("a-2".into()));
        assert_eq!(tabs.close(&"a".into()), Some("a-1".into()));
    }
}
