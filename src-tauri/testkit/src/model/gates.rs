//! Places in an answer where a test and the model meet.

use std::collections::HashSet;

use tokio::sync::watch;

/// The gates that were opened and the places that were reached, by name.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    opened: watch::Sender<HashSet<String>>,
    reached: watch::Sender<HashSet<String>>,
}

impl Gates {
    pub(crate) fn open(&self, name: &str) {
        note(&self.opened, name);
    }

    pub(crate) fn note_reached(&self, name: &str) {
        note(&self.reached, name);
    }

    pub(crate) async fn opened(&self, name: &str) {
        contains(&self.opened, name).await;
    }

    pub(crate) async fn reached(&self, name: &str) {
        contains(&self.reached, name).await;
    }
}

fn note(names: &watch::Sender<HashSet<String>>, name: &str) {
    names.send_if_modified(|names| names.insert(name.to_owned()));
}

async fn contains(names: &watch::Sender<HashSet<String>>, name: &str) {
    // Fails only without a sender, and that one is borrowed here.
    let _ = names.subscribe().wait_for(|names| names.contains(name)).await;
}
