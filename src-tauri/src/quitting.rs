//! Quitting while something works: the window asks once.
//!
//! Only closing the window asks. A signal, the end of the desktop's session, or a second attempt while the question
//! stands ends the app at once, and so does a window that does not show the question: whoever closes a window that is
//! stuck wants it gone, and no work is worth an app that cannot be quit. Another dialog, drawn by the same process, would
//! as likely be stuck.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use outrider_core::app::App;
use serde::Serialize;
use tauri::{AppHandle, Emitter, EventTarget, Manager, Runtime};

/// Asks the window to ask the person.
const QUIT: &str = "outrider:quit";

/// How long the window may take to show the question.
const SHOW_LIMIT: Duration = Duration::from_secs(3);

/// Where the question stands.
#[derive(Debug, Default)]
pub(crate) struct Quitting(Mutex<Question>);

/// Pure; each question has a number, so that a late answer or limit is not taken for one of another.
#[derive(Debug, Default)]
struct Question {
    number: u32,
    stands: Option<Standing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is being found out whether anything works, and the window is asked to ask.
    Asked,
    /// The person sees it.
    Shown,
}

impl Question {
    /// The person closes the window. The number of the question to ask; none when one stands already: then this is the
    /// answer.
    fn begin(&mut self) -> Option<u32> {
        if self.stands.is_some() {
            return None;
        }
        self.number += 1;
        self.stands = Some(Standing::Asked);
        Some(self.number)
    }

    fn shown(&mut self) {
        if self.stands.is_some() {
            self.stands = Some(Standing::Shown);
        }
    }

    fn end(&mut self) {
        self.stands = None;
    }

    /// The window has not shown this question.
    fn is_ignored(&self, number: u32) -> bool {
        self.number == number && self.stands == Some(Standing::Asked)
    }
}

#[derive(Clone, Serialize)]
struct Quit {
    /// In how many folders something works.
    folders: usize,
}

impl Quitting {
    fn with<T>(&self, change: impl FnOnce(&mut Question) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The window shows the question.
    pub(crate) fn shown(&self) {
        self.with(Question::shown);
    }

    /// The person keeps the app, or the page that asked was loaded anew.
    pub(crate) fn keep(&self) {
        self.with(Question::end);
    }
}

/// The person closes the window: the app ends, after a question where something works.
pub(crate) fn ask<R: Runtime>(app: &AppHandle<R>, window: &'static str) {
    let Some(number) = app.state::<Quitting>().with(Question::begin) else {
        app.exit(0);
        return;
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let folders = app.state::<App>().working().await;
        let told = folders > 0 && app.emit_to(EventTarget::webview_window(window), QUIT, Quit { folders }).is_ok();
        if !told {
            app.exit(0);
            return;
        }
        if let Some(window) = app.get_webview_window(window) {
            // The question is of no use below other windows.
            window.unminimize().ok();
            window.set_focus().ok();
        }
        tokio::time::sleep(SHOW_LIMIT).await;
        if app.state::<Quitting>().with(|question| question.is_ignored(number)) {
            tracing::warn!("the window does not show the question whether to quit: quitting");
            app.exit(0);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_attempt_while_the_question_stands_is_the_answer() {
        let mut question = Question::default();
        let first = question.begin();
        assert!(first.is_some());
        assert_eq!(question.begin(), None);
        question.shown();
        assert_eq!(question.begin(), None);
        question.end();
        assert!(question.begin().is_some_and(|second| Some(second) != first), "asked anew");
    }

    #[test]
    fn only_the_question_that_was_never_shown_is_ignored() {
        let mut question = Question::default();
        let first = question.begin().unwrap();
        assert!(question.is_ignored(first));
        question.shown();
        assert!(!question.is_ignored(first));
        question.end();
        assert!(!question.is_ignored(first));
        let second = question.begin().unwrap();
        assert!(!question.is_ignored(first) && question.is_ignored(second));
        question.end();
        question.shown();
        assert!(question.begin().is_some(), "a late word of the window stands for nothing");
    }
}
