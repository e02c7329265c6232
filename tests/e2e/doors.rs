//! Another process on this machine, which can reach every port on loopback, gets nothing without the password.

use outrider_testkit::processes::listening;
use reqwest::{Client, Method, StatusCode};

use crate::stage::{Stage, ports_of, variable_of};

/// What a stranger might ask for: reading, running, answering for the person, ending, and the server's own page.
const ROUTES: [(&str, &str); 26] = [
    ("GET", "/"),
    ("GET", "/doc"),
    ("GET", "/global/health"),
    ("GET", "/global/event"),
    ("GET", "/event"),
    ("GET", "/api/event"),
    ("GET", "/session"),
    ("GET", "/session/status"),
    ("GET", "/config"),
    ("GET", "/provider"),
    ("GET", "/path"),
    ("GET", "/vcs"),
    ("GET", "/permission"),
    ("GET", "/question"),
    ("GET", "/file/content?path=README.md"),
    ("GET", "/find?pattern=x"),
    ("GET", "/no/such/route"),
    ("OPTIONS", "/session"),
    ("POST", "/session"),
    ("POST", "/session/ses_1/prompt_async"),
    ("POST", "/session/ses_1/shell"),
    ("POST", "/permission/per_1/reply"),
    ("PUT", "/auth/anthropic"),
    ("PATCH", "/config"),
    ("POST", "/pty"),
    ("POST", "/global/dispose"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_401_from_every_instance_for_everything() {
    let stage = Stage::new().await;
    let one = stage.ready("one").await;
    let two = stage.ready("two").await;
    let pids = [&one, &two].map(|pane| pane.now().view.server.pid.unwrap());
    let [password, other] = pids.map(|pid| variable_of(pid, "OPENCODE_SERVER_PASSWORD").unwrap());
    assert_ne!(password, other, "each server has a password of its own");
    let http = Client::builder().no_proxy().build().unwrap();
    for (pid, wrong) in [(pids[0], &other), (pids[1], &password)] {
        let [port] = ports_of(pid)[..] else { panic!("one port expected") };
        for (method, path) in ROUTES {
            let ask = || {
                http.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("http://127.0.0.1:{port}{path}"))
            };
            let join = if path.contains('?') { '&' } else { '?' };
            // A password in the address wins over a right one in the header.
            let in_address = format!("http://127.0.0.1:{port}{path}{join}auth_token=b3BlbmNvZGU6d3Jvbmc=");
            let with_token = http.request(Method::from_bytes(method.as_bytes()).unwrap(), in_address);
            for (how, request) in [
                ("without a password", ask()),
                ("with an empty one", ask().basic_auth("opencode", Some(""))),
                ("with the one of another instance", ask().basic_auth("opencode", Some(wrong))),
                ("as a bearer", ask().bearer_auth("x")),
                ("in the address", with_token),
            ] {
                let answer = request.send().await.unwrap();
                let allowed = method == "OPTIONS" && answer.status() == StatusCode::NO_CONTENT;
                assert!(
                    answer.status() == StatusCode::UNAUTHORIZED || allowed,
                    "{method} {path} {how}: {}",
                    answer.status()
                );
            }
        }
        assert!(listening(port));
    }
    for pane in [&one, &two] {
        pane.ask("%%text Still here.").await;
    }
    stage.end().await;
}
