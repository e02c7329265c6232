//! Output of programs as a terminal shows it: lines of HTML with colours.

use std::fmt::Write;

use vte::{Params, Parser, Perform};

use super::escape::is_reordering;
use super::terminal_style::Style;

/// The most characters of a line that are shown; a person does not read on, and a browser lays it out slowly.
const LINE_CHARS: usize = 2_000;
/// The most bytes of a line that are looked at: what was written over before that is gone anyway.
const LINE_BYTES: usize = 64 * 1024;

/// The sequences with which nearly all programs end a style.
const RESETS: [&str; 2] = ["\x1b[0m", "\x1b[m"];

/// How many lines `text` has. A line break at the end begins none.
pub fn line_count(text: &str) -> usize {
    text.split_terminator('\n').count()
}

/// What a terminal shows of `count` lines of `text` from line `from` on: one piece of safe HTML for each. Colours go on
/// from line to line. Text and controls are those of [`super::plain`], except that the end of a very long line is only
/// counted.
///
/// The elements are `span`, its classes those of [`Style::classes`], `more` for that count, and no others.
pub fn terminal(text: &str, from: usize, count: usize) -> Vec<String> {
    let start = if from == 0 { Some(0) } else { text.match_indices('\n').nth(from - 1).map(|(at, _)| at + 1) };
    let Some((before, page)) = start.and_then(|start| text.split_at_checked(start)) else { return Vec::new() };
    let mut style = style_after(before);
    let mut rows = Vec::with_capacity(count.min(1_000));
    for line in page.split_terminator('\n').take(count) {
        let (line, left_out) = bounded(line);
        let mut screen = Screen { style, ..Screen::default() };
        screen.write(line);
        style = screen.style;
        rows.push(screen.html(left_out));
    }
    rows
}

/// The style with which `text` ends. What stands before its last reset has no say in that.
fn style_after(text: &str) -> Style {
    let reset = RESETS.iter().filter_map(|reset| text.rfind(reset)).max().unwrap_or_default();
    let mut style = Style::default();
    // Most lines have no escape sequences, and change nothing.
    for line in text[reset..].split_terminator('\n').filter(|line| line.contains('\x1b')) {
        let mut screen = Screen { style, ..Screen::default() };
        screen.write(bounded(line).0);
        style = screen.style;
    }
    style
}

/// The end of what was written over a line, or else its beginning, and how many bytes that leaves out.
fn bounded(line: &str) -> (&str, usize) {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.len() <= LINE_BYTES {
        return (line, 0);
    }
    let written_over = line.rfind('\r').map_or(0, |at| line[..at].rfind('\r').unwrap_or(at));
    let line = &line[written_over..];
    let mut end = line.len().min(LINE_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    (&line[..end], line.len() - end)
}

/// One line of a terminal without an end.
#[derive(Default)]
pub(super) struct Screen {
    pub(super) cells: Vec<(char, Style)>,
    column: usize,
    style: Style,
}

impl Screen {
    pub(super) fn write(&mut self, line: &str) {
        Parser::new().advance(self, line.as_bytes());
    }

    fn html(&self, left_out: usize) -> String {
        let shown = &self.cells[..self.cells.len().min(LINE_CHARS)];
        let mut out = String::with_capacity(shown.len() + 16);
        for run in shown.chunk_by(|a, b| a.1 == b.1) {
            let classes = run.first().map(|(_, style)| style.classes()).unwrap_or_default();
            if !classes.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(out, r#"<span class="{classes}">"#);
            }
            for (c, _) in run {
                push_escaped(&mut out, *c);
            }
            if !classes.is_empty() {
                out.push_str("</span>");
            }
        }
        let more = self.cells.len() - shown.len() + left_out;
        if more > 0 {
            let _ = write!(out, r#"<span class="more">… {more} more characters</span>"#);
        }
        out
    }
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c if is_reordering(c) => {
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        }
        c => out.push(c),
    }
}

impl Perform for Screen {
    fn print(&mut self, c: char) {
        let c = if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        match self.cells.get_mut(self.column) {
            Some(cell) => *cell = (c, self.style),
            None => self.cells.push((c, self.style)),
        }
        self.column += 1;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\r' => self.column = 0,
            0x08 => self.column = self.column.saturating_sub(1),
            b'\t' => {
                // Going over text with a tab leaves it as it is in a terminal; at the end it is kept as a tab.
                if self.column == self.cells.len() {
                    self.cells.push(('\t', self.style));
                }
                self.column += 1;
            }
            0 => self.print(char::REPLACEMENT_CHARACTER),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: char) {
        match action {
            // Erase in line: progress displays use it to shorten what they write over.
            'K' => match params.iter().next().and_then(|param| param.first()).copied().unwrap_or(0) {
                0 => self.cells.truncate(self.column),
                2 => {
                    self.cells.clear();
                    self.column = 0;
                }
                _ => {}
            },
            'm' if intermediates.is_empty() => self.style.select(params),
            _ => {}
        }
    }
}
