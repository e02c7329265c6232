//! The shell on a runtime without windows: its commands are there, they answer as the window expects, and the window
//! may call them and nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};

struct Shell {
    window: WebviewWindow<MockRuntime>,
    _app: App<MockRuntime>,
    _profile: tempfile::TempDir,
}

impl Shell {
    fn start() -> Self {
        Self::with(|_| ())
    }

    /// With a profile that was prepared.
    fn with(prepare: impl FnOnce(&Path)) -> Self {
        let profile = tempfile::tempdir().unwrap();
        prepare(profile.path());
        let arguments = outrider::StartArguments { folders: Vec::new(), profile: Some(profile.path().to_owned()) };
        let mut app = outrider::build(mock_builder(), arguments).build(mock_context(noop_assets())).unwrap();
        // The set-up runs with the first event.
        #[expect(deprecated, reason = "the mock runtime has no other way to run one event")]
        app.run_iteration(|_, _| {});
        let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
        Self { window, _app: app, _profile: profile }
    }

    fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.window, request).map(|answer| answer.deserialize().unwrap())
    }
}

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The commands that the handler knows.
fn handled() -> BTreeSet<String> {
    let source = file("src-tauri/src/commands/mod.rs");
    let list = source.split_once("generate_handler![").unwrap().1.split_once(']').unwrap().0;
    list.split(',').filter_map(|path| Some(path.trim().rsplit_once("::")?.1.to_owned())).collect()
}

/// The commands that the capability allows.
fn allowed() -> BTreeSet<String> {
    let source = file("src-tauri/permissions/commands.toml");
    let list = source.split_once("commands.allow = [").unwrap().1.split_once(']').unwrap().0;
    let lines = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines
        .flat_map(|line| line.split(','))
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn the_window_may_call_exactly_the_commands_that_there_are() {
    assert_eq!(handled(), allowed());
    let capability: Value = serde_json::from_str(&file("src-tauri/capabilities/main.json")).unwrap();
    assert_eq!(
        capability["permissions"],
        json!(["core:event:allow-listen", "core:event:allow-unlisten", "window-commands"]),
        "the window calls nothing of any plugin"
    );
}

#[test]
fn every_command_is_there() {
    let shell = Shell::start();
    // It needs no arguments, and would open a dialog.
    let harmless = |name: &String| name != "pick_folder";
    for command in handled().iter().filter(|name| harmless(name)) {
        if let Err(error) = shell.invoke(command, json!({})) {
            assert!(!error.to_string().contains("not found"), "{command}: {error}");
        }
    }
}

#[test]
fn attaching_tells_the_whole_of_the_app() {
    let view = Shell::start().invoke("attach", json!({})).unwrap();
    assert_eq!(view["instances"], json!([]));
    assert_eq!(view["settings"]["enter_sends"], json!(true));
}

#[test]
fn errors_have_a_code_and_a_sentence() {
    let shell = Shell::start();
    let unknown = shell.invoke("open_folder", json!({ "path": "/" })).unwrap_err();
    assert_eq!(unknown["code"], "folder_not_known", "a script opens no folder that the person did not choose");
    let closed = shell.invoke("watch", json!({ "instance": "i99" })).unwrap_err();
    assert_eq!(closed["code"], "instance_closed");
    let refused = shell.invoke("open_link", json!({ "url": "file:///etc/passwd" })).unwrap_err();
    assert_eq!(refused["code"], "link_refused");
    let settings = shell.invoke("update_settings", json!({ "settings": { "ready_timeout_ms": 1 } })).unwrap_err();
    assert_eq!(settings["code"], "settings_invalid");
}

#[test]
fn what_is_too_long_is_refused_before_anything_happens() {
    let shell = Shell::start();
    let long = |size: usize| "x".repeat(size);
    for (command, arguments) in [
        ("send_prompt", json!({ "instance": "i1", "session": null, "text": long(17 << 20) })),
        (
            "reply_permission",
            json!({ "instance": "i1", "request": "r", "reply": "reject", "message": long(300 << 10) }),
        ),
        (
            "reply_question",
            json!({ "instance": "i1", "request": "r", "answers": [[long(200 << 10)], [long(200 << 10)]] }),
        ),
        ("open_link", json!({ "url": format!("https://example.org/{}", long(20 << 10)) })),
        ("open_folder", json!({ "path": long(20 << 10) })),
        ("update_settings", json!({ "settings": { "opencode_path": long(20 << 10) } })),
    ] {
        assert_eq!(shell.invoke(command, arguments).unwrap_err()["code"], "too_long", "{command}");
    }
}

#[test]
fn the_start_page_opens_what_was_opened_before() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let shell = Shell::with(|profile| {
        let recent = json!({ "version": 1, "content": [folder] });
        std::fs::write(profile.join("recent.json"), recent.to_string()).unwrap();
    });
    let gone = shell.invoke("open_folder", json!({ "path": folder.join("..") })).unwrap_err();
    assert_eq!(gone["code"], "folder_not_known", "not by another way to write it either");
    assert_eq!(shell.invoke("open_folder", json!({ "path": folder })).unwrap(), "i1");
    shell.invoke("close_instance", json!({ "instance": "i1" })).unwrap();
}
