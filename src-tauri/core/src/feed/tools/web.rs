//! `webfetch`, `websearch` and `skill`: text from elsewhere, to be read.

use serde_json::Value;

use crate::model::Tool;
use crate::protocol::SectionBody;
use crate::render::{one_line, plain};

use super::section::{Draft, Look};
use super::{Call, cut_note, input, output};

/// Longer text is shown as lines, of which only pages are rendered.
const PROSE_BYTES: usize = 64 * 1024;

pub(super) fn fetch(tool: &Tool) -> Option<Vec<Draft<'_>>> {
    let url = input(tool, "url")?;
    let mut drafts = vec![Draft::ready("Address", SectionBody::Link { url: one_line(url, 2_000) }, url)];
    drafts.extend(output(tool).filter(|text| !text.is_empty()).map(|text| {
        let draft = match input(tool, "format") {
            Some("html") => Draft::lines("Page", text, Look::Code),
            Some("text") => Draft::lines("Page", text, Look::Terminal),
            _ => readable("Page", text),
        };
        draft.noted(cut_note(tool))
    }));
    Some(drafts)
}

pub(super) fn search(tool: &Tool) -> Option<Vec<Draft<'_>>> {
    let query = input(tool, "query")?;
    let mut drafts = vec![Draft::lines("Query", plain(query), Look::Terminal)];
    let results = output(tool).filter(|text| !text.is_empty());
    drafts.extend(results.map(|text| Draft::lines("Results", text, Look::Terminal).noted(cut_note(tool))));
    Some(drafts)
}

pub(super) fn skill<'a>(tool: &'a Tool, call: &Call<'_>) -> Option<Vec<Draft<'a>>> {
    input(tool, "name")?;
    let Some(text) = output(tool) else { return Some(Vec::new()) };
    let inner = text.split_once("<skill_content").and_then(|(_, rest)| rest.split_once('>'));
    let inner = inner.map_or(text, |(_, rest)| rest.split("\n<skill_files>").next().unwrap_or(rest));
    let inner = inner.strip_suffix("</skill_content>").unwrap_or(inner);
    let from = tool.metadata.get("dir").and_then(Value::as_str).map(|path| one_line(call.relative(path), 200));
    Some(vec![readable("Skill", inner.trim()).noted(from.unwrap_or_default())])
}

/// Markdown, or lines when there is too much of it.
pub(super) fn readable<'a>(title: &'static str, text: &'a str) -> Draft<'a> {
    if text.len() <= PROSE_BYTES { Draft::prose(title, text) } else { Draft::lines(title, text, Look::Terminal) }
}

/// Host and path of an address.
pub(super) fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['?', '#']).next().unwrap_or(rest).trim_end_matches('/')
}
