//! A session of many messages, written by the real server before the app opens the folder.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use outrider_testkit::opencode_binary;
use serde_json::{Value, json};

use crate::stage::Stage;

/// A server of the test's own, killed when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Makes a session titled `title` with `count` messages, the one numbered N beginning with "message N.".
pub async fn long_session(stage: &Stage, folder: &Path, title: &str, count: usize) {
    #[expect(clippy::disallowed_methods, reason = "it writes what the app finds, and ends before the app starts")]
    let mut command = Command::new(opencode_binary());
    command.args(["serve", "--hostname", "127.0.0.1", "--port", "0"]).current_dir(folder);
    command.env_clear().envs(stage.environment()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(command.spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| Some(line.ok()?.split_once("listening on ")?.1.trim().to_owned())).unwrap();

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async |path: String, body: Value| -> Value {
        let answer = client
            .post(format!("{url}{path}"))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await;
        let answer = answer.unwrap().error_for_status().unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    };
    let session = post("/session".to_owned(), json!({ "title": title })).await;
    let path = format!("/session/{}/message", session["id"].as_str().unwrap());
    for number in 0..count {
        let text = format!("message {number}.\n{}", "A line of it.\n".repeat(number % 5));
        post(path.clone(), json!({ "noReply": true, "parts": [{ "type": "text", "text": text }] })).await;
    }
}
