//! Diffs as rows: which lines went and came, and the words in which a line differs from the one that took its place.

use std::collections::HashMap;

use crate::protocol::{DiffChange, DiffFile, DiffRow, DiffRowKind};
use crate::render::{code_line, marked_line, one_line, word_changes};

use super::section::small;

/// The most rows of a diff.
const MOST: usize = 20_000;
/// Longer stretches without a change are folded, except for so many lines beside the changes.
const BESIDE: usize = 3;
const FOLDED: usize = 12;

/// What happened to one file.
pub(super) struct FileChange {
    pub(super) path: String,
    pub(super) change: DiffChange,
    pub(super) lines: Vec<Line>,
}

/// One line of a diff, without its mark.
pub(super) struct Line {
    pub(super) kind: DiffRowKind,
    pub(super) old: Option<u32>,
    pub(super) new: Option<u32>,
    pub(super) text: String,
}

impl Line {
    pub(super) fn new(kind: DiffRowKind, text: impl Into<String>) -> Self {
        Self { kind, old: None, new: None, text: text.into() }
    }

    /// Stands for lines that are not here.
    pub(super) fn gap(count: u32) -> Self {
        Self::new(
            DiffRowKind::Gap,
            if count == 1 { "1 unchanged line".into() } else { format!("{count} unchanged lines") },
        )
    }
}

pub(super) struct Diff {
    pub(super) files: Vec<DiffFile>,
    lines: Vec<Line>,
    /// For a removed line the added one that took its place.
    partners: HashMap<usize, usize>,
}

impl Diff {
    pub(super) fn new(changes: Vec<FileChange>) -> Self {
        let several = changes.len() > 1;
        let (mut files, mut lines) = (Vec::new(), Vec::new());
        for mut change in changes {
            let count = |kind| small(change.lines.iter().filter(|line| line.kind == kind).count());
            let (added, removed) = (count(DiffRowKind::Added), count(DiffRowKind::Removed));
            let path = one_line(&change.path, 500);
            if several {
                lines.push(Line::new(DiffRowKind::File, path.clone()));
            }
            files.push(DiffFile { path, change: change.change, added, removed });
            fold(&mut change.lines);
            lines.append(&mut change.lines);
        }
        let left_out = lines.len().saturating_sub(MOST);
        if left_out > 0 {
            lines.truncate(MOST);
            lines.push(Line::new(DiffRowKind::Remark, format!("{left_out} more lines are left out here")));
        }
        let partners = partners(&lines);
        Self { files, lines, partners }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn rows(&self, from: usize, count: usize) -> Vec<DiffRow> {
        let mut of_added = HashMap::new();
        // A line whose partner stands before this page is compared again.
        let earlier =
            self.partners.iter().filter(|(removed, added)| **removed < from && (from..from + count).contains(*added));
        for (removed, added) in earlier {
            of_added.insert(*added, word_changes(&self.lines[*removed].text, &self.lines[*added].text).1);
        }
        let mut rows = Vec::new();
        for (index, line) in self.lines.iter().enumerate().skip(from).take(count) {
            let html = match line.kind {
                DiffRowKind::Removed if self.partners.contains_key(&index) => {
                    let added = self.partners[&index];
                    let (here, there) = word_changes(&line.text, &self.lines[added].text);
                    of_added.insert(added, there);
                    marked_line(&line.text, &here)
                }
                DiffRowKind::Added => marked_line(&line.text, &of_added.remove(&index).unwrap_or_default()),
                _ => code_line(&line.text),
            };
            rows.push(DiffRow { number: small(index), kind: line.kind, old: line.old, new: line.new, html });
        }
        rows
    }

    /// The lines with their marks, to be copied.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let mark = match line.kind {
                DiffRowKind::Added => "+",
                DiffRowKind::Removed => "-",
                DiffRowKind::Kept | DiffRowKind::Far => " ",
                DiffRowKind::File => "=== ",
                DiffRowKind::Gap => "@@ ",
                DiffRowKind::Remark => "\\ ",
            };
            text.push_str(mark);
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}

fn fold(lines: &mut [Line]) {
    let ends = lines.len();
    let mut start = 0;
    for run in lines.chunk_by_mut(|a, b| (a.kind == DiffRowKind::Kept) == (b.kind == DiffRowKind::Kept)) {
        let (first, end) = (start, start + run.len());
        start = end;
        if run.first().is_none_or(|line| line.kind != DiffRowKind::Kept) || run.len() <= FOLDED {
            continue;
        }
        let from = if first == 0 { 0 } else { BESIDE };
        let to = if end == ends { run.len() } else { run.len() - BESIDE };
        for line in &mut run[from..to] {
            line.kind = DiffRowKind::Far;
        }
    }
}

fn partners(lines: &[Line]) -> HashMap<usize, usize> {
    let mut partners = HashMap::new();
    let mut removed = 0..0;
    let mut start = 0;
    for run in lines.chunk_by(|a, b| a.kind == b.kind) {
        let range = start..start + run.len();
        start = range.end;
        match run.first().map(|line| line.kind) {
            Some(DiffRowKind::Removed) => removed = range,
            Some(DiffRowKind::Added) => partners.extend(std::mem::take(&mut removed).zip(range)),
            _ => removed = 0..0,
        }
    }
    partners
}
