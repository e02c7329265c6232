//! Markdown that is still being written.

use std::collections::VecDeque;

use super::coloured::{Answer, Code, Job, find_place};
use super::colours::{Colours, Found};
use super::fence::Fence;
use super::html::Top;
use super::piece::Piece;
use super::{code, escape, html};
use crate::protocol::Block;

/// An open block up to this size is parsed again each time that it is looked at.
const EAGER_BYTES: usize = 16 * 1024;
/// A larger one is parsed again when it has grown by this share of itself; what came since is shown unformatted below.
/// The cost of all parses of one block then stays in proportion to its length.
const GROWTH: usize = 16;
const UNFORMATTED: (&str, &str) = (r#"<p class="unformatted">"#, "</p>");

/// Text that arrives in pieces, and its blocks.
///
/// Taking text in costs next to nothing; the work is done when the blocks are asked for, once for all that came since.
/// Blocks before the last one are closed: they are neither parsed again nor changed, until [`Stream::finish`] renders
/// the whole once more, because links and footnotes may be defined below their use.
#[derive(Debug, Default)]
pub struct Stream {
    text: String,
    after_cr: bool,
    blocks: Vec<Block>,
    /// For each block, where code stands in it; without its HTML where there is none.
    pieces: Vec<Piece>,
    /// The code in the blocks, in its order.
    codes: Vec<Code>,
    /// Code whose place has to be found in the text as it is now.
    loose: VecDeque<Code>,
    colours: Colours,
    /// For each block, the revision at which it, or one before it, changed last.
    changed: Vec<u64>,
    revision: u64,
    phase: Phase,
    /// Number of blocks that are closed.
    closed: usize,
    /// Where the source of the first open block begins, in bytes.
    tail: usize,
    /// How far the text was when it was last parsed.
    parsed: usize,
    /// How far the blocks show the text.
    shown: usize,
    fence: Option<Fence>,
    /// Bytes that were parsed so far, all passes together.
    #[cfg(test)]
    pub(super) work: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The blocks show the text up to `shown`.
    #[default]
    Open,
    /// The blocks belong to an earlier text.
    Stale,
    /// The text is whole and not rendered as such yet.
    Finishing,
    /// The blocks are the final ones.
    Finished,
}

/// A state of a [`Stream`]'s blocks that somebody has. The default is to have none.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    revision: u64,
    blocks: usize,
}

/// What leads from one [`Mark`] to the present.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes<'a> {
    /// The number of the first block that differs.
    pub from: u32,
    /// The blocks from there on; none when the text became shorter.
    pub blocks: &'a [Block],
    /// The present.
    pub mark: Mark,
}

impl Stream {
    /// A stream without text.
    pub fn new() -> Self {
        Self::default()
    }

    /// A stream without text, which keeps the colours of its code here and takes those that are.
    pub fn with(colours: Colours) -> Self {
        Self { colours, ..Self::default() }
    }

    /// Takes text that goes on where the last ended.
    pub fn push(&mut self, appended: &str) {
        if appended.is_empty() {
            return;
        }
        self.reopen();
        escape::normalise_into(&mut self.text, appended, &mut self.after_cr);
    }

    /// Takes the whole text as it is now, longer or shorter. What goes on with the text before costs no more than pushing the rest.
    pub fn replace(&mut self, whole: &str) {
        let mut text = String::with_capacity(whole.len());
        self.after_cr = false;
        escape::normalise_into(&mut text, whole, &mut self.after_cr);
        if text == self.text {
            return;
        }
        self.reopen();
        if !text.starts_with(&self.text) {
            self.phase = Phase::Stale;
        }
        self.text = text;
    }

    /// Says that the text is whole. From then on the blocks are those of [`super::render`]; more text opens it again.
    pub fn finish(&mut self) {
        if self.phase != Phase::Finished {
            self.phase = Phase::Finishing;
        }
    }

    /// The blocks now.
    pub fn blocks(&mut self) -> &[Block] {
        self.update();
        &self.blocks
    }

    /// How many blocks, from the first, are closed.
    pub fn closed(&mut self) -> usize {
        self.update();
        self.closed
    }

    /// The present state of the blocks, for [`Stream::changes`] later.
    pub fn mark(&mut self) -> Mark {
        self.update();
        Mark { revision: self.revision, blocks: self.blocks.len() }
    }

    /// What changed since a mark of this stream; `None` if nothing did.
    pub fn changes(&mut self, since: Mark) -> Option<Changes<'_>> {
        let mark = self.mark();
        let from = self.changed.partition_point(|revision| *revision <= since.revision).min(since.blocks);
        if from == self.blocks.len() && from == since.blocks {
            return None;
        }
        Some(Changes { from: number(from), blocks: &self.blocks[from..], mark })
    }

    /// True while code in the blocks, as they are, waits for its colours.
    pub fn is_waiting(&self) -> bool {
        self.codes.iter().any(Code::is_waiting)
    }

    /// Lines of code that have no colours yet, the last piece first: it is the one that people look at. Each line is
    /// given once.
    pub fn job(&mut self) -> Option<Job> {
        self.codes.iter_mut().rev().find_map(Code::job)
    }

    /// Has [`Colours`] see to what waits, for a text that is not kept; true when something does.
    pub fn want(&self) -> bool {
        let wanted = |code: &&Code| matches!(self.colours.of(code.language(), code.text()), Found::Wanted);
        self.codes.iter().filter(|code| code.is_waiting()).filter(wanted).count() > 0
    }

    /// Takes what came of a job; false when that was of another stream, or changes nothing.
    pub fn colour(&mut self, answer: &Answer) -> bool {
        let lines = self.codes.iter_mut().map(|code| code.answered(answer)).enumerate();
        let Some((number, lines)) = lines.rev().find_map(|(number, lines)| Some((number, lines?))) else {
            return false;
        };
        if lines.is_empty() {
            return false;
        }
        self.colours.keep(&self.codes[number]);
        for at in 0..self.blocks.len() {
            if self.pieces[at].shows(number, &lines) {
                self.blocks[at].html = self.pieces[at].html(&self.codes);
                self.touch(at);
            }
        }
        true
    }

    fn reopen(&mut self) {
        // Final blocks may differ from those that a tail goes on from.
        if matches!(self.phase, Phase::Finishing | Phase::Finished) {
            self.phase = Phase::Stale;
        }
    }

    fn update(&mut self) {
        match self.phase {
            Phase::Finished => {}
            Phase::Finishing => {
                self.count(self.text.len());
                let html::Rendered { blocks, mut codes } = html::blocks(&self.text, 0);
                for code in &mut codes {
                    code.end();
                }
                self.set_from(0, blocks, codes);
                self.closed = self.blocks.len();
                self.fence = None;
                self.phase = Phase::Finished;
            }
            Phase::Stale => {
                (self.closed, self.tail, self.parsed, self.shown, self.fence) = (0, 0, 0, 0, None);
                self.phase = Phase::Open;
                self.parse();
                self.advance();
            }
            Phase::Open => self.advance(),
        }
        self.loose.clear();
    }

    /// Brings the blocks up to the end of the text.
    fn advance(&mut self) {
        while self.shown < self.text.len() {
            if self.fence.is_some() {
                self.advance_fence();
            } else if self.may_wait() {
                self.show_unformatted();
            } else {
                self.parse();
            }
        }
    }

    fn may_wait(&self) -> bool {
        let open = self.parsed - self.tail;
        open >= EAGER_BYTES && self.text.len() - self.parsed < open / GROWTH
    }

    fn show_unformatted(&mut self) {
        let (opening, closing) = UNFORMATTED;
        if self.shown == self.parsed {
            self.add_block(format!("{opening}{closing}"));
            self.pieces.push(Piece::default());
        }
        let last = self.blocks.len().saturating_sub(1);
        if let Some(block) = self.blocks.last_mut() {
            block.html.truncate(block.html.len() - closing.len());
            escape::text_into(&mut block.html, &self.text[self.shown..]);
            block.html.push_str(closing);
        }
        self.shown = self.text.len();
        self.touch(last);
    }

    /// Parses the open tail. The last block that began on a complete line stays open; those before it are closed, since
    /// only a line that follows can still change what a block is, and that line belongs to a later block already.
    fn parse(&mut self) {
        let source = &self.text[self.tail..];
        let first_code = self.codes_before(self.closed);
        let html::Rendered { mut blocks, mut codes } = html::blocks(source, first_code);
        let complete = source.rfind('\n').map_or(0, |at| at + 1);
        let line_start = |at: usize| source[..at].rfind('\n').map_or(0, |at| at + 1);
        let last = blocks.iter().rposition(|block| block.start < complete);
        let cut = last.map_or(0, |last| line_start(blocks[last].start));
        let fence = last.and_then(|last| blocks[last].fence.take()).and_then(|language| {
            let line = source[cut..].split('\n').next()?;
            Some((Fence::open(line)?, language, line.len() + 1))
        });

        if fence.is_some() {
            blocks.truncate(last.unwrap_or_default());
            let slots = blocks.iter().flat_map(|block| &block.pieces).flat_map(|piece| &piece.slots);
            codes.truncate(slots.last().map_or(0, |slot| slot.code + 1 - first_code));
        }
        let closing = blocks.iter().take(last.unwrap_or_default()).map(|block| block.pieces.len()).sum::<usize>();
        self.count(self.text.len() - self.tail);
        self.set_from(self.closed, blocks, codes);
        self.closed += closing;
        self.tail += cut;
        self.parsed = self.text.len();
        self.shown = self.parsed;
        if let Some((fence, language, opening_line)) = fence {
            self.codes.push(Code::new(&language));
            self.add_parts(0);
            self.fence = Some(fence);
            self.shown = self.tail + opening_line;
        }
    }

    /// Adds what came to the code block that is open, line by line, without looking at its beginning again.
    fn advance_fence(&mut self) {
        let last = self.blocks.len().saturating_sub(1);
        let first_line = self.pieces.last().and_then(|piece| piece.slots.first()).map_or(0, |slot| slot.lines.start);
        let (Some(fence), Some(open)) = (&mut self.fence, self.codes.last_mut()) else {
            return;
        };
        let source = &self.text[self.shown..];
        let (code, closed) = fence.push(source);
        let taken = closed.unwrap_or(source.len());
        if !code.is_empty() {
            open.push(&code);
            find_place(open, &mut self.loose);
            self.pieces.truncate(last);
            self.blocks.truncate(last);
            self.changed.truncate(last);
            self.add_parts(first_line);
        }
        self.count(taken);
        self.shown += taken;
        self.closed = self.blocks.len() - 1;
        if closed.is_some() {
            self.fence = None;
            self.closed = self.blocks.len();
            self.tail = self.shown;
            self.parsed = self.shown;
        }
    }

    /// Adds the blocks of the last piece of code from that on which begins with this line.
    fn add_parts(&mut self, first_line: usize) {
        let Some(number) = self.codes.len().checked_sub(1) else { return };
        for piece in code::parts(number, &self.codes[number], first_line) {
            self.add_block(piece.html(&self.codes));
            self.pieces.push(piece);
        }
    }

    /// How many pieces of code stand before this block, which does not begin within one.
    fn codes_before(&self, block: usize) -> usize {
        self.pieces[..block].iter().rev().find_map(|piece| piece.slots.last()).map_or(0, |slot| slot.code + 1)
    }

    /// Makes these the blocks from `first` on; those that are the same keep their revision, and code its colours.
    fn set_from(&mut self, first: usize, tops: Vec<Top>, mut codes: Vec<Code>) {
        self.loose.extend(self.codes.drain(self.codes_before(first)..));
        for code in &mut codes {
            find_place(code, &mut self.loose);
            if code.is_fresh() {
                self.colours.recall(code);
            } else {
                self.colours.keep(code);
            }
        }
        self.codes.append(&mut codes);
        self.pieces.truncate(first);
        let mut html = Vec::new();
        for mut piece in tops.into_iter().flat_map(|block| block.pieces) {
            html.push(if piece.slots.is_empty() { std::mem::take(&mut piece.shell) } else { piece.html(&self.codes) });
            self.pieces.push(piece);
        }
        let same = self.blocks[first..].iter().zip(&html).take_while(|(block, html)| block.html == **html).count();
        let first = first + same;
        if first < self.blocks.len() {
            // A shorter text has no block to carry the change: the number of blocks in the mark tells.
            self.revision += 1;
        }
        self.blocks.truncate(first);
        self.changed.truncate(first);
        for html in html.into_iter().skip(same) {
            self.add_block(html);
        }
    }

    fn add_block(&mut self, html: String) {
        self.revision += 1;
        self.blocks.push(Block { number: number(self.blocks.len()), html });
        self.changed.push(self.revision);
    }

    /// Notes that block `first` changed, and so what follows it.
    fn touch(&mut self, first: usize) {
        self.revision += 1;
        for changed in self.changed.iter_mut().skip(first) {
            *changed = self.revision;
        }
    }

    #[cfg_attr(not(test), allow(clippy::unused_self, clippy::needless_pass_by_ref_mut))]
    fn count(&mut self, bytes: usize) {
        #[cfg(test)]
        {
            self.work += bytes;
        }
        #[cfg(not(test))]
        let _ = bytes;
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
