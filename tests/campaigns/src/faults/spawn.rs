//! Starts the real server.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use outrider_core::opencode::parse_ready_line;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

const READY_LIMIT: Duration = Duration::from_mins(1);

/// A server's process. It is killed when it is dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// Held open, or its writes would fail.
    _output: tokio::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a server and waits until it listens.
    #[expect(clippy::disallowed_methods, reason = "the server under the campaign is this file's matter")]
    pub async fn start(binary: &Path, folder: &Path, environment: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut child = Command::new(binary)
            .args(["serve", "--hostname", "127.0.0.1", "--port", "0"])
            .current_dir(folder)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the server does not start: {error}"))?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut output = BufReader::new(output).lines();
        let ready = async {
            while let Ok(Some(line)) = output.next_line().await {
                if let Some(url) = parse_ready_line(&line) {
                    return url.socket_addrs(|| None).ok()?.into_iter().next();
                }
            }
            None
        };
        let address = tokio::time::timeout(READY_LIMIT, ready).await.ok().flatten();
        Ok(Self { child, address: address.ok_or("the server did not say that it listens")?, _output: output })
    }

    /// Kills it as a crash would, and waits for its end.
    pub async fn kill(mut self) {
        self.child.kill().await.ok();
    }
}

/// Kills a process that a server of ours left behind.
#[expect(clippy::disallowed_methods, reason = "the server under the campaign is this file's matter")]
pub fn kill(pid: u32) {
    std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().ok();
}
