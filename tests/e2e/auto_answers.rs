//! Requests for permission that rules answer in place of the person.

use outrider_core::instance::RuleChange;
use outrider_core::protocol::{
    AutoAnswersView, Connection, Focus, PermissionReply, Rule, RuleAnswer, Snapshot, ToolState,
};
use outrider_testkit::fault_proxy::{At, Fault, Target};
use serde_json::json;

use crate::stage::{Far, Pane, Stage, answer_text, tools};

fn bash(command: &str) -> String {
    format!("%%tool bash {}", json!({ "command": command, "description": "d" }))
}

async fn asking() -> (Stage, Pane) {
    let stage = Stage::with(|config| config.permission(json!({ "bash": "ask" }))).await;
    let pane = stage.ready("api").await;
    (stage, pane)
}

async fn put(pane: &Pane, kind: &str, pattern: &str, answer: RuleAnswer, reason: Option<&str>) {
    let (kind, pattern, reason) = (kind.to_owned(), pattern.to_owned(), reason.map(str::to_owned));
    pane.handle.change_rules(RuleChange::Put(None, Rule { kind, pattern, answer, reason })).await.unwrap();
}

async fn switch(pane: &Pane, on: bool) {
    pane.handle.change_rules(RuleChange::Switch(on)).await.unwrap();
}

/// The rules' answers, oldest first: what was asked, the answer, and by which patterns.
fn answers(view: &AutoAnswersView) -> Vec<(&str, RuleAnswer, Vec<&str>)> {
    let log = view.log.iter().rev();
    log.map(|it| {
        assert_eq!(it.failed, None);
        let text = it.text.as_deref().unwrap_or_default();
        (text, it.answer, it.rules.iter().map(|rule| &*rule.pattern).collect())
    })
    .collect()
}

fn exists(pane: &Pane, file: &str) -> bool {
    pane.handle.folder().join(file).exists()
}

fn untold(seen: &Snapshot) -> bool {
    seen.view.notices.is_empty() && seen.view.waiting == 0
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_answer_while_they_are_on_and_come_back_with_the_app() {
    let (mut stage, pane) = asking().await;
    put(&pane, "bash", "touch *", RuleAnswer::Allow, None).await;
    put(&pane, "bash", "*secret*", RuleAnswer::Deny, Some("Leave that alone")).await;

    // Off by default. What waits when they are switched on stays the person's, until they say otherwise.
    let script = format!("{}\n%%turn\n%%text One.", bash("touch one"));
    pane.prompt(&script).await;
    let asked = pane.until("the request", |now| now.view.waiting == 1).await;
    assert_eq!(asked.permissions[0].pattern.as_deref(), Some("touch one"));
    assert!(!asked.view.auto_answers.on && pane.handle.auto_answers().await.unwrap().waiting == 0);
    switch(&pane, true).await;
    let seen = pane.until("the switch", |now| now.view.auto_answers.on).await;
    assert_eq!((seen.view.waiting, pane.handle.auto_answers().await.unwrap().waiting), (1, 1));
    assert_eq!(pane.handle.apply_rules().await.unwrap(), 1);
    let seen = pane.idle().await;
    assert!(exists(&pane, "one") && untold(&seen) && answer_text(&seen) == "One.");

    // Allowed part by part: one part of a chain that no rule allows is asked.
    let script = format!("{}\n%%turn\n{}\n%%turn\n%%text Both.", bash("touch two && touch three"), bash("touch 4; ls"));
    pane.prompt(&script).await;
    pane.permit(PermissionReply::Once).await;
    let seen = pane.until("both", |now| answer_text(now) == "Both.").await;
    assert!(exists(&pane, "two") && exists(&pane, "three") && exists(&pane, "4") && untold(&seen));
    pane.idle().await;

    // Denied with its reason, also in a subagent and while no window looks; the agent goes on.
    pane.look(Focus::Logs).await;
    let task = json!({ "description": "look", "subagent_type": "general",
        "prompt": format!("{}\n%%turn\n%%text Refused.", bash("cat secret && touch five")) });
    pane.look(Focus::Start).await;
    let session = pane.prompt(&format!("%%tool task {task}\n%%turn\n%%text Three.")).await;
    pane.look(Focus::Logs).await;
    pane.until("the denial", |now| now.view.auto_answers.given == 3).await;
    pane.look_at(&session).await;
    let seen = pane.until("the end", |now| answer_text(now) == "Three.").await;
    assert!(!exists(&pane, "five") && untold(&seen));
    assert!(stage.model.requests().iter().any(|request| request.body.to_string().contains("Leave that alone")));
    let view = pane.handle.auto_answers().await.unwrap();
    assert_eq!(
        answers(&view),
        [
            ("touch one", RuleAnswer::Allow, vec!["touch *"]),
            ("touch two && touch three", RuleAnswer::Allow, vec!["touch *"]),
            ("cat secret && touch five", RuleAnswer::Deny, vec!["*secret*"]),
        ]
    );
    pane.idle().await;
    pane.equals_fresh().await;

    stage.start_again().await;
    let pane = stage.open(&stage.place.root().join("code/api")).await;
    let seen = pane.connected().await;
    assert!(seen.view.auto_answers.on && seen.view.auto_answers.given == 0);
    let view = pane.handle.auto_answers().await.unwrap();
    assert_eq!(view.rules.iter().map(|row| &*row.rule.pattern).collect::<Vec<_>>(), ["touch *", "*secret*"]);
    let seen = pane.ask(&format!("{}\n%%turn\n%%text Six.", bash("touch six"))).await;
    assert!(exists(&pane, "six") && untold(&seen));
    // No card came and went: windows were never told of what rules answered.
    let told = stage.bridge.told();
    let asked = |command: &str| told.iter().any(|it| it.contains(&format!("\"detail\":\"{command}\"")));
    assert!(asked("touch one") && asked("touch 4; ls"));
    assert!(!asked("touch two && touch three") && !asked("cat secret && touch five") && !asked("touch six"));

    // Off again: asked.
    switch(&pane, false).await;
    pane.prompt(&format!("{}\n%%turn\n%%text Seven.", bash("touch seven"))).await;
    pane.until("the request", |now| now.view.waiting == 1 && !now.view.auto_answers.on).await;
    assert!(!exists(&pane, "seven"));
    pane.permit(PermissionReply::Reject).await;
    pane.idle().await;

    // Another folder has none of it.
    let other = stage.ready("other").await;
    assert_eq!(other.handle.auto_answers().await.unwrap().rules, []);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_without_a_reason_ends_the_run_and_questions_are_never_answered() {
    let (stage, pane) = asking().await;
    put(&pane, "*", "*", RuleAnswer::Deny, None).await;
    switch(&pane, true).await;
    let seen = pane.ask(&format!("{}\n%%turn\n%%text Never said.", bash("touch one"))).await;
    assert_eq!(tools(&seen).pop().unwrap().state, ToolState::Error);
    assert!(untold(&seen) && !exists(&pane, "one") && !answer_text(&seen).contains("Never"));
    let question = json!({ "questions": [{ "header": "H", "question": "Which?", "options": [
        { "label": "A", "description": "a" }, { "label": "B", "description": "b" }] }] });
    let session = pane.prompt(&format!("%%tool question {question}\n%%turn\n%%text Done.")).await;
    let asked = pane.until("the question", |now| now.view.waiting == 1).await;
    assert_eq!((asked.questions.len(), pane.handle.apply_rules().await.unwrap()), (1, 0));
    pane.handle.abort(&session).await.unwrap();
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_with_a_resync_is_answered_once_and_one_whose_answer_fails_waits() {
    let (stage, near) = asking().await;
    let mut far = Far::new(&stage, &near);
    let pane = far.open().await;
    put(&pane, "bash", "touch *", RuleAnswer::Allow, None).await;
    switch(&pane, true).await;
    // Their requests wait in the other app, which has no rules.
    let run = async |file: &str| {
        near.look(Focus::Start).await;
        near.prompt(&format!("{}\n%%turn\n%%text Made {file}.", bash(&format!("touch {file}")))).await
    };
    let cut_off = async || {
        let refused = far.proxy.harm(Target::Events, Fault::Refuse, None);
        let cut = far.proxy.harm(Target::Events, Fault::Cut(At::Byte(0)), None);
        pane.until("the lost stream", |now| now.view.connection != Connection::Connected).await;
        (refused, cut)
    };
    let come_back = async |(refused, cut)| {
        far.proxy.lift(refused);
        far.proxy.lift(cut);
        pane.handle.retry().await.unwrap();
        pane.connected().await;
    };

    let harms = cut_off().await;
    run("one").await;
    near.until("the request", |now| now.view.waiting == 1).await;
    come_back(harms).await;
    near.until("the answer", |now| answer_text(now) == "Made one.").await;
    assert!(exists(&near, "one"));
    near.idle().await;

    // It was asked before this rule: that it is heard of later makes no difference.
    let harms = cut_off().await;
    run("two").await;
    near.until("the request", |now| now.view.waiting == 1).await;
    let rows = pane.handle.auto_answers().await.unwrap().rules;
    pane.handle.change_rules(RuleChange::Put(Some(rows[0].id), rows[0].rule.clone())).await.unwrap();
    come_back(harms).await;
    pane.until("the request", |now| now.view.waiting == 1).await;
    assert!(!exists(&near, "two"));
    near.permit(PermissionReply::Once).await;
    near.until("the end", |now| answer_text(now) == "Made two.").await;
    near.idle().await;
    pane.until("nothing that waits", |now| now.view.waiting == 0).await;

    let harm = far.proxy.harm(Target::Line("/reply".into()), Fault::BadGateway, None);
    run("three").await;
    let seen = pane.until("the request after the answer failed", |now| now.view.waiting == 1).await;
    assert_eq!((seen.permissions.len(), seen.view.auto_answers.given), (1, 1));
    let log = pane.handle.auto_answers().await.unwrap().log;
    assert!(log.len() == 2 && log[0].failed.is_some() && log[1].failed.is_none(), "{log:#?}");
    far.proxy.lift(harm);
    // Not once more, also when it is heard of again; it is the person's.
    come_back(cut_off().await).await;
    let seen = pane.until("the request", |now| now.view.waiting == 1).await;
    assert!(seen.view.auto_answers.given == 1 && !exists(&near, "three"));
    pane.permit(PermissionReply::Once).await;
    near.until("the end", |now| answer_text(now) == "Made three.").await;
    far.crash().await;
    stage.end().await;
}
