use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use outrider_core::server::{
    Environment, INSTANCE_VARIABLE, Launch, Marker, Registry, ServerEvent, ServerEvents, ServerProcess,
};
use tempfile::TempDir;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub const PASSWORD: &str = "pass-word-of-the-test";

/// A time that nothing here takes: tests end by what happens, not by it.
pub const LONG: Duration = Duration::from_mins(1);

/// What a fake server needs around it.
pub struct Fake {
    pub folder: TempDir,
    pub environment: Environment,
    pub marker: Marker,
    pub registry: Registry,
    pub tasks: TaskTracker,
    pub token: CancellationToken,
}

impl Fake {
    /// A server that behaves as `fake-opencode` describes under that name.
    pub fn new(behaviour: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = Environment::own();
        environment.variables.insert("FAKE_OPENCODE".into(), behaviour.into());
        let (tasks, token) = (TaskTracker::new(), CancellationToken::new());
        Self { folder, environment, marker: Marker::random().unwrap(), registry: Registry::default(), tasks, token }
    }

    pub fn start(&self) -> (ServerProcess, ServerEvents) {
        self.start_within(LONG)
    }

    pub fn start_within(&self, ready_limit: Duration) -> (ServerProcess, ServerEvents) {
        let binary = script();
        let launch = Launch {
            binary: &binary,
            folder: self.folder.path(),
            environment: &self.environment,
            password: PASSWORD,
            marker: &self.marker,
            registry: &self.registry,
        };
        ServerProcess::start(&launch, ready_limit, ready_url, &self.tasks, &self.token).unwrap()
    }

    /// The processes that carry this server's marker now, as `pid name`.
    pub fn processes(&self) -> Vec<String> {
        let entry = format!("{INSTANCE_VARIABLE}={}", self.marker.as_str());
        processes_with(&entry)
    }
}

pub fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/fake-opencode")
}

pub fn ready_url(line: &str) -> Option<String> {
    line.strip_prefix("opencode server listening on ").map(str::to_owned)
}

/// All living processes with that entry in their environment.
pub fn processes_with(entry: &str) -> Vec<String> {
    let kind = sysinfo::ProcessRefreshKind::nothing().without_tasks().with_environ(sysinfo::UpdateKind::Always);
    let mut system = sysinfo::System::new().unwrap();
    system.refresh_processes_specifics(sysinfo::ProcessesToUpdate::All, true, kind);
    let alive = system.processes().values().filter(|process| process.environ().iter().any(|other| other == entry));
    alive.map(|process| format!("{} {}", process.pid(), process.name().display())).collect()
}

/// Reads events up to the first that the function takes, with the lines of output on the way there.
pub async fn until<T>(events: &mut ServerEvents, mut take: impl FnMut(&ServerEvent) -> Option<T>) -> (T, Vec<String>) {
    let mut lines = Vec::new();
    loop {
        let event = tokio::time::timeout(LONG, events.next()).await.expect("no event").expect("no further event");
        if let ServerEvent::Output(batch) = &event {
            lines.extend(batch.lines.iter().map(|line| line.text.clone()));
        }
        if let Some(taken) = take(&event) {
            return (taken, lines);
        }
    }
}

pub async fn until_ready(events: &mut ServerEvents) -> (String, Vec<String>) {
    until(events, |event| match event {
        ServerEvent::Ready { url } => Some(url.clone()),
        _ => None,
    })
    .await
}

pub async fn until_line(events: &mut ServerEvents, wanted: &str) -> Vec<String> {
    until(events, |event| match event {
        ServerEvent::Output(batch) => batch.lines.iter().any(|line| line.text.contains(wanted)).then_some(()),
        _ => None,
    })
    .await
    .1
}
