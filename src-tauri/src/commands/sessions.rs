use outrider_core::app::App;
use outrider_core::protocol::Snapshot;
use tauri::{Runtime, State, WebviewWindow};

use super::{Answer, bounds};

#[tauri::command]
pub(super) async fn new_session<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
) -> Answer<Snapshot> {
    app.instance(&instance).await?.new_session(window.label()).await
}

#[tauri::command]
pub(super) async fn send_prompt<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    session: Option<String>,
    text: String,
) -> Answer<String> {
    bounds::check("prompt", bounds::PROMPT, [text.as_str()])?;
    let instance = app.instance(&instance).await?;
    instance.prompt(window.label(), session.as_deref(), &text).await.map(|message| message.0)
}

#[tauri::command]
pub(super) async fn stop_session(app: State<'_, App>, instance: String, session: String) -> Answer<()> {
    app.instance(&instance).await?.abort(&session).await
}

#[tauri::command]
pub(super) async fn close_tab(app: State<'_, App>, instance: String, session: String) -> Answer<()> {
    app.instance(&instance).await?.close_tab(&session).await
}

#[tauri::command]
pub(super) async fn delete_session(app: State<'_, App>, instance: String, session: String) -> Answer<()> {
    app.instance(&instance).await?.delete_session(&session).await
}
