//! The server under a scenario: the real one or a fake.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use outrider_testkit::fake_opencode::{Action, FakeOpenCode, FakeOptions, Rule};
use outrider_testkit::{Place, ScriptedModel, opencode_binary, place::ServerConfig, wait_for};
use serde_json::json;

use crate::direct::Direct;
use crate::spawn::Process;

/// What the campaign's servers are reached with.
const PASSWORD: &str = "campaign";

/// One folder of a server.
pub enum Subject {
    Real { server: Arc<RealServer>, folder: PathBuf, long: OnceLock<LongSession>, warm: Mutex<Option<SocketAddr>> },
    Fake { server: FakeOpenCode, long: OnceLock<LongSession> },
}

/// A session with more messages than a window shows at once, and what they say.
pub type LongSession = (String, Vec<String>);

/// The commands that need permission.
const ASKS: &str = "echo ask*";

/// How many messages it has: more than a window's first range of 50.
const LONG: usize = 60;

impl Subject {
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Real { server, .. } => server.address(),
            Self::Fake { server, .. } => server.address(),
        }
    }

    pub fn password(&self) -> &str {
        match self {
            Self::Real { .. } => PASSWORD,
            Self::Fake { server, .. } => server.password(),
        }
    }

    pub fn directory(&self) -> &str {
        match self {
            Self::Real { folder, .. } => folder.to_str().unwrap_or_default(),
            Self::Fake { server, .. } => server.directory(),
        }
    }

    /// A server in this process for one scenario.
    pub async fn fake(seed: u64, with_long_session: bool) -> Result<Arc<Self>, String> {
        let ask = Rule { permission: "bash".to_owned(), pattern: ASKS.to_owned(), action: Action::Ask };
        let directory = "/home/dev/code/campaign".to_owned();
        let options = FakeOptions {
            password: PASSWORD.to_owned(),
            files: vec![(format!("{directory}/README.md"), "# A folder\n".to_owned())],
            directory,
            rules: vec![ask],
            pace: 1.0,
            admission: Duration::from_millis(3),
            seed: Some(seed),
            untold_after_stop: seed.is_multiple_of(2),
            ..FakeOptions::default()
        };
        let server = FakeOpenCode::start(options).await;
        let subject = Arc::new(Self::Fake { server, long: OnceLock::new() });
        if with_long_session { subject.prepare().await } else { Ok(subject) }
    }

    /// The folder's long session.
    pub fn long_session(&self) -> Option<LongSession> {
        match self {
            Self::Real { long, .. } | Self::Fake { long, .. } => long.get().cloned(),
        }
    }

    /// Makes the long session.
    async fn prepare(self: Arc<Self>) -> Result<Arc<Self>, String> {
        let direct = Direct::new(Arc::clone(&self))?;
        let session = direct.new_session().await?;
        let prompts: Vec<String> = (0..LONG).map(|number| format!("An earlier message, number {number}.")).collect();
        for text in &prompts {
            let body = json!({ "noReply": true, "parts": [{ "type": "text", "text": text }] });
            direct.post(&format!("/session/{session}/prompt_async"), body).await?;
        }
        // A prompt is taken up a moment after it was accepted.
        let messages = format!("/session/{session}/message");
        wait_for("the long session", Duration::from_secs(30), async || {
            direct.get(&messages).await.is_ok_and(|messages| messages.as_array().is_some_and(|all| all.len() == LONG))
        })
        .await;
        let (Self::Real { long, .. } | Self::Fake { long, .. }) = &*self;
        long.set((session, prompts)).ok();
        Ok(self)
    }

    /// Lets a server that was just started answer once in the folder, before a scenario stops anything there.
    pub async fn warm(&self, direct: &Direct) -> Result<(), String> {
        let Self::Real { warm, .. } = self else { return Ok(()) };
        let server = Some(self.address());
        if *warm.lock().unwrap_or_else(PoisonError::into_inner) != server {
            direct.warm().await?;
            *warm.lock().unwrap_or_else(PoisonError::into_inner) = server;
        }
        Ok(())
    }

    /// The same for a server that may have been stopped before it answered: it forgets that first.
    pub async fn warm_again(&self, direct: &Direct) -> Result<(), String> {
        if let Self::Real { warm, .. } = self {
            direct.post("/instance/dispose", json!({})).await?;
            *warm.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.warm(direct).await
    }

    /// Lets the server crash and starts it anew with the same data; the address may be another one then.
    pub async fn restart(&self) -> Result<(), String> {
        match self {
            Self::Real { server, .. } => server.restart().await,
            Self::Fake { server, .. } => {
                server.restart().await;
                Ok(())
            }
        }
    }
}

/// A real server with a scripted model, which several scenarios share.
pub struct RealServer {
    place: Place,
    model: ScriptedModel,
    process: tokio::sync::Mutex<Option<Process>>,
    address: Mutex<SocketAddr>,
}

impl RealServer {
    pub async fn start() -> Result<Arc<Self>, String> {
        let (place, model) = (Place::new(), ScriptedModel::start().await);
        let unknown = SocketAddr::from(([127, 0, 0, 1], 9));
        let server = Self { place, model, process: tokio::sync::Mutex::new(None), address: Mutex::new(unknown) };
        server.restart().await?;
        Ok(Arc::new(server))
    }

    /// A folder of its own for scenarios that come one after the other.
    pub async fn folder(self: &Arc<Self>, name: &str) -> Result<Arc<Subject>, String> {
        let (server, folder) = (Arc::clone(self), self.place.folder(name));
        Arc::new(Subject::Real { server, folder, long: OnceLock::new(), warm: Mutex::default() }).prepare().await
    }

    fn address(&self) -> SocketAddr {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn restart(&self) -> Result<(), String> {
        let mut process = self.process.lock().await;
        if let Some(old) = process.take() {
            old.kill().await;
            self.kill_tools();
        }
        let permission = json!({ "bash": { "*": "allow", ASKS: "ask" } });
        let mut environment = self.place.environment(&ServerConfig::new(&self.model.base_url()).permission(permission));
        environment.insert("OPENCODE_SERVER_PASSWORD".to_owned(), PASSWORD.to_owned());
        let started = Process::start(&opencode_binary(), self.place.root(), &environment).await?;
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = started.address;
        *process = Some(started);
        Ok(())
    }

    /// The shells of a killed server's tools live in sessions of their own and survive it.
    #[cfg(target_os = "linux")]
    fn kill_tools(&self) {
        let home = self.place.home();
        for process in outrider_testkit::processes::processes_with("HOME", &home.display().to_string()) {
            crate::spawn::kill(process.pid);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn kill_tools(&self) {}

    /// Ends the server and what its tools left.
    pub async fn stop(&self) {
        if let Some(process) = self.process.lock().await.take() {
            process.kill().await;
        }
        self.kill_tools();
    }
}
