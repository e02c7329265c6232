//! A display that nobody sees, and a WebDriver on it that starts the app.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use outrider_testkit::{processes::listening, wait_for};
use serde_json::json;

use crate::processes::{APP, Mark, RUN};

/// Large enough for the largest window that a test asks for.
const SCREEN: &str = "1680x1060x24";

/// A display and a driver, and whatever the driver starts. Dropping it kills all of it.
#[derive(Debug)]
pub struct Driver {
    mark: Mark,
    folder: PathBuf,
    port: u16,
    display_name: String,
    display: Child,
    webdriver: Child,
}

impl Driver {
    /// Starts a display and a driver that write to `folder`. `environment` is the whole environment of the app.
    pub async fn start(folder: &Path, environment: &BTreeMap<String, String>) -> Self {
        let mark = Mark::new();
        let runtime = folder.join("run");
        fs::create_dir_all(&runtime).unwrap();
        let mut environment = environment.clone();
        for name in ["WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
            environment.remove(name);
        }
        // With "1", which is right for some real displays, WebKitGTK never finishes a screenshot under Xvfb.
        environment.entry("WEBKIT_DISABLE_DMABUF_RENDERER".to_owned()).or_insert_with(|| "0".to_owned());
        for (name, value) in [
            (RUN, mark.as_str()),
            ("XDG_RUNTIME_DIR", &runtime.display().to_string()),
            ("TAURI_AUTOMATION", "true"),
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
            ("GDK_BACKEND", "x11"),
            // No accessibility bus: nobody listens.
            ("NO_AT_BRIDGE", "1"),
            // The app asks no login shell for its environment.
            ("SHLVL", "1"),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }

        let log = folder.join("driver.log");
        let mut display =
            spawn("Xvfb", &["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"], &environment, |command| {
                command.stdout(Stdio::piped()).stderr(File::create(folder.join("display.log")).unwrap())
            });
        let mut number = String::new();
        BufReader::new(display.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display_name = format!(":{}", number.trim());
        environment.insert("DISPLAY".to_owned(), display_name.clone());

        let port = free_port();
        let listen = format!("--port={port}");
        let arguments = ["--", "WebKitWebDriver", &listen, "--host=127.0.0.1"];
        let webdriver = spawn("dbus-run-session", &arguments, &environment, |command| {
            let file = File::create(&log).unwrap();
            command.stdout(file.try_clone().unwrap()).stderr(file)
        });
        let driver = Self { mark, folder: folder.to_owned(), port, display_name, display, webdriver };
        wait_for("the WebDriver", Duration::from_secs(20), || std::future::ready(listening(port))).await;
        driver
    }

    /// Starts the app with these arguments.
    pub async fn open(&self, arguments: &[String]) -> Client {
        let options = json!({ "binary": self.starter(), "args": arguments });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities([("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect());
        let opened = builder.connect(&format!("http://127.0.0.1:{}", self.port)).await;
        opened.unwrap_or_else(|error| panic!("the app did not start: {error}\n{}", self.said()))
    }

    /// What the app, its web processes and the driver wrote.
    pub fn said(&self) -> String {
        let read = |name: &str| fs::read(self.folder.join(name)).unwrap_or_default();
        let all = ["app.log", "driver.log"].map(read).concat();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The name of the display.
    pub fn display(&self) -> &str {
        &self.display_name
    }

    /// What tells the processes of this test from others.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The app's process.
    pub fn app(&self) -> u32 {
        let pid = fs::read_to_string(self.folder.join("app.pid")).expect("the app has started");
        pid.trim().parse().unwrap()
    }

    /// A script in place of the app: it marks the app among what the driver starts, and keeps its output.
    fn starter(&self) -> PathBuf {
        let script = self.folder.join("start-app");
        let (mark, folder, app) = (self.mark.as_str(), self.folder.display(), app_binary());
        let text = format!(
            "#!/bin/sh\necho $$ > '{folder}/app.pid'\nexport {APP}={mark}\nexec '{}' \"$@\" >> '{folder}/app.log' 2>&1\n",
            app.display()
        );
        write_program(&script, &text);
        script
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.mark.kill_all();
        for child in [&mut self.webdriver, &mut self.display] {
            // Killed above; this only asks after them.
            child.wait().ok();
        }
    }
}

/// Writes a program that can be started.
pub fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The app to test: the one that `OUTRIDER_TEST_APP` names, or that was built with these tests.
fn app_binary() -> PathBuf {
    let named = std::env::var_os("OUTRIDER_TEST_APP").map(PathBuf::from);
    named
        .or_else(|| crate::BUILT_APP.map(PathBuf::from))
        .expect("the app was built without its UI: build the UI, then test with --features custom-protocol")
}

fn spawn(
    program: &str,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
    outputs: impl FnOnce(&mut Command) -> &mut Command,
) -> Child {
    #[expect(clippy::disallowed_methods, reason = "the display and the driver are the test's own, and end with it")]
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment).stdin(Stdio::null());
    outputs(&mut command).spawn().unwrap_or_else(|error| panic!("{program} does not start: {error}"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
