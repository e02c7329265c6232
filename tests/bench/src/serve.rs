//! The floor of a start: the server alone, in the environment that the app gives it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use outrider_testkit::opencode_binary;

use crate::stage::Stage;

/// Killed when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// From the start of the process until it has answered what a client must know of a folder: that events come, and its
/// sessions, their states and what waits for the person, asked all at once.
pub async fn start(stage: &Stage, folder: &Path) -> Duration {
    let begun = Instant::now();
    #[expect(clippy::disallowed_methods, reason = "it is what is measured, and ends here")]
    let mut command = Command::new(opencode_binary());
    command.args(["serve", "--hostname", "127.0.0.1", "--port", "0"]).current_dir(folder);
    command.env_clear().envs(stage.environment()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(command.spawn().unwrap());
    let output = server.0.stdout.take().unwrap();
    let url = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(output).lines();
        lines.find_map(|line| Some(line.ok()?.split_once("listening on ")?.1.trim().to_owned()))
    });
    let url = url.await.unwrap().expect("the server starts");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = |path: String| {
        let request = client.get(format!("{url}{path}")).header("x-opencode-directory", folder.display().to_string());
        async move { request.send().await.unwrap().error_for_status().unwrap() }
    };
    let mut events = ask("/event".to_owned()).await;
    events.chunk().await.unwrap().expect("the stream begins");
    let reads = ["/session/status", "/permission", "/question"].map(str::to_owned);
    let sessions = format!("/session?limit=1000&directory={}", folder.display());
    let reads = reads.into_iter().chain([sessions]).map(|path| async { ask(path).await.bytes().await.unwrap() });
    futures_util::future::join_all(reads).await;
    begun.elapsed()
}
