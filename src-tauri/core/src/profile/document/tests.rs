use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const NOTES: Document = Document { name: "notes", what: "notes", version: 2, limit: 4_096 };

type Notes = BTreeMap<String, u32>;

/// A folder with a file as it might be found.
fn with(write: impl FnOnce(&Path)) -> (TempDir, Profile, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.json");
    write(&path);
    let profile = Profile::new(folder.path());
    (folder, profile, path)
}

#[expect(clippy::unnecessary_wraps, reason = "it is a check")]
fn anything(_: &Notes) -> Result<(), Problem> {
    Ok(())
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Loads what was written, which must be kept aside with a notice; saving then works, and destroys nothing.
fn kept_aside(write: impl FnOnce(&Path), aside: &str, code: &str) -> Problem {
    let (folder, profile, path) = with(write);
    let before = fs::metadata(&path).map(|about| (about.is_dir(), about.len())).ok();
    let (notes, problem) = profile.load(&NOTES, anything);
    assert_eq!(notes, Notes::new());
    let problem = problem.unwrap();
    assert_eq!(problem.code, code, "{problem:?}");
    assert!(problem.message.contains(aside), "{problem:?}");
    assert_eq!(names(&folder), [aside]);
    let after = fs::metadata(folder.path().join(aside)).map(|about| (about.is_dir(), about.len())).ok();
    assert_eq!(after, before);
    let fresh = Notes::from([("a".to_owned(), 1)]);
    profile.save(&NOTES, &fresh).unwrap();
    assert_eq!(profile.load(&NOTES, anything), (fresh, None));
    assert_eq!(names(&folder), ["notes.json", aside]);
    problem
}

#[test]
fn what_was_saved_comes_back_and_a_bare_value_is_read_too() {
    let (folder, profile, path) = with(|_| ());
    let notes = Notes::from([("version".to_owned(), 7), ("content".to_owned(), 8)]);
    assert_eq!(profile.load(&NOTES, anything), (Notes::new(), None));
    profile.save(&NOTES, &notes).unwrap();
    assert_eq!(profile.load(&NOTES, anything), (notes, None));
    assert_eq!(names(&folder), ["notes.json"]);
    fs::write(&path, "{\"a\": 3}").unwrap();
    assert_eq!(profile.load(&NOTES, anything), (Notes::from([("a".to_owned(), 3)]), None));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        profile.save(&NOTES, &Notes::new()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "nobody else reads it");
    }
}

#[test]
fn what_cannot_be_used_is_kept_aside_and_said() {
    let text = |text: &'static [u8]| move |path: &Path| fs::write(path, text).unwrap();
    for damaged in [
        &b""[..],
        b"\0",
        b"\xff\xfe{\0}\0",
        b"null",
        b"[]",
        b"{\"a\": \"canary\"}",
        b"{\"a\": -1}",
        b"{\"a\": 99999999999999999999}",
        b"{\"version\": 2}",
        b"{\"version\": \"2\", \"content\": {}}",
        b"{\"version\": 2, \"content\": [\"canary\"]}",
        b"{\"version\": 2, \"content\": {}, \"more\": 1}",
        b"{\"version\": 2, \"content\": {}} {}",
    ] {
        let problem = kept_aside(text(damaged), "notes.json.bad1", "profile_damaged");
        assert!(!format!("{problem:?}").contains("canary"), "its content is not shown: {problem:?}");
    }
    let problem = kept_aside(text(b"{\"version\": 3, \"content\": {}}"), "notes.json.version1", "profile_version");
    assert!(problem.message.contains("(3, not 2)"), "{problem:?}");
    kept_aside(|path| fs::create_dir(path).unwrap(), "notes.json.bad1", "profile_damaged");
    kept_aside(|path| fs::write(path, "[".repeat(4_000)).unwrap(), "notes.json.bad1", "profile_damaged");
    // Without being read: it has no content, only a size.
    kept_aside(|path| File::create(path).unwrap().set_len(100 << 20).unwrap(), "notes.json.bad1", "profile_damaged");
    #[cfg(unix)]
    kept_aside(
        |path| std::os::unix::fs::symlink("/nowhere/at/all", path).unwrap(),
        "notes.json.bad1",
        "profile_damaged",
    );
}

#[test]
fn content_that_the_check_refuses_is_kept_aside_too() {
    let (folder, profile, _) = with(|path| fs::write(path, "{\"a\": 3}").unwrap());
    let (notes, problem) = profile.load(&NOTES, |_: &Notes| Err(Problem::new("x", "A must be 2.")));
    assert_eq!(notes, Notes::new());
    assert!(problem.unwrap().message.contains("A must be 2"));
    assert_eq!(names(&folder), ["notes.json.bad1"]);
}

#[test]
fn each_damaged_file_has_a_name_of_its_own() {
    let (folder, profile, path) = with(|_| ());
    for _ in 0..3 {
        fs::write(&path, "{").unwrap();
        profile.load(&NOTES, anything).1.unwrap();
    }
    assert_eq!(names(&folder), ["notes.json.bad1", "notes.json.bad2", "notes.json.bad3"]);
}

#[test]
fn a_file_that_cannot_be_set_aside_is_not_overwritten_either() {
    let (folder, profile, path) = with(|path| fs::write(path, "precious").unwrap());
    for n in 1..ASIDE {
        fs::write(folder.path().join(format!("notes.json.bad{n}")), "").unwrap();
    }
    let (_, problem) = profile.load(&NOTES, anything);
    assert_eq!(problem.unwrap().code, "profile_unreadable");
    assert_eq!(profile.clone().save(&NOTES, &Notes::new()).unwrap_err().code, "profile_not_saved");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn what_cannot_be_saved_leaves_the_file_as_it_was() {
    let (folder, profile, _) = with(|_| ());
    let small = Notes::from([("a".to_owned(), 1)]);
    profile.save(&NOTES, &small).unwrap();
    let large = (0..1_000).map(|n| (n.to_string(), n)).collect::<Notes>();
    assert_eq!(profile.save(&NOTES, &large).unwrap_err().code, "profile_not_saved");
    assert_eq!(profile.load(&NOTES, anything), (small, None));
    assert_eq!(names(&folder), ["notes.json"]);
    let nowhere = Profile::new(folder.path().join("notes.json"));
    assert_eq!(nowhere.save(&NOTES, &Notes::new()).unwrap_err().code, "profile_not_saved");
}

#[test]
fn a_file_cut_at_any_byte_is_whole_or_kept_aside() {
    let (folder, profile, path) = with(|_| ());
    let notes = Notes::from([("é\u{1f600}".to_owned(), 1), ("b".to_owned(), 2)]);
    profile.save(&NOTES, &notes).unwrap();
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let (loaded, problem) = profile.load(&NOTES, anything);
        assert_eq!(loaded, Notes::new(), "cut at {cut}");
        assert_eq!(problem.unwrap().code, "profile_damaged", "cut at {cut}");
        assert_eq!(fs::read(folder.path().join(format!("notes.json.bad{}", cut + 1))).unwrap(), whole[..cut]);
    }
}

proptest! {
    /// Any bytes in place of a few of the file's: it is read as something, or kept.
    #[test]
    fn a_damaged_file_is_understood_or_kept(at in 0_usize..60, put in prop::collection::vec(any::<u8>(), 0..6)) {
        let (folder, profile, path) = with(|_| ());
        profile.save(&NOTES, &Notes::from([("first".to_owned(), 1), ("second".to_owned(), 2)])).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let at = at.min(bytes.len());
        let end = (at + put.len()).min(bytes.len());
        bytes.splice(at..end, put);
        fs::write(&path, &bytes).unwrap();
        let (_, problem) = profile.load(&NOTES, anything);
        let kept = names(&folder);
        prop_assert_eq!(kept.len(), 1);
        prop_assert_eq!(kept[0] == "notes.json", problem.is_none());
        prop_assert_eq!(fs::read(folder.path().join(&kept[0])).unwrap(), bytes);
    }
}
