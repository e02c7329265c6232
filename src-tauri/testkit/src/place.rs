//! Isolated places to run the real server and the app in: nothing of the person's, and no way to the network.

mod config;
mod sample;

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

pub use self::config::ServerConfig;

/// A port of loopback where nothing listens: discard, which only root could bind.
const CLOSED: &str = "http://127.0.0.1:9";

/// Variables of the surroundings that a place keeps: what finds programs, and what draws windows.
const KEPT: [&str; 11] = [
    "PATH",
    "LANG",
    "LC_ALL",
    "USER",
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "LIBGL_ALWAYS_SOFTWARE",
    "TMPDIR",
];

/// A home directory, XDG directories and project folders of their own.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    /// Removes the directory when the place is dropped.
    _temporary: Option<TempDir>,
}

impl Place {
    /// Makes a place that is removed when it is dropped.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn new() -> Self {
        let made = TempDir::with_prefix("outrider-").and_then(|directory| {
            let place = Self::at(directory.path())?;
            Ok(Self { _temporary: Some(directory), ..place })
        });
        made.unwrap_or_else(|error| panic!("no temporary directory: {error}"))
    }

    /// Makes a place in a directory that stays.
    pub fn at(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        // The server names folders by their canonical path, and so must who compares with it.
        let place = Self { root: root.canonicalize()?, _temporary: None };
        for (_, directory) in place.directories() {
            fs::create_dir_all(directory)?;
        }
        fs::create_dir_all(place.root.join("code"))?;
        let path = env::var("PATH").unwrap_or_default().replace('\'', r"'\''");
        fs::write(place.home().join(".profile"), format!("export PATH='{path}'\n"))?;
        Ok(place)
    }

    /// The directory that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The home directory. Its `.profile` gives a login shell this process's PATH.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// The server's own configuration directory, for global settings.
    pub fn server_config_directory(&self) -> PathBuf {
        self.root.join("config/opencode")
    }

    /// The directory of the server's database and log.
    pub fn server_data_directory(&self) -> PathBuf {
        self.root.join("data/opencode")
    }

    /// Makes a project folder with a few files, and returns its canonical path. `name` may have several parts.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.root.join("code").join(name);
        let files = [
            ("README.md", format!("# {name}\n\nA folder to try things in.\n")),
            ("src/main.py", "from greet import greet\n\nprint(greet(\"world\"))\n".to_owned()),
            ("src/greet.py", "def greet(name):\n    return f\"Hello, {name}!\"\n".to_owned()),
        ];
        let written = files.iter().try_for_each(|(path, text)| sample::write(&folder.join(path), text));
        written.unwrap_or_else(|error| panic!("cannot write {}: {error}", folder.display()));
        folder
    }

    /// Makes a project folder that is a git repository with a first commit, which gives it a project of its own:
    /// the server puts every folder without one into the project `global`.
    ///
    /// # Panics
    /// When it cannot be written, or git fails.
    pub fn git_folder(&self, name: &str) -> PathBuf {
        let folder = self.folder(name);
        self.git(&folder, &["init", "--quiet", "--initial-branch=main"]);
        self.git(&folder, &["add", "--all"]);
        self.git(&folder, &["commit", "--quiet", "--message", &format!("Start {name}")]);
        folder
    }

    /// Makes a folder with the sample project that the demo works on, and returns its canonical path.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn sample_folder(&self) -> PathBuf {
        let folder = self.root.join("code/todo-service");
        sample::copy(&folder).unwrap_or_else(|error| panic!("cannot write {}: {error}", folder.display()));
        folder
    }

    /// The variables for a server or the app in this place. They are meant to be the only ones: clear the others.
    ///
    /// The server gets `config` by its environment. It does not fetch its list of models, updates, plugins or language
    /// servers; its npm works offline, so that it does not install into the fresh configuration directory; and
    /// proxies lead whatever else it may try to a closed port.
    ///
    /// # Panics
    /// When ripgrep is not on PATH: the server would download it.
    pub fn environment(&self, config: &ServerConfig) -> BTreeMap<String, String> {
        assert!(on_path("rg").is_some(), "ripgrep (rg) is not on PATH; install it: the server's search tools need it");
        let mut environment: BTreeMap<String, String> =
            KEPT.iter().filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?))).collect();
        for (name, directory) in self.directories() {
            environment.insert(name.to_owned(), directory.display().to_string());
        }
        let config = config.to_json();
        for (name, value) in [
            ("OPENCODE_CONFIG_CONTENT", config.as_str()),
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
            ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1"),
            ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
            ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
            ("OPENCODE_DISABLE_SHARE", "1"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("npm_config_offline", "true"),
            ("npm_config_registry", CLOSED),
            ("HTTP_PROXY", CLOSED),
            ("HTTPS_PROXY", CLOSED),
            ("ALL_PROXY", CLOSED),
            ("NO_PROXY", "127.0.0.1,localhost,::1"),
            ("SHELL", "/bin/sh"),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        environment
    }

    fn directories(&self) -> [(&'static str, PathBuf); 5] {
        [
            ("HOME", self.home()),
            ("XDG_CONFIG_HOME", self.root.join("config")),
            ("XDG_DATA_HOME", self.root.join("data")),
            ("XDG_STATE_HOME", self.root.join("state")),
            ("XDG_CACHE_HOME", self.root.join("cache")),
        ]
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "git makes a fixture and ends at once; it is no server to look after"
    )]
    fn git(&self, folder: &Path, arguments: &[&str]) {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(folder)
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.root.join("config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap_or_else(|error| panic!("git does not start: {error}"));
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

/// The real server: the file that `OUTRIDER_TEST_OPENCODE` names, else the one that npm installed into the workspace.
///
/// # Panics
/// When there is none.
pub fn opencode_binary() -> PathBuf {
    let (binary, origin) = match env::var_os("OUTRIDER_TEST_OPENCODE") {
        Some(named) => (PathBuf::from(named), "OUTRIDER_TEST_OPENCODE"),
        None => (workspace().join("node_modules/opencode-ai/bin/opencode.exe"), "npm"),
    };
    assert!(
        binary.is_file(),
        "no OpenCode at {} (by {origin}): run `npm install`, or name the binary in OUTRIDER_TEST_OPENCODE",
        binary.display()
    );
    binary
}

fn workspace() -> &'static Path {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_directory.ancestors().nth(2).unwrap_or(crate_directory)
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|directory| directory.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_everything_inside_and_leaves_nothing() {
        let place = Place::new();
        let root = place.root().to_owned();
        let environment = place.environment(&ServerConfig::new("http://127.0.0.1:1/v1"));
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
            assert!(Path::new(&environment[name]).starts_with(&root), "{name}");
        }
        let folder = place.git_folder("one/api");
        assert!(folder.starts_with(&root) && folder.join(".git/logs/HEAD").is_file() && folder.is_absolute());
        assert!(place.sample_folder().join("src/todos.js").is_file());
        drop(place);
        assert!(!root.exists());
    }
}
