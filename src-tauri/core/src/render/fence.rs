//! The fence of a code block that is still open.

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
