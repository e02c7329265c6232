use outrider_core::app::App;
use outrider_core::instance::Scroll;
use outrider_core::protocol::{Batch, Focus, SectionPlace, SectionRows, Snapshot};
use tauri::{Runtime, State, WebviewWindow};

use super::Answer;

#[tauri::command]
pub(super) async fn watch<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
) -> Answer<Snapshot> {
    app.instance(&instance).await?.view(window.label(), None).await
}

#[tauri::command]
pub(super) async fn look<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    focus: Focus,
) -> Answer<Snapshot> {
    app.instance(&instance).await?.view(window.label(), Some(focus)).await
}

#[tauri::command]
pub(super) async fn ack<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    revision: u64,
) -> Answer<()> {
    app.instance(&instance).await?.acknowledge(window.label(), feed, revision).await
}

#[tauri::command]
pub(super) async fn fetch_batch<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    revision: u64,
) -> Answer<Option<Batch>> {
    app.instance(&instance).await?.fetch(window.label(), feed, revision).await
}

#[tauri::command]
pub(super) async fn load_older<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
) -> Answer<()> {
    app.instance(&instance).await?.scroll(window.label(), feed, Scroll::Older).await
}

#[tauri::command]
pub(super) async fn load_newer<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
) -> Answer<()> {
    app.instance(&instance).await?.scroll(window.label(), feed, Scroll::Newer).await
}

#[tauri::command]
pub(super) async fn load_at<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    first: String,
    before: u32,
) -> Answer<()> {
    app.instance(&instance)
        .await?
        .scroll(window.label(), feed, Scroll::At { first: first.as_str().into(), before })
        .await
}

#[tauri::command]
pub(super) async fn jump_to_latest<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
) -> Answer<()> {
    app.instance(&instance).await?.scroll(window.label(), feed, Scroll::Latest).await
}

#[tauri::command]
pub(super) async fn expand<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    message: String,
    part: String,
    expanded: bool,
) -> Answer<()> {
    app.instance(&instance).await?.expand(window.label(), feed, &message, &part, expanded).await
}

#[tauri::command]
pub(super) async fn section_rows<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    place: SectionPlace,
    from: u32,
    to: u32,
) -> Answer<Option<SectionRows>> {
    app.instance(&instance).await?.section_rows(window.label(), feed, place, from..to).await
}

#[tauri::command]
pub(super) async fn section_text<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    place: SectionPlace,
) -> Answer<Option<String>> {
    app.instance(&instance).await?.section_text(window.label(), feed, place).await
}

#[tauri::command]
pub(super) async fn message_text<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    instance: String,
    feed: u64,
    message: String,
) -> Answer<Option<String>> {
    app.instance(&instance).await?.message_text(window.label(), feed, &message).await
}
