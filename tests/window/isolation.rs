//! A script in the window can do what the app's commands do, and nothing else.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::{stage::Stage, window::Window};

#[path = "../e2e/stage/processes.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest of it")]
pub mod processes;

/// What the script tries.
pub const ATTEMPTS: &str = include_str!("isolation/attempts.js");

/// The only commands of tauri's own that a window needs: it hears events.
const ALLOWED: [&str; 2] = ["plugin:event|listen", "plugin:event|unlisten"];

/// Something on this machine that is not Outrider's: it keeps the first bytes of each connection.
pub struct Outside {
    pub port: u16,
    pub heard: Arc<Mutex<Vec<String>>>,
}

impl Outside {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&heard);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                keep.lock().unwrap().push("a connection".to_owned());
                let mut request = [0; 200];
                stream.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
                let length = stream.read(&mut request).unwrap_or_default();
                keep.lock().unwrap().push(String::from_utf8_lossy(&request[..length]).into_owned());
                let answer = "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(answer.as_bytes()).ok();
            }
        });
        Self { port, heard }
    }
}

/// Every command of tauri and its plugins, as the build collected them from their manifests.
fn plugin_commands() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("gen/schemas/acl-manifests.json");
    let manifests: BTreeMap<String, Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let commands = manifests.iter().filter(|(plugin, _)| *plugin != "__app-acl__").flat_map(|(plugin, manifest)| {
        let plugin = plugin.strip_prefix("core:").unwrap_or(plugin);
        let permissions = manifest["permissions"].as_object().unwrap().values();
        let allowed = permissions.flat_map(|permission| permission["commands"]["allow"].as_array().unwrap().clone());
        allowed.map(move |command| format!("plugin:{plugin}|{}", command.as_str().unwrap())).collect::<Vec<_>>()
    });
    let mut commands: Vec<_> = commands.collect();
    commands.sort();
    commands.dedup();
    commands
}

/// The app's commands, with names of things that are not there; none of them may succeed.
fn own_commands() -> Vec<(&'static str, Value)> {
    let nothing = |more: Value| {
        let mut fields =
            json!({ "instance": "i99", "session": "ses_0", "request": "per_0", "feed": 99, "revision": 99 });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let mut commands: Vec<_> = ["watch", "ack", "fetch_batch", "restart_instance", "retry_connection", "new_session"]
        .into_iter()
        .chain(["stop_session", "close_tab", "load_older", "load_newer", "jump_to_latest", "reject_question"])
        .map(|command| (command, nothing(json!({}))))
        .collect();
    commands.extend([
        ("look", nothing(json!({ "focus": { "kind": "logs" } }))),
        ("load_at", nothing(json!({ "first": "msg_0", "before": 1 }))),
        ("expand", nothing(json!({ "message": "m", "part": "p", "expanded": true }))),
        ("send_prompt", nothing(json!({ "text": "%%text x" }))),
        ("reply_permission", nothing(json!({ "reply": "always" }))),
        ("reply_question", nothing(json!({ "answers": [["x"]] }))),
        ("update_settings", json!({ "settings": { "ready_timeout_ms": 0 } })),
        ("open_folder", json!({ "path": "/" })),
        ("open_link", json!({ "url": "file:///etc/passwd" })),
        ("open_file", json!({ "instance": "i1", "path": "/etc/passwd" })),
        ("open_file", json!({ "instance": "i1", "path": "../../etc/passwd" })),
        ("existing_files", json!({ "instance": "i99", "paths": ["x"] })),
        // Of the folder that is open, but of no session there.
        ("send_prompt", json!({ "instance": "i1", "session": "ses_0", "text": "%%text x" })),
        ("stop_session", json!({ "instance": "i1", "session": "ses_0" })),
        ("stop_session", json!({ "instance": "i1", "session": "../../global/dispose" })),
    ]);
    commands
}

/// The port and the password of the only server.
pub fn server_of(window: &Window) -> (u16, String) {
    let all = window.driver().mark().of_the_app();
    let mut servers = all.iter().map(|process| process.pid).filter(|pid| !processes::ports_of(*pid).is_empty());
    let secret = |pid| processes::variable_of(pid, "OPENCODE_SERVER_PASSWORD");
    let (pid, password) = servers.find_map(|pid| Some((pid, secret(pid)?))).unwrap();
    let [port] = processes::ports_of(pid)[..] else { panic!("one port expected") };
    (port, password)
}

#[tokio::test]
async fn a_script_in_the_window_reaches_neither_server_nor_network_nor_system() {
    let outside = Outside::start();
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("isolated")]).await;
    window.until_ready("isolated").await;
    window.ask("%%text Hello.").await;

    let (port, password) = server_of(&window);
    let sessions = async || -> Value {
        let request =
            reqwest::Client::builder().no_proxy().build().unwrap().get(format!("http://127.0.0.1:{port}/session"));
        request.basic_auth("opencode", Some(&password)).send().await.unwrap().json().await.unwrap()
    };
    let before = sessions().await;
    let settings = std::fs::read(stage.place.root().join("profile/settings.json")).ok();

    let plugins = plugin_commands();
    assert!(plugins.len() > 150 && plugins.contains(&"plugin:shell|execute".to_owned()), "{}", plugins.len());
    let plugins = plugins.into_iter().filter(|command| !ALLOWED.contains(&command.as_str()));
    let mut commands: Vec<Value> = plugins.map(|command| json!([command, {}])).collect();
    let tried = commands.len();
    commands.extend(own_commands().into_iter().map(|(command, fields)| json!([command, fields])));
    window.js("window.__stays = true;").await;
    let address = window.text("location.origin + location.pathname").await;
    let constants = format!(
        "const HERE = 'http://127.0.0.1:{port}', THERE = 'http://127.0.0.1:{}', PASSWORD = {}, COMMANDS = {};",
        outside.port,
        json!(password),
        json!(commands)
    );
    let outcome = window.run(&format!("{constants}\n{ATTEMPTS}")).await;
    let outcome: BTreeMap<String, String> = serde_json::from_value(outcome).unwrap();
    assert!(outcome.len() > tried + 120, "{} attempts", outcome.len());
    let allowed: Vec<_> = outcome.iter().filter(|(_, how)| !how.starts_with("refused: ")).collect();
    assert!(allowed.is_empty(), "{allowed:#?}");
    for (name, how) in outcome.iter().filter(|(name, _)| name.starts_with("invoke plugin:")) {
        assert!(how.contains("not allowed"), "by the list of what is allowed, not by chance: {name}: {how}");
    }

    assert_eq!(*outside.heard.lock().unwrap(), [""; 0], "nothing went out");
    assert_eq!(window.look("window.__stays").await, true, "the page was not left");
    assert_eq!(window.text("location.origin + location.pathname").await, address);
    assert_eq!(window.look("typeof window.__pwned").await, "undefined");
    assert_eq!(sessions().await, before, "nothing reached the server");
    assert_eq!(std::fs::read(stage.place.root().join("profile/settings.json")).ok(), settings);
    assert_eq!(stage.opened_links(), [""; 0]);
    window.ask("%%text Still here.").await;
    // What the page says about refused attempts is what was wanted.
    window.quit().await;
}
