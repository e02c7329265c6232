use std::path::Path;

use outrider_core::app::App;
use outrider_core::protocol::Problem;
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_opener::OpenerExt;

use super::{Answer, bounds};
use crate::links;

#[tauri::command]
pub(super) async fn existing_files(app: State<'_, App>, instance: String, paths: Vec<String>) -> Answer<Vec<bool>> {
    bounds::check("list of paths", bounds::PATH, paths.iter().map(String::as_str))?;
    Ok(app.instance(&instance).await?.existing(&paths).await)
}

/// Opens a file of the folder in the program that the system has for it. What would run instead is shown in the system's
/// file manager: an agent wrote it.
#[tauri::command]
pub(super) async fn open_file<R: Runtime>(
    app: State<'_, App>,
    handle: AppHandle<R>,
    instance: String,
    path: String,
) -> Answer<()> {
    bounds::check("path", bounds::PATH, [path.as_str()])?;
    let file = app.instance(&instance).await?.file(&path).await?;
    let opened = if links::may_run(&file) {
        handle.opener().reveal_item_in_dir(&file)
    } else {
        handle.opener().open_path(file.to_string_lossy(), None::<&str>)
    };
    opened.map_err(|error| {
        let name = Path::new(&path).display();
        Problem::new("file_not_opened", format!("{name} could not be opened: {error}."))
    })
}
