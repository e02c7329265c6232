//! The core's announcements as Tauri events, to the one window that each is for.

use outrider_core::app::AppWindows;
use outrider_core::instance::Windows;
use outrider_core::protocol::{Announcement, AppView};
use serde::Serialize;
use tauri::{AppHandle, Emitter, EventTarget, Runtime};

/// A batch is ready, or a window's view was replaced.
const FEED: &str = "outrider:feed";
/// Instances, settings or problems changed.
const APP: &str = "outrider:app";
/// A folder hovers over the window, or no longer.
const DRAG: &str = "outrider:drag";

pub(crate) struct Bridge<R: Runtime> {
    app: AppHandle<R>,
}

#[derive(Clone, Serialize)]
struct Drag {
    over: bool,
}

impl<R: Runtime> Bridge<R> {
    pub(crate) fn new(app: AppHandle<R>) -> Self {
        Self { app }
    }

    pub(crate) fn drag(&self, window: &str, over: bool) {
        self.emit(window, DRAG, Drag { over });
    }

    fn emit(&self, window: &str, event: &str, payload: impl Serialize + Clone) {
        // A window that is gone hears nothing; it will be forgotten.
        if let Err(error) = self.app.emit_to(EventTarget::webview_window(window), event, payload) {
            tracing::debug!(window, event, %error, "an event found no window");
        }
    }
}

impl<R: Runtime> Windows for Bridge<R> {
    fn announce(&self, window: &str, announcement: &Announcement) {
        self.emit(window, FEED, announcement);
    }
}

impl<R: Runtime> AppWindows for Bridge<R> {
    fn app_changed(&self, window: &str, view: &AppView) {
        self.emit(window, APP, view);
    }
}
