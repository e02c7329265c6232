//! Reading diffs: the unified form, and the form that `apply_patch` is given.

use crate::protocol::{DiffChange, DiffRowKind};

use super::diff::{FileChange, Line};

/// The files of a unified diff, with paths as they stand there; empty for text that is none.
pub(super) fn unified(text: &str) -> Vec<FileChange> {
    let mut files: Vec<FileChange> = Vec::new();
    let mut before = None;
    let mut hunk = Hunk::default();
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        // A hunk says how many lines it has: in it, `--- a` is a removed line `-- a`.
        if hunk.is_open() && (line.is_empty() || line.starts_with([' ', '+', '-'])) {
            if let Some(file) = files.last_mut() {
                file.lines.push(hunk.line(line));
            }
            continue;
        }
        if let Some(path) = line.strip_prefix("--- ") {
            before = Some(path_of(path));
        } else if let Some(path) = line.strip_prefix("+++ ") {
            let (old, new) = (before.take().flatten(), path_of(path));
            let change = match (&old, &new) {
                (None, _) => DiffChange::Added,
                (_, None) => DiffChange::Deleted,
                (Some(old), Some(new)) if old == new => DiffChange::Changed,
                _ => DiffChange::Moved,
            };
            let path = new.or(old).unwrap_or_default().to_owned();
            files.push(FileChange { path, change, lines: Vec::new() });
            hunk = Hunk::default();
        } else if let Some(next) = Hunk::read(line) {
            if files.is_empty() {
                files.push(FileChange { path: String::new(), change: DiffChange::Changed, lines: Vec::new() });
            }
            let gap = next.old.saturating_sub(hunk.old.max(1));
            hunk = next;
            if let Some(file) = files.last_mut().filter(|_| gap > 0) {
                file.lines.push(Line::gap(gap));
            }
        } else if let (Some(remark), Some(file)) = (line.strip_prefix("\\ "), files.last_mut()) {
            file.lines.push(Line::new(DiffRowKind::Remark, remark));
        }
    }
    files.retain(|file| !file.lines.is_empty() || file.change != DiffChange::Changed);
    files
}

/// The path of a `---` or `+++` line; none for the file that is not there.
fn path_of(rest: &str) -> Option<&str> {
    let path = rest.split('\t').next().unwrap_or(rest).trim_end();
    (path != "/dev/null").then_some(path)
}

/// Where in a hunk the next line stands, and how many of its lines are still to come.
#[derive(Default)]
struct Hunk {
    old: u32,
    new: u32,
    old_left: u32,
    new_left: u32,
}

impl Hunk {
    /// `@@ -12,3 +12,4 @@`; a count that is left out is 1.
    fn read(line: &str) -> Option<Self> {
        let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
        let (old, new) = ranges.split_once(" +")?;
        let range = |text: &str| -> Option<(u32, u32)> {
            let (start, count) = text.split_once(',').unwrap_or((text, "1"));
            Some((start.parse().ok()?, count.parse().ok()?))
        };
        let ((old, old_left), (new, new_left)) = (range(old)?, range(new)?);
        // A side without lines names the line before it.
        Some(Self { old: old + u32::from(old_left == 0), new: new + u32::from(new_left == 0), old_left, new_left })
    }

    fn is_open(&self) -> bool {
        self.old_left > 0 || self.new_left > 0
    }

    fn line(&mut self, line: &str) -> Line {
        let text = line.get(1..).unwrap_or_default().to_owned();
        let (kind, old, new) = match line.as_bytes().first() {
            Some(b'+') => (DiffRowKind::Added, false, true),
            Some(b'-') => (DiffRowKind::Removed, true, false),
            _ => (DiffRowKind::Kept, true, true),
        };
        let at = Line { kind, old: old.then_some(self.old), new: new.then_some(self.new), text };
        if old {
            (self.old, self.old_left) = (self.old.saturating_add(1), self.old_left.saturating_sub(1));
        }
        if new {
            (self.new, self.new_left) = (self.new.saturating_add(1), self.new_left.saturating_sub(1));
        }
        at
    }
}

/// What `apply_patch` was asked to do. Where the lines stand in their files is not said there.
pub(super) fn asked(text: &str) -> Vec<FileChange> {
    let mut files: Vec<FileChange> = Vec::new();
    for line in text.lines() {
        if let Some((change, path)) = line.strip_prefix("*** ").and_then(heading) {
            files.push(FileChange { path: path.to_owned(), change, lines: Vec::new() });
            continue;
        }
        let Some(file) = files.last_mut() else { continue };
        if let Some(path) = line.strip_prefix("*** Move to: ") {
            path.clone_into(&mut file.path);
            file.change = DiffChange::Moved;
        } else if let Some(place) = line.strip_prefix("@@") {
            let place = place.trim();
            if !file.lines.is_empty() || !place.is_empty() {
                file.lines.push(Line::new(DiffRowKind::Gap, if place.is_empty() { "…" } else { place }));
            }
        } else if !line.starts_with("*** ") {
            let text = line.get(1..).unwrap_or_default();
            file.lines.push(match line.as_bytes().first() {
                Some(b'+') => Line::new(DiffRowKind::Added, text),
                Some(b'-') => Line::new(DiffRowKind::Removed, text),
                Some(b' ') | None => Line::new(DiffRowKind::Kept, text),
                Some(_) => Line::new(DiffRowKind::Remark, line),
            });
        }
    }
    files
}

fn heading(line: &str) -> Option<(DiffChange, &str)> {
    [("Update File: ", DiffChange::Changed), ("Add File: ", DiffChange::Added), ("Delete File: ", DiffChange::Deleted)]
        .into_iter()
        .find_map(|(words, change)| Some((change, line.strip_prefix(words)?)))
}
