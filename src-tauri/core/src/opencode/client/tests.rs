use axum::http::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::model::{RunStatus, SessionId};
use crate::opencode::fake::{Fake, answer, endpoint, free_port};

const FOLDER: &str = "/home/dev/ünï 100%41";

/// More than any answer here takes.
const LIMIT: Duration = Duration::from_secs(15);

fn client(fake: &Fake) -> Client {
    Client::new(fake.endpoint.clone(), FOLDER, LIMIT).unwrap()
}

#[tokio::test]
async fn commands_are_sent_as_the_server_takes_them() {
    let fake = Fake::start(|name| match name {
        "POST /session" | "PATCH /session/ses_1" => answer(200, r#"{"id":"ses_1","title":"t"}"#),
        _ => answer(204, ""),
    })
    .await;
    let client = client(&fake);
    let session = SessionId::from("ses_1");
    let ids = PromptIds { message: "msg_1".into(), part: "prt_1".into() };

    assert_eq!(client.create_session(None).await.unwrap().id, session);
    client.create_session(Some("t")).await.unwrap();
    assert_eq!(client.rename(&session, "t").await.unwrap().title, "t");
    client.prompt(&session, "hi", None).await.unwrap();
    client.prompt(&session, "hi", Some(&ids)).await.unwrap();
    client.abort(&session).await.unwrap();
    client.reply_permission(&"per_1".into(), PermissionAnswer::Always, None).await.unwrap();
    client.reply_permission(&"per_1".into(), PermissionAnswer::Reject, Some("no")).await.unwrap();
    client.reply_question(&"que_1".into(), &[vec!["Red".into()], vec![]]).await.unwrap();
    client.reject_question(&"que_1".into()).await.unwrap();
    client.delete_session(&session).await.unwrap();
    client.dispose(LIMIT).await.unwrap();

    let seen = fake.seen();
    let lines: Vec<_> = seen.iter().map(|seen| seen.line.as_str()).collect();
    let expected = [
        r"POST /session {}",
        r#"POST /session {"title":"t"}"#,
        r#"PATCH /session/ses_1 {"title":"t"}"#,
        r#"POST /session/ses_1/prompt_async {"parts":[{"text":"hi","type":"text"}]}"#,
        r#"POST /session/ses_1/prompt_async {"messageID":"msg_1","parts":[{"id":"prt_1","text":"hi","type":"text"}]}"#,
        r"POST /session/ses_1/abort {}",
        r#"POST /permission/per_1/reply {"reply":"always"}"#,
        r#"POST /permission/per_1/reply {"message":"no","reply":"reject"}"#,
        r#"POST /question/que_1/reply {"answers":[["Red"],[]]}"#,
        r"POST /question/que_1/reject {}",
        r"DELETE /session/ses_1 {}",
        r"POST /global/dispose {}",
    ];
    assert_eq!(lines, expected);
    for seen in seen {
        assert_eq!(seen.authorization, format!("Basic {}", STANDARD.encode("opencode:open sesame")));
        assert_eq!(seen.directory, "%2Fhome%2Fdev%2F%C3%BCn%C3%AF%20100%2541");
    }
}

#[tokio::test]
async fn a_snapshot_holds_this_folder_only_and_leaves_out_what_is_gone() {
    let fake = Fake::start(|name| {
        let info = r#"{"info":{"id":"msg_1","sessionID":"ses_1","role":"user"},"parts":[]}"#;
        match name {
            "GET /session?directory=%2Fp%20%252541&limit=1000000" => {
                answer(200, r#"[{"id":"ses_1","directory":"/p %41"},{"id":"ses_2","directory":"/p"}]"#)
            }
            "GET /session/status" => answer(200, r#"{"ses_1":{"type":"busy"}}"#),
            "GET /permission" | "GET /question" | "GET /session/ses_1/message?limit=5&before=a%2Bb%3D" => {
                answer(200, "[]")
            }
            "GET /vcs" => answer(500, ""),
            "GET /session/ses_1/message?limit=20" => {
                Response::builder().header("x-next-cursor", "a+b=").body(format!("[{info}]").into()).unwrap()
            }
            _ => answer(404, r#"{"name":"NotFoundError","data":{"message":"gone"}}"#),
        }
    })
    .await;
    let client = client(&fake);
    let session = SessionId::from("ses_1");

    let load = [(session.clone(), 20), ("ses_9".into(), 20)];
    let snapshot = client.read_snapshot("/p %41", &load).await.unwrap();
    assert_eq!(snapshot.sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["ses_1"]);
    assert_eq!(snapshot.running, [(session.clone(), RunStatus::Busy)]);
    assert_eq!((snapshot.messages.len(), snapshot.branch), (1, None));
    let page = &snapshot.messages[0];
    assert_eq!((page.messages.len(), page.older.as_deref(), &page.before), (1, Some("a+b="), &None));

    let page = client.messages(&session, 5, page.older.as_deref()).await.unwrap();
    assert_eq!((page.messages.len(), page.older, page.before.as_deref()), (0, None, Some("a+b=")));
}

#[tokio::test]
async fn an_id_cannot_lead_to_another_request() {
    let fake = Fake::start(|_| answer(200, "true")).await;
    for id in ["", "..", "../global/dispose", "ses_1/abort", "ses_1?x=", "ses%2F", "sés"] {
        assert_eq!(client(&fake).abort(&id.into()).await.unwrap_err().code(), "not_found", "{id}");
    }
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn each_way_to_fail_has_its_code_and_none_tells_the_password_or_the_address() {
    let fake = Fake::start(|name| match name {
        "GET /path" => answer(200, "<!doctype html>"),
        "GET /permission" => answer(401, ""),
        "GET /question" => Response::builder().status(302).header("location", "/vcs").body("".into()).unwrap(),
        "GET /vcs" => answer(200, r#"{"branch":"main"}"#),
        "GET /session/status" => {
            let pieces = [Ok("{"), Err(std::io::Error::other("broken"))];
            answer(200, axum::body::Body::from_stream(futures_util::stream::iter(pieces)))
        }
        _ => answer(200, axum::body::Body::from_stream(futures_util::stream::pending::<std::io::Result<&str>>())),
    })
    .await;
    let client = client(&fake);
    let hasty = Client::new(fake.endpoint.clone(), FOLDER, Duration::from_millis(50)).unwrap();
    let nobody = Client::new(endpoint(free_port().await), FOLDER, LIMIT).unwrap();

    assert_eq!(client.branch().await.unwrap().as_deref(), Some("main"));
    for (error, code) in [
        (client.directory().await.unwrap_err(), "unreadable_answer"),
        (client.permissions().await.unwrap_err(), "unauthorized"),
        (client.questions().await.unwrap_err(), "server_error"),
        (client.statuses().await.unwrap_err(), "connection_lost"),
        (hasty.health().await.unwrap_err(), "timeout"),
        (nobody.health().await.unwrap_err(), "refused"),
    ] {
        assert_eq!(error.code(), code, "{error:?}");
        let told = format!("{error} {error:?} {:?}", error.to_problem());
        assert!(!told.contains("sesame") && !told.contains("127.0.0.1") && !told.contains("http:"), "{told}");
    }
    assert!(!format!("{client:?}").contains("sesame"));
}

#[test]
fn prompt_ids_have_the_servers_form() {
    let ids = PromptIds::generate(1_795_380_671_719).unwrap();
    assert_eq!(&ids.message.0[..16], "msg_20506f4e7000");
    assert_eq!((ids.message.0.len(), ids.part.0.len()), (30, 30));
    assert_ne!(ids, PromptIds::generate(1_795_380_671_719).unwrap());
}
