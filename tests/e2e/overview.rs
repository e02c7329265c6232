//! What is told of a session beside its messages.

use outrider_core::protocol::TodoState;

use crate::stage::{MAIN, Stage, transcript};

#[tokio::test(flavor = "multi_thread")]
async fn to_dos_and_the_models_window_are_told_and_an_answer_can_be_copied_whole() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let todos = r#"{"todos": [{"content": "Read", "status": "in_progress", "priority": "high"}, {"content": "Write", "status": "pending", "priority": "low"}]}"#;
    pane.prompt(&format!(
        "%%text Let *me* see.\n%%tool todowrite {todos}\n%%turn\n%%text Done:\\n\\n- all\n%%usage 1200 300"
    ))
    .await;
    let seen =
        pane.until("the list", |now| now.transcript.as_ref().is_some_and(|it| it.overview.todos.len() == 2)).await;
    let todos: Vec<_> =
        transcript(&seen).overview.todos.iter().map(|todo| (&*todo.text, todo.state, todo.urgent)).collect();
    assert_eq!(todos, [("Read", TodoState::InProgress, true), ("Write", TodoState::Pending, false)]);

    pane.idle().await;
    // The sizes of windows are read beside everything else.
    let known = |limit: Option<u64>| limit == Some(200_000);
    let seen = pane
        .until("the window", |now| {
            transcript(now).overview.context.as_ref().is_some_and(|context| known(context.limit) && context.used > 0)
        })
        .await;
    let messages = &transcript(&seen).messages;
    assert_eq!(messages.len(), 3);
    for answer in &messages[1..] {
        let text = pane.handle.message_text(MAIN, seen.feed, &answer.id).await.unwrap();
        assert_eq!(text.as_deref(), Some("Let *me* see.\n\nDone:\n\n- all"));
    }
    assert_eq!(pane.handle.message_text(MAIN, seen.feed + 1, &messages[1].id).await.unwrap(), None, "another feed");
    pane.equals_fresh().await;
    stage.end().await;
}
