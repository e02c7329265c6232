//! Code blocks: their HTML, written piece by piece, and the fence that is still open.

use super::escape;

/// A top-level code block continues in another block after the line that reaches this many bytes. A block that grows
/// is sent and drawn again as a whole, so its size bounds what each further line costs.
pub(super) const PART_BYTES: usize = 16 * 1024;

const CLOSING: &str = "</code></pre>";

/// Writes one code block, in parts where it is long.
#[derive(Debug)]
pub(super) struct CodeWriter {
    class: String,
    part_bytes: usize,
    written: usize,
    at_line_start: bool,
}

impl CodeWriter {
    /// A writer for a block in `language` (as [`language`] gives it) and its first part, still empty.
    pub(super) fn new(language: &str, part_bytes: usize) -> (Self, String) {
        let class = if language.is_empty() { String::new() } else { format!(r#" class="language-{language}""#) };
        let first = format!("<pre><code{class}>{CLOSING}");
        (Self { class, part_bytes, written: 0, at_line_start: true }, first)
    }

    /// Adds code to the last part; gives the parts that follow it now, the last of which is the last part from then on.
    pub(super) fn append(&mut self, last: &mut String, code: &str) -> Vec<String> {
        let mut further: Vec<String> = Vec::new();
        if code.is_empty() {
            return further;
        }
        last.truncate(last.len() - CLOSING.len());
        for line in code.split_inclusive('\n') {
            if self.at_line_start && self.written >= self.part_bytes {
                further.last_mut().unwrap_or(last).push_str(CLOSING);
                further.push(format!(r#"<pre class="continued"><code{}>"#, self.class));
                self.written = 0;
            }
            escape::code_into(further.last_mut().unwrap_or(last), line);
            self.written += line.len();
            self.at_line_start = line.ends_with('\n');
        }
        further.last_mut().unwrap_or(last).push_str(CLOSING);
        further
    }
}

/// The language that a fence's info string names, restricted to what is safe in a class name; empty if it names none.
pub(super) fn language(info: &str) -> String {
    info.trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '_' | '-'))
        .take(40)
        .collect()
}

/// Reads the lines of a fenced code block as they come, up to the closing fence.
/// (<https://spec.commonmark.org/0.31.2/#fenced-code-blocks>)
#[derive(Debug)]
pub(super) struct Fence {
    marker: char,
    length: usize,
    indent: usize,
    place: Place,
    /// The beginning of the current line, for as long as the line may be the closing fence.
    held: String,
    spaces: usize,
    run: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Indent,
    Run,
    Trail,
    Content,
}

impl Fence {
    /// Reads the line that opens a fence, without its line end.
    pub(super) fn open(line: &str) -> Option<Self> {
        let fence = line.trim_start_matches(' ');
        let indent = line.len() - fence.len();
        let marker = fence.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = fence.chars().take_while(|c| *c == marker).count();
        (indent <= 3 && length >= 3).then(|| Self {
            marker,
            length,
            indent,
            place: Place::Indent,
            held: String::new(),
            spaces: 0,
            run: 0,
        })
    }

    /// Takes the text that follows. Gives the code in it and, when the fence closed, the number of bytes up to the end
    /// of the closing line.
    pub(super) fn push(&mut self, text: &str) -> (String, Option<usize>) {
        let mut code = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if self.place == Place::Content {
                let end = text[at..].find('\n').map_or(text.len(), |found| at + found + 1);
                code.push_str(&text[at..end]);
                if text[at..end].ends_with('\n') {
                    self.next_line();
                }
                at = end;
                continue;
            }
            let closes = self.run >= self.length;
            match (self.place, c) {
                (Place::Run | Place::Trail, '\n') if closes => return (code, Some(at + 1)),
                (Place::Indent, ' ') if self.spaces < 3 => self.spaces += 1,
                (Place::Indent | Place::Run, c) if c == self.marker => {
                    self.run += 1;
                    self.place = Place::Run;
                }
                (Place::Run | Place::Trail, ' ' | '\t') if closes => self.place = Place::Trail,
                _ => {
                    self.place = Place::Content;
                    let strip = self.held.bytes().take(self.indent).take_while(|byte| *byte == b' ').count();
                    code.push_str(&self.held[strip..]);
                    // The character itself is taken as content in the next round.
                    continue;
                }
            }
            self.held.push(c);
            at += c.len_utf8();
        }
        (code, None)
    }

    fn next_line(&mut self) {
        self.place = Place::Indent;
        self.held.clear();
        self.spaces = 0;
        self.run = 0;
    }
}
