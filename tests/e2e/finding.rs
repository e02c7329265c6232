//! Words are found in a session's whole history, also in what the server has and the app does not.

use outrider_core::instance::FindStep;
use outrider_core::protocol::{FindQuery, FindView, Focus, Snapshot};
use serde_json::json;

use crate::stage::{MAIN, Pane, Stage, ports_of, transcript, variable_of};

fn found(now: &Snapshot) -> Option<&FindView> {
    now.transcript.as_ref()?.find.as_ref()
}

fn query(number: u32, text: &str, match_case: bool) -> FindQuery {
    FindQuery { number, text: text.to_owned(), match_case, near: None }
}

/// Writes prompts into a session that nobody answers.
async fn write(pane: &Pane, session: &str, texts: impl Iterator<Item = String>) {
    let pid = pane.now().view.server.pid.unwrap();
    let [port] = ports_of(pid)[..] else { panic!("one port expected") };
    let password = variable_of(pid, "OPENCODE_SERVER_PASSWORD").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for text in texts {
        let body = json!({ "noReply": true, "parts": [{ "type": "text", "text": text }] });
        let request = client.post(format!("http://127.0.0.1:{port}/session/{session}/message"));
        let request = request.basic_auth("opencode", Some(&password)).header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap().error_for_status().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_what_is_not_read_yet_and_the_range_goes_there() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    pane.ask("%%text A nee**dle** in the hay.").await;
    let Focus::Session { id: session } = pane.now().view.focus else { panic!("a session") };
    write(&pane, &session, (0..130).map(|number| format!("Note {number} about hay"))).await;
    let shows = |now: &Snapshot, text: &str| format!("{:?}", transcript(now).messages).contains(text);
    pane.until("the last of them", |now| shows(now, "Note 129 ")).await;
    // Its messages are let go of, and the newest of them read again.
    pane.handle.close_tab(&session).await.unwrap();
    pane.until("another view", |now| now.view.focus == Focus::Start).await;
    let seen = pane.look_at(&session).await;
    let feed = seen.feed;
    assert!(transcript(&seen).has_older && transcript(&seen).find.is_none());
    let known = pane.handle.inspect().await.unwrap();
    assert_eq!(
        known.session(&session.as_str().into()).unwrap().transcript().len(),
        100,
        "the needle is not among them"
    );

    pane.handle.find(MAIN, feed, query(1, "A NEEDLE", false)).await.unwrap();
    let seen = pane.until("the needle", |now| found(now).is_some_and(|it| it.at.is_some())).await;
    let at = found(&seen).unwrap().at.clone().unwrap();
    let range = &transcript(&seen).messages;
    assert_eq!((at.index, at.occurrence, &at.message), (1, 0, &range[1].id), "the range begins with its prompt");
    assert!(!shows(&seen, "Note 129 ") && transcript(&seen).has_newer && !transcript(&seen).has_older);
    pane.until("all of it searched", |now| found(now).is_some_and(|it| it.count == 1 && !it.searching && !it.older))
        .await;

    // The newest is shown first where all is known, and from the last one it goes on with the first.
    pane.handle.find(MAIN, feed, query(2, "hay", true)).await.unwrap();
    let seen = pane
        .until("all places", |now| found(now).is_some_and(|it| it.query == 2 && it.count == 132 && it.at.is_some()))
        .await;
    assert_eq!(found(&seen).unwrap().at.as_ref().unwrap().index, 132, "the prompt, its answer and the notes");
    assert!(shows(&seen, "Note 129 ") && !transcript(&seen).has_newer);
    pane.handle.find_step(MAIN, feed, FindStep::Next).await.unwrap();
    let first = |now: &Snapshot| found(now).and_then(|it| it.at.as_ref()).is_some_and(|at| at.index == 1);
    let seen = pane.until("the first", first).await;
    assert!(!transcript(&seen).has_older);

    // What comes meanwhile counts, and moves nothing.
    write(&pane, &session, std::iter::once("More hay, hay".to_owned())).await;
    let seen = pane.until("what came", |now| found(now).is_some_and(|it| it.count == 134)).await;
    assert!(first(&seen) && transcript(&seen).has_newer && !shows(&seen, "More hay"));

    pane.handle.find(MAIN, feed, query(3, "HAY", true)).await.unwrap();
    let seen = pane.until("none", |now| found(now).is_some_and(|it| it.query == 3 && !it.searching)).await;
    assert_eq!((found(&seen).unwrap().count, &found(&seen).unwrap().at), (0, &None));
    pane.handle.find(MAIN, feed, query(4, "", false)).await.unwrap();
    pane.until("no search", |now| found(now).is_none()).await;

    let prompts = pane.handle.prompts(MAIN, feed).await.unwrap();
    assert_eq!((prompts.len(), &*prompts[131].line), (132, "More hay, hay"));
    assert_eq!(transcript(&pane.now()).overview.prompts, 132);
    assert!(pane.handle.show_message(MAIN, feed, &prompts[131].id).await.unwrap());
    pane.until("the end", |now| shows(now, "More hay") && !transcript(now).has_newer).await;
    assert!(!pane.handle.show_message(MAIN, feed, "msg_none").await.unwrap());
    stage.end().await;
}
