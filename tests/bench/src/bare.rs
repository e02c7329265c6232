//! The app as a person starts it: on a display of its own, without a driver that could hold it up.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use outrider_testkit::{
    processes::{Process, is_running},
    wait_for,
};

use crate::{
    processes::{APP, Mark, RUN, signal},
    stage::Stage,
};

const SCREEN: &str = "1680x1060x24";

/// A running app and its display. Dropping it kills all of it.
pub struct Bare {
    mark: Mark,
    display: Child,
    app: Child,
    pub display_name: String,
    /// When the app's process was started.
    pub begun: Instant,
}

impl Bare {
    /// Starts the app with a fresh profile and these folders. The stage's place may have run it before.
    pub fn start(stage: &Stage, folders: &[&Path]) -> Self {
        let mark = Mark::new();
        let files = stage.place.root().join(format!("bare-{}", mark.as_str()));
        fs::create_dir_all(files.join("run")).unwrap();
        let mut environment = stage.environment();
        environment.remove("WAYLAND_DISPLAY");
        let runtime = files.join("run").display().to_string();
        for (name, value) in [
            (RUN, mark.as_str()),
            ("XDG_RUNTIME_DIR", runtime.as_str()),
            ("GDK_BACKEND", "x11"),
            ("NO_AT_BRIDGE", "1"),
            // The app asks no login shell for its environment.
            ("SHLVL", "1"),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        #[expect(clippy::disallowed_methods, reason = "the display is the measurement's own, and ends with it")]
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]);
        command.env_clear().envs(&environment).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut display = command.stderr(File::create(files.join("display.log")).unwrap()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(display.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display_name = format!(":{}", number.trim());
        environment.insert("DISPLAY".to_owned(), display_name.clone());
        environment.insert(APP.to_owned(), mark.as_str().to_owned());

        let app = std::env::var_os("OUTRIDER_TEST_APP").expect("OUTRIDER_TEST_APP names the app");
        #[expect(clippy::disallowed_methods, reason = "it is what is measured, and ends with the measurement")]
        let mut command = Command::new(app);
        command.arg("--profile").arg(files.join("profile")).args(folders);
        command.env_clear().envs(&environment).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(files.join("app.log")).unwrap());
        let begun = Instant::now();
        let app = command.spawn().unwrap();
        Self { mark, display, app, display_name, begun }
    }

    /// The app, its web processes, its servers and what those started.
    pub fn processes(&self) -> Vec<Process> {
        self.mark.of_the_app()
    }

    /// Quits the app, and waits until nothing of it is left.
    pub async fn quit(mut self) {
        let pid = self.app.id();
        signal("TERM", pid);
        wait_for("the app's end", Duration::from_secs(15), || {
            self.app.try_wait().ok();
            std::future::ready(!is_running(pid))
        })
        .await;
        wait_for("the end of what the app started", Duration::from_secs(10), || {
            std::future::ready(self.mark.of_the_app().is_empty())
        })
        .await;
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.mark.kill_all();
        for child in [&mut self.app, &mut self.display] {
            // Killed above; this only asks after them.
            child.wait().ok();
        }
    }
}
