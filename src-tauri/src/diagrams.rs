//! Diagrams, drawn in a process of their own.
//!
//! The library that draws them is large, slow, and reads what a model wrote. A window that nobody sees holds it, in a web
//! process of its own, which is made for the first diagram, given back when none is wanted for a while, and ended when it
//! takes too long: the main window never waits for it. That window may call no command (no capability names it) and has
//! no network. Within it the library runs in a sandboxed frame without an origin, which may do nothing but hand over
//! text. The main window shows that text as an image.

mod desk;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use outrider_core::protocol::Problem;
use tauri::http::{HeaderValue, Response, StatusCode, header};
use tauri::webview::{NewWindowResponse, WebviewWindowBuilder};
use tauri::{AppHandle, Manager, Runtime, UriSchemeContext, UriSchemeResponder, Url, WebviewUrl};
use tokio::sync::oneshot;

use desk::{Desk, Drawn};
pub(crate) use desk::{Picture, Request};

use crate::window::nowhere;

/// The scheme of the window's documents; on Windows they are below `http://diagram.localhost/`.
pub(crate) const SCHEME: &str = "diagram";

/// The label of the window.
const LABEL: &str = "diagrams";
/// How long a diagram may take, with the loading of the window and the library.
const LIMIT: Duration = Duration::from_secs(15);
/// After so long without a diagram the window is closed.
const IDLE: Duration = Duration::from_secs(30);

const PAGE: &str = "<!doctype html><meta charset=\"utf-8\"><title>Diagrams</title><body>\
    <iframe sandbox=\"allow-scripts\" width=\"1200\" height=\"800\"></iframe><script src=\"/relay.js\"></script>";
const PAGE_POLICY: &str = "default-src 'none'; script-src diagram://localhost http://diagram.localhost; \
    connect-src diagram://localhost http://diagram.localhost; frame-src diagram://localhost http://diagram.localhost; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const FRAME: &str =
    "<!doctype html><meta charset=\"utf-8\"><title>Diagrams</title><body><script src=\"/frame.js\"></script>";
/// Pictures are styled within themselves, which is why styles are allowed.
const FRAME_POLICY: &str = "default-src 'none'; script-src diagram://localhost http://diagram.localhost; \
    style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox allow-scripts; \
    frame-ancestors diagram://localhost http://diagram.localhost";

/// What is being drawn.
#[derive(Default)]
pub(crate) struct Diagrams {
    /// One at a time; the others wait here.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    desk: Desk<UriSchemeResponder, oneshot::Sender<Drawn>>,
    /// How many were asked for: none since means that the window is idle.
    asked: u64,
}

impl Diagrams {
    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Draws a diagram.
///
/// # Errors
/// `diagram_not_drawn`, with the reason.
pub(crate) async fn draw<R: Runtime>(app: &AppHandle<R>, profile: &Path, request: Request) -> Result<Picture, Problem> {
    let failed = |why: &str| Problem::new("diagram_not_drawn", why);
    let diagrams = app.state::<Diagrams>();
    let turn = diagrams.turn.lock().await;
    if let Err(error) = open(app, profile) {
        tracing::warn!(%error, "the window for diagrams does not open");
        return Err(failed("the drawing did not start."));
    }
    let (asker, answer) = oneshot::channel();
    let (met, number) = diagrams.with(|state| {
        state.asked += 1;
        (state.desk.put(request, asker), state.asked)
    });
    hand_over(met);
    let came = tokio::time::timeout(LIMIT, answer).await;
    let Ok(Ok(drawn)) = came else {
        close(app);
        return Err(failed("it took too long."));
    };
    drop(turn);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(IDLE).await;
        let diagrams = app.state::<Diagrams>();
        let _turn = diagrams.turn.lock().await;
        if diagrams.with(|state| state.asked == number) {
            close(&app);
        }
    });
    drawn.map_err(|why| failed(&why))
}

fn open<R: Runtime>(app: &AppHandle<R>, profile: &Path) -> tauri::Result<()> {
    if app.get_webview_window(LABEL).is_some() {
        return Ok(());
    }
    let address = if cfg!(windows) { "http://diagram.localhost/" } else { "diagram://localhost/" };
    let Ok(url) = Url::parse(address) else { return Ok(()) };
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::CustomProtocol(url))
        .title("Diagrams")
        .visible(false)
        .focused(false)
        .skip_taskbar(true)
        .data_directory(profile.join("webview"))
        .on_navigation(|url| {
            url.scheme() == SCHEME || url.host_str() == Some("diagram.localhost") || url.as_str() == "about:blank"
        })
        .on_new_window(|_, _| NewWindowResponse::Deny);
    match nowhere() {
        Some(proxy) => builder.proxy_url(proxy),
        None => builder,
    }
    .build()?;
    Ok(())
}

/// Ends the window and its web process, whatever that does.
pub(crate) fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(diagrams) = app.try_state::<Diagrams>() {
        diagrams.with(|state| state.desk.clear());
    }
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the window for diagrams does not close");
    }
}

/// The app ends: the web process does at once, also in the middle of a drawing.
pub(crate) fn end<R: Runtime>(app: &AppHandle<R>) {
    #[cfg(target_os = "linux")]
    if let Some(window) = app.get_webview_window(LABEL) {
        use webkit2gtk::WebViewExt;
        if let Err(error) = window.with_webview(|webview| webview.inner().terminate_web_process()) {
            tracing::warn!(%error, "the process for diagrams does not end");
        }
    }
    close(app);
}

/// Answers for the scheme, to that window alone.
pub(crate) fn answer<R: Runtime>(
    context: &UriSchemeContext<'_, R>,
    request: &tauri::http::Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    if context.webview_label() != LABEL {
        return responder.respond(response(StatusCode::NOT_FOUND, "text/plain", "default-src 'none'", b"".as_slice()));
    }
    let (html, script) = ("text/html; charset=utf-8", "text/javascript; charset=utf-8");
    let app = context.app_handle();
    let found = match request.uri().path() {
        "/" => Some((html, PAGE_POLICY, Cow::Borrowed(PAGE.as_bytes()))),
        "/relay.js" => Some((script, PAGE_POLICY, Cow::Borrowed(include_bytes!("diagrams/relay.js").as_slice()))),
        "/frame" => Some((html, FRAME_POLICY, Cow::Borrowed(FRAME.as_bytes()))),
        "/frame.js" => app
            .asset_resolver()
            .get("diagram/frame.js".to_owned())
            .map(|asset| (script, FRAME_POLICY, Cow::Owned(asset.bytes))),
        "/next" => return hand_over(app.state::<Diagrams>().with(|state| state.desk.ask(responder))),
        "/done" => {
            if let Some((asker, drawn)) = app.state::<Diagrams>().with(|state| state.desk.done(request.body())) {
                asker.send(drawn).ok();
            }
            Some(("text/plain", PAGE_POLICY, Cow::Borrowed(b"".as_slice())))
        }
        _ => None,
    };
    responder.respond(match found {
        Some((kind, policy, body)) => response(StatusCode::OK, kind, policy, body),
        None => response(StatusCode::NOT_FOUND, "text/plain", PAGE_POLICY, b"".as_slice()),
    });
}

/// Gives the page what it waited for.
fn hand_over(met: Option<(UriSchemeResponder, Request)>) {
    if let Some((page, request)) = met {
        let body = serde_json::to_vec(&request).unwrap_or_default();
        page.respond(response(StatusCode::OK, "application/json", PAGE_POLICY, body));
    }
}

fn response(
    status: StatusCode,
    kind: &'static str,
    policy: &'static str,
    body: impl Into<Cow<'static, [u8]>>,
) -> Response<Cow<'static, [u8]>> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
