//! A panic is said: on standard error, where a bug report finds it, and in the window. It shows where, and not what the
//! program worked on: that may be a person's text, or a key.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

use outrider_core::app::App;
use outrider_core::protocol::Problem;
use outrider_core::secrets::conceal_named;
use tokio::sync::mpsc;

/// How many panics wait to be shown; more are only written out.
const WAITING: usize = 16;

/// How much of a panic's words is shown, in characters.
const LONGEST: usize = 300;

/// From now on a panic is written out and goes to the receiver, instead of what the standard library does.
pub(crate) fn watch() -> mpsc::Receiver<Problem> {
    let (panics, waiting) = mpsc::channel(WAITING);
    std::panic::set_hook(Box::new(move |info| {
        let problem = problem(info);
        let detail = problem.detail.as_deref().unwrap_or_default();
        eprintln!("Outrider panicked. {detail}");
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            eprintln!("{backtrace}");
        }
        // When too many wait, the window shows enough of them.
        panics.try_send(problem).ok();
    }));
    waiting
}

/// Shows panics in the window, as long as the app's task lives.
pub(crate) async fn report(mut panics: mpsc::Receiver<Problem>, app: App) {
    while let Some(problem) = panics.recv().await {
        app.report(problem).await;
    }
}

fn problem(info: &PanicHookInfo<'_>) -> Problem {
    let place = info.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
    let thread = std::thread::current().name().unwrap_or("without a name").to_owned();
    let words = info.payload_as_str().map(without_values).unwrap_or_default();
    let message = "Something in Outrider itself went wrong. What is shown may be incomplete: close the folder and open \
                   it again, or start Outrider again.";
    Problem::new("internal_error", message).with_detail(format!("At {place}, in the thread {thread}: {words}"))
}

/// A panic's words without what they quote.
fn without_values(words: &str) -> String {
    let mut plain = String::new();
    let mut rest = words;
    while let Some(start) = rest.find(['"', '`']) {
        plain.push_str(&rest[..start]);
        plain.push('…');
        let quote = &rest[start..=start];
        let after = &rest[start + 1..];
        // The last such quote in the text: what is quoted may hold quotes itself.
        rest = after.rfind(quote).map_or("", |end| &after[end + 1..]);
    }
    plain.push_str(rest);
    let plain: String = plain.chars().map(|char| if char.is_control() { ' ' } else { char }).take(LONGEST).collect();
    conceal_named(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_without_what_it_quotes() {
        let before = std::panic::take_hook();
        let mut panics = watch();
        let worked = std::thread::Builder::new().name("worker".to_owned()).spawn(|| {
            let secret: Result<(), String> = Err("it's a \"canary\"".to_owned());
            assert!(secret.is_ok(), "called `unwrap()` on {secret:?} with API_KEY=canary");
        });
        assert!(worked.unwrap().join().is_err());
        std::panic::set_hook(before);
        let problem = panics.try_recv().unwrap();
        let detail = problem.detail.unwrap();
        assert_eq!(problem.code, "internal_error");
        assert!(detail.contains("panics.rs:") && detail.contains("worker") && detail.contains("called"), "{detail}");
        assert!(!detail.contains("canary"), "{detail}");
    }

    #[test]
    fn words_keep_what_is_not_quoted() {
        for (words, plain) in [
            (
                "index out of bounds: the len is 3 but the index is 7",
                "index out of bounds: the len is 3 but the index is 7",
            ),
            ("byte index 1 is not a char boundary of `canary `x` canary`", "byte index 1 is not a char boundary of …"),
            ("left: \"canary\n", "left: …"),
            ("", ""),
        ] {
            assert_eq!(without_values(words), plain);
        }
        assert_eq!(without_values(&"é".repeat(1_000)).chars().count(), LONGEST);
    }
}
