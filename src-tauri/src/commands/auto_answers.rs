use outrider_core::app::App;
use outrider_core::instance::RuleChange;
use outrider_core::protocol::{AutoAnswersView, Rule};
use tauri::State;

use super::{Answer, bounds};

#[tauri::command]
pub(super) async fn auto_answers(app: State<'_, App>, instance: String) -> Answer<AutoAnswersView> {
    app.instance(&instance).await?.auto_answers().await
}

#[tauri::command]
pub(super) async fn switch_auto_answers(app: State<'_, App>, instance: String, on: bool) -> Answer<()> {
    app.instance(&instance).await?.change_rules(RuleChange::Switch(on)).await
}

#[tauri::command]
pub(super) async fn put_rule(app: State<'_, App>, instance: String, id: Option<u32>, rule: Rule) -> Answer<()> {
    let texts = [&rule.kind, &rule.pattern].into_iter().chain(&rule.reason);
    bounds::check("rule", bounds::NOTE, texts.map(String::as_str))?;
    app.instance(&instance).await?.change_rules(RuleChange::Put(id, rule)).await
}

#[tauri::command]
pub(super) async fn delete_rule(app: State<'_, App>, instance: String, id: u32) -> Answer<()> {
    app.instance(&instance).await?.change_rules(RuleChange::Delete(id)).await
}

#[tauri::command]
pub(super) async fn apply_rules(app: State<'_, App>, instance: String) -> Answer<u32> {
    app.instance(&instance).await?.apply_rules().await
}
