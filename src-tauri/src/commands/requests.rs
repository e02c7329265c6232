use outrider_core::app::App;
use outrider_core::instance::Answer as Reply;
use outrider_core::protocol::{PermissionReply, SectionRows};
use tauri::State;

use super::{Answer, bounds};

#[tauri::command]
pub(super) async fn reply_permission(
    app: State<'_, App>,
    instance: String,
    request: String,
    reply: PermissionReply,
    message: Option<String>,
) -> Answer<()> {
    bounds::check("message", bounds::NOTE, message.as_deref())?;
    app.instance(&instance).await?.answer(&request, Reply::Permission(reply, message)).await
}

#[tauri::command]
pub(super) async fn reply_question(
    app: State<'_, App>,
    instance: String,
    request: String,
    answers: Vec<Vec<String>>,
) -> Answer<()> {
    bounds::check("answer", bounds::NOTE, answers.iter().flatten().map(String::as_str))?;
    app.instance(&instance).await?.answer(&request, Reply::Question(answers)).await
}

#[tauri::command]
pub(super) async fn reject_question(app: State<'_, App>, instance: String, request: String) -> Answer<()> {
    app.instance(&instance).await?.answer(&request, Reply::Dismiss).await
}

#[tauri::command]
pub(super) async fn request_rows(
    app: State<'_, App>,
    instance: String,
    request: String,
    from: u32,
    to: u32,
) -> Answer<Option<SectionRows>> {
    app.instance(&instance).await?.request_rows(&request, from..to).await
}
