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

/// A server that has answered what a client must know of a folder.
pub struct Alone {
    client: reqwest::Client,
    url: String,
    folder: String,
    /// From the start of the process until then: that events come, and the folder's sessions, their states and what waits
    /// for the person, asked all at once.
    pub started: Duration,
    _server: Server,
}

impl Alone {
    pub async fn start(stage: &Stage, folder: &Path) -> Self {
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
        let folder = folder.display().to_string();
        let mut alone = Self { client, url, folder, started: Duration::ZERO, _server: server };
        let mut events = alone.ask("/event").await;
        events.chunk().await.unwrap().expect("the stream begins");
        let sessions = format!("/session?limit=1000&directory={}", alone.folder);
        let reads = ["/session/status", "/permission", "/question", &sessions];
        let answers = reads.map(|path| async { alone.ask(path).await.bytes().await.unwrap() });
        futures_util::future::join_all(answers).await;
        alone.started = begun.elapsed();
        alone
    }

    /// How long it takes to give the newest messages of a session.
    pub async fn messages(&self, session: &str, count: u32) -> Duration {
        let begun = Instant::now();
        self.ask(&format!("/session/{session}/message?limit={count}")).await.bytes().await.unwrap();
        begun.elapsed()
    }

    async fn ask(&self, path: &str) -> reqwest::Response {
        let request = self.client.get(format!("{}{path}", self.url)).header("x-opencode-directory", &self.folder);
        request.send().await.unwrap().error_for_status().unwrap()
    }
}
