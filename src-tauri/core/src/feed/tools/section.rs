use std::borrow::Cow;

use serde_json::Value;

use crate::protocol::{LineRow, Section, SectionBody, SectionRows};
use crate::render::{BOUNDARY, coloured_line, language_of, line_count, plain, render, terminal, words_of};

use super::diff::Diff;
use super::json;
use super::shades::Shades;

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
    Lines { first: Option<u32>, live: bool, look: Look, language: String },
    Prose,
    Diff(Diff),
    Json(Cow<'a, Value>),
    Ready(SectionBody),
}

/// How lines are rendered.
struct Code<'a> {
    look: Look,
    language: &'a str,
    shades: &'a Shades<'a>,
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
        let body = Body::Lines { first: None, live: false, look, language: String::new() };
        Self { title, note: String::new(), body, text: text.into() }
    }

    /// Lines of a file, the first of which has this number.
    pub(super) fn numbered(title: &'static str, text: impl Into<Cow<'a, str>>, first: u32) -> Self {
        let body = Body::Lines { first: Some(first), live: false, look: Look::Code, language: String::new() };
        Self { title, note: String::new(), body, text: text.into() }
    }

    /// A program's output while it runs.
    pub(super) fn live(title: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
        let body = Body::Lines { first: None, live: true, look: Look::Terminal, language: String::new() };
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

    /// What the path tells of the language of lines of code.
    pub(super) fn of_file(mut self, path: &str) -> Self {
        if let Body::Lines { language, .. } = &mut self.body {
            language_of(path).clone_into(language);
        }
        self
    }

    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The text as a person reads it, for the search.
    pub(super) fn words(&self, out: &mut String) {
        match self.body {
            Body::Prose => {
                for block in render(&self.text) {
                    words_of(&block.html, out);
                }
            }
            // Nothing is found across lines.
            _ => out.extend(plain(&self.text).chars().map(|c| if c == '\n' { BOUNDARY } else { c })),
        }
    }

    pub(super) fn view(&self, number: u32, shades: &Shades<'_>) -> Section {
        let body = match &self.body {
            Body::Lines { first, live, look, language } => {
                let code = Code { look: *look, language, shades };
                let total = line_count(&self.text);
                let rows = if *live {
                    let from = total.saturating_sub(LIVE);
                    self.line_rows(&code, from, LIVE)
                } else if total <= PAGE {
                    self.line_rows(&code, 0, PAGE)
                } else {
                    let mut rows = self.line_rows(&code, 0, PAGE / 2);
                    rows.extend(self.line_rows(&code, total - PAGE / 2, PAGE / 2));
                    rows
                };
                SectionBody::Lines { total: small(total), first: *first, live: *live, rows }
            }
            Body::Prose => SectionBody::Prose { blocks: shades.prose(&self.text) },
            Body::Diff(diff) => {
                let rows = diff.rows(0, DIFF_PAGE, shades);
                SectionBody::Diff { files: diff.files.clone(), total: small(diff.len()), rows }
            }
            Body::Json(value) => json::body(value),
            Body::Ready(body) => body.clone(),
        };
        Section { number, title: self.title.to_owned(), note: self.note.clone(), body }
    }

    pub(super) fn rows(&self, from: usize, count: usize, shades: &Shades<'_>) -> Option<SectionRows> {
        match &self.body {
            Body::Lines { look, language, .. } => Some(SectionRows::Lines {
                total: small(line_count(&self.text)),
                rows: self.line_rows(&Code { look: *look, language, shades }, from, count),
            }),
            Body::Diff(diff) => {
                Some(SectionRows::Diff { total: small(diff.len()), rows: diff.rows(from, count, shades) })
            }
            Body::Prose | Body::Json(_) | Body::Ready(_) => None,
        }
    }

    fn line_rows(&self, code: &Code<'_>, from: usize, count: usize) -> Vec<LineRow> {
        let html = match code.look {
            Look::Terminal => terminal(&self.text, from, count),
            Look::Code => {
                let coloured = code.shades.of(code.language, &self.text);
                let coloured = |number: usize| coloured.as_ref().and_then(|text| text.line(number));
                let lines = self.text.split_terminator('\n').enumerate().skip(from).take(count);
                lines.map(|(number, line)| coloured_line(coloured(number), line, &[])).collect()
            }
        };
        (small(from)..).zip(html).map(|(number, html)| LineRow { number, html }).collect()
    }
}

/// A count for the window.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
