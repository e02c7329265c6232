//! An imitation of the `OpenCode` server 1.18 within this process, as far as Outrider uses that one.
//!
//! It costs a few milliseconds where the real server costs seconds, and it can be stopped at any point. It plays the model
//! and the tools itself: a prompt carries its own answer as directives (see [`crate::script`]), files are kept in memory,
//! and `bash` knows a handful of commands. What it sends, in which order and what it stores follow the wire study's
//! sections 2 to 8; `tests/fake_opencode` compares it with recordings of the real one and says where it differs.
//!
//! What it does not play: compaction, fork, share, `!` shell commands, slash commands, attachments (their parts are stored
//! as they came), MCP, `/global/event`, `/api`.

mod admission;
mod files;
mod http;
mod ids;
mod listener;
mod model_error;
mod requests;
mod sessions;
mod shell;
mod state;
mod step;
mod tool;
mod tools;
mod turn;
mod world;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use self::world::World;

/// How a [`FakeOpenCode`] behaves.
#[derive(Debug, Clone)]
pub struct FakeOptions {
    /// The password of HTTP Basic, for the user `opencode`.
    pub password: String,
    /// The folder of requests that name none: an absolute path without a slash at its end.
    pub directory: String,
    /// The folder's files, absolute path and text. They exist in memory only.
    pub files: Vec<(String, String)>,
    /// What tools may do; the last rule that matches holds, and without one everything is allowed.
    pub rules: Vec<Rule>,
    /// The pause between heartbeats of an event stream.
    pub heartbeat: Duration,
    /// What every pause is multiplied by: those of scripts, of `sleep` in `bash`, before a request is tried again. With
    /// 0 nothing waits.
    pub pace: f64,
    /// The pause between the answer to a prompt and its message, multiplied by `pace` too. The real server takes 20 to
    /// 900 ms.
    pub admission: Duration,
    /// A stopped run writes one more part and tells nobody, as the real server does now and then when it is busy.
    pub untold_after_stop: bool,
    /// Makes the random digits of ids the same each time.
    pub seed: Option<u64>,
    /// What the server's clock shows at the start, in milliseconds since 1970; the system's time if not said.
    pub starts_at_ms: Option<u64>,
    /// The port to listen on; 0 for a free one.
    pub port: u16,
}

/// What a tool may do, in the form of the server's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The kind of permission: a tool's name, with `edit` for `write` and `edit`; or `*`.
    pub permission: String,
    /// The command, path or name that it is about; `*` stands for any characters.
    pub pattern: String,
    /// What follows.
    pub action: Action,
}

/// What follows from a [`Rule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The tool runs.
    Allow,
    /// The person is asked.
    Ask,
    /// The tool fails.
    Deny,
}

impl Rule {
    /// Asks before each use of this kind.
    pub fn ask(permission: &str) -> Self {
        Self { permission: permission.to_owned(), pattern: "*".to_owned(), action: Action::Ask }
    }
}

impl Default for FakeOptions {
    /// A folder without files in which nothing asks, at a hundredth of the scripts' time.
    fn default() -> Self {
        Self {
            password: "open sesame".to_owned(),
            directory: "/home/dev/code/project".to_owned(),
            files: Vec::new(),
            rules: Vec::new(),
            heartbeat: Duration::from_secs(10),
            pace: 0.01,
            admission: Duration::from_millis(20),
            untold_after_stop: false,
            seed: None,
            starts_at_ms: None,
            port: 0,
        }
    }
}

/// A running imitation of the server. It stops when dropped, and all that it does with it.
#[derive(Debug)]
pub struct FakeOpenCode {
    address: SocketAddr,
    world: Arc<World>,
}

impl FakeOpenCode {
    /// Starts one on loopback.
    ///
    /// # Panics
    /// When its port cannot be bound.
    pub async fn start(options: FakeOptions) -> Self {
        let world = Arc::new(World::new(options));
        let address = World::serve(&world, world.options.port).await;
        let address = address.unwrap_or_else(|error| panic!("no port on loopback: {error}"));
        Self { address, world }
    }

    /// Where it listens; the same after a restart.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base of its URLs, such as `http://127.0.0.1:34567`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The password that it expects.
    pub fn password(&self) -> &str {
        &self.world.options.password
    }

    /// The folder that it works in.
    pub fn directory(&self) -> &str {
        &self.world.options.directory
    }

    /// Kills the server: connections end where they are, what runs is lost as the real server loses it (section 1), and
    /// nothing listens until [`Self::start_again`].
    pub async fn kill(&self) {
        self.world.kill().await;
    }

    /// Starts the server after [`Self::kill`], on the same data and the same port.
    ///
    /// # Panics
    /// When the port was taken meanwhile.
    pub async fn start_again(&self) {
        let started = World::serve(&self.world, self.address.port()).await;
        assert!(started.is_ok(), "port {} was taken meanwhile: {started:?}", self.address.port());
    }

    /// [`Self::kill`] and [`Self::start_again`].
    ///
    /// # Panics
    /// See [`Self::start_again`].
    pub async fn restart(&self) {
        self.kill().await;
        self.start_again().await;
    }

    /// Ends all event streams as a broken connection does, without the final chunk; everything else goes on. Events that
    /// were not written yet are lost.
    pub fn cut_event_streams(&self) {
        self.world.cut_event_streams();
    }

    /// Lets the answers go on that stand at `%%wait NAME`, and those that come there later.
    pub fn open(&self, name: &str) {
        self.world.gates.open(name);
    }

    /// Resolves when an answer has come to `%%reached NAME` or `%%wait NAME`; at once if one has been there.
    pub async fn reached(&self, name: &str) {
        self.world.gates.reached(name).await;
    }

    /// Resolves when no prompt waits to be taken up and nothing works, the updates after idle included. What waits for
    /// the person, or at `%%wait`, works.
    pub async fn settled(&self) {
        self.world.settled().await;
    }

    /// The text of a file of the folder.
    pub fn file(&self, path: &str) -> Option<String> {
        self.world.lock().stored.files.get(path).cloned()
    }
}

impl Drop for FakeOpenCode {
    fn drop(&mut self) {
        self.world.stop();
    }
}
