//! What was typed is never lost and never there twice.

use std::time::Duration;

use outrider_core::model::{Role, SessionId};
use outrider_core::protocol::{Connection, Focus, MessageView, Outgoing, Snapshot};
use outrider_testkit::{
    fault_proxy::{At, Fault, Target},
    wait_for,
};

use crate::stage::{Far, Pane, Stage, UnknownAgent, answer_text, kill, text, texts, transcript};

/// Before the server has the request, in the middle of it, and after.
fn cuts() -> [Fault; 8] {
    [
        Fault::Refuse,
        Fault::LoseRequest,
        Fault::CutRequest(40),
        Fault::CutRequest(330),
        Fault::BadGateway,
        Fault::Cut(At::Byte(0)),
        Fault::Reset(At::Byte(9)),
        Fault::HalfOpen(At::Byte(0)),
    ]
}

/// How far each prompt is that the window does not know to be there.
fn outgoing(seen: &Snapshot) -> Vec<(String, Outgoing)> {
    let told = |message: &MessageView| Some((text(message), message.outgoing.clone()?));
    let in_session = seen.transcript.iter().flat_map(|transcript| &transcript.messages);
    in_session.chain(&seen.outgoing).filter_map(told).collect()
}

fn failed_with(seen: &Snapshot) -> Option<String> {
    match outgoing(seen).first()? {
        (_, Outgoing::Failed { problem }) => Some(problem.message.clone()),
        _ => None,
    }
}

/// The prompts that the server has, in all sessions.
async fn prompts(far: &Far, near: &Pane) -> Vec<String> {
    let server = far.server();
    let mut prompts = Vec::new();
    for session in server.sessions(&near.handle.folder().to_string_lossy()).await.unwrap() {
        for (head, parts) in server.messages(&session.id, 1_000, None).await.unwrap().messages {
            assert_eq!(parts.len().min(1), 1, "{head:?} has no parts");
            if head.role == Role::User {
                assert_eq!(parts.len(), 1, "its text is there once");
                prompts.push(format!("{:?}", parts[0].kind));
            }
        }
    }
    prompts
}

fn count(prompts: &[String], words: &str) -> usize {
    prompts.iter().filter(|prompt| prompt.contains(words)).count()
}

/// Waits until the window shows the answer, and nothing is on its way.
async fn answered(pane: &Pane, answer: &str) -> Snapshot {
    pane.until(answer, |now| answer_text(now) == answer && outgoing(now).is_empty()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_is_cut_off_anywhere_is_there_once_and_answered_once() {
    let stage = Stage::new().await;
    let near = stage.ready("api").await;
    let mut far = Far::new(&stage, &near);
    let pane = far.open().await;
    let session = pane.prompt("%%text Begun.").await;
    answered(&pane, "Begun.").await;
    for (n, fault) in cuts().into_iter().enumerate() {
        let harm = far.proxy.harm(Target::Line("/prompt_async".into()), fault.clone(), Some(1));
        let harmed = far.proxy.counters().harmed;
        pane.handle.prompt("main", Some(&session), &format!("%%text Answer {n}.")).await.unwrap();
        answered(&pane, &format!("Answer {n}.")).await;
        assert_eq!(far.proxy.counters().harmed, harmed + 1, "{fault:?} did not happen");
        far.proxy.lift(harm);
    }
    let there = prompts(&far, &near).await;
    let asked = stage.model.requests();
    for n in 0..cuts().len() {
        let words = format!("%%text Answer {n}.");
        assert_eq!(count(&there, &words), 1, "after {:?}: {there:#?}", cuts()[n]);
        let runs = asked.iter().filter(|request| request.model == "echo" && request.prompt == words).count();
        assert_eq!(runs, 1, "the model was asked {runs} times after {:?}", cuts()[n]);
    }
    pane.equals_fresh().await;
    far.crash().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_prompt_whose_session_is_cut_off_makes_one_session() {
    let stage = Stage::new().await;
    let near = stage.ready("api").await;
    let mut far = Far::new(&stage, &near);
    let pane = far.open().await;
    for (n, fault) in cuts().into_iter().enumerate() {
        pane.look(Focus::Start).await;
        let harm = far.proxy.harm(Target::Line("POST /session ".into()), fault.clone(), Some(1));
        let second = far.proxy.harm(Target::Line("/prompt_async".into()), fault.clone(), Some(1));
        let harmed = far.proxy.counters().harmed;
        pane.prompt(&format!("%%text Answer {n}.")).await;
        answered(&pane, &format!("Answer {n}.")).await;
        assert_eq!(far.proxy.counters().harmed, harmed + 2, "{fault:?} did not happen twice");
        far.proxy.lift(harm);
        far.proxy.lift(second);
    }
    let sessions = far.server().sessions(&near.handle.folder().to_string_lossy()).await.unwrap();
    assert_eq!(sessions.len(), cuts().len(), "{sessions:#?}");
    let there = prompts(&far, &near).await;
    assert_eq!(there.len(), cuts().len(), "{there:#?}");
    far.crash().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_under_way_when_the_app_dies_is_there_once_after_the_next_start() {
    let stage = Stage::new().await;
    let near = stage.ready("api").await;
    let mut far = Far::new(&stage, &near);
    // The server gets it and nobody hears so; or it never gets it.
    for (n, fault) in [Fault::HalfOpen(At::Byte(0)), Fault::LoseRequest].into_iter().enumerate() {
        let pane = far.open().await;
        let harm = far.proxy.harm(Target::Line("POST /session".into()), fault, None);
        let events = far.proxy.harm(Target::Events, Fault::Stall(At::Byte(0)), None);
        let harmed = far.proxy.counters().harmed;
        let words = format!("%%text Answer {n}.");
        pane.handle.prompt("main", None, &words).await.unwrap();
        // Not on what the window shows: that may change next when the third attempt has failed.
        wait_for("the prompt under way", Duration::from_secs(20), async || far.proxy.counters().harmed > harmed).await;
        drop(pane);
        far.crash().await;
        far.proxy.lift(harm);
        far.proxy.lift(events);

        let pane = far.open().await;
        // Whoever looks at the start when the session is found is led to it; a window that opens later is not.
        let seen = pane.until("the session's tab", |now| !now.view.tabs.is_empty()).await;
        pane.look_at(&seen.view.tabs[0]).await;
        answered(&pane, &format!("Answer {n}.")).await;
        assert_eq!(count(&prompts(&far, &near).await, &words), 1);
        drop(pane);
        far.crash().await;
    }
    let sessions = far.server().sessions(&near.handle.folder().to_string_lossy()).await.unwrap();
    assert_eq!(sessions.len(), 2, "{sessions:#?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_is_accepted_and_not_shown_fails_with_its_reason_and_can_be_taken_back() {
    let stage = Stage::new().await;
    let near = stage.ready("api").await;
    let mut far = Far::new(&stage, &near);
    let session = far.server().create_session(None).await.unwrap().id.0;
    let unknown_agent = UnknownAgent::before(far.port).await;
    far.proxy.set_upstream(unknown_agent.address);
    let pane = far.open().await;
    pane.look_at(&session).await;
    pane.handle.prompt("main", Some(&session), "%%text Never.").await.unwrap();
    let seen = pane.until("the failure", |now| failed_with(now).is_some()).await;
    let why = failed_with(&seen).unwrap();
    assert!(why.contains("nobody"), "{why}");
    assert_eq!(transcript(&seen).problem, None, "it is said once");
    pane.equals_fresh().await;
    let id = transcript(&seen).messages[0].id.clone();

    pane.handle.retry_prompt(&id).await.unwrap();
    pane.until("another attempt", |now| failed_with(now).is_none()).await;
    pane.until("the failure", |now| failed_with(now).is_some()).await;
    pane.handle.save_draft(Some(&session), "And more.").await.unwrap();
    let draft = pane.handle.take_back(&id).await.unwrap();
    assert_eq!(draft.text, "%%text Never.\n\nAnd more.");
    pane.until("an empty transcript", |now| transcript(now).messages.is_empty()).await;
    assert_eq!(pane.handle.take_back(&id).await.unwrap_err().code, "prompt_on_its_way");
    let none: &[String] = &[];
    assert_eq!(prompts(&far, &near).await, none);
    far.crash().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_without_a_connection_waits_and_goes_out_in_order() {
    let stage = Stage::new().await;
    let near = stage.ready("api").await;
    let mut far = Far::new(&stage, &near);
    let pane = far.open().await;
    let session = pane.prompt("%%text Begun.").await;
    answered(&pane, "Begun.").await;

    far.proxy.harm(Target::All, Fault::Cut(At::Byte(0)), None);
    let refuse = far.proxy.harm(Target::All, Fault::Refuse, None);
    pane.until("the loss", |now| now.view.connection != Connection::Connected).await;
    for n in 1..=4 {
        pane.handle.prompt("main", Some(&session), &format!("%%text Number {n}.")).await.unwrap();
    }
    pane.look(Focus::Start).await;
    pane.handle.prompt("main", None, "%%text Elsewhere.").await.unwrap();
    pane.handle.prompt("main", None, "%%text And again.").await.unwrap();
    let seen = pane.until("first prompts that wait", |now| now.outgoing.len() == 2).await;
    assert!(outgoing(&seen).iter().all(|(_, state)| *state == Outgoing::Waiting), "{seen:#?}");
    pane.equals_fresh().await;
    let seen = pane.look(Focus::Session { id: session.clone() }).await;
    assert_eq!(texts(&seen)[2..], ["%%text Number 1.", "%%text Number 2.", "%%text Number 3.", "%%text Number 4."]);
    assert_eq!(outgoing(&seen).len(), 4);
    let id = |n: usize| transcript(&seen).messages[1 + n].id.clone();
    pane.handle.discard(&id(2)).await.unwrap();
    assert_eq!(pane.handle.take_back(&id(3)).await.unwrap().text, "%%text Number 3.");
    pane.until("two that wait", |now| outgoing(now).len() == 2).await;
    pane.equals_fresh().await;

    // The app ends, and starts while there is still no connection.
    drop(pane);
    far.crash().await;
    let pane = far.open_anywhere().await;
    let drafts = pane.handle.drafts().await.unwrap();
    assert_eq!(drafts.iter().map(|draft| &*draft.text).collect::<Vec<_>>(), ["%%text Number 3."]);
    pane.until("first prompts that wait", |now| now.outgoing.len() == 2).await;
    far.proxy.heal();
    far.proxy.lift(refuse);
    pane.handle.retry().await.unwrap();
    pane.connected().await;
    let begun = pane.until("the new session", |now| matches!(now.view.focus, Focus::Session { .. })).await;
    assert!(begun.view.tabs.contains(&session), "it is seen where something waited: {:?}", begun.view.tabs);
    let seen = answered(&pane, "And again.").await;
    let users =
        |seen: &Snapshot| -> Vec<String> { texts(seen).into_iter().filter(|text| text.starts_with("%%")).collect() };
    assert_eq!(users(&seen), ["%%text Elsewhere.", "%%text And again."]);
    pane.look_at(&session).await;
    let seen = answered(&pane, "Number 4.").await;
    assert_eq!(users(&seen), ["%%text Begun.", "%%text Number 1.", "%%text Number 4."]);
    assert_eq!(prompts(&far, &near).await.len(), 5);
    far.crash().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_and_is_started_again_gets_what_waited_once() {
    let mut stage = Stage::new().await;
    let pane = stage.ready("api").await;
    let session = pane.prompt("%%text Begun.").await;
    answered(&pane, "Begun.").await;
    kill(pane.now().view.server.pid.unwrap());
    pane.handle.prompt("main", Some(&session), "%%text After.").await.unwrap();
    pane.until("the prompt", |now| outgoing(now).len() == 1 || answer_text(now) == "After.").await;
    pane.handle.restart().await.unwrap();
    let seen = answered(&pane, "After.").await;
    let users = texts(&seen).into_iter().filter(|text| text.starts_with("%%")).count();
    assert_eq!(users, 2);

    // A whole app: drafts stay as well.
    pane.handle.save_draft(None, "Half a").await.unwrap();
    pane.handle.save_draft(Some(&session), "thought").await.unwrap();
    let folder = pane.handle.folder().to_owned();
    drop(pane);
    stage.start_again().await;
    let pane = stage.open(&folder).await;
    let drafts = pane.handle.drafts().await.unwrap();
    assert_eq!(drafts.iter().map(|draft| &*draft.text).collect::<Vec<_>>(), ["Half a", "thought"]);
    assert_eq!(drafts[1].session.as_deref(), Some(SessionId::from(&*session).as_str()));
    stage.end().await;
}
