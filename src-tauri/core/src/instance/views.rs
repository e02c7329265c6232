//! The windows that look at an instance, and what each of them looks at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::feed::{Feed, Pending, Place, Source};
use crate::model::SessionId;
use crate::protocol::{Announcement, Focus, InstanceId, Snapshot};
use crate::render::{Answer, Colours, Job};
use crate::store::Changes;

/// Where announcements go. The shell implements it with events of its windows.
pub trait Windows: Send + Sync + 'static {
    /// Tells a window that a batch is ready. Must not block.
    fn announce(&self, window: &str, announcement: &Announcement);
}

/// One feed for each window.
pub(super) struct Views {
    instance: InstanceId,
    windows: Arc<dyn Windows>,
    feeds: HashMap<String, Feed>,
    /// The windows that show this instance, and not another.
    shown: BTreeSet<String>,
    /// Where a window read in a session that it no longer looks at, when it had gone back from the end, and what it
    /// had unfolded there.
    places: HashMap<(String, SessionId), Place>,
    /// Prompts that the server is not known to have.
    pending: Vec<Pending>,
    /// Code of all sessions with its colours.
    colours: Colours,
    /// Code is being coloured: no more is given before that is done.
    colouring: bool,
    made: u64,
}

impl Views {
    pub(super) fn new(instance: InstanceId, windows: Arc<dyn Windows>) -> Self {
        Self {
            instance,
            windows,
            feeds: HashMap::new(),
            shown: BTreeSet::new(),
            places: HashMap::new(),
            pending: Vec::new(),
            colours: Colours::default(),
            colouring: false,
            made: 0,
        }
    }

    /// The window's view of what it looks at, or from now on of something else, which makes it a fresh feed. The same
    /// again is the same feed: what the window says of it meanwhile still counts.
    pub(super) fn open(&mut self, window: &str, focus: Option<Focus>, source: &Source<'_>) -> Snapshot {
        if let Some(feed) = self.feeds.get_mut(window)
            && focus.as_ref().is_none_or(|focus| focus == feed.focus())
        {
            return feed.snapshot(source);
        }
        let before = self.feeds.remove(window);
        let focus = focus.or_else(|| before.as_ref().map(|feed| feed.focus().clone())).unwrap_or_default();
        if let Some((session, place)) = before.as_ref().and_then(|feed| Some((feed.session()?, feed.place()?)))
            && let Some(place) = place.kept()
        {
            self.places.insert((window.to_owned(), session.clone()), place);
        }
        // Sessions come and go; nobody returns to one that is gone.
        self.places.retain(|(_, session), _| source.state.session(session).is_some());
        let place = match &focus {
            Focus::Session { id } => self.places.remove(&(window.to_owned(), SessionId(id.clone()))),
            Focus::Start | Focus::Logs | Focus::Events => None,
        };
        self.made += 1;
        let feed = Feed::new(self.instance.clone(), self.made, focus, place.unwrap_or_default());
        let mut feed = feed.coloured_by(&self.colours);
        feed.set_pending(&self.pending);
        let snapshot = feed.snapshot(source);
        self.feeds.insert(window.to_owned(), feed);
        snapshot
    }

    pub(super) fn forget(&mut self, window: &str) {
        self.feeds.remove(window);
        self.places.retain(|(of, _), _| of != window);
    }

    /// The window's feed, if it is still the one that the window speaks of.
    pub(super) fn feed(&mut self, window: &str, number: u64) -> Option<&mut Feed> {
        self.feeds.get_mut(window).filter(|feed| feed.number() == number)
    }

    /// True when some window looks at the session.
    pub(super) fn look_at(&self, session: &SessionId) -> bool {
        self.feeds.values().any(|feed| feed.session() == Some(session))
    }

    /// The sessions that windows look at.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &SessionId> {
        self.feeds.values().filter_map(Feed::session)
    }

    /// These windows show the instance now.
    pub(super) fn show_in(&mut self, windows: BTreeSet<String>) {
        self.shown = windows;
    }

    /// The sessions that a person can see now.
    pub(super) fn on_screen(&self) -> Vec<SessionId> {
        let shown = self.feeds.iter().filter(|(window, _)| self.shown.contains(*window));
        shown.filter_map(|(_, feed)| feed.session().cloned()).collect()
    }

    /// Turns the windows that look at a session to something else. The announcement of a feed that they do not know
    /// makes them ask for the new view.
    pub(super) fn turn_away(&mut self, session: &SessionId, focus: &Focus, source: &Source<'_>) {
        let windows: Vec<String> = self
            .feeds
            .iter()
            .filter(|(_, feed)| feed.session() == Some(session))
            .map(|(window, _)| window.clone())
            .collect();
        for window in windows {
            self.turn(&window, focus.clone(), source);
        }
    }

    /// Turns one window to something else.
    pub(super) fn turn(&mut self, window: &str, focus: Focus, source: &Source<'_>) {
        let Snapshot { instance, feed, revision, .. } = self.open(window, Some(focus), source);
        self.windows.announce(window, &Announcement { instance, feed, revision, batch: None });
    }

    /// The windows that look at the page that invites to a first message.
    pub(super) fn at_start(&self) -> Vec<String> {
        let at_start = self.feeds.iter().filter(|(_, feed)| *feed.focus() == Focus::Start);
        at_start.map(|(window, _)| window.clone()).collect()
    }

    /// What the server is not known to have; windows get what changed with their next batch.
    pub(super) fn set_pending(&mut self, pending: Vec<Pending>) {
        if self.pending != pending {
            self.pending = pending;
            for feed in self.feeds.values_mut() {
                feed.set_pending(&self.pending);
            }
        }
    }

    pub(super) fn touch(&mut self, changes: &Changes) {
        for feed in self.feeds.values_mut() {
            feed.touch(changes);
        }
    }

    /// Code that windows have and that waits for its colours. One at a time: the next is chosen from what they have when
    /// it is done, so that what waits never grows beyond that.
    pub(super) fn job(&mut self) -> Option<Job> {
        if self.colouring {
            return None;
        }
        // What a person has just unfolded comes first.
        let job = self.colours.job().or_else(|| self.feeds.values_mut().find_map(Feed::job));
        self.colouring = job.is_some();
        job
    }

    /// The feeds with their windows.
    pub(super) fn feeds(&mut self) -> impl Iterator<Item = (&String, &mut Feed)> {
        self.feeds.iter_mut()
    }

    /// Code with its colours.
    pub(super) fn colours(&self) -> &Colours {
        &self.colours
    }

    /// Takes what came of a job.
    pub(super) fn colour(&mut self, answer: &Answer) {
        self.colouring = false;
        let came = self.colours.colour(answer);
        for feed in self.feeds.values_mut() {
            if came {
                feed.recolour();
            }
            feed.colour(answer);
        }
    }

    /// Gives each window that has credit its next batch.
    pub(super) fn flush(&mut self, source: &Source<'_>) {
        for (window, feed) in &mut self.feeds {
            if let Some(announcement) = feed.next(source) {
                self.windows.announce(window, &announcement);
            }
        }
    }
}
