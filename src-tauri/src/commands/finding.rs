use outrider_core::app::App;
use outrider_core::instance::FindStep;
use outrider_core::protocol::{FindQuery, PromptLine};
use tauri::{Runtime, State, WebviewWindow};

use super::Answer;

#[tauri::command]
pub(super) async fn find<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    query: FindQuery,
) -> Answer<()> {
    app.instance(&instance).await?.find(window.label(), feed, query).await
}

#[tauri::command]
pub(super) async fn find_step<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    forward: bool,
) -> Answer<()> {
    let step = if forward { FindStep::Next } else { FindStep::Previous };
    app.instance(&instance).await?.find_step(window.label(), feed, step).await
}

#[tauri::command]
pub(super) async fn show_message<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    message: String,
) -> Answer<bool> {
    app.instance(&instance).await?.show_message(window.label(), feed, &message).await
}

#[tauri::command]
pub(super) async fn prompts<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
) -> Answer<Vec<PromptLine>> {
    app.instance(&instance).await?.prompts(window.label(), feed).await
}
