use outrider_core::app::App;
use outrider_core::protocol::{EventDetail, EventPage, EventQuery, Problem, SavedRecording};
use tauri::{AppHandle, Manager, Runtime, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use super::Answer;

#[tauri::command]
pub(super) async fn read_events<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    query: EventQuery,
) -> Answer<EventPage> {
    Ok(app.instance(&instance).await?.events(window.label(), &query))
}

#[tauri::command]
pub(super) async fn read_event<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    number: u64,
) -> Answer<Option<EventDetail>> {
    Ok(app.instance(&instance).await?.event(window.label(), number))
}

/// Asks for a file, and writes the recording there. None when the person chose no file.
#[tauri::command]
pub(super) async fn save_recording<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    handle: AppHandle<R>,
    instance: String,
    include_text: bool,
) -> Answer<Option<SavedRecording>> {
    let instance = app.instance(&instance).await?;
    let name = instance.folder().file_name().map_or("events".into(), |name| name.to_string_lossy().into_owned());
    let (picked_in, picked) = tokio::sync::oneshot::channel();
    let home = handle.path().home_dir().unwrap_or_default();
    let dialog = handle.dialog().file().set_title("Save recording").set_directory(home);
    dialog.set_file_name(format!("{name}.sse")).add_filter("Recording", &["sse"]).save_file(move |file| {
        picked_in.send(file).ok();
    });
    let Some(file) = picked.await.ok().flatten() else { return Ok(None) };
    let path = file.into_path().map_err(|error| Problem::new("recording_not_saved", format!("{error}.")))?;
    instance.save_recording(window.label(), path, include_text).await.map(Some)
}
