//! Runs that end while nobody looks.

use outrider_core::protocol::SessionState;

use crate::stage::{MAIN, Stage, row};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_where_no_window_looks_is_marked_until_one_does() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text Working.\n%%wait end\n%%text  Done.").await;
    stage.model.reached("end").await;
    let other = stage.ready("web").await;
    stage.model.open("end");
    let seen = pane.until("the mark", |now| row(now, &session).unseen).await;
    assert_eq!((row(&seen, &session).state, seen.view.unseen), (SessionState::Idle, 1));
    assert_eq!(other.now().view.unseen, 0, "it is the other folder's");

    stage.app.select_instance(MAIN, Some(pane.handle.id())).await.unwrap();
    let seen = pane.until("no mark", |now| !row(now, &session).unseen).await;
    assert_eq!(seen.view.unseen, 0);
    let seen = pane.ask("%%text Looked at.").await;
    assert!(!row(&seen, &session).unseen && seen.view.unseen == 0);

    // In the folder that is shown, but another session is looked at.
    pane.prompt("%%text Again.\n%%wait again\n%%text  Done.").await;
    stage.model.reached("again").await;
    let beside = pane.handle.new_session(MAIN).await.unwrap();
    stage.model.open("again");
    pane.until("the mark again", |now| row(now, &session).unseen && now.view.focus == beside.view.focus).await;
    pane.look_at(&session).await;
    pane.until("no mark again", |now| !row(now, &session).unseen && now.view.unseen == 0).await;
    pane.equals_fresh().await;
    stage.end().await;
}
