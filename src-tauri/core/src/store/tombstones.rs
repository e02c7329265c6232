use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// How many ids of one kind are remembered as gone. The server uses none twice, so that the oldest are forgotten only to
/// bound the memory; what it still sends of something comes within seconds.
const MOST: usize = 4_096;

/// Ids of what is gone for good: nothing that comes late brings it back.
#[derive(Debug, Clone)]
pub(super) struct Tombstones<Id> {
    ids: HashSet<Id>,
    order: VecDeque<Id>,
}

impl<Id> Default for Tombstones<Id> {
    fn default() -> Self {
        Self { ids: HashSet::new(), order: VecDeque::new() }
    }
}

impl<Id: Clone + Eq + Hash> Tombstones<Id> {
    pub(super) fn insert(&mut self, id: Id) {
        if self.ids.insert(id.clone()) {
            self.order.push_back(id);
            if self.order.len() > MOST
                && let Some(oldest) = self.order.pop_front()
            {
                self.ids.remove(&oldest);
            }
        }
    }

    pub(super) fn contains(&self, id: &Id) -> bool {
        self.ids.contains(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_once_each() {
        let mut gone = Tombstones::default();
        for id in (0..=MOST).chain(MOST - 5..=MOST) {
            gone.insert(id);
        }
        assert!(!gone.contains(&0) && (1..=MOST).all(|id| gone.contains(&id)));
        assert_eq!(gone.ids.len(), MOST);
    }
}
