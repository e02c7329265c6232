use std::borrow::Cow;

use serde_json::Value;

use crate::protocol::{LineRow, Section, SectionBody, SectionRows};
use crate::render::{code_line, line_count, render, terminal};

use super::diff::Diff;
use super::json;

/// So many lines are shown at once when there are no more; of more, half of it from each end.
const PAGE: usize = 400;
/// So many of the last lines are shown while more come.
const LIVE: usize = 500;
/// So many rows of a diff are shown at once.
const DIFF_PAGE: usize = 500;

/// A section before it is rendered, so that a page of it costs only that page.
pub(super) struct Draft<'a> {
    title: &'static str,
    note: String,
    body: Body<'a>,
    /// What copying it gives.
    pub(super) text: Cow<'a, str>,
}

enum Body<'a> {
    Lines { first: Option<u32>, live: bool, look: Look },
    Prose,
    Diff(Diff),
    Json(Cow<'a, Value>),
    Ready(SectionBody),
}

/// Whose lines they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A program's, with its colours.
    Terminal,
    /// A file's.
    Code,
}

impl<'a> Draft<'a> {
    pub(super) fn lines(title: &'static str, text: impl Into<Cow<'a, str>>, look: Look) -> Self {
        let body = Body::Lines { first: None, live: false, look };
        Self { title, note: String::new(), body, text: text.into() }
    }

    /// Lines of a file, the first of which has this number.
    pub(super) fn numbered(title: &'static str, text: impl Into<Cow<'a, str>>, first: u32) -> Self {
        let body = Body::Lines { first: Some(first), live: false, look: Look::Code };
        Self { title, note: String::new(), body, text: text.into() }
    }

    /// A program's output while it runs.
    pub(super) fn live(title: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
        let body = Body::Lines { first: None, live: true, look: Look::Terminal };
        Self { title, note: String::new(), body, text: text.into() }
    }

    pub(super) fn prose(title: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
        Self { title, note: String::new(), body: Body::Prose, text: text.into() }
    }

    pub(super) fn diff(title: &'static str, diff: Diff) -> Self {
        let text = diff.text().into();
        Self { title, note: String::new(), body: Body::Diff(diff), text }
    }

    pub(super) fn json(title: &'static str, value: Cow<'a, Value>) -> Self {
        let text = serde_json::to_string_pretty(&*value).unwrap_or_default().into();
        Self { title, note: String::new(), body: Body::Json(value), text }
    }

    pub(super) fn ready(title: &'static str, body: SectionBody, text: impl Into<Cow<'a, str>>) -> Self {
        Self { title, note: String::new(), body: Body::Ready(body), text: text.into() }
    }

    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(super) fn view(&self, number: u32) -> Section {
        let body = match &self.body {
            Body::Lines { first, live, look } => {
                let total = line_count(&self.text);
                let rows = if *live {
                    let from = total.saturating_sub(LIVE);
                    self.line_rows(*look, from, LIVE)
                } else if total <= PAGE {
                    self.line_rows(*look, 0, PAGE)
                } else {
                    let mut rows = self.line_rows(*look, 0, PAGE / 2);
                    rows.extend(self.line_rows(*look, total - PAGE / 2, PAGE / 2));
                    rows
                };
                SectionBody::Lines { total: small(total), first: *first, live: *live, rows }
            }
            Body::Prose => SectionBody::Prose { blocks: render(&self.text) },
            Body::Diff(diff) => {
                SectionBody::Diff { files: diff.files.clone(), total: small(diff.len()), rows: diff.rows(0, DIFF_PAGE) }
            }
            Body::Json(value) => json::body(value),
            Body::Ready(body) => body.clone(),
        };
        Section { number, title: self.title.to_owned(), note: self.note.clone(), body }
    }

    pub(super) fn rows(&self, from: usize, count: usize) -> Option<SectionRows> {
        match &self.body {
            Body::Lines { look, .. } => Some(SectionRows::Lines {
                total: small(line_count(&self.text)),
                rows: self.line_rows(*look, from, count),
            }),
            Body::Diff(diff) => Some(SectionRows::Diff { total: small(diff.len()), rows: diff.rows(from, count) }),
            Body::Prose | Body::Json(_) | Body::Ready(_) => None,
        }
    }

    fn line_rows(&self, look: Look, from: usize, count: usize) -> Vec<LineRow> {
        let html = match look {
            Look::Terminal => terminal(&self.text, from, count),
            Look::Code => self.text.split_terminator('\n').skip(from).take(count).map(code_line).collect(),
        };
        (small(from)..).zip(html).map(|(number, html)| LineRow { number, html }).collect()
    }
}

/// A count for the window.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
