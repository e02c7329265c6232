//! A model's service that fails: each failure is said in a sentence, and the session goes on afterwards.

use outrider_core::protocol::{MessageState, Problem, Role, SessionState, Snapshot};
use serde_json::json;

use crate::stage::{Pane, Stage, answer, answer_text, problem, row, text, transcript};

/// The session of the pane works after all.
async fn usable(pane: &Pane) {
    let seen = pane.ask("%%text Fine.").await;
    assert_eq!(answer_text(&seen), "Fine.");
    assert_eq!(answer(&seen).unwrap().state, MessageState::Complete);
    assert_eq!(transcript(&seen).problem, None);
    assert_eq!(row(&seen, &transcript(&seen).session).state, SessionState::Idle);
}

/// Sends a prompt whose run fails, and gives what is said of it.
async fn failing(pane: &Pane, prompt: &str) -> Problem {
    let session = pane.prompt(prompt).await;
    let seen = pane
        .until("the failure", |now| {
            let prompts = transcript(now).messages.iter().rfind(|message| message.role == Role::User);
            prompts.is_some_and(|message| text(message) == prompt)
                && problem(now).is_some_and(|it| it.code != "interrupted")
                && row(now, &session).state == SessionState::Error
        })
        .await;
    problem(&seen).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_said_and_end_the_run() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    for (prompt, code, sentence) in [
        (
            "%%error 401 Incorrect key",
            "model_unauthorized",
            "The model's service refused the request: Incorrect key. Check the key or the sign-in of this provider.",
        ),
        ("%%error 404 No such model", "model_not_found", "The model's service does not know this model: No such model"),
        ("%%error 400 Too odd", "model_refused", "The model's service answered 400: Too odd"),
    ] {
        let problem = failing(&pane, prompt).await;
        assert_eq!((&*problem.code, &*problem.message), (code, sentence));
        usable(&pane).await;
    }
    // In the middle of an answer, what came before it stays.
    let broken = failing(&pane, "%%text Begun.\n%%malformed {\"choices\": [").await;
    assert_eq!(broken.code, "run_failed");
    assert!(broken.message.starts_with("The run failed: "), "{}", broken.message);
    assert_eq!(answer_text(&pane.now()), "Begun.");
    usable(&pane).await;
    pane.equals_fresh().await;
    stage.end().await;
}

async fn retrying(pane: &Pane, prompt: &str) -> Snapshot {
    pane.prompt(prompt).await;
    let seen = pane.until("the retry", |now| now.transcript.as_ref().is_some_and(|it| it.retry.is_some())).await;
    assert_eq!(row(&seen, &transcript(&seen).session).state, SessionState::Retry);
    seen
}

/// Stops a run that is tried again.
async fn give_up(pane: &Pane) {
    let session = transcript(&pane.now()).session.clone();
    pane.handle.abort(&session).await.unwrap();
    let seen = pane.until("the stop", |now| row(now, &session).state == SessionState::Idle).await;
    assert_eq!((&transcript(&seen).retry, &transcript(&seen).problem), (&None, &None));
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_that_pass_are_tried_again_and_said_meanwhile() {
    let stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let seen = retrying(&pane, "%%error 429 times=1 Retry-After:1 Slow down\n%%text At last.").await;
    let retry = transcript(&seen).retry.clone().unwrap();
    assert_eq!((retry.attempt, &*retry.message), (1, "Slow down"));
    let prompted = transcript(&seen).messages[0].created;
    assert!(retry.next > prompted && retry.next < prompted + 20_000, "{retry:?}");
    let seen = pane.until("the answer", |now| answer_text(now) == "At last.").await;
    assert_eq!(transcript(&seen).retry, None);
    assert_eq!(answer(&pane.idle().await).unwrap().state, MessageState::Complete);

    let seen = retrying(&pane, "%%error 500 Out of order").await;
    assert_eq!(transcript(&seen).retry.as_ref().unwrap().message, "Out of order");
    give_up(&pane).await;
    usable(&pane).await;

    // The text of an attempt that failed gives way to the next one's.
    pane.prompt("%%text Lost.\n%%wait cut\n%%cut times=1\n%%text  Kept.").await;
    pane.until("the first attempt", |now| answer_text(now) == "Lost.").await;
    stage.model.open("cut");
    let seen = pane.until("the retry", |now| transcript(now).retry.is_some()).await;
    assert_eq!(answer_text(&seen), "");
    let seen = pane.until("the second attempt", |now| answer_text(now).contains("Kept.")).await;
    assert_eq!(answer_text(&seen), "Lost. Kept.");
    assert_eq!(answer(&pane.idle().await).unwrap().state, MessageState::Complete);
    usable(&pane).await;

    // A body that ends early is taken for a step: the model is asked again, and the answer goes on.
    let seen = pane.ask("%%text First.\n%%eof\n%%turn\n%%text Second.").await;
    assert_eq!(answer_text(&seen), "Second.");
    let texts: Vec<_> = transcript(&seen).messages.iter().rev().take(2).map(text).collect();
    assert_eq!(texts, ["Second.", "First."]);
    usable(&pane).await;
    pane.equals_fresh().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_said() {
    let mut provider = json!(null);
    let stage = Stage::with(|config| {
        let mut whole: serde_json::Value = serde_json::from_str(&config.to_json()).unwrap();
        whole["provider"]["scripted"]["options"]["baseURL"] = json!("http://127.0.0.1:9/v1");
        provider = whole["provider"].clone();
        config.with("provider", provider.clone())
    })
    .await;
    let pane = stage.ready("api").await;
    let seen = retrying(&pane, "Hello?").await;
    let message = transcript(&seen).retry.clone().unwrap().message;
    assert!(message.to_lowercase().contains("connect"), "{message}");
    give_up(&pane).await;
    // Usable: the next prompt is tried as well.
    let seen = retrying(&pane, "And now?").await;
    assert_eq!(transcript(&seen).messages.iter().filter(|message| message.role == Role::User).count(), 2);
    give_up(&pane).await;
    pane.equals_fresh().await;
    stage.end().await;
}
