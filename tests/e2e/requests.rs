//! What the agent asks of the person.

use outrider_core::instance::Answer;
use outrider_core::protocol::{
    DiffRowKind, Focus, MessageState, PermissionReply, Role, SectionBody, SectionRows, SessionState, Snapshot,
    ToolState,
};
use serde_json::json;

use crate::stage::{Pane, Stage, answer_text, row, tools, transcript};

/// A command that needs permission and leaves a file.
fn command(file: &str) -> String {
    format!("%%tool bash {{\"command\": \"touch {file}\", \"description\": \"leave a file\"}}")
}

async fn asking() -> (Stage, Pane) {
    let stage = Stage::with(|config| config.permission(json!({ "bash": "ask" }))).await;
    let pane = stage.ready("api").await;
    (stage, pane)
}

fn exists(pane: &Pane, file: &str) -> bool {
    pane.handle.folder().join(file).exists()
}

fn nothing_waits(seen: &Snapshot) -> bool {
    seen.permissions.is_empty()
        && seen.questions.is_empty()
        && seen.view.waiting == 0
        && seen.sessions.iter().all(|row| row.waiting == 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_only_when_it_was_allowed() {
    let (stage, pane) = asking().await;
    let session = pane.prompt(&format!("{}\n%%turn\n%%text Made.", command("once"))).await;
    let asked = pane.permit(PermissionReply::Once).await;
    assert!(!exists(&pane, "once"));
    let request = &asked.permissions[0];
    assert_eq!(
        (&*request.kind, &*request.title, request.detail.as_deref()),
        ("bash", "Run a command", Some("touch once"))
    );
    assert_eq!(request.session, session);
    assert_eq!((asked.view.waiting, row(&asked, &session).waiting), (1, 1));
    let call = &tools(&asked)[0];
    assert_eq!(request.part.as_ref(), Some(&call.part));
    assert!(matches!(call.state, ToolState::Pending | ToolState::Running));
    let seen = pane.idle().await;
    assert!(exists(&pane, "once") && nothing_waits(&seen));
    assert_eq!((tools(&seen)[0].state, &*answer_text(&seen)), (ToolState::Completed, "Made."));

    // Allowed once is not allowed again. Denied, it does not run, and the run ends.
    pane.prompt(&format!("{}\n%%turn\n%%text Never said.", command("denied"))).await;
    pane.permit(PermissionReply::Reject).await;
    let seen = pane.idle().await;
    let call = tools(&seen).pop().unwrap();
    assert_eq!(call.state, ToolState::Error);
    assert!(call.error.unwrap().contains("did not allow"), "{seen:#?}");
    assert!(!exists(&pane, "denied") && nothing_waits(&seen));

    // Always: what the request names is not asked again.
    pane.prompt(&format!("{}\n%%turn\n{}\n%%turn\n%%text Both.", command("first"), command("second"))).await;
    let asked = pane.permit(PermissionReply::Always).await;
    assert_eq!(asked.permissions[0].always, ["touch *"]);
    let seen = pane.until("the end", |now| answer_text(now) == "Both.").await;
    assert!(exists(&pane, "first") && exists(&pane, "second") && nothing_waits(&seen));
    pane.idle().await;
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_with_a_reason_lets_the_agent_go_on_and_stopping_voids_a_request() {
    let (stage, pane) = asking().await;
    pane.prompt(&format!("{}\n%%turn\n%%text Another way.", command("file"))).await;
    let asked = pane.until("the request", |now| now.view.waiting == 1).await;
    let request = &asked.permissions[0].id;
    let reason = Some("Use the other file".to_owned());
    pane.handle.answer(request, Answer::Permission(PermissionReply::Reject, reason)).await.unwrap();
    let seen = pane.until("the answer after it", |now| answer_text(now) == "Another way.").await;
    assert!(tools(&seen)[0].error.as_ref().unwrap().contains("Use the other file"));
    // Somebody who answers late is not bothered.
    pane.handle.answer(request, Answer::Permission(PermissionReply::Once, None)).await.unwrap();
    assert!(!exists(&pane, "file"));
    pane.idle().await;

    let session = pane.prompt(&command("stopped")).await;
    pane.until("the next request", |now| now.view.waiting == 1).await;
    pane.handle.abort(&session).await.unwrap();
    let seen = pane
        .until("the stop", |now| {
            row(now, &session).state == SessionState::Idle
                && transcript(now)
                    .messages
                    .last()
                    .is_some_and(|last| last.problem.as_ref().is_some_and(|it| it.code == "stopped"))
        })
        .await;
    // The server keeps listing it and tells nobody.
    assert!(nothing_waits(&seen) && !exists(&pane, "stopped"));
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_or_dismissed() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let questions = json!({ "questions": [
        { "question": "Which colour?", "header": "Colour", "options": [
            { "label": "Red", "description": "like a rose" }, { "label": "Blue", "description": "like the sky" }] },
        { "question": "Which sizes?", "header": "Sizes", "multiple": true, "options": [
            { "label": "S", "description": "small" }, { "label": "L", "description": "large" }] },
    ]});
    let script = format!("%%tool question {questions}\n%%turn\n%%text Thanks.");
    let session = pane.prompt(&script).await;
    let asked = pane.until("the questions", |now| now.view.waiting == 1).await;
    let question = &asked.questions[0];
    assert_eq!((&question.session, row(&asked, &session).waiting), (&session, 1));
    let items: Vec<_> = question
        .questions
        .iter()
        .map(|item| (&*item.header, &*item.question, item.multiple, item.options.len(), &*item.options[1].label))
        .collect();
    assert_eq!(items, [("Colour", "Which colour?", false, 2, "Blue"), ("Sizes", "Which sizes?", true, 2, "L")]);

    let answers = vec![vec!["Blue".to_owned()], vec!["S".to_owned(), "my own".to_owned()]];
    pane.handle.answer(&question.id, Answer::Question(answers)).await.unwrap();
    let seen = pane.idle().await;
    assert!(nothing_waits(&seen));
    assert_eq!((tools(&seen)[0].state, &*answer_text(&seen)), (ToolState::Completed, "Thanks."));
    let last = stage.model.requests().into_iter().rfind(|request| request.turn == 1).unwrap();
    let told = last.body["messages"].as_array().unwrap().iter().rfind(|message| message["role"] == "tool").unwrap();
    let told = told.to_string();
    assert!(told.contains("Blue") && told.contains("my own") && !told.contains("Red"), "{told}");

    pane.prompt(&format!("%%id again\n{script}")).await;
    let asked = pane.until("the questions again", |now| now.view.waiting == 1).await;
    pane.handle.answer(&asked.questions[0].id, Answer::Dismiss).await.unwrap();
    let seen = pane.idle().await;
    let call = tools(&seen).pop().unwrap();
    assert_eq!((call.state, call.summary.as_str()), (ToolState::Error, "Which colour?"));
    assert!(call.error.unwrap().contains("dismissed") && nothing_waits(&seen));
    let last = transcript(&seen).messages.last().unwrap();
    assert_eq!((last.role, last.state), (Role::Assistant, MessageState::Complete));
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_shown_before_it_is_allowed_wherever_the_window_looks() {
    let stage = Stage::with(|config| config.permission(json!({ "edit": "ask" }))).await;
    let pane = stage.ready("api").await;
    let content = (1..=700).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n") + "\n";
    let file = pane.handle.folder().join("notes.txt");
    let write = json!({ "filePath": file.display().to_string(), "content": content });
    let begun = now_ms();
    let session = pane.prompt(&format!("%%tool write {write}\n%%turn\n%%text Written.")).await;
    pane.until("the request", |now| now.view.waiting == 1).await;
    let asked = pane.look(Focus::Logs).await;
    let request = &asked.permissions[0];
    assert_eq!((&*request.title, request.detail.as_deref()), ("Change notes.txt", None));
    assert_eq!(request.path.iter().map(|name| &name.id).collect::<Vec<_>>(), [&session]);
    let at = request.asked.unwrap();
    assert!((begun - 1_000..=now_ms()).contains(&at), "asked at {at}, begun at {begun}");
    let Some(SectionBody::Diff { files, total, rows }) = &request.diff else { panic!("no diff: {request:#?}") };
    assert_eq!((&*files[0].path, files[0].added, rows.len()), ("notes.txt", 700, 500));
    assert!(*total >= 700 && rows.iter().filter(|row| row.kind == DiffRowKind::Added).count() > 490);
    let more = pane.handle.request_rows(&request.id, 500..*total).await.unwrap();
    let Some(SectionRows::Diff { rows, .. }) = more else { panic!("no further rows: {more:?}") };
    assert!(rows.iter().any(|row| row.html == "line 700") && rows.len() == *total as usize - 500);

    pane.handle.answer(&request.id, Answer::Permission(PermissionReply::Once, None)).await.unwrap();
    pane.until("nothing that waits", |now| now.permissions.is_empty() && now.view.waiting == 0).await;
    assert_eq!(pane.handle.request_rows(&request.id, 500..600).await.unwrap(), None);
    pane.look_at(&session).await;
    pane.idle().await;
    assert_eq!(std::fs::read_to_string(file).unwrap(), content);
    pane.equals_fresh().await;
    stage.end().await;
}

fn now_ms() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
