use std::collections::BTreeMap;

use crate::protocol::{SectionBody, TreeRow, TreeRowKind};
use crate::render::code_line;

use super::section::small;

/// The most rows of a tree.
const MOST: usize = 2_000;
/// Folders deeper than this are shown as one.
const DEEPEST: usize = 32;

/// Files in their folders, with what was found in them.
#[derive(Default)]
pub(super) struct Tree {
    root: Node,
    things: usize,
    left_out: usize,
}

#[derive(Default)]
struct Node {
    below: BTreeMap<String, Node>,
    file: Option<Vec<Line>>,
}

/// A line that was found.
pub(super) struct Line {
    pub(super) number: Option<u32>,
    pub(super) html: String,
}

impl Tree {
    /// A path; one that ends with `/` is a folder.
    pub(super) fn add(&mut self, path: &str) {
        let folder = path.ends_with('/');
        if let Some(node) = self.node(path)
            && !folder
        {
            node.file.get_or_insert_default();
        }
    }

    /// A line of a file.
    pub(super) fn add_line(&mut self, path: &str, line: Line) {
        if let Some(node) = self.node(path) {
            node.file.get_or_insert_default().push(line);
        }
    }

    fn node(&mut self, path: &str) -> Option<&mut Node> {
        if self.things >= MOST {
            self.left_out += 1;
            return None;
        }
        self.things += 1;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut at = &mut self.root;
        for name in path.splitn(DEEPEST, '/') {
            at = at.below.entry(name.to_owned()).or_default();
        }
        Some(at)
    }

    pub(super) fn body(&self) -> SectionBody {
        let mut rows = Vec::new();
        self.root.rows(0, &mut rows);
        for (number, row) in (0..).zip(&mut rows) {
            row.number = number;
        }
        SectionBody::Tree { rows, left_out: small(self.left_out) }
    }
}

impl Node {
    /// Appends what is below it, folders first, and counts what was found.
    fn rows(&self, depth: u32, rows: &mut Vec<TreeRow>) -> usize {
        let folders = self.below.iter().filter(|(_, node)| node.file.is_none());
        let files = self.below.iter().filter(|(_, node)| node.file.is_some());
        folders.chain(files).map(|(name, node)| node.row(name, depth, rows)).sum()
    }

    fn row(&self, name: &str, depth: u32, rows: &mut Vec<TreeRow>) -> usize {
        // Folders with nothing but one folder in them are one row.
        let (mut name, mut node) = (name.to_owned(), self);
        while node.file.is_none()
            && let (1, Some((next, below))) = (node.below.len(), node.below.iter().next())
            && below.file.is_none()
        {
            name = format!("{name}/{next}");
            node = below;
        }
        let at = rows.len();
        let kind = if node.file.is_some() { TreeRowKind::File } else { TreeRowKind::Folder };
        let shown = if kind == TreeRowKind::Folder { format!("{name}/") } else { name };
        rows.push(TreeRow { number: 0, depth, size: 0, kind, html: code_line(&shown), line: None, count: None });
        let lines = node.file.as_deref().unwrap_or_default();
        rows.extend(lines.iter().map(|line| TreeRow {
            number: 0,
            depth: depth + 1,
            size: 0,
            kind: TreeRowKind::Line,
            html: line.html.clone(),
            line: line.number,
            count: None,
        }));
        let below = node.rows(depth + 1, rows);
        let found = if node.file.is_some() { lines.len().max(1) + below } else { below };
        let size = small(rows.len() - at - 1);
        if let Some(row) = rows.get_mut(at) {
            row.size = size;
            row.count = (size > 0).then(|| small(found));
        }
        found
    }
}
