//! Images of messages, at addresses of their own: the webview fetches one when it comes into view, and lets it go.

use outrider_core::app::App;
use outrider_core::protocol::Picture;
use tauri::http::{HeaderValue, Response, StatusCode, Uri, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme of the addresses: `picture://localhost/INSTANCE/SESSION/MESSAGE/PART/NUMBER`, on Windows
/// `http://picture.localhost/…`.
pub(crate) const SCHEME: &str = "picture";

/// Answers for the scheme.
pub(crate) fn answer<R: Runtime>(
    context: &UriSchemeContext<'_, R>,
    request: tauri::http::Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    // A page that is loaded before the set-up has run has no images.
    let app = context.app_handle().try_state::<App>().map(|app| app.inner().clone());
    tauri::async_runtime::spawn(async move {
        let found = match app {
            Some(app) => find(&app, request.uri()).await,
            None => None,
        };
        responder.respond(response(found));
    });
}

async fn find(app: &App, uri: &Uri) -> Option<Picture> {
    let mut path = uri.path().trim_start_matches('/').split('/');
    let mut next = || path.next().filter(|part| !part.is_empty());
    let (instance, session, message, part) = (next()?, next()?, next()?, next()?);
    let number = next()?.parse().ok()?;
    app.instance(instance).await.ok()?.picture(session, message, part, number).await.ok()?
}

fn response(found: Option<Picture>) -> Response<Vec<u8>> {
    let mut response = Response::default();
    let headers = response.headers_mut();
    // An image that is opened by itself may do no more than one that is part of a page.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match found {
        Some(picture) => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(picture.mime));
            *response.body_mut() = picture.bytes;
        }
        None => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}
