//! What is kept between starts: settings and recent folders, as JSON files in one folder.
//!
//! Files are replaced atomically. One that cannot be read is set aside under another name and reported, never
//! overwritten: what is in it may be the person's work.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Serialize, de::DeserializeOwned};

use crate::protocol::{Problem, Settings};

/// How many recent folders are kept.
const RECENT: usize = 12;

/// The folder that holds the files.
#[derive(Debug, Clone)]
pub struct Profile {
    folder: PathBuf,
}

impl Profile {
    /// A profile in `folder`, which is made when something is first saved.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The settings, and what was wrong with the file if it could not be used.
    pub fn settings(&self) -> (Settings, Option<Problem>) {
        self.load("settings.json", "settings")
    }

    /// Saves the settings.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), Problem> {
        self.save("settings.json", "settings", settings)
    }

    /// Folders opened before, newest first.
    pub fn recent(&self) -> (Vec<String>, Option<Problem>) {
        self.load("recent.json", "recent folders")
    }

    /// Puts a folder at the head of the recent ones and saves them.
    pub fn remember(&self, recent: &mut Vec<String>, folder: &str) -> Result<(), Problem> {
        recent.retain(|other| other != folder);
        recent.insert(0, folder.to_owned());
        recent.truncate(RECENT);
        self.save("recent.json", "recent folders", recent)
    }

    fn load<T: DeserializeOwned + Default>(&self, name: &str, what: &str) -> (T, Option<Problem>) {
        let path = self.folder.join(name);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (T::default(), None),
            Err(error) => return (T::default(), Some(unreadable(what, &path, &error))),
        };
        match serde_json::from_slice(&bytes) {
            Ok(value) => (value, None),
            Err(error) => (T::default(), Some(set_aside(what, &path, &error))),
        }
    }

    fn save<T: Serialize + ?Sized>(&self, name: &str, what: &str, value: &T) -> Result<(), Problem> {
        let path = self.folder.join(name);
        let write = || -> io::Result<()> {
            std::fs::create_dir_all(&self.folder)?;
            let fresh = self.folder.join(format!("{name}.new"));
            std::fs::write(&fresh, serde_json::to_vec_pretty(value)?)?;
            std::fs::rename(&fresh, &path)
        };
        write().map_err(|error| {
            Problem::new("profile_not_saved", format!("The {what} could not be saved in {}: {error}.", path.display()))
        })
    }
}

fn unreadable(what: &str, path: &Path, error: &io::Error) -> Problem {
    Problem::new("profile_unreadable", format!("The {what} in {} could not be read: {error}.", path.display()))
}

fn set_aside(what: &str, path: &Path, error: &serde_json::Error) -> Problem {
    let aside = (1..1000).map(|n| path.with_extension(format!("json.bad{n}"))).find(|aside| !aside.exists());
    let kept = aside.filter(|aside| std::fs::rename(path, aside).is_ok());
    let message = match kept {
        Some(kept) => {
            format!("The {what} could not be understood; they were kept as {} and begin anew.", kept.display())
        }
        None => format!("The {what} in {} could not be understood; they begin anew.", path.display()),
    };
    Problem::new("profile_damaged", message).with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_settings_are_kept_aside_and_said() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), "{\"ready_timeout_ms\": \"soon\"}").unwrap();
        let profile = Profile::new(folder.path());
        let (settings, problem) = profile.settings();
        assert_eq!(settings, Settings::default());
        assert_eq!(problem.unwrap().code, "profile_damaged");
        assert!(folder.path().join("settings.json.bad1").exists());
        assert_eq!(profile.settings(), (Settings::default(), None));
    }

    #[test]
    fn settings_with_missing_fields_take_their_defaults() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), "{\"enter_sends\": false}").unwrap();
        let (settings, problem) = Profile::new(folder.path()).settings();
        assert_eq!(problem, None);
        assert_eq!(settings, Settings { enter_sends: false, ..Settings::default() });
    }

    #[test]
    fn recent_folders_are_newest_first_without_doubles() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::new(folder.path().join("not yet there"));
        let mut recent = Vec::new();
        for path in ["/a", "/b", "/a"] {
            profile.remember(&mut recent, path).unwrap();
        }
        assert_eq!(profile.recent(), (vec!["/a".to_owned(), "/b".to_owned()], None));
    }
}
