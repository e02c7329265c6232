//! Looking into processes, and ending them (Linux).

use std::collections::HashSet;
use std::fs;

/// The TCP ports that the process listens on.
pub fn ports_of(pid: u32) -> Vec<u16> {
    const LISTEN: &str = "0A";
    let links = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let sockets: HashSet<String> = links
        .filter_map(|link| {
            let target = fs::read_link(link.path()).ok()?;
            Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap_or_default();
    let ports = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
        let listens = *state == LISTEN && sockets.contains(*inode);
        listens.then(|| u16::from_str_radix(local.rsplit(':').next()?, 16).ok())?
    });
    ports.collect()
}

/// A variable of the environment that the process was started with.
pub fn variable_of(pid: u32, name: &str) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment).into_owned();
    environment.split('\0').find_map(|line| line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Ends a process at once, as a crash would.
#[expect(clippy::disallowed_methods, reason = "the shell sends a signal and ends; it is no server to look after")]
pub fn kill(pid: u32) {
    let status = std::process::Command::new("/bin/sh").args(["-c", &format!("kill -KILL {pid}")]).status().unwrap();
    assert!(status.success());
}
