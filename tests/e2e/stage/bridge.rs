//! Where the core's announcements go: to the windows that are open, and into a record.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use outrider_core::app::AppWindows;
use outrider_core::instance::Windows;
use outrider_core::protocol::{Announcement, AppView};
use serde::Serialize;
use tokio::sync::mpsc;

#[derive(Default)]
pub struct Bridge {
    /// By window and instance.
    panes: Mutex<HashMap<(String, String), mpsc::UnboundedSender<Announcement>>>,
    /// The app as each window was last told.
    apps: Mutex<HashMap<String, AppView>>,
    told: Mutex<Vec<String>>,
}

impl Bridge {
    /// The announcements for one window of one instance from now on.
    pub fn listen(&self, window: &str, instance: &str) -> mpsc::UnboundedReceiver<Announcement> {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.panes).insert((window.to_owned(), instance.to_owned()), sender);
        receiver
    }

    /// Notes something that a window got.
    pub fn record(&self, got: &impl Serialize) {
        lock(&self.told).push(serde_json::to_string(got).unwrap());
    }

    /// Everything that windows got so far, as JSON.
    pub fn told(&self) -> Vec<String> {
        lock(&self.told).clone()
    }

    /// The app as the window was last told.
    pub fn app(&self, window: &str) -> Option<AppView> {
        lock(&self.apps).get(window).cloned()
    }
}

impl Windows for Bridge {
    fn announce(&self, window: &str, announcement: &Announcement) {
        self.record(announcement);
        let key = (window.to_owned(), announcement.instance.clone());
        if let Some(pane) = lock(&self.panes).get(&key) {
            pane.send(announcement.clone()).ok();
        }
    }
}

impl AppWindows for Bridge {
    fn app_changed(&self, window: &str, view: &AppView) {
        self.record(view);
        lock(&self.apps).insert(window.to_owned(), view.clone());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
