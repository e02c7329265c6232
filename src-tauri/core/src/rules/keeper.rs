//! Keeps a folder's rules on disk.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::Rules;
use super::book::Book;
use crate::profile::{Document, Profile};
use crate::protocol::Problem;

const FILE: Document = Document { name: "rules", what: "rules for automatic answers", version: 1, limit: 4 << 20 };

/// Writes the rules of one folder, in the order in which they were changed.
#[derive(Debug)]
pub struct Keeper {
    profile: Profile,
    tasks: TaskTracker,
    asked: u64,
    /// The latest that is on disk.
    written: Arc<Mutex<u64>>,
}

/// Reads the rules of a folder, and says what was wrong with their file if it could not be used: then there are none, and
/// nothing is answered. Writing is done on the tracker, so that whoever waits for it waits for all that was to be
/// written.
pub fn open(profile: &Profile, folder: &Path, tasks: TaskTracker) -> (Rules, Option<Problem>) {
    let profile = profile.of_folder("rules", folder);
    let name = folder.to_string_lossy();
    let (mut book, problem) = profile.load(&FILE, |book: &Book| {
        if book.folder != name {
            return Err(Problem::new("other_folder", "It is of another folder."));
        }
        if book.is_possible() { Ok(()) } else { Err(Problem::new("rule_invalid", "A rule in it is none.")) }
    });
    book.folder = name.into_owned();
    let keeper = Keeper { profile, tasks, asked: 0, written: Arc::default() };
    (Rules { book, keeper }, problem)
}

impl Keeper {
    /// Writes beside the caller, and then tells.
    pub fn save(&mut self, book: &Book) -> oneshot::Receiver<Result<(), Problem>> {
        let (tell, told) = oneshot::channel();
        self.asked += 1;
        let (number, book, profile) = (self.asked, book.clone(), self.profile.clone());
        let written = Arc::clone(&self.written);
        self.tasks.spawn_blocking(move || {
            let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
            // What was changed later may be there already.
            let result = if *written > number { Ok(()) } else { profile.save(&FILE, &book) };
            if result.is_ok() {
                *written = number.max(*written);
            }
            drop(written);
            if let Err(problem) = &result {
                tracing::error!(%problem, "rules for automatic answers are not saved");
            }
            tell.send(result).ok();
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Rule, RuleAnswer};

    fn rule(pattern: &str) -> Rule {
        Rule { kind: "bash".to_owned(), pattern: pattern.to_owned(), answer: RuleAnswer::Allow, reason: None }
    }

    #[tokio::test]
    async fn rules_come_back_for_their_folder_alone_and_a_damaged_file_answers_nothing() {
        let place = tempfile::tempdir().unwrap();
        let profile = Profile::new(place.path());
        let read = |folder: &str| open(&profile, Path::new(folder), TaskTracker::new());
        let (Rules { mut book, mut keeper }, problem) = read("/a");
        assert_eq!((book.on_since(), book.rules().len(), problem), (None, 0, None), "off, and none");
        book.switch(true, 1);
        let saves: Vec<_> = (0..20)
            .map(|number| {
                book.put(None, rule(&number.to_string()), 2).unwrap();
                keeper.save(&book)
            })
            .collect();
        for told in saves {
            told.await.unwrap().unwrap();
        }
        assert_eq!(read("/a").0.book, book);
        assert_eq!(read("/b").0.book.on_since(), None);

        let file = profile.of_folder("rules", Path::new("/a")).folder().join("rules.json");
        let whole = std::fs::read_to_string(&file).unwrap();
        for (text, aside) in [
            (whole[..whole.len() / 2].to_owned(), "rules.json.bad1"),
            (whole.replace("\"/a\"", "\"/b\""), "rules.json.bad2"),
            (whole.replace("\"pattern\": \"7\"", "\"pattern\": \"\""), "rules.json.bad3"),
            (whole.replace("\"version\": 1", "\"version\": 2"), "rules.json.version1"),
        ] {
            std::fs::write(&file, &text).unwrap();
            let (Rules { book, .. }, problem) = read("/a");
            assert_eq!((book.on_since(), book.rules().len(), problem.is_some()), (None, 0, true), "{aside}");
            assert_eq!(std::fs::read_to_string(file.with_file_name(aside)).unwrap(), text);
        }
    }
}
