use outrider_core::app::App;
use tauri::State;

use super::Answer;

#[tauri::command]
pub(super) async fn restart_instance(app: State<'_, App>, instance: String) -> Answer<()> {
    app.instance(&instance).await?.restart().await
}

#[tauri::command]
pub(super) async fn retry_connection(app: State<'_, App>, instance: String) -> Answer<()> {
    app.instance(&instance).await?.retry().await
}

#[tauri::command]
pub(super) async fn dismiss_notice(app: State<'_, App>, instance: String, number: u32) -> Answer<()> {
    app.instance(&instance).await?.dismiss_notice(number).await
}
