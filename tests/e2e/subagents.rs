//! Sessions that an agent starts.

use outrider_core::protocol::{Focus, PermissionReply, SessionState, ToolState};
use serde_json::json;

use crate::stage::{Stage, answer_text, problem, row, tools};

#[tokio::test(flavor = "multi_thread")]
async fn a_subagent_gets_a_tab_beside_its_parent_and_asks_there() {
    let stage = Stage::with(|config| config.permission(json!({ "bash": "ask" }))).await;
    let pane = stage.ready("api").await;
    let parent = pane.ask("%%text Hello").await.transcript.unwrap().session;
    let other = pane.handle.new_session("elsewhere").await.unwrap();
    let Focus::Session { id: other } = other.view.focus else { panic!("a session expected") };
    pane.until("the other tab", |now| now.view.tabs.len() == 2).await;

    let work = "%%text On it.\n%%wait child\n%%tool bash {\"command\": \"touch found\", \"description\": \"leave a file\"}\n%%turn\n%%text Found.";
    let task = json!({ "description": "look into it", "prompt": work, "subagent_type": "general" });
    pane.prompt(&format!("%%tool task {task}\n%%turn\n%%text The subagent is done.")).await;
    stage.model.reached("child").await;

    let seen = pane.until("the subagent's tab", |now| now.view.tabs.len() == 3).await;
    let child = seen.view.tabs[1].clone();
    assert_eq!(seen.view.tabs, [parent.clone(), child.clone(), other]);
    assert_eq!(seen.view.focus, Focus::Session { id: parent.clone() }, "the focus does not move");
    let seen = pane.until("the subagent's row", |now| row(now, &child).state == SessionState::Busy).await;
    assert_eq!(row(&seen, &child).parent.as_ref(), Some(&parent));
    assert_eq!(row(&seen, &parent).state, SessionState::Busy);
    let seen = pane.until("the running call", |now| tools(now).iter().any(|call| call.child.is_some())).await;
    let call = &tools(&seen)[0];
    assert_eq!((&*call.name, call.state, &*call.summary), ("task", ToolState::Running, "look into it"));
    assert_eq!(call.child.as_ref(), Some(&child));
    // Another window follows the subagent.
    let beside = stage.pane(pane.handle.id(), "beside", Some(Focus::Session { id: child.clone() })).await;
    beside.until("its words", |now| answer_text(now) == "On it.").await;

    stage.model.open("child");
    let asked = pane.permit(PermissionReply::Once).await;
    let request = &asked.permissions[0];
    assert_eq!((&request.session, request.detail.as_deref()), (&child, Some("touch found")));
    assert_eq!(request.path.iter().map(|name| &name.id).collect::<Vec<_>>(), [&parent, &child]);
    assert_eq!(request.path[1].title, "look into it");
    assert_eq!((row(&asked, &child).waiting, row(&asked, &parent).waiting, asked.view.waiting), (1, 0, 1));

    let seen = pane.until("the end", |now| answer_text(now) == "The subagent is done.").await;
    assert_eq!(tools(&seen)[0].state, ToolState::Completed);
    assert!(pane.handle.folder().join("found").exists());
    let seen = pane.idle().await;
    assert_eq!(row(&seen, &child).state, SessionState::Idle);
    assert_eq!(answer_text(&beside.idle().await), "Found.");
    assert!(seen.permissions.is_empty() && beside.now().permissions.is_empty());
    pane.equals_fresh().await;
    beside.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_parent_stops_the_subagent() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let task =
        json!({ "description": "look into it", "prompt": "%%text On it.\n%%wait never", "subagent_type": "general" });
    let parent = pane.prompt(&format!("%%tool task {task}")).await;
    let child = pane.until("the subagent's tab", |now| now.view.tabs.len() == 2).await.view.tabs[1].clone();
    let beside = stage.pane(pane.handle.id(), "beside", Some(Focus::Session { id: child })).await;
    beside.until("its words", |now| answer_text(now) == "On it.").await;
    pane.handle.abort(&parent).await.unwrap();
    pane.until("both to be idle", |now| {
        now.sessions.len() == 2 && now.sessions.iter().all(|row| row.state == SessionState::Idle)
    })
    .await;
    let seen = pane
        .until("the call's end", |now| {
            tools(now)[0].error.as_ref().is_some_and(|it| it.contains("cancelled") || it.contains("aborted"))
        })
        .await;
    assert_eq!(tools(&seen)[0].state, ToolState::Error);
    pane.equals_fresh().await;
    let seen = beside.until("its stop", |now| problem(now).is_some_and(|it| it.code == "stopped")).await;
    assert_eq!(answer_text(&seen), "On it.");
    beside.equals_fresh().await;
    stage.end().await;
}
