use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use crate::protocol::Problem;

/// The variable that names the binary before all other places.
pub const OPENCODE_VARIABLE: &str = "OUTRIDER_OPENCODE";

/// The program's name on PATH.
const PROGRAM: &str = "opencode";

/// Where a binary was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinarySource {
    /// The variable [`OPENCODE_VARIABLE`].
    Environment,
    /// The person's setting.
    Setting,
    /// A folder on the server's PATH.
    Path,
    /// What came with the app.
    Bundled,
}

impl BinarySource {
    /// The word for it in [`crate::protocol::ServerDetails`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Setting => "setting",
            Self::Path => "path",
            Self::Bundled => "bundled",
        }
    }
}

/// A binary that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// Its absolute path.
    pub path: PathBuf,
    /// Where it was found.
    pub source: BinarySource,
}

/// The places a binary may be in, in the order they are asked. What a person named is used or complained about, never
/// passed over in silence.
#[derive(Debug, Clone, Copy, Default)]
pub struct BinaryPlaces<'a> {
    /// The value of [`OPENCODE_VARIABLE`].
    pub variable: Option<&'a OsStr>,
    /// The setting: a path, or a program's name to look for on PATH.
    pub setting: Option<&'a str>,
    /// PATH as the server will have it.
    pub path: Option<&'a OsStr>,
    /// The binary that came with the app.
    pub bundled: Option<&'a Path>,
}

impl BinaryPlaces<'_> {
    /// The first binary there is. Asks the file system.
    ///
    /// # Errors
    /// `binary_not_found`, with all places that were tried in its detail; `binary_not_executable` for one that was
    /// named and cannot be started.
    pub fn find(&self) -> Result<Binary, Problem> {
        let variable = self.variable.filter(|value| !value.is_empty());
        if let Some(value) = variable {
            return self.named(value, BinarySource::Environment, OPENCODE_VARIABLE);
        }
        let setting = self.setting.map(str::trim).filter(|value| !value.is_empty());
        if let Some(value) = setting {
            return self.named(OsStr::new(value), BinarySource::Setting, "the setting");
        }
        if let Some(path) = self.on_path(OsStr::new(PROGRAM)) {
            return Ok(Binary { path, source: BinarySource::Path });
        }
        match self.bundled {
            Some(bundled) if bundled.exists() => {
                check_executable(bundled, "the app itself")?;
                Ok(Binary { path: bundled.to_owned(), source: BinarySource::Bundled })
            }
            _ => Err(self.nothing_found()),
        }
    }

    fn named(&self, value: &OsStr, source: BinarySource, named_by: &str) -> Result<Binary, Problem> {
        let given = Path::new(value);
        let is_bare_name = given.components().count() == 1 && !given.is_absolute();
        if is_bare_name {
            return self.on_path(value).map(|path| Binary { path, source }).ok_or_else(|| {
                let shown = given.display();
                Problem::new("binary_not_found", format!("{named_by} names {shown}, which is not on PATH."))
                    .with_detail(format!("PATH: {}", self.shown_path()))
            });
        }
        let path = std::path::absolute(given).unwrap_or_else(|_| given.to_owned());
        check_executable(&path, named_by)?;
        Ok(Binary { path, source })
    }

    /// Relative entries of PATH are left out: they would start whatever lies in an opened folder.
    fn on_path(&self, program: &OsStr) -> Option<PathBuf> {
        let folders = env::split_paths(self.path?).filter(|folder| folder.is_absolute());
        let absolute: OsString = env::join_paths(folders).ok()?;
        which::which_in(program, Some(absolute), "/").ok()
    }

    fn shown_path(&self) -> String {
        self.path.map_or_else(|| "(none)".to_owned(), |path| path.to_string_lossy().into_owned())
    }

    fn nothing_found(&self) -> Problem {
        let bundled = match self.bundled {
            Some(bundled) => format!("{} does not exist", bundled.display()),
            None => "this build brings none".to_owned(),
        };
        let detail = [
            format!("{OPENCODE_VARIABLE}: not set"),
            "setting: none".to_owned(),
            format!("PATH: no executable {PROGRAM} in {}", self.shown_path()),
            format!("bundled: {bundled}"),
        ]
        .join("\n");
        let message = "OpenCode was not found: neither on PATH nor with the app. Install it, or choose its binary.";
        Problem::new("binary_not_found", message).with_detail(detail)
    }
}

fn check_executable(path: &Path, named_by: &str) -> Result<(), Problem> {
    let shown = path.display();
    let complaint = match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        Err(error) => format!("cannot be looked at ({error})"),
        Ok(metadata) if metadata.is_dir() => "is a folder".to_owned(),
        Ok(metadata) if !is_marked_executable(&metadata) => "is not marked as executable".to_owned(),
        Ok(_) if which::which_in(path, None::<&OsStr>, "/").is_err() => "may not be executed by you".to_owned(),
        Ok(_) => return Ok(()),
    };
    let message = format!("OpenCode cannot be started: {shown}, named by {named_by}, {complaint}.");
    let code = if path.exists() { "binary_not_executable" } else { "binary_not_found" };
    Err(Problem::new(code, message))
}

#[cfg(unix)]
fn is_marked_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_marked_executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(folder: &Path, name: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn asks_variable_then_setting_then_path_then_bundled() {
        let folder = tempfile::tempdir().unwrap();
        let [variable, setting, bundled] = ["a", "b", "c"].map(|name| file(folder.path(), name, 0o755));
        let on_path = file(folder.path(), "bin/opencode", 0o755);
        let mut places = BinaryPlaces {
            variable: Some(variable.as_os_str()),
            setting: setting.to_str(),
            path: on_path.parent().map(Path::as_os_str),
            bundled: Some(&bundled),
        };
        let found = |places: &BinaryPlaces<'_>| {
            let binary = places.find().unwrap();
            (binary.path, binary.source.as_str())
        };
        assert_eq!(found(&places), (variable.clone(), "environment"));
        places.variable = Some(OsStr::new(""));
        assert_eq!(found(&places), (setting.clone(), "setting"));
        places.setting = None;
        assert_eq!(found(&places), (on_path.clone(), "path"));
        places.path = Some(OsStr::new("/nowhere"));
        assert_eq!(found(&places), (bundled.clone(), "bundled"));
        places.bundled = None;
        let problem = places.find().unwrap_err();
        assert_eq!(problem.code, "binary_not_found");
        assert!(problem.detail.unwrap().contains("/nowhere"));
    }

    #[test]
    fn a_named_binary_that_cannot_start_is_said_precisely_and_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let plain = file(folder.path(), "plain", 0o644);
        let good = file(folder.path(), "bin/opencode", 0o755);
        let missing = folder.path().join("missing");
        for (named, code, complaint) in [
            (plain.as_path(), "binary_not_executable", "is not marked as executable"),
            (folder.path(), "binary_not_executable", "is a folder"),
            (&missing, "binary_not_found", "does not exist"),
        ] {
            let path = good.parent().map(Path::as_os_str);
            for places in [
                BinaryPlaces { setting: named.to_str(), path, ..Default::default() },
                BinaryPlaces { variable: Some(named.as_os_str()), path, ..Default::default() },
            ] {
                let problem = places.find().unwrap_err();
                assert_eq!(problem.code, code);
                assert!(problem.message.contains(complaint), "{}", problem.message);
                assert!(problem.message.contains(named.to_str().unwrap()), "{}", problem.message);
            }
        }
    }

    #[test]
    fn relative_entries_of_path_are_left_out_and_bare_names_are_looked_up() {
        let relative = BinaryPlaces { path: Some(OsStr::new(".:bin:")), ..Default::default() };
        assert_eq!(relative.find().unwrap_err().code, "binary_not_found");
        let folder = tempfile::tempdir().unwrap();
        let dev = file(folder.path(), "opencode-dev", 0o755);
        let path = Some(folder.path().as_os_str());
        let bare = BinaryPlaces { setting: Some("opencode-dev"), path, ..Default::default() };
        assert_eq!(bare.find().unwrap(), Binary { path: dev, source: BinarySource::Setting });
    }
}
