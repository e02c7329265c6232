use outrider_core::app::App;
use outrider_core::protocol::DraftView;
use tauri::State;

use super::Answer;

#[tauri::command]
pub(super) async fn drafts(app: State<'_, App>, instance: String) -> Answer<Vec<DraftView>> {
    app.instance(&instance).await?.drafts().await
}

#[tauri::command]
pub(super) async fn save_draft(
    app: State<'_, App>,
    instance: String,
    session: Option<String>,
    text: String,
) -> Answer<()> {
    app.instance(&instance).await?.save_draft(session.as_deref(), &text).await
}

#[tauri::command]
pub(super) async fn retry_prompt(app: State<'_, App>, instance: String, message: String) -> Answer<()> {
    app.instance(&instance).await?.retry_prompt(&message).await
}

#[tauri::command]
pub(super) async fn take_back_prompt(app: State<'_, App>, instance: String, message: String) -> Answer<DraftView> {
    app.instance(&instance).await?.take_back(&message).await
}

#[tauri::command]
pub(super) async fn discard_prompt(app: State<'_, App>, instance: String, message: String) -> Answer<()> {
    app.instance(&instance).await?.discard(&message).await
}
