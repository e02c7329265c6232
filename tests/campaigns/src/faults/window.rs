//! A window: it mirrors what an instance shows it, as the real one does, and lets an observer see every step.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use outrider_core::instance::{InstanceHandle, Windows};
use outrider_core::protocol::{Announcement, Focus, PartBody, Snapshot};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::mirror;
use crate::observer::Observer;

/// Takes announcements to their windows.
#[derive(Default)]
pub struct Bridge(Mutex<HashMap<String, mpsc::UnboundedSender<Announcement>>>);

impl Bridge {
    fn listen(&self, window: &str) -> mpsc::UnboundedReceiver<Announcement> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(window.to_owned(), sender);
        receiver
    }
}

impl Windows for Bridge {
    fn announce(&self, window: &str, announcement: &Announcement) {
        if let Some(listener) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(window) {
            listener.send(announcement.clone()).ok();
        }
    }
}

pub struct Window {
    pub handle: InstanceHandle,
    pub label: String,
    shown: Arc<Shown>,
    /// Follows the instance until the window is dropped.
    following: JoinSet<Result<(), String>>,
}

struct Shown {
    snapshot: watch::Sender<Snapshot>,
    /// Calls that answer with a snapshot and batches come one after the other.
    turn: tokio::sync::Mutex<()>,
    observer: Arc<Observer>,
}

impl Shown {
    fn show(&self, snapshot: Snapshot) {
        self.observer.look(&self.snapshot.borrow().clone(), &snapshot);
        self.snapshot.send_replace(snapshot);
    }
}

impl Window {
    pub async fn open(
        handle: InstanceHandle,
        label: &str,
        bridge: &Bridge,
        observer: Arc<Observer>,
    ) -> Result<Self, String> {
        let announcements = bridge.listen(label);
        let first = handle.view(label, Some(Focus::Start)).await.map_err(|problem| problem.message)?;
        let (snapshot, turn) = (watch::Sender::new(first), tokio::sync::Mutex::new(()));
        let shown = Arc::new(Shown { snapshot, turn, observer });
        let mut following = JoinSet::new();
        following.spawn(follow(handle.clone(), label.to_owned(), Arc::clone(&shown), announcements));
        Ok(Self { handle, label: label.to_owned(), shown, following })
    }

    /// What it shows.
    pub fn now(&self) -> Snapshot {
        self.shown.snapshot.borrow().clone()
    }

    /// Resolves when it shows something that fits. False when it does not within the limit.
    pub async fn until(&self, limit: Duration, fits: impl Fn(&Snapshot) -> bool) -> bool {
        let mut snapshots = self.shown.snapshot.subscribe();
        let waited = tokio::time::timeout(limit, snapshots.wait_for(fits)).await;
        matches!(waited, Ok(Ok(_)))
    }

    /// Looks at something else.
    pub async fn look(&self, focus: Focus) -> Result<Snapshot, String> {
        let _turn = self.shown.turn.lock().await;
        let snapshot = self.handle.view(&self.label, Some(focus)).await.map_err(|problem| problem.message)?;
        self.shown.show(snapshot.clone());
        Ok(snapshot)
    }

    /// Begins a session, and looks at it. The answer holds the new view: if nothing happens there, nothing else tells.
    pub async fn new_session(&self) -> Result<Snapshot, String> {
        let _turn = self.shown.turn.lock().await;
        let snapshot = self.handle.new_session(&self.label).await.map_err(|problem| problem.message)?;
        self.shown.show(snapshot.clone());
        Ok(snapshot)
    }

    pub async fn look_at(&self, session: &str) -> Result<Snapshot, String> {
        self.look(Focus::Session { id: session.to_owned() }).await
    }

    /// Why it no longer follows, if it does not: a batch out of order, or about what is not there.
    pub fn broken(&mut self) -> Option<String> {
        match self.following.try_join_next()? {
            Ok(Ok(())) => Some("the instance ended".to_owned()),
            Ok(Err(why)) => Some(why),
            Err(died) => Some(format!("the mirror broke: {died}")),
        }
    }
}

async fn follow(
    handle: InstanceHandle,
    window: String,
    shown: Arc<Shown>,
    mut announcements: mpsc::UnboundedReceiver<Announcement>,
) -> Result<(), String> {
    while let Some(Announcement { feed, revision, batch, .. }) = announcements.recv().await {
        let _turn = shown.turn.lock().await;
        let mut snapshot = shown.snapshot.borrow().clone();
        if feed < snapshot.feed {
            // For a view that was left meanwhile.
            continue;
        }
        if feed > snapshot.feed {
            let Ok(fresh) = handle.view(&window, None).await else { return Ok(()) };
            shown.show(fresh);
            continue;
        }
        if revision <= snapshot.revision {
            // It was on its way when the whole was asked for.
            continue;
        }
        let batch = match batch {
            Some(batch) => Some(batch),
            None => match handle.fetch(&window, feed, revision).await {
                Ok(batch) => batch,
                Err(_) => return Ok(()),
            },
        };
        let batch = batch.ok_or("a batch that was announced cannot be fetched")?;
        mirror::apply(&mut snapshot, batch);
        shown.show(snapshot);
        if handle.acknowledge(&window, feed, revision).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// What two windows that look at the same must both show: without what belongs to the one feed, without what the person
/// has expanded, without what models can hold, which is read beside everything else, and without the calls that requests
/// of other sessions are about: a window that came later has not read those sessions' messages.
pub fn comparable(snapshot: &Snapshot) -> Snapshot {
    let mut snapshot = Snapshot { feed: 0, revision: 0, ..snapshot.clone() };
    let overviews = snapshot.transcript.iter_mut().map(|transcript| &mut transcript.overview);
    for context in overviews.filter_map(|overview| overview.context.as_mut()) {
        context.limit = None;
    }
    let here = snapshot.transcript.as_ref().map(|transcript| transcript.session.clone());
    for permission in snapshot.permissions.iter_mut().filter(|permission| Some(&permission.session) != here.as_ref()) {
        permission.part = None;
    }
    let messages = snapshot.transcript.iter_mut().flat_map(|transcript| &mut transcript.messages);
    for part in messages.flat_map(|message| &mut message.parts) {
        if let PartBody::Tool { detail, .. } = &mut part.body {
            *detail = None;
        }
    }
    snapshot
}
