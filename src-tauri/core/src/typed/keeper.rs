//! Writes what was typed in a folder to disk, whole and in order, beside whoever asks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::{Draft, Prompt};
use crate::profile::{Document, Profile};
use crate::protocol::Problem;

const FILE: Document = Document { name: "typed", what: "drafts and waiting prompts", version: 1, limit: 128 << 20 };

/// The folder of the profile that the files are in.
const TYPED: &str = "typed";

/// How long a folder may be gone, and nothing typed in it, until what was typed there is let go.
const KEPT_WITHOUT_FOLDER: Duration = Duration::from_hours(90 * 24);

/// A folder's file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The folder, canonical.
    pub folder: String,
    /// Texts that were not sent.
    pub drafts: Vec<Draft>,
    /// Prompts that the server is not known to have, in their order.
    pub outbox: Vec<Prompt>,
}

/// Where the files of all folders are.
#[derive(Debug, Clone)]
pub struct Shelf {
    profile: Profile,
    tasks: TaskTracker,
    /// Who may write for a folder: the one that opened it last. One that is still being closed may not any more.
    writers: Arc<Mutex<HashMap<PathBuf, u64>>>,
}

/// Writes for one folder.
#[derive(Debug)]
pub struct Keeper {
    shelf: Shelf,
    profile: Profile,
    folder: PathBuf,
    number: u64,
    queue: Arc<Mutex<Queue>>,
}

/// What waits to be written. Only the latest counts.
#[derive(Debug, Default)]
struct Queue {
    kept: Option<Kept>,
    asked: Vec<oneshot::Sender<Result<(), Problem>>>,
    writing: bool,
}

/// Tells when something is on disk.
#[derive(Debug)]
pub struct Saved(oneshot::Receiver<Result<(), Problem>>);

impl Saved {
    /// Waits for it.
    ///
    /// # Errors
    /// `profile_not_saved`.
    pub async fn on_disk(self) -> Result<(), Problem> {
        let gone =
            |_| Err(Problem::new("profile_not_saved", "What was typed could not be saved: Outrider is closing."));
        self.0.await.unwrap_or_else(gone)
    }
}

impl Shelf {
    /// The files inside the profile. Writing is done on the tracker, so that whoever waits for it waits for all that
    /// was to be written.
    pub fn new(profile: &Profile, tasks: TaskTracker) -> Self {
        Self { profile: profile.clone(), tasks, writers: Arc::default() }
    }

    /// What was kept of a folder, what was wrong with its file if it could not be used, and what writes from now on.
    pub fn open(&self, folder: &Path) -> (Keeper, Kept, Option<Problem>) {
        let profile = self.profile.of_folder(TYPED, folder);
        let name = folder.to_string_lossy();
        let mut writers = lock(&self.writers);
        let number = writers.get(folder).copied().unwrap_or_default() + 1;
        writers.insert(folder.to_owned(), number);
        // Read while nobody can write.
        let (kept, problem) = profile.load(&FILE, |kept: &Kept| {
            if kept.folder == name { Ok(()) } else { Err(Problem::new("other_folder", "It is of another folder.")) }
        });
        drop(writers);
        let kept = Kept { folder: name.into_owned(), ..kept };
        let keeper = Keeper { shelf: self.clone(), profile, folder: folder.to_owned(), number, queue: Arc::default() };
        (keeper, kept, problem)
    }

    /// Lets go of what was typed in folders that are gone for long. Runs beside the caller.
    pub fn sweep(&self) {
        let profile = self.profile.within(TYPED);
        self.tasks.spawn_blocking(move || sweep(&profile, SystemTime::now()));
    }
}

impl Keeper {
    /// Writes beside the caller. Of several that wait only the latest is written; all are told.
    pub(super) fn save(&self, drafts: Vec<Draft>, outbox: Vec<Prompt>) -> Saved {
        let (tell, answer) = oneshot::channel();
        let mut queue = lock(&self.queue);
        queue.kept = Some(Kept { folder: self.folder.to_string_lossy().into_owned(), drafts, outbox });
        queue.asked.push(tell);
        if !std::mem::replace(&mut queue.writing, true) {
            let (queue, writer) = (Arc::clone(&self.queue), self.shelf.clone());
            let (profile, folder, number) = (self.profile.clone(), self.folder.clone(), self.number);
            self.shelf.tasks.spawn_blocking(move || writer.write(&queue, &profile, &folder, number));
        }
        Saved(answer)
    }
}

impl Shelf {
    fn write(&self, queue: &Mutex<Queue>, profile: &Profile, folder: &Path, number: u64) {
        loop {
            let (kept, asked) = {
                let mut queue = lock(queue);
                let Some(kept) = queue.kept.take() else {
                    queue.writing = false;
                    return;
                };
                (kept, std::mem::take(&mut queue.asked))
            };
            let writers = lock(&self.writers);
            let result = if writers.get(folder) == Some(&number) {
                profile.save(&FILE, &kept)
            } else {
                Err(Problem::new("profile_not_saved", "This folder was opened anew meanwhile."))
            };
            drop(writers);
            if let Err(problem) = &result {
                tracing::error!(%problem, "what was typed is not saved");
            }
            for asked in asked {
                asked.send(result.clone()).ok();
            }
        }
    }
}

fn sweep(profile: &Profile, now: SystemTime) {
    let Ok(entries) = std::fs::read_dir(profile.folder()) else { return };
    for entry in entries.flatten() {
        let path = entry.path().join(format!("{}.json", FILE.name));
        let written = path.metadata().and_then(|about| about.modified());
        let old = written.is_ok_and(|written| now.duration_since(written).is_ok_and(|age| age > KEPT_WITHOUT_FOLDER));
        if !old {
            continue;
        }
        let own = Profile::new(entry.path());
        let (kept, problem) = own.load(&FILE, |_: &Kept| Ok(()));
        if problem.is_none() && !Path::new(&kept.folder).exists() {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft { session: None, text: text.into(), attachments: vec!["file:///a".into()], changed: 1 }
    }

    fn shelf(folder: &tempfile::TempDir) -> Shelf {
        Shelf::new(&Profile::new(folder.path()), TaskTracker::new())
    }

    #[tokio::test]
    async fn what_was_saved_comes_back_for_its_folder_alone() {
        let profile = tempfile::tempdir().unwrap();
        let (keeper, kept, problem) = shelf(&profile).open(Path::new("/a"));
        assert_eq!((kept.drafts.len(), problem), (0, None));
        let waiting: Vec<_> = (0..50).map(|n| keeper.save(vec![draft(&n.to_string())], Vec::new())).collect();
        for saved in waiting {
            saved.on_disk().await.unwrap();
        }
        assert_eq!(shelf(&profile).open(Path::new("/a")).1.drafts, [draft("49")]);
        assert_eq!(shelf(&profile).open(Path::new("/b")).1.drafts, []);
    }

    #[tokio::test]
    async fn one_that_is_being_closed_does_not_write_over_the_one_that_was_opened_after_it() {
        let profile = tempfile::tempdir().unwrap();
        let shelf = shelf(&profile);
        let (old, ..) = shelf.open(Path::new("/a"));
        let (new, ..) = shelf.open(Path::new("/a"));
        new.save(vec![draft("new")], Vec::new()).on_disk().await.unwrap();
        assert!(old.save(vec![draft("old")], Vec::new()).on_disk().await.is_err());
        assert_eq!(shelf.open(Path::new("/a")).1.drafts, [draft("new")]);
    }

    #[tokio::test]
    async fn a_damaged_file_is_kept_aside_and_said() {
        let profile = tempfile::tempdir().unwrap();
        let (keeper, ..) = shelf(&profile).open(Path::new("/a"));
        keeper.save(vec![draft("text")], Vec::new()).on_disk().await.unwrap();
        let file = Profile::new(profile.path()).of_folder(TYPED, Path::new("/a")).folder().join("typed.json");
        let whole = std::fs::read_to_string(&file).unwrap();
        for (text, aside, code) in [
            (&whole[..whole.len() / 2], "typed.json.bad1", "profile_damaged"),
            (&whole.replacen("\"version\": 1", "\"version\": 2", 1), "typed.json.version1", "profile_version"),
            (&whole.replace("/a\"", "/b\""), "typed.json.bad2", "profile_damaged"),
        ] {
            std::fs::write(&file, text).unwrap();
            let (_, kept, problem) = shelf(&profile).open(Path::new("/a"));
            assert_eq!((kept.drafts.len(), &*problem.unwrap().code), (0, code));
            assert_eq!(std::fs::read_to_string(file.with_file_name(aside)).unwrap(), text);
        }
    }

    #[tokio::test]
    async fn what_was_typed_in_folders_that_are_gone_for_long_is_let_go() {
        let profile = tempfile::tempdir().unwrap();
        let here = profile.path().to_string_lossy().into_owned();
        for folder in ["/gone/for/long", &here] {
            let (keeper, ..) = shelf(&profile).open(Path::new(folder));
            keeper.save(vec![draft("text")], Vec::new()).on_disk().await.unwrap();
        }
        let own = Profile::new(profile.path()).within("typed");
        let kept = |folder: &str| shelf(&profile).open(Path::new(folder)).1.drafts.len();
        sweep(&own, SystemTime::now() + KEPT_WITHOUT_FOLDER / 2);
        assert_eq!((kept("/gone/for/long"), kept(&here)), (1, 1));
        sweep(&own, SystemTime::now() + KEPT_WITHOUT_FOLDER * 2);
        assert_eq!((kept("/gone/for/long"), kept(&here)), (0, 1));
    }
}
