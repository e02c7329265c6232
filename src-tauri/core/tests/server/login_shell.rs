use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use outrider_core::server::{Environment, Variables};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::fake::{LONG, processes_with};

/// A home folder whose start-up file for login shells is this, and the environment of an app started from a menu.
fn home(profile: &str) -> (TempDir, Environment) {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".profile"), profile).unwrap();
    let variables = [
        ("HOME", home.path().to_str().unwrap()),
        ("SHELL", "/bin/sh"),
        ("PATH", "/usr/bin:/bin:/from-the-desktop"),
        ("OURS", "desktop"),
        ("TRACE", home.path().to_str().unwrap()),
    ];
    let variables: Variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    (home, Environment { variables, path_source: "the desktop".to_owned() })
}

#[tokio::test]
async fn takes_the_login_shells_path_and_variables_through_noise() {
    let (_home, own) = home(
        "echo 'Welcome!'; printf 'raw \\377 bytes \\033[0m'; echo complaint >&2\n\
         export PATH=/from-the-profile:/usr/bin OURS=profile MORE='two\nlines'\n\
         trap 'echo Goodbye' EXIT",
    );
    let loaded = own.completed_by_login_shell(LONG, &CancellationToken::new()).await;
    assert_eq!(loaded.path().unwrap(), "/from-the-profile:/usr/bin:/bin:/from-the-desktop");
    assert_eq!(loaded.get("MORE").unwrap(), "two\nlines");
    assert_eq!(loaded.get("OURS").unwrap(), "desktop");
    assert_eq!(loaded.path_source, "your login shell (/bin/sh)");
}

#[tokio::test]
async fn a_background_program_of_the_profile_does_not_hold_it_up() {
    // It keeps the shell's output open, so that output never ends.
    let (_home, own) = home("sleep 5 &\nexport PATH=/from-the-profile");
    let begin = Instant::now();
    let loaded = own.completed_by_login_shell(LONG, &CancellationToken::new()).await;
    assert!(loaded.path_source.starts_with("your login shell"), "{}", loaded.path_source);
    assert!(begin.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_shell_that_hangs_is_given_up_with_all_that_it_started() {
    let (home, own) = home("sleep 1000 & sleep 1000");
    let loaded = own.clone().completed_by_login_shell(Duration::from_millis(300), &CancellationToken::new()).await;
    assert_eq!(loaded.variables, own.variables);
    assert_eq!(loaded.path_source, "the desktop, because your login shell (/bin/sh) did not answer");
    // KILL is sent; the processes go a moment later.
    while !processes_with(&format!("TRACE={}", home.path().display())).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_shell_that_fails_or_is_missing_leaves_our_own_environment() {
    for shell in [Path::new("/nowhere/shell"), Path::new("/bin/false"), Path::new("/bin/echo")] {
        let (_home, mut own) = home("");
        own.variables.insert("SHELL".into(), PathBuf::from(shell).into());
        let loaded = own.clone().completed_by_login_shell(LONG, &CancellationToken::new()).await;
        assert_eq!(loaded.variables, own.variables, "{}", shell.display());
    }
}

#[tokio::test]
async fn no_shell_is_asked_when_a_shell_started_us() {
    let (_home, mut own) = home("export MORE=1");
    own.variables.insert("SHLVL".into(), "0".into());
    let asked = own.clone().completed_by_login_shell(LONG, &CancellationToken::new()).await;
    assert!(asked.get("MORE").is_some());
    own.variables.insert("SHLVL".into(), "1".into());
    let not_asked = own.clone().completed_by_login_shell(LONG, &CancellationToken::new()).await;
    assert_eq!(not_asked, own);
}
