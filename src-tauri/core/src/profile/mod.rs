//! What is kept between starts: settings and recent folders, as JSON files in one folder.

mod document;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use document::Document;

use crate::protocol::{Problem, Settings};

/// How many recent folders are kept.
const RECENT: usize = 12;

const SETTINGS: Document = Document { name: "settings", what: "settings", version: 1, limit: 1 << 20 };
const RECENT_FOLDERS: Document = Document { name: "recent", what: "recent folders", version: 1, limit: 1 << 20 };

/// The folder that holds the files. Clones are the same.
#[derive(Debug, Clone)]
pub struct Profile {
    folder: PathBuf,
    /// Names of files that could neither be used nor set aside.
    untouchable: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Profile {
    /// A profile in `folder`, which is made when something is first saved.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), untouchable: Arc::default() }
    }

    /// The settings, and what was wrong with the file if it could not be used. `check` says which values are possible.
    pub fn settings(&self, check: impl FnOnce(&Settings) -> Result<(), Problem>) -> (Settings, Option<Problem>) {
        self.load(&SETTINGS, check)
    }

    /// Saves the settings.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), Problem> {
        self.save(&SETTINGS, settings)
    }

    /// Folders opened before, newest first.
    pub fn recent(&self) -> (Vec<String>, Option<Problem>) {
        let (mut recent, problem) = self.load(&RECENT_FOLDERS, |_: &Vec<String>| Ok(()));
        recent.truncate(RECENT);
        (recent, problem)
    }

    /// Puts a folder at the head of the recent ones and saves them.
    pub fn remember(&self, recent: &mut Vec<String>, folder: &str) -> Result<(), Problem> {
        recent.retain(|other| other != folder);
        recent.insert(0, folder.to_owned());
        recent.truncate(RECENT);
        self.save(&RECENT_FOLDERS, recent)
    }

    /// A folder of its own inside the profile, as `drafts/NAME`.
    #[must_use]
    pub fn within(&self, path: &str) -> Self {
        Self::new(self.folder.join(path))
    }

    /// A folder of its own inside the profile for what is kept of a folder that the person opened.
    #[must_use]
    pub fn of_folder(&self, what: &str, folder: &Path) -> Self {
        self.within(&format!("{what}/{}", name_of(folder)))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn untouchable(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.untouchable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name for a folder that has no characters of a path: its hash (FNV-1a, 128 bits).
fn name_of(folder: &Path) -> String {
    let hash = folder
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        });
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_with_missing_fields_take_their_defaults() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), "{\"enter_sends\": false}").unwrap();
        let (settings, problem) = Profile::new(folder.path()).settings(|_| Ok(()));
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
