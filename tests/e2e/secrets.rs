//! What no window learns: where a server listens, and its password.

use outrider_core::protocol::{Focus, LogStream};
use outrider_testkit::opencode_binary;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stage::{Stage, kill, ports_of, variable_of};

/// The status line of the answer to a request without a password.
async fn ask(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_learn_neither_address_nor_password() {
    let stage = Stage::in_environment(
        |config| config,
        |place, environment| {
            let text = format!("env; env >&2\nexec '{}' \"$@\" --print-logs", opencode_binary().display());
            let chatty = Stage::script(place, "chatty", &text);
            environment.insert("OUTRIDER_OPENCODE".into(), chatty.display().to_string());
        },
    )
    .await;
    stage.app.attach("main").await.unwrap();
    let pane = stage.ready("api").await;
    let pid = pane.now().view.server.pid.unwrap();
    let [port] = ports_of(pid)[..] else { panic!("one port expected") };
    let password = variable_of(pid, "OPENCODE_SERVER_PASSWORD").unwrap();
    assert!(password.len() >= 22, "128 bits at least");
    let arguments = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(arguments.contains("serve") && !arguments.contains(&password));
    for path in ["/session", "/event", "/global/health", "/doc"] {
        assert!(ask(port, path).await.contains(" 401"), "{path}");
    }

    let log = pane.look(Focus::Logs).await.log.unwrap();
    let of = |stream| log.iter().filter(move |line| line.stream == stream);
    for stream in [LogStream::Stdout, LogStream::Stderr] {
        let printed = of(stream).find(|line| line.text.starts_with("OPENCODE_SERVER_PASSWORD="));
        assert_eq!(printed.unwrap().text, "OPENCODE_SERVER_PASSWORD=[password]");
    }
    assert!(of(LogStream::Stdout).any(|line| line.text.contains("listening on [address]")));
    pane.look(Focus::Start).await;
    pane.ask("%%text Hello\n%%tool bash {\"command\": \"pwd\", \"description\": \"d\"}").await;
    pane.look(Focus::Logs).await;
    kill(pid);
    pane.until("the server's end", |now| now.view.server.pid.is_none()).await;
    pane.until("lines about it", |now| {
        now.log.iter().flatten().any(|line| line.stream == LogStream::Outrider && line.text.contains("KILL"))
    })
    .await;
    pane.handle.restart().await.unwrap();
    pane.connected().await;

    let told = stage.bridge.told();
    assert!(told.len() > 20, "{}", told.len());
    for got in told {
        assert!(!got.contains(&password), "{got}");
        assert!(!got.contains(&format!(":{port}")), "{got}");
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_do_not_get_the_password_where_the_server_need_not_wait_for_that() {
    const SHOW: &str = "%%tool bash {\"command\": \"env\", \"description\": \"d\"}\n%%turn\n%%text Seen.";
    let stage = Stage::new().await;
    let shown = |turn: &str| {
        let request = stage.model.requests().into_iter().rfind(|it| it.turn == 1 && it.prompt.contains(turn));
        request.unwrap().body.to_string()
    };
    // A home in which nothing is installed: the server would wait for npm.
    let pane = stage.ready("api").await;
    pane.ask(&format!("%%id first\n{SHOW}")).await;
    let password = variable_of(pane.now().view.server.pid.unwrap(), "OPENCODE_SERVER_PASSWORD").unwrap();
    assert!(shown("%%id first").contains(&password));

    let config = stage.place.server_config_directory();
    std::fs::create_dir_all(config.join("node_modules/@opencode-ai/plugin")).unwrap();
    let lock = serde_json::json!({ "packages": { "": { "dependencies": { "@opencode-ai/plugin": "1" } } } });
    std::fs::write(config.join("package-lock.json"), lock.to_string()).unwrap();
    let before = pane.now().view.server.pid;
    pane.handle.restart().await.unwrap();
    pane.until("the next server", |now| now.view.server.pid.is_some() && now.view.server.pid != before).await;
    pane.connected().await;
    // In a session of its own: the first one quotes what was seen then.
    pane.look(Focus::Start).await;
    pane.ask(&format!("%%id second\n{SHOW}")).await;
    let shown = shown("%%id second");
    assert!(shown.contains("OUTRIDER_INSTANCE=") && !shown.contains("OPENCODE_SERVER_PASSWORD"));
    let pid = pane.now().view.server.pid.unwrap();
    let [port] = ports_of(pid)[..] else { panic!("one port expected") };
    assert!(ask(port, "/session").await.contains(" 401"), "the server still knows it");
    stage.end().await;
}
