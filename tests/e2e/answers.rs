//! Whose answers they are: an agent can read the server's password and allow what it asked for itself.

use outrider_core::instance::Answer;
use outrider_core::protocol::{Focus, PermissionReply, SessionState, Snapshot};
use serde_json::{Value, json};

use crate::stage::{Pane, Stage, ports_of, row, variable_of};

const TWO: &str = "%%tool bash {\"command\": \"touch one\", \"description\": \"d\"}\n\
    %%tool bash {\"command\": \"touch two\", \"description\": \"d\"}\n%%turn\n%%text Done.";

/// Answers as another program does that has the password.
async fn somebody_posts(pane: &Pane, path: &str, body: Value) {
    let pid = pane.now().view.server.pid.unwrap();
    let [port] = ports_of(pid)[..] else { panic!("one port expected") };
    let password = variable_of(pid, "OPENCODE_SERVER_PASSWORD").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client
        .post(format!("http://127.0.0.1:{port}{path}"))
        .basic_auth("opencode", Some(password))
        .header("x-opencode-directory", pane.handle.folder().to_str().unwrap())
        .header("content-type", "application/json")
        .body(body.to_string());
    answer.send().await.unwrap().error_for_status().unwrap();
}

fn told(seen: &Snapshot) -> Vec<(&str, &str)> {
    seen.view.notices.iter().map(|notice| (&*notice.problem.code, &*notice.problem.message)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_program_is_said_with_what_it_allowed() {
    let stage = Stage::with(|config| config.permission(json!({ "bash": "ask" }))).await;
    let pane = stage.ready("api").await;
    let session =
        pane.prompt("%%tool bash {\"command\": \"touch theirs\", \"description\": \"d\"}\n%%turn\n%%text Done.").await;
    let asked = pane.until("the request", |now| now.view.waiting == 1).await;
    let request = &asked.permissions[0].id;
    somebody_posts(&pane, &format!("/permission/{request}/reply"), json!({ "reply": "once" })).await;
    let seen = pane.until("the notice", |now| !now.view.notices.is_empty()).await;
    let expected = "A permission was answered by another program, not by you: bash “touch theirs” was allowed once.";
    assert_eq!(told(&seen), [("permission_answered_elsewhere", expected)]);
    let notice = &seen.view.notices[0];
    assert_eq!((notice.session.as_ref(), notice.problem.detail.as_deref()), (Some(&session), Some("touch theirs")));
    pane.idle().await;

    // The other side of a race: what we denied was allowed by somebody who was faster.
    pane.prompt("%%tool bash {\"command\": \"touch both\", \"description\": \"d\"}\n%%turn\n%%text Done.").await;
    let asked = pane.until("the request", |now| now.view.waiting == 1).await;
    let request = asked.permissions[0].id.clone();
    let path = format!("/permission/{request}/reply");
    let ((), ours) = tokio::join!(somebody_posts(&pane, &path, json!({ "reply": "always" })), async {
        pane.until("the answer", |now| now.view.waiting == 0).await;
        pane.handle.answer(&request, Answer::Permission(PermissionReply::Reject, None)).await
    });
    ours.unwrap();
    let seen = pane.until("the notice", |now| now.view.notices.len() == 2).await;
    assert!(told(&seen)[1].1.contains("“touch both” was allowed from now on"), "{seen:#?}");
    pane.idle().await;

    let question = json!({ "questions": [{ "header": "H", "question": "Which?", "options": [
        { "label": "A", "description": "a" }, { "label": "B", "description": "b" }] }] });
    pane.prompt(&format!("%%tool question {question}\n%%turn\n%%text Done.")).await;
    let asked = pane.until("the question", |now| now.view.waiting == 1).await;
    let request = &asked.questions[0].id;
    somebody_posts(&pane, &format!("/question/{request}/reply"), json!({ "answers": [["A"]] })).await;
    let seen = pane.until("the notice", |now| now.view.notices.len() == 3).await;
    assert_eq!(
        told(&seen)[2],
        ("question_answered_elsewhere", "A question was answered by another program, not by you: “Which?”")
    );
    pane.idle().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_answers_and_what_follows_from_them_are_not_reported() {
    let stage = Stage::with(|config| config.permission(json!({ "bash": "ask" }))).await;
    let pane = stage.ready("api").await;
    for (reply, reason) in [
        (PermissionReply::Reject, None),
        (PermissionReply::Reject, Some("Not so".to_owned())),
        (PermissionReply::Once, None),
        (PermissionReply::Always, None),
    ] {
        pane.look(Focus::Start).await;
        let session = pane.prompt(TWO).await;
        let asked = pane.until("both requests", |now| now.view.waiting == 2).await;
        let requests: Vec<_> = asked.permissions.iter().map(|it| it.id.clone()).collect();
        pane.handle.answer(&requests[0], Answer::Permission(reply, reason.clone())).await.unwrap();
        if reply == PermissionReply::Once || reason.is_some() {
            pane.until("one left, or none", |now| now.view.waiting < 2).await;
            pane.handle.answer(&requests[1], Answer::Permission(PermissionReply::Once, None)).await.unwrap();
        }
        let seen = pane.idle().await;
        assert_eq!(told(&seen), [], "{reply:?} {reason:?}");
        pane.prompt("%%tool bash {\"command\": \"ls\", \"description\": \"d\"}").await;
        pane.until("the next request", |now| now.view.waiting == 1).await;
        pane.handle.abort(&session).await.unwrap();
        let stopped = |now: &Snapshot| row(now, &session).state != SessionState::Busy;
        assert_eq!(told(&pane.until("the stop", stopped).await), [], "stopping answers nothing");
    }
    stage.end().await;
}
