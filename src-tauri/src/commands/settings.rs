use outrider_core::app::App;
use outrider_core::protocol::{Problem, Settings};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_opener::OpenerExt;

use super::{Answer, bounds};
use crate::links;

#[tauri::command]
pub(super) async fn update_settings(app: State<'_, App>, settings: Settings) -> Answer<()> {
    bounds::check("path of the binary", bounds::PATH, settings.opencode_path.as_deref())?;
    app.update_settings(settings).await
}

#[tauri::command]
pub(super) async fn open_link<R: Runtime>(handle: AppHandle<R>, url: String) -> Answer<()> {
    bounds::check("link", bounds::LINK, [url.as_str()])?;
    let link = links::check(&url)?;
    let opened = handle.opener().open_url(link.as_str(), None::<&str>);
    opened.map_err(|error| Problem::new("link_not_opened", format!("The link could not be opened: {error}.")))
}

/// An error in the window's own code: kept with the app's log, where a bug report finds it.
#[tauri::command]
pub(super) async fn report_error(message: String) -> Answer<()> {
    let message: String = message.chars().take(4_000).collect();
    tracing::error!(message, "an error in the window");
    Ok(())
}
