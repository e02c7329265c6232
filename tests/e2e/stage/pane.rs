//! One window's look at one instance.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use outrider_core::instance::{Answer, InstanceHandle};
use outrider_core::protocol::{
    Announcement, Connection, Focus, InstanceStatus, MessageState, MessageView, PartBody, PermissionReply, Role,
    SessionState, Snapshot,
};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::bridge::Bridge;
use super::mirror;

/// How long anything may take that a test waits for: on a busy machine a start alone takes ten seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// A mirror of what the window looks at, kept in step as a window keeps it: each announced batch is applied, fetched
/// first where it is too large, and acknowledged. Let go of, it stays as it was.
pub struct Pane {
    pub handle: InstanceHandle,
    pub window: String,
    bridge: Arc<Bridge>,
    mirror: Arc<Mirror>,
    _following: JoinSet<()>,
}

struct Mirror {
    snapshot: watch::Sender<Snapshot>,
    /// Calls that answer with a snapshot and batches come one after the other.
    turn: tokio::sync::Mutex<()>,
    connections: Mutex<Vec<Connection>>,
    fetched: Mutex<Vec<u64>>,
    /// Messages that had ended and were written on.
    revived: Mutex<Vec<String>>,
}

impl Pane {
    /// Looks at an instance, without a focus at what the window looked at before.
    pub async fn open(handle: InstanceHandle, window: &str, focus: Option<Focus>, bridge: Arc<Bridge>) -> Self {
        let announcements = bridge.listen(window, handle.id());
        let first = handle.view(window, focus).await.unwrap();
        bridge.record(&first);
        let mirror = Arc::new(Mirror {
            connections: Mutex::new(vec![first.view.connection.clone()]),
            snapshot: watch::Sender::new(first),
            turn: tokio::sync::Mutex::new(()),
            fetched: Mutex::default(),
            revived: Mutex::default(),
        });
        let mut following = JoinSet::new();
        following.spawn(follow(
            handle.clone(),
            window.to_owned(),
            Arc::clone(&mirror),
            Arc::clone(&bridge),
            announcements,
        ));
        Self { handle, window: window.to_owned(), bridge, mirror, _following: following }
    }

    /// What the window shows.
    pub fn now(&self) -> Snapshot {
        self.mirror.snapshot.borrow().clone()
    }

    /// All states of the connection that the window was shown, in order.
    pub fn connections(&self) -> Vec<Connection> {
        self.mirror.connections.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The revisions of the batches that were too large for an announcement.
    pub fn fetched(&self) -> Vec<u64> {
        self.mirror.fetched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the window shows something, and gives what it shows then.
    ///
    /// # Panics
    /// When it does not within 40 s, or the app's task died.
    pub async fn until(&self, what: &str, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let mut snapshots = self.mirror.snapshot.subscribe();
        let waited = tokio::time::timeout(PATIENCE, snapshots.wait_for(condition)).await;
        match waited {
            Ok(Ok(snapshot)) => snapshot.clone(),
            _ => panic!("waited in vain for {what}; the window shows {:#?}", self.now()),
        }
    }

    /// Looks at something else.
    pub async fn look(&self, focus: Focus) -> Snapshot {
        let _turn = self.mirror.turn.lock().await;
        let snapshot = self.handle.view(&self.window, Some(focus)).await.unwrap();
        self.bridge.record(&snapshot);
        self.mirror.show(snapshot.clone());
        snapshot
    }

    pub async fn look_at(&self, session: &str) -> Snapshot {
        self.look(Focus::Session { id: session.to_owned() }).await;
        self.until("the session's messages", |now| now.transcript.as_ref().is_some_and(|it| it.loaded)).await
    }

    /// Waits for the server and its stream.
    pub async fn connected(&self) -> Snapshot {
        self.until("Ready and Connected", |now| {
            now.view.status == InstanceStatus::Ready && now.view.connection == Connection::Connected
        })
        .await
    }

    /// Sends a prompt to the session that is looked at, or a new one, and gives the session.
    pub async fn prompt(&self, text: &str) -> String {
        let session = match self.now().view.focus {
            Focus::Session { id } => Some(id),
            _ => None,
        };
        self.handle.prompt(&self.window, session.as_deref(), text).await.unwrap();
        if let Some(session) = session {
            return session;
        }
        let begun = self.until("the new session", |now| matches!(now.view.focus, Focus::Session { .. })).await;
        let Focus::Session { id } = begun.view.focus else { unreachable!() };
        id
    }

    /// Waits for the end of the run in the session that is looked at: idle, and its last message answered.
    pub async fn idle(&self) -> Snapshot {
        self.until("the end of the run", |now| {
            let Some(transcript) = &now.transcript else { return false };
            let row = now.sessions.iter().find(|row| row.id == transcript.session);
            let answered = transcript
                .messages
                .last()
                .is_some_and(|last| last.role == Role::Assistant && last.state != MessageState::Streaming);
            answered && row.is_some_and(|row| matches!(row.state, SessionState::Idle | SessionState::Error))
        })
        .await
    }

    /// Sends a prompt and waits for the end of its run.
    pub async fn ask(&self, text: &str) -> Snapshot {
        let before = self.now().transcript.map_or(0, |transcript| transcript.messages.len());
        self.prompt(text).await;
        self.until("the prompt in the transcript", |now| {
            now.transcript.as_ref().is_some_and(|transcript| transcript.messages.len() > before + 1)
        })
        .await;
        self.idle().await
    }

    /// Waits until a session asks for permission; answers it.
    pub async fn permit(&self, reply: PermissionReply) -> Snapshot {
        let asked = self.until("a request for permission", |now| !now.permissions.is_empty()).await;
        let request = asked.permissions[0].id.clone();
        self.handle.answer(&request, Answer::Permission(reply, None)).await.unwrap();
        asked
    }

    /// Expands a tool call.
    pub async fn expand(&self, message: &str, part: &str) {
        let feed = self.now().feed;
        self.handle.expand(&self.window, feed, message, part, true).await.unwrap();
    }

    /// Waits until the window shows just what a window would that opens now: nothing was lost on the way by patches.
    /// On that way no message that had ended was written on.
    pub async fn equals_fresh(&self) {
        let revived = self.mirror.revived.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert_eq!(revived, [""; 0], "messages went on after their end");
        let mut last = None;
        let same = async {
            loop {
                let focus = self.now().view.focus;
                let fresh = self.handle.view("another", Some(focus)).await.unwrap();
                if comparable(&self.now()) == comparable(&fresh) {
                    break;
                }
                last = Some(fresh);
                // What is on its way comes with the next batch, and nothing tells when there is no more.
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(10), same).await.is_err() {
            let (shown, fresh) =
                (format!("{:#?}", comparable(&self.now())), format!("{:#?}", comparable(last.as_ref().unwrap())));
            let pairs = shown.lines().zip(fresh.lines().map(str::trim));
            let at = pairs.take_while(|(shown, fresh)| shown.trim() == *fresh).count();
            panic!("patches lead elsewhere from line {at} on:\n{shown}\ninstead of\n{fresh}");
        }
        self.handle.forget("another").await;
    }
}

impl Mirror {
    fn show(&self, snapshot: Snapshot) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.last() != Some(&snapshot.view.connection) {
            connections.push(snapshot.view.connection.clone());
        }
        drop(connections);
        let streaming: Vec<_> = messages(&snapshot).filter(|it| it.state == MessageState::Streaming).collect();
        let before = self.snapshot.borrow().clone();
        let ended = messages(&before).filter(|it| it.state != MessageState::Streaming);
        let revived = ended.filter(|ended| streaming.iter().any(|it| it.id == ended.id)).map(|it| it.id.clone());
        self.revived.lock().unwrap_or_else(PoisonError::into_inner).extend(revived);
        self.snapshot.send_replace(snapshot);
    }
}

async fn follow(
    handle: InstanceHandle,
    window: String,
    mirror: Arc<Mirror>,
    bridge: Arc<Bridge>,
    mut announcements: mpsc::UnboundedReceiver<Announcement>,
) {
    while let Some(Announcement { feed, revision, batch, .. }) = announcements.recv().await {
        let _turn = mirror.turn.lock().await;
        let mut snapshot = mirror.snapshot.borrow().clone();
        if feed < snapshot.feed {
            // For a view that was left meanwhile.
            continue;
        }
        if feed > snapshot.feed {
            let Ok(fresh) = handle.view(&window, None).await else { return };
            bridge.record(&fresh);
            mirror.show(fresh);
            continue;
        }
        if revision <= snapshot.revision {
            // The window was told to look where it looks by now.
            continue;
        }
        let batch = if batch.is_some() {
            batch
        } else {
            mirror.fetched.lock().unwrap_or_else(PoisonError::into_inner).push(revision);
            let Ok(batch) = handle.fetch(&window, feed, revision).await else { return };
            bridge.record(&batch);
            batch
        };
        mirror::apply(&mut snapshot, batch.expect("a batch that was announced can be fetched"));
        mirror.show(snapshot);
        if handle.acknowledge(&window, feed, revision).await.is_err() {
            return;
        }
    }
}

fn messages(snapshot: &Snapshot) -> impl Iterator<Item = &MessageView> {
    snapshot.transcript.iter().flat_map(|transcript| &transcript.messages)
}

/// Without what belongs to the one feed.
fn comparable(snapshot: &Snapshot) -> Snapshot {
    let mut snapshot = Snapshot { feed: 0, revision: 0, ..snapshot.clone() };
    let messages = snapshot.transcript.iter_mut().flat_map(|transcript| &mut transcript.messages);
    for part in messages.flat_map(|message| &mut message.parts) {
        if let PartBody::Tool { detail, .. } = &mut part.body {
            *detail = None;
        }
    }
    snapshot
}
