//! The text caret while nobody types. GTK's own entries stop blinking after a while; `WebKitGTK` goes on for ever, and each
//! blink keeps the drawing awake: half of what an idle window costs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use gtk::glib::{self, Propagation, SourceId};
use gtk::prelude::{GtkSettingsExt, WidgetExt};
use tauri::{Runtime, WebviewWindow};

const BLINK: &str = "gtk-cursor-blink";
const BLINK_TIME: &str = "gtk-cursor-blink-time";

/// Lets the caret of a window stand still when nothing was typed or clicked in it for as long as the desktop's settings
/// say for a caret (`gtk-cursor-blink-timeout`).
pub(super) fn rest_when_idle<R: Runtime>(window: &WebviewWindow<R>) {
    let attached = window.with_webview(|webview| {
        let Some(settings) = gtk::Settings::default() else { return };
        let caret = Rc::new(Caret {
            settings,
            stirred: Cell::new(Instant::now()),
            rests: Cell::new(false),
            timer: RefCell::new(None),
        });
        let view = webview.inner();
        let stir = |caret: &Rc<Caret>| {
            let caret = caret.clone();
            move || {
                caret.stir();
                Propagation::Proceed
            }
        };
        let (key, button, focus) = (stir(&caret), stir(&caret), stir(&caret));
        view.connect_key_press_event(move |_, _| key());
        view.connect_button_press_event(move |_, _| button());
        view.connect_focus_in_event(move |_, _| focus());
        caret.stir();
    });
    if let Err(error) = attached {
        tracing::warn!(%error, "the caret will blink for ever");
    }
}

struct Caret {
    settings: gtk::Settings,
    /// When something was typed or clicked last.
    stirred: Cell<Instant>,
    /// The settings are changed.
    rests: Cell<bool>,
    timer: RefCell<Option<SourceId>>,
}

impl Caret {
    /// The person does something: it blinks as the desktop has it.
    fn stir(self: &Rc<Self>) {
        self.stirred.set(Instant::now());
        if self.rests.replace(false) {
            self.settings.reset_property(BLINK);
            self.settings.reset_property(BLINK_TIME);
        }
        if self.timer.borrow().is_none() {
            self.look_after(self.timeout());
        }
    }

    fn look_after(self: &Rc<Self>, delay: Duration) {
        let caret = self.clone();
        let timer = glib::timeout_add_local_once(delay, move || {
            caret.timer.take();
            caret.look();
        });
        self.timer.replace(Some(timer));
    }

    fn look(self: &Rc<Self>) {
        if self.rests.get() {
            // The web process starts no timer for a blink that is so far away; without blinking it asks all the time
            // whether that is still so.
            self.settings.set_gtk_cursor_blink_time(i32::MAX);
            self.settings.set_gtk_cursor_blink(true);
            return;
        }
        let idle = self.stirred.get().elapsed();
        let timeout = self.timeout();
        if idle < timeout {
            self.look_after(timeout.saturating_sub(idle));
            return;
        }
        // At its next blink it is shown, and stays.
        let blink = u64::try_from(self.settings.gtk_cursor_blink_time()).unwrap_or_default();
        self.rests.set(true);
        self.settings.set_gtk_cursor_blink(false);
        self.look_after(Duration::from_millis(blink));
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.settings.gtk_cursor_blink_timeout()).unwrap_or_default())
    }
}
