//! JSON files with a version, replaced whole or not at all.
//!
//! A file is `{"version": N, "content": …}`. A bare value is read as well, as a person might write it. One that cannot
//! be used is set aside under another name and reported, never overwritten: what is in it may be the person's work.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Profile;
use crate::protocol::Problem;

/// How many files of one name are set aside before no more are.
const ASIDE: usize = 1_000;

/// A JSON file of the profile.
#[derive(Debug, Clone, Copy)]
pub struct Document {
    /// The file's name, without a folder and without `.json`.
    pub name: &'static str,
    /// What it holds, in the plural, for sentences: "settings".
    pub what: &'static str,
    /// The version of its content. A file of another version is set aside: raise it when older content would be
    /// misunderstood, not for a field that is new.
    pub version: u32,
    /// The largest file that is read or written, in bytes.
    pub limit: u64,
}

/// Why a file is not used, and what it is renamed to: `NAME.json.WORD1`.
struct Unusable {
    word: &'static str,
    code: &'static str,
    reason: String,
    detail: Option<String>,
}

#[derive(Serialize)]
struct Envelope<'a, T: ?Sized> {
    version: u32,
    content: &'a T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    version: u32,
    content: Value,
}

impl Profile {
    /// What the file holds; the default when there is none. When it cannot be used, or `check` refuses its content, it
    /// is set aside and the default comes with a problem to show: `profile_damaged`, `profile_version`, the problem of
    /// the check, or `profile_unreadable` when it could not be set aside; then nothing is saved in its place either.
    pub fn load<T: Serialize + DeserializeOwned + Default>(
        &self,
        document: &Document,
        check: impl FnOnce(&T) -> Result<(), Problem>,
    ) -> (T, Option<Problem>) {
        let path = self.path(document);
        let unusable = match read(&path, document) {
            Ok(None) => return (T::default(), None),
            Ok(Some(value)) => match check(&value) {
                Ok(()) => return (value, None),
                Err(problem) => Unusable {
                    word: "bad",
                    code: "profile_damaged",
                    reason: format!("cannot be used: {}", problem.message.trim_end_matches('.')),
                    detail: problem.detail,
                },
            },
            Err(unusable) => unusable,
        };
        (T::default(), Some(self.set_aside(document, &path, unusable)))
    }

    /// Replaces the file. What is written survives a loss of power as soon as this returns; before, the old file stays.
    ///
    /// # Errors
    /// `profile_not_saved`.
    pub fn save<T: Serialize + ?Sized>(&self, document: &Document, value: &T) -> Result<(), Problem> {
        let path = self.path(document);
        self.replace(document, &path, value).map_err(|error| {
            let Document { what, .. } = document;
            Problem::new("profile_not_saved", format!("The {what} could not be saved in {}: {error}.", path.display()))
        })
    }

    fn path(&self, document: &Document) -> PathBuf {
        self.folder.join(format!("{}.json", document.name))
    }

    fn replace<T: Serialize + ?Sized>(&self, document: &Document, path: &Path, value: &T) -> io::Result<()> {
        if self.untouchable().contains(document.name) {
            return Err(io::Error::other("what is there could not be read, and is left alone"));
        }
        let bytes = serde_json::to_vec_pretty(&Envelope { version: document.version, content: value })?;
        if bytes.len() as u64 > document.limit {
            return Err(io::Error::other(format!("they take more than {} bytes", document.limit)));
        }
        fs::create_dir_all(&self.folder)?;
        // Of this process alone: another one with the same profile writes beside it, not into it.
        let fresh = self.folder.join(format!("{}.json.{}.new", document.name, std::process::id()));
        let written = private(&fresh).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, path)
        });
        if written.is_err() {
            fs::remove_file(&fresh).ok();
        }
        written?;
        // The new name is in the folder. Not every system lets a folder be opened, and the content is safe already.
        File::open(&self.folder).and_then(|folder| folder.sync_all()).ok();
        Ok(())
    }

    fn set_aside(&self, document: &Document, path: &Path, unusable: Unusable) -> Problem {
        let Unusable { word, code, reason, detail } = unusable;
        let what = document.what;
        let free = (1..ASIDE).map(|n| path.with_extension(format!("json.{word}{n}")));
        let aside = free.into_iter().find(|aside| fs::symlink_metadata(aside).is_err());
        let kept = aside.filter(|aside| fs::rename(path, aside).is_ok());
        let problem = if let Some(kept) = kept {
            let kept = kept.display();
            Problem::new(code, format!("The file of the {what} {reason}. It was kept as {kept}; they begin anew."))
        } else {
            self.untouchable().insert(document.name);
            let path = path.display();
            let rest = format!("It stays as it is in {path}; changes are not saved.");
            Problem::new("profile_unreadable", format!("The file of the {what} {reason}. {rest}"))
        };
        Problem { detail, ..problem }
    }
}

fn read<T: Serialize + DeserializeOwned + Default>(path: &Path, document: &Document) -> Result<Option<T>, Unusable> {
    let bytes = match bytes(path, document.limit) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(damaged("could not be read", &error)),
    };
    let content: Value =
        serde_json::from_slice(&bytes).map_err(|error| damaged("could not be understood", &place(&error)))?;
    let is_envelope = content.as_object().is_some_and(|fields| fields.contains_key("version"));
    let content = if is_envelope {
        let Opened { version, content } =
            Opened::deserialize(&content).map_err(|error| damaged("could not be understood", &place(&error)))?;
        if version != document.version {
            return Err(Unusable {
                word: "version",
                code: "profile_version",
                reason: format!("was written by another version of Outrider ({version}, not {})", document.version),
                detail: None,
            });
        }
        content
    } else {
        content
    };
    // A struct can be read from a list as well, and with defaults from an empty one: that is not what was saved.
    let kind = serde_json::to_value(T::default()).map(|value| std::mem::discriminant(&value));
    if kind.is_ok_and(|kind| kind != std::mem::discriminant(&content)) {
        return Err(damaged("could not be understood", &"it holds something else"));
    }
    let value = T::deserialize(content).map_err(|error| damaged("could not be understood", &place(&error)))?;
    Ok(Some(value))
}

/// The file, which must be one: opening a pipe would wait for its other end.
fn bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let about = fs::metadata(path).map_err(|error| match fs::symlink_metadata(path) {
        // A link to nowhere: the next save would replace it.
        Ok(_) => io::Error::other(error.to_string()),
        Err(error) => error,
    })?;
    if !about.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// A new empty file that only the person can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn damaged(reason: &str, detail: &dyn std::fmt::Display) -> Unusable {
    Unusable {
        word: "bad",
        code: "profile_damaged",
        reason: reason.to_owned(),
        detail: Some(format!("The reason: {detail}.")),
    }
}

/// Where reading failed, and why, but not what stood there: serde quotes the value.
fn place(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Io | serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax => "it is no JSON",
        serde_json::error::Category::Data => "a value is of another kind than it should be",
    };
    match error.line() {
        0 => kind.to_owned(),
        line => format!("{kind}, in line {line}, column {}", error.column()),
    }
}

#[cfg(test)]
mod tests;
