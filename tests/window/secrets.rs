//! Keys and passwords are in nothing that the app writes or shows.

use std::path::Path;

use outrider_testkit::opencode_binary;

use crate::{
    driver::write_program,
    isolation::processes,
    page::{button, session_tab},
    processes::signal,
    stage::Stage,
};

/// In the environment, in a project's configuration and in one that is broken.
const CANARIES: [&str; 4] =
    ["canary-environment-01", "canary-provider-0123", "canary-header-012345", "canary-broken-012345"];

/// All files below a folder that hold one of these texts.
fn files_with(folder: &Path, secrets: &[String], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with(&path, secrets, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            let held = secrets.iter().filter(|secret| text.contains(secret.as_str()));
            found.extend(held.map(|secret| format!("{secret} in {}", path.display())));
        }
    }
}

#[tokio::test]
async fn no_key_and_no_password_is_written_or_shown() {
    let [environment, provider, header, broken] = CANARIES;
    let stage = Stage::new().await;
    // A server that tells all it knows, on both outputs.
    let chatty = stage.place.root().join("bin/chatty");
    let text = format!(
        "#!/bin/sh\nenv; env >&2\nexec '{}' \"$@\" --print-logs --log-level DEBUG\n",
        opencode_binary().display()
    );
    write_program(&chatty, &text);
    let stage = stage
        .variable("OUTRIDER_OPENCODE", chatty.display().to_string())
        .variable("OUTRIDER_LOG", "trace")
        .variable("ANTHROPIC_API_KEY", environment);
    let good = stage.place.folder("good");
    let config = format!(
        r#"{{ "provider": {{ "vault": {{ "npm": "@ai-sdk/openai-compatible", "options": {{ "baseURL": "http://127.0.0.1:9/v1",
            "apiKey": "{provider}", "headers": {{ "Authorization": "Bearer {header}" }} }}, "models": {{ "m": {{}} }} }} }} }}"#
    );
    std::fs::write(good.join("opencode.json"), config).unwrap();
    let bad = stage.place.folder("bad");
    std::fs::write(bad.join("opencode.json"), format!("{{ \"apiKey\" \"{broken}\",\n \"a\": ")).unwrap();
    let window = stage.open(&[&bad, &good]).await;
    window.until_ready("good").await;
    let mut secrets: Vec<String> = CANARIES.map(str::to_owned).into();
    let mut servers = Vec::new();
    for process in window.driver().mark().of_the_app() {
        let password = processes::variable_of(process.pid, "OPENCODE_SERVER_PASSWORD");
        if let Some(password) = password.filter(|_| !processes::ports_of(process.pid).is_empty()) {
            secrets.push(password);
            servers.push(process);
        }
    }
    assert!(!servers.is_empty());

    window.ask("%%text Hello.").await;
    let mut shown = Vec::new();
    let all = "document.documentElement.outerHTML + document.body.innerText";
    window.click(&session_tab("Logs")).await;
    window.until("document.body.innerText.includes('OPENCODE_SERVER_PASSWORD=[password]')").await;
    window.until("document.body.innerText.includes('ANTHROPIC_API_KEY=[secret]')").await;
    window.screenshot("secrets-logs").await;
    shown.push(window.text(all).await);
    window.switch_to("bad").await;
    window.until("document.body.innerText.includes('opencode.json')").await;
    shown.push(window.text(all).await);
    // The end of a server, with its last lines.
    window.switch_to("good").await;
    for server in &servers {
        signal("KILL", server.pid);
    }
    window.until(&format!("{} || connection()?.dataset.state !== 'connected'", button("Restart"))).await;
    shown.push(window.text(all).await);
    window.quit().await;

    let said = window.driver().said();
    assert!(said.contains("TRACE"), "everything is logged");
    shown.push(said);
    for (place, text) in shown.iter().enumerate() {
        for secret in &secrets {
            if let Some(at) = text.find(secret.as_str()) {
                let start = (0..at.saturating_sub(200)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                panic!("{secret} is shown ({place}): {}", &text[start..at]);
            }
        }
    }
    let mut found = Vec::new();
    files_with(&stage.place.root().join("profile"), &secrets, &mut found);
    assert_eq!(found, [""; 0]);
}
