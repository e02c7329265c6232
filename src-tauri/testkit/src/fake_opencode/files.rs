//! Differences between files, in the server's notation.

use serde_json::{Value, json};

use super::state::Files;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// What changed between two states of the folder: a list as in a user message's `summary.diffs`.
pub(super) fn diffs(directory: &str, before: &Files, after: &Files) -> Vec<Value> {
    let paths = changed(before, after).into_iter();
    paths
        .map(|path| {
            let (old, new) = (before.get(path), after.get(path));
            let file = relative(directory, path);
            let change = unified(old.map_or("", String::as_str), new.map_or("", String::as_str));
            let status = match (old, new) {
                (None, _) => "added",
                (_, None) => "deleted",
                _ => "modified",
            };
            json!({
                "file": file, "patch": patch(file, "\t", &change.text),
                "additions": change.additions, "deletions": change.deletions, "status": status,
            })
        })
        .collect()
}

/// The paths whose text differs.
pub(super) fn changed<'a>(before: &'a Files, after: &'a Files) -> Vec<&'a String> {
    let mut paths: Vec<_> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| before.get(*path) != after.get(*path));
    paths
}

/// A path as seen from the folder.
pub(super) fn relative<'a>(directory: &str, path: &'a str) -> &'a str {
    path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

/// A patch of one file; `mark` follows its name in the two header lines.
pub(super) fn patch(name: &str, mark: &str, hunk: &str) -> String {
    format!("Index: {name}\n{}\n--- {name}{mark}\n+++ {name}{mark}\n{hunk}", "=".repeat(67))
}

/// A hunk in unified notation, with the lines added and removed.
pub(super) struct Change {
    pub(super) text: String,
    pub(super) additions: usize,
    pub(super) deletions: usize,
}

/// The difference of two texts as one hunk: what lies between the lines that they share at both ends.
pub(super) fn unified(old: &str, new: &str) -> Change {
    let (olds, news): (Vec<_>, Vec<_>) = (lines(old), lines(new));
    let shared = olds.iter().zip(&news).take_while(|(one, other)| one == other).count();
    let rest = olds.len().min(news.len()) - shared;
    let tail = olds.iter().rev().zip(news.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    let from = shared.saturating_sub(CONTEXT);
    let (old_end, new_end) =
        ((olds.len() - tail + CONTEXT).min(olds.len()), (news.len() - tail + CONTEXT).min(news.len()));
    let start = |lines: &[&str]| if lines.is_empty() { 0 } else { from + 1 };
    let mut text = format!("@@ -{},{} +{},{} @@\n", start(&olds), old_end - from, start(&news), new_end - from);
    let mut add = |mark: char, lines: &[&str]| {
        for line in lines {
            text.push(mark);
            text.push_str(line);
            if !line.ends_with('\n') {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    add(' ', &olds[from..shared]);
    add('-', &olds[shared..olds.len() - tail]);
    add('+', &news[shared..news.len() - tail]);
    add(' ', &olds[olds.len() - tail..old_end]);
    Change { text, additions: news.len() - tail - shared, deletions: olds.len() - tail - shared }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_changes_as_the_server_does() {
        let change = unified("alpha\nbeta\ngamma\n", "alpha\nBETA\ngamma\n");
        assert_eq!(change.text, "@@ -1,3 +1,3 @@\n alpha\n-beta\n+BETA\n gamma\n");
        assert_eq!((change.additions, change.deletions), (1, 1));
        assert_eq!(unified("", "x").text, "@@ -0,0 +1,1 @@\n+x\n\\ No newline at end of file\n");
    }
}
