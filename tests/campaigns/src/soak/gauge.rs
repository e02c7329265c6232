//! What the app holds: memory, files, threads, sockets, tasks, nodes of the page.
//!
//! A process's memory is what it wrote itself, shared memory by its share (`Pss_Anon` and `Pss_Shmem`). `Pss` has the
//! libraries besides, whose share changes whenever some other program that uses them starts or ends: it is measured
//! for information.

use std::{collections::BTreeMap, fs};

use outrider_testkit::processes::Process;

use crate::window::Window;

/// What is measured, in the order in which it is printed. Memory is in KiB, as the system says it.
pub const NAMES: [&str; 14] = [
    "app memory",
    "webview memory",
    "network process memory",
    "app files",
    "app threads",
    "app tasks",
    "app listeners",
    "app connections",
    "webview files",
    "webview threads",
    "page nodes",
    "servers memory (RSS)",
    "app memory (PSS)",
    "webview memory (PSS)",
];

/// One look at everything. What could not be read is not there.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    pub seconds: f64,
    pub values: BTreeMap<&'static str, f64>,
}

/// Looks at everything.
pub async fn sample(window: &Window, seconds: f64) -> Sample {
    let driver = window.driver();
    let (app, processes) = (driver.app(), driver.mark().of_the_app());
    let called = |name: &str| processes.iter().find(|process| program(process).ends_with(name)).map(|found| found.pid);
    let (web, network) = (called("/WebKitWebProcess"), called("/WebKitNetworkProcess"));
    let servers = processes.iter().filter(|process| process.command_line.contains(" serve "));
    let servers: f64 = servers.filter_map(|process| line(process.pid, "status", "VmRSS:")).sum();
    let own = sockets(app, inspector(app).as_deref());
    let page = window.look("document.getElementsByTagName('*').length").await;
    let values = [
        written(app),
        web.and_then(written),
        network.and_then(written),
        count(app, "fd"),
        count(app, "task"),
        tasks(&driver.said()),
        own.as_ref().map(|states| in_state(states, "0A")),
        own.as_ref().map(|states| in_state(states, "01")),
        web.and_then(|pid| count(pid, "fd")),
        web.and_then(|pid| count(pid, "task")),
        page.as_f64(),
        Some(servers),
        line(app, "smaps_rollup", "Pss:"),
        web.and_then(|pid| line(pid, "smaps_rollup", "Pss:")),
    ];
    let values = NAMES.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect();
    Sample { seconds, values }
}

fn program(process: &Process) -> &str {
    process.command_line.split(' ').next().unwrap_or_default()
}

fn written(pid: u32) -> Option<f64> {
    Some(line(pid, "smaps_rollup", "Pss_Anon:")? + line(pid, "smaps_rollup", "Pss_Shmem:")?)
}

/// A number in a file about a process, by the word before it.
fn line(pid: u32, file: &str, word: &str) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(word)?.split_whitespace().next()?.parse().ok())
}

fn count(pid: u32, folder: &str) -> Option<f64> {
    let entries = fs::read_dir(format!("/proc/{pid}/{folder}")).ok()?.count();
    u32::try_from(entries).ok().map(f64::from)
}

/// Where the app listens for the WebDriver, which makes it do so: such a port is not the app's.
fn inspector(pid: u32) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let port: u16 =
        variables.find_map(|line| line.strip_prefix("WEBKIT_INSPECTOR_SERVER=")?.rsplit_once(':')?.1.parse().ok())?;
    Some(format!(":{port:04X}"))
}

/// The states of a process's TCP sockets, as the system's table has them, but for those at a port.
fn sockets(pid: u32, but: Option<&str>) -> Option<Vec<String>> {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    let links = files.filter_map(|file| fs::read_link(file.path()).ok()?.to_str().map(str::to_owned));
    let own: Vec<String> =
        links.filter_map(|link| Some(link.strip_prefix("socket:[")?.trim_end_matches(']').to_owned())).collect();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let mut states = Vec::new();
    for row in tables.iter().flat_map(|table| table.lines().skip(1)) {
        let columns: Vec<&str> = row.split_whitespace().collect();
        if let (Some(local), Some(state), Some(inode)) = (columns.get(1), columns.get(3), columns.get(9))
            && but.is_none_or(|port| !local.ends_with(port))
            && own.iter().any(|own| own == inode)
        {
            states.push((*state).to_owned());
        }
    }
    Some(states)
}

fn in_state(states: &[String], state: &str) -> f64 {
    let count = states.iter().filter(|other| *other == state).count();
    u32::try_from(count).map_or(f64::NAN, f64::from)
}

/// The tasks of the core that were alive when it said so last, in its log.
fn tasks(said: &str) -> Option<f64> {
    let line = said.lines().rev().find(|line| line.contains("tasks alive"))?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    digits(line.split_once("count=")?.1).parse().ok()
}
