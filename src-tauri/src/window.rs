//! The main window: where it may go, and what is dropped on it.

use std::path::{Path, PathBuf};

use outrider_core::app::App;
use tauri::webview::{NewWindowResponse, WebviewWindowBuilder};
use tauri::{AppHandle, DragDropEvent, Manager, Runtime, Url, WebviewWindow, WindowEvent};

use crate::bridge::Bridge;
use crate::diagrams;
use crate::quitting;

/// The label of the main window, as the capability names it.
const MAIN: &str = "main";

/// Opens the main window. What the webview itself keeps lies below the profile.
pub(crate) fn open_main<R: Runtime>(app: &AppHandle<R>, profile: &Path) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == MAIN).cloned() else {
        return Ok(());
    };
    let builder = WebviewWindowBuilder::from_config(app, &config)?
        .data_directory(profile.join("webview"))
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    let window = match nowhere() {
        Some(proxy) => builder.proxy_url(proxy),
        None => builder,
    }
    .build()?;
    reload_after_crash(&window);
    #[cfg(target_os = "linux")]
    crate::caret::rest_when_idle(&window);
    #[cfg(debug_assertions)]
    write_console_out(&window);
    let app = app.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::DragDrop(event) => drop_folders(&app, event),
        WindowEvent::Focused(true) => {
            let core = app.state::<App>().inner().clone();
            tauri::async_runtime::spawn(async move { core.check().await });
        }
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            quitting::ask(&app, MAIN);
        }
        WindowEvent::Destroyed => {
            let core = app.state::<App>().inner().clone();
            tauri::async_runtime::spawn(async move { core.detach(MAIN).await });
            // A window that nobody sees keeps no app alive.
            diagrams::close(&app);
        }
        _ => {}
    });
    Ok(())
}

/// The proxy of the webview: an address where nothing listens, and only root could. The page comes from the app, so the
/// webview needs no network, and the content policy does not cover everything: `preconnect` and a navigation that is then
/// refused open connections.
pub(crate) fn nowhere() -> Option<Url> {
    // The development server is reached over the network.
    cfg!(feature = "custom-protocol").then(|| Url::parse("http://127.0.0.1:1").ok()).flatten()
}

/// True for the app's own page; every other address stays unvisited.
fn is_own_page(url: &Url) -> bool {
    let packaged =
        matches!((url.scheme(), url.host_str()), ("tauri", Some("localhost")) | ("http", Some("tauri.localhost")));
    let developed = cfg!(debug_assertions)
        && cfg!(not(feature = "custom-protocol"))
        && matches!((url.scheme(), url.host_str(), url.port()), ("http", Some("localhost"), Some(5199)));
    packaged || developed || url.as_str() == "about:blank"
}

fn drop_folders<R: Runtime>(app: &AppHandle<R>, event: &DragDropEvent) {
    let bridge = Bridge::new(app.clone());
    match event {
        DragDropEvent::Enter { .. } => bridge.drag(MAIN, true),
        DragDropEvent::Leave => bridge.drag(MAIN, false),
        DragDropEvent::Drop { paths, .. } => {
            bridge.drag(MAIN, false);
            let core = app.state::<App>().inner().clone();
            tauri::async_runtime::spawn(open_dropped(core, paths.clone()));
        }
        _ => {}
    }
}

async fn open_dropped(core: App, paths: Vec<PathBuf>) {
    for path in paths {
        if let Err(problem) = core.open_folder(Some(MAIN), path).await {
            core.report(problem).await;
        }
    }
}

/// A web process that crashed leaves an empty window; the page loaded anew shows what the core has.
#[cfg(target_os = "linux")]
fn reload_after_crash<R: Runtime>(window: &WebviewWindow<R>) {
    use webkit2gtk::WebViewExt;
    let attached = window.with_webview(|webview| {
        webview.inner().connect_web_process_terminated(|webview, reason| {
            tracing::warn!(?reason, "the web process ended; loading the page anew");
            webview.reload();
        });
    });
    if let Err(error) = attached {
        tracing::warn!(%error, "a crash of the web process will not be noticed");
    }
}

#[cfg(not(target_os = "linux"))]
fn reload_after_crash<R: Runtime>(_window: &WebviewWindow<R>) {}

/// While the app is developed, what the page writes to its console, refusals of the content policy too, goes to standard
/// output.
#[cfg(all(debug_assertions, target_os = "linux"))]
fn write_console_out<R: Runtime>(window: &WebviewWindow<R>) {
    use webkit2gtk::{SettingsExt, WebViewExt};
    let attached = window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_enable_write_console_messages_to_stdout(true);
        }
    });
    if let Err(error) = attached {
        tracing::warn!(%error, "the page's console will not be seen");
    }
}

#[cfg(all(debug_assertions, not(target_os = "linux")))]
fn write_console_out<R: Runtime>(_window: &WebviewWindow<R>) {}

/// `WebKitGTK` shows nothing, or crashes, with DMA buffers on some drivers. Must be called before any thread starts.
#[cfg(target_os = "linux")]
pub(crate) fn avoid_broken_rendering() {
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(VARIABLE).is_none() {
        #[expect(unsafe_code, reason = "no other thread runs yet, so nobody reads the environment meanwhile")]
        // SAFETY: called first thing in `main`, before any thread is started.
        unsafe {
            std::env::set_var(VARIABLE, "1");
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn avoid_broken_rendering() {}

#[cfg(test)]
mod tests {
    use super::is_own_page;

    #[test]
    fn the_window_never_leaves_its_own_page() {
        let at = |url: &str| is_own_page(&url.parse().unwrap());
        assert!(at("tauri://localhost/index.html"));
        for url in [
            "https://example.org",
            "http://127.0.0.1:4096/",
            "file:///etc/passwd",
            "data:text/html,x",
            "tauri://other/",
            "diagram://localhost/",
        ] {
            assert!(!at(url), "{url}");
        }
    }
}
