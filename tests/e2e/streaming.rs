//! Prompts and their answers.

use outrider_core::protocol::{Focus, MessageState, PartBody, Role, SessionState};

use crate::stage::{MAIN, Stage, answer, answer_text, problem, row, text, texts, transcript};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_seen_growing_and_ends_as_it_was_sent() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane
        .prompt(
            "Say it.\n%%reason Let me think.\n%%text One\n%%wait first\n%%text  two\n%%wait second\n%%text \\n\\n**three** & four",
        )
        .await;
    assert_eq!(pane.now().view.tabs, [&*session]);

    stage.model.reached("first").await;
    let seen = pane.until("the first piece", |now| answer_text(now) == "One").await;
    assert_eq!(answer(&seen).unwrap().state, MessageState::Streaming);
    assert_eq!(row(&seen, &session).state, SessionState::Busy);
    let reasoning = answer(&seen).unwrap().parts.iter().any(|part| match &part.body {
        PartBody::Reasoning { blocks, open, .. } => !open && blocks[0].html.contains("Let me think."),
        _ => false,
    });
    assert!(reasoning, "{seen:#?}");

    stage.model.open("first");
    stage.model.reached("second").await;
    let seen = pane.until("the second piece", |now| answer_text(now) == "One two").await;
    assert_eq!(answer(&seen).unwrap().state, MessageState::Streaming);

    stage.model.open("second");
    let seen = pane.idle().await;
    let messages = &transcript(&seen).messages;
    let shown: Vec<_> = messages.iter().map(|message| (message.role, message.state)).collect();
    assert_eq!(shown, [(Role::User, MessageState::Complete), (Role::Assistant, MessageState::Complete)]);
    assert!(text(&messages[0]).starts_with("Say it.\n"));
    assert_eq!(answer_text(&seen), "One twothree & four");
    let PartBody::Text { blocks, open: false, gapped: false } = &messages[1].parts.last().unwrap().body else {
        panic!("{messages:#?}")
    };
    let html: Vec<_> = blocks.iter().map(|block| block.html.trim()).collect();
    assert_eq!(html, ["<p>One two</p>", "<p><strong>three</strong> &amp; four</p>"]);
    assert!(messages[1].completed.is_some() && messages[1].model.is_some());
    pane.until("the title", |now| row(now, &session).title == "Scripted title").await;
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_keeps_what_was_streamed() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text Half of the\n%%wait never\n%%text  rest").await;
    pane.until("the text", |now| answer_text(now) == "Half of the").await;
    pane.handle.abort(&session).await.unwrap();
    let seen = pane
        .until("the stop", |now| {
            // The server says that the session is idle before it ends the message.
            row(now, &session).state == SessionState::Idle && problem(now).is_some_and(|it| it.code == "stopped")
        })
        .await;
    assert_eq!(answer(&seen).unwrap().state, MessageState::Error);
    assert_eq!(answer_text(&seen), "Half of the");
    assert_eq!(transcript(&seen).problem, None);

    let seen = pane.ask("%%text All of it").await;
    assert_eq!(texts(&seen)[1..2], ["Half of the"]);
    assert_eq!(answer_text(&seen), "All of it");
    pane.equals_fresh().await;
    stage.end().await;
}

/// The server would never answer in this folder again: its preparations for the first answer must not be cut off.
#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_first_run_at_once_leaves_a_server_that_answers() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text Never.\n%%wait never").await;
    pane.until("the run", |now| row(now, &session).state == SessionState::Busy).await;
    pane.handle.abort(&session).await.unwrap();
    pane.until("the stop", |now| row(now, &session).state == SessionState::Idle).await;

    let seen = pane.ask("%%text Here.").await;
    assert_eq!(answer_text(&seen), "Here.");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_folders_stream_at_once_and_nothing_crosses() {
    let stage = Stage::new().await;
    // Folders that are no repositories are all of one project, whose sessions the server lists together.
    let (one, two) = tokio::join!(stage.ready("one"), stage.ready("two"));
    let mine = one.prompt("%%text a\n%%wait a1\n%%text a\n%%wait a2\n%%text a").await;
    one.until("its first piece", |now| answer_text(now) == "a").await;
    let theirs = two.prompt("%%text b\n%%wait b1\n%%text b\n%%wait b2\n%%text b").await;
    two.until("its first piece", |now| answer_text(now) == "b").await;
    for (gate, pane, seen) in [("a1", &one, "aa"), ("b1", &two, "bb"), ("b2", &two, "bbb"), ("a2", &one, "aaa")] {
        stage.model.open(gate);
        pane.until(gate, |now| answer_text(now) == seen).await;
    }
    let (first, second) = (one.idle().await, two.idle().await);
    for (pane, seen, session, text) in [(&one, first, mine, "aaa"), (&two, second, theirs, "bbb")] {
        assert_eq!(seen.sessions.iter().map(|row| &row.id).collect::<Vec<_>>(), [&session]);
        assert_eq!(answer_text(&seen), text);
        pane.equals_fresh().await;
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_other_folders_of_a_repository_stay_out() {
    let stage = Stage::new().await;
    let repository = stage.place.git_folder("mono");
    let whole = stage.open(&repository).await;
    let part = stage.open(&repository.join("src")).await;
    tokio::join!(whole.connected(), part.connected());
    whole.ask("%%text of the whole").await;
    part.ask("%%text of the part").await;
    let (of_whole, of_part) = (whole.now().sessions, part.now().sessions);
    assert_eq!((of_whole.len(), of_part.len()), (1, 1));
    assert_ne!(of_whole[0].id, of_part[0].id);

    // The server's list, read at the beginning, mixes them as well.
    let mut stage = stage;
    drop((whole, part));
    stage.start_again().await;
    let whole = stage.open(&repository).await;
    let seen = whole.connected().await;
    assert_eq!(seen.sessions.iter().map(|row| &row.id).collect::<Vec<_>>(), [&of_whole[0].id]);
    assert_eq!(seen.view.focus, Focus::Start);
    stage.app.attach(MAIN).await.unwrap();
    stage.end().await;
}
