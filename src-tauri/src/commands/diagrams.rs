use tauri::{AppHandle, Runtime, State};

use super::{Answer, bounds};
use crate::diagrams::{self, Picture, Request};

#[tauri::command]
pub(super) async fn draw_diagram<R: Runtime>(
    handle: AppHandle<R>,
    profile: State<'_, crate::Profile>,
    request: Request,
) -> Answer<Picture> {
    bounds::check("diagram", bounds::NOTE, [request.source.as_str(), request.font_family.as_str()])?;
    diagrams::draw(&handle, &profile.0, request).await
}
