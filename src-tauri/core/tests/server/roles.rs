//! Processes of their own that the tests start: this test binary again, told by a variable which part to play.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use outrider_core::server::{GuardianCommand, Registry, guard};

use crate::fake::{Fake, until_ready};

const ROLE: &str = "OUTRIDER_TEST_ROLE";
const FOLDER: &str = "OUTRIDER_TEST_FOLDER";

/// No test: what the processes below run. Without a part to play it does nothing.
#[test]
fn plays_its_part() {
    match env::var(ROLE).as_deref() {
        Ok("guardian") => guard(),
        Ok("app") => app(Path::new(&env::var(FOLDER).unwrap())),
        _ => {}
    }
}

/// Starts this binary as a guardian.
pub fn guardian() -> GuardianCommand {
    let own = env::current_exe().unwrap();
    let arguments = [format!("{ROLE}=guardian").into(), own.into(), "roles::plays_its_part".into(), "--exact".into()];
    GuardianCommand { program: "/usr/bin/env".into(), arguments: arguments.into() }
}

/// An app with one server that has tools running in sessions of their own.
pub struct App {
    process: Child,
    pub server: u32,
    pub guardian: u32,
    pub marker: String,
}

impl App {
    /// Starts it, and waits until its server is ready.
    pub fn start(registry: &Path) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the process is the test's own, and killed by it")]
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["roles::plays_its_part", "--exact", "--nocapture"]).env(ROLE, "app").env(FOLDER, registry);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        // The test harness has begun the line.
        let told = lines.map_while(Result::ok).find_map(|line| Some(line.split_once("app runs ")?.1.to_owned()));
        let told = told.expect("the app has a server");
        let words: Vec<_> = told.split(' ').collect();
        let [server, guardian, marker] = words[..] else { panic!("{told}") };
        Self { process, server: server.parse().unwrap(), guardian: guardian.parse().unwrap(), marker: marker.into() }
    }

    /// Kills it, and nothing else.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn app(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut fake = Fake::new("leaves-tools");
        fake.registry = Registry::open(Some(folder.to_owned()), Some(guardian()));
        let (server, mut events) = fake.start();
        until_ready(&mut events).await;
        let guardian = fake.registry.guardian().unwrap();
        println!("app runs {} {guardian} {}", server.pid(), fake.marker.as_str());
        std::future::pending::<()>().await;
    });
}
