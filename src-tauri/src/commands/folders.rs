use outrider_core::app::App;
use outrider_core::protocol::{AppView, InstanceId, Problem};
use tauri::{AppHandle, Manager, Runtime, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use super::{Answer, bounds};

#[tauri::command]
pub(super) async fn attach<R: Runtime>(app: State<'_, App>, window: WebviewWindow<R>) -> Answer<AppView> {
    app.attach(window.label()).await
}

#[tauri::command]
pub(super) async fn pick_folder<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    handle: AppHandle<R>,
) -> Answer<Option<InstanceId>> {
    let (picked_in, picked) = tokio::sync::oneshot::channel();
    let home = handle.path().home_dir().unwrap_or_default();
    handle.dialog().file().set_title("Open folder").set_directory(home).pick_folder(move |folder| {
        picked_in.send(folder).ok();
    });
    let Some(folder) = picked.await.ok().flatten() else { return Ok(None) };
    let path = folder.into_path().map_err(|error| Problem::new("folder_missing", format!("{error}.")))?;
    app.open_folder(Some(window.label()), path).await.map(Some)
}

/// Only what the person opened before: a new folder comes from a dialog, a drop or the command line, which no script in
/// the window can make up.
#[tauri::command]
pub(super) async fn open_folder<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    path: String,
) -> Answer<InstanceId> {
    bounds::check("path", bounds::PATH, [path.as_str()])?;
    app.open_again(window.label(), &path).await
}

#[tauri::command]
pub(super) async fn select_instance<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: Option<String>,
) -> Answer<()> {
    app.select_instance(window.label(), instance.as_deref()).await
}

#[tauri::command]
pub(super) async fn close_instance(app: State<'_, App>, instance: String) -> Answer<()> {
    app.close_instance(&instance).await
}

#[tauri::command]
pub(super) async fn dismiss_problem(app: State<'_, App>, code: String) -> Answer<()> {
    app.dismiss(&code).await;
    Ok(())
}
