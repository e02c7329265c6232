//! How the app ends: no server outlives it.

use std::sync::atomic::{AtomicBool, Ordering};

use outrider_core::app::App;
use tauri::{AppHandle, Manager, RunEvent, Runtime};

use crate::diagrams;

/// Set once all servers are stopped, so that the exit asked for then goes through.
static STOPPED: AtomicBool = AtomicBool::new(false);
/// Set when the stop has begun: asking twice does not hurry it.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Holds the exit back until every server and what it started is gone.
pub(crate) fn on_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    let RunEvent::ExitRequested { api, code, .. } = event else { return };
    if STOPPED.load(Ordering::SeqCst) {
        return;
    }
    api.prevent_exit();
    if STOPPING.swap(true, Ordering::SeqCst) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // Each stop has limits of its own; this ends in any case.
        app.state::<App>().shut_down().await;
        diagrams::end(&app);
        STOPPED.store(true, Ordering::SeqCst);
        app.exit(code.unwrap_or(0));
    });
}

/// Ends the app in order when the system asks it to, as at the end of a session or with Ctrl+C.
pub(crate) fn end_on_signals<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if asked_to_end().await {
            app.exit(0);
        }
    });
}

#[cfg(unix)]
async fn asked_to_end() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let [Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)] = kinds.map(signal) else { return false };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
    true
}

#[cfg(not(unix))]
async fn asked_to_end() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
