use tauri::{AppHandle, Runtime, State};

use super::Answer;
use crate::quitting::Quitting;

#[tauri::command]
pub(super) async fn quit_shown(quitting: State<'_, Quitting>) -> Answer<()> {
    quitting.shown();
    Ok(())
}

#[tauri::command]
pub(super) async fn answer_quit<R: Runtime>(
    quitting: State<'_, Quitting>,
    handle: AppHandle<R>,
    quit: bool,
) -> Answer<()> {
    if quit {
        handle.exit(0);
    } else {
        quitting.keep();
    }
    Ok(())
}
