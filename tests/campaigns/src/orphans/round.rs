//! One round: the app, its servers, their tools; a kill; and a look at what is left.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use outrider_testkit::{
    Place, ScriptedModel, opencode_binary,
    place::ServerConfig,
    processes::{Process, is_running, processes_with},
    wait_for,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::processes::{Mark, RUN, servers_in, signal};

/// How long anything may run after the app.
const LIMIT: Duration = Duration::from_secs(5);
/// How long an end in order may take, when the signal asks for that.
const ORDERLY: Duration = Duration::from_secs(9);
/// How long the start of anything may take.
const START: Duration = Duration::from_mins(1);
/// How long after the app's start it is killed at most, when it is killed at its start; the window is open by then and
/// both servers are about to be ready.
const STARTING: u64 = 3_000;

/// What each tool starts: a program in its own group; a deaf one in a session of its own; and a deaf one in a session of
/// its own that has no environment, which only its parents know.
const TOOL: &str = "setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 600; done' & \
                    setsid env -i /bin/sh -c 'trap \"\" TERM HUP; while :; do sleep 601; done' & \
                    sleep 602";
/// The last words of what a tool starts, each in a process of its own.
const PROGRAMS: [&str; 3] = ["sleep 600", "sleep 601", "sleep 602"];

/// What all rounds share: the same profile, home and folders, as a person's app finds them after a crash.
pub struct Stage {
    app: PathBuf,
    signal: String,
    group: bool,
    place: Place,
    environment: BTreeMap<String, String>,
    folders: [PathBuf; 2],
    client: reqwest::Client,
    _model: ScriptedModel,
}

/// How a round ended.
pub struct End {
    /// How many processes ran when the app was killed, itself included.
    pub processes: usize,
    /// The time from the kill until they were gone, or were given up.
    pub took: Duration,
    pub survivors: Vec<Process>,
}

impl Stage {
    pub async fn new(app: PathBuf, signal: String, group: bool) -> Self {
        let model = ScriptedModel::start().await;
        let place = Place::new();
        let mut environment = place.environment(&ServerConfig::new(&model.base_url()));
        for (name, value) in [
            ("OUTRIDER_OPENCODE", opencode_binary().display().to_string()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "0".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            // The app asks no login shell for its environment.
            ("SHLVL", "1".to_owned()),
        ] {
            environment.insert(name.to_owned(), value);
        }
        let folders = [place.folder("api-server"), place.folder("web-client")];
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { app, signal, group, place, environment, folders, client, _model: model }
    }

    /// Kills the app while its tools run in both folders.
    pub async fn killed_at_work(&self) -> End {
        let mark = Mark::new();
        let mut app = self.start(&mark);
        for folder in &self.folders {
            let mut server = None;
            wait_for(format!("a server in {}\n{}", folder.display(), self.said()), START, || {
                server = servers_in(folder).pop();
                std::future::ready(server.is_some())
            })
            .await;
            let (pid, port) = server.unwrap();
            self.run_a_tool(folder, pid, port).await;
            wait_for(format!("the tool's programs in {}", folder.display()), START, || {
                std::future::ready(has_tools(&descendants(pid)))
            })
            .await;
        }
        let mut all = descendants(app.id());
        all.extend(processes_with(RUN, mark.as_str()).into_iter().map(|process| (process.pid, process.command_line)));
        self.kill(&mut app, &mark, all).await
    }

    /// Kills the app at a moment of its start that differs from round to round.
    pub async fn killed_at_the_start(&self, round: u64) -> End {
        let mark = Mark::new();
        let mut app = self.start(&mark);
        // The round is the seed; a step without a common factor visits all moments.
        tokio::time::sleep(Duration::from_millis(round * 367 % STARTING)).await;
        let all = processes_with(RUN, mark.as_str());
        self.kill(&mut app, &mark, all.into_iter().map(|process| (process.pid, process.command_line)).collect()).await
    }

    fn start(&self, mark: &Mark) -> Child {
        let log = File::create(self.log()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the app is the trial's own, and killed by it")]
        let mut command = Command::new(&self.app);
        command.arg("--profile").arg(self.place.root().join("profile")).args(&self.folders);
        command.env_clear().envs(&self.environment).env(RUN, mark.as_str());
        command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command.spawn().unwrap()
    }

    async fn run_a_tool(&self, folder: &Path, server: u32, port: u16) {
        let password = variable_of(server, "OPENCODE_SERVER_PASSWORD").expect("the server has a password");
        let request = |method: Method, path: &str| {
            let request = self.client.request(method, format!("http://127.0.0.1:{port}{path}"));
            let request = request.header("x-opencode-directory", folder.display().to_string());
            request.header("content-type", "application/json").basic_auth("opencode", Some(&password))
        };
        // It listens before it serves, and never answers what comes between.
        wait_for("the server's first answer", START, async || {
            let asked = request(Method::GET, "/session").timeout(Duration::from_secs(1)).send().await;
            asked.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        let command = async |path: &str, body: Value| -> Value {
            let request = request(Method::POST, path).body(body.to_string()).timeout(START);
            let answer = request.send().await.unwrap().error_for_status().unwrap();
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default()
        };
        let session = command("/session", json!({})).await;
        let path = format!("/session/{}/prompt_async", session["id"].as_str().unwrap());
        let call = json!({ "command": TOOL, "description": "Sleeps" });
        let text = format!("%%tool bash {call}");
        command(&path, json!({ "parts": [{ "type": "text", "text": text }] })).await;
    }

    /// Kills the app, and nothing else unless its group is meant, and waits until the processes by id and command line are gone, and all others
    /// with the mark.
    async fn kill(&self, app: &mut Child, mark: &Mark, all: BTreeMap<u32, String>) -> End {
        let processes = all.len();
        let identity = |pid: u32| started(pid).map(|started| (pid, started));
        let known: BTreeSet<(u32, String)> = all.keys().filter_map(|pid| identity(*pid)).collect();
        let begin = Instant::now();
        let whom = if self.group { format!("-{}", app.id()) } else { app.id().to_string() };
        #[expect(clippy::disallowed_methods, reason = "`kill` ends at once; it is no server to look after")]
        let sent = Command::new("kill").args(["-s", &self.signal, "--", &whom]).status();
        assert!(sent.unwrap().success());
        let limit = if self.signal == "TERM" { ORDERLY } else { LIMIT };
        app.wait().unwrap();
        let left = || {
            let mut left = processes_with(RUN, mark.as_str());
            let is_left = |(pid, start): &&(u32, String)| is_running(*pid) && started(*pid).as_ref() == Some(start);
            for (pid, _) in known.iter().filter(is_left) {
                if left.iter().all(|process| process.pid != *pid) {
                    left.push(Process { pid: *pid, command_line: all[pid].clone() });
                }
            }
            left
        };
        let mut survivors = left();
        while !survivors.is_empty() && begin.elapsed() < limit {
            // Processes of others announce nothing when they end.
            tokio::time::sleep(Duration::from_millis(10)).await;
            survivors = left();
        }
        let took = begin.elapsed();
        for survivor in &survivors {
            signal("KILL", survivor.pid);
        }
        // What the registry still holds would be the next round's.
        let files = fs::read_dir(self.place.root().join("profile/running")).into_iter().flatten().flatten();
        for file in files.filter(|file| file.path().extension().is_some_and(|kind| kind == "json")) {
            let pid = app.id();
            let mut line = format!("{} was left by the app {pid}", file.path().display());
            write!(line, ": {}", fs::read_to_string(file.path()).unwrap_or_default()).unwrap();
            survivors.push(Process { pid, command_line: line });
        }
        End { processes, took, survivors }
    }

    fn log(&self) -> PathBuf {
        self.place.root().join("app.log")
    }

    fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }
}

fn has_tools(processes: &BTreeMap<u32, String>) -> bool {
    PROGRAMS.iter().all(|program| processes.values().any(|line| line == program))
}

/// A process and all below it, by id, with their command lines.
fn descendants(root: u32) -> BTreeMap<u32, String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: Vec<(u32, u32)> = pids.filter_map(|pid| Some((pid, stat(pid)?.get(1)?.parse().ok()?))).collect();
    let mut found = BTreeSet::from([root]);
    let mut count = 0;
    while count < found.len() {
        count = found.len();
        found.extend(
            parents.iter().filter(|(_, parent)| found.contains(parent)).map(|(pid, _)| *pid).collect::<Vec<_>>(),
        );
    }
    let line = |pid: u32| {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).trim_end_matches('\0').replace('\0', " ")
    };
    found.into_iter().map(|pid| (pid, line(pid))).collect()
}

/// When a process started, in ticks since the system did.
fn started(pid: u32) -> Option<String> {
    stat(pid)?.get(19).cloned()
}

/// The columns of a process's state, from the state itself on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    Some(stat.rsplit_once(") ")?.1.split_whitespace().map(str::to_owned).collect())
}

fn variable_of(pid: u32, name: &str) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    variables.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}
