//! Markdown that is still being written.

use super::code::{self, CodeWriter, Fence};
use super::markdown::render_normalised;
use super::{escape, html};
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
    fence: Option<(Fence, CodeWriter)>,
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
                let whole = render_normalised(&self.text);
                self.set_from(0, whole);
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
        let mut rendered = html::blocks(source);
        let complete = source.rfind('\n').map_or(0, |at| at + 1);
        let line_start = |at: usize| source[..at].rfind('\n').map_or(0, |at| at + 1);
        let last = rendered.iter().rposition(|block| block.start < complete);
        let cut = last.map_or(0, |last| line_start(rendered[last].start));
        let fence = last.and_then(|last| rendered[last].fence.take()).and_then(|language| {
            let line = source[cut..].split('\n').next()?;
            Some((Fence::open(line)?, CodeWriter::new(&language, code::PART_BYTES), line.len() + 1))
        });

        if fence.is_some() {
            rendered.truncate(last.unwrap_or_default());
        }
        let closing = rendered.iter().take(last.unwrap_or_default()).map(|block| block.html.len()).sum::<usize>();
        self.count(self.text.len() - self.tail);
        self.set_from(self.closed, rendered.into_iter().flat_map(|block| block.html).collect());
        self.closed += closing;
        self.tail += cut;
        self.parsed = self.text.len();
        self.shown = self.parsed;
        if let Some((fence, (writer, first), opening_line)) = fence {
            self.add_block(first);
            self.fence = Some((fence, writer));
            self.shown = self.tail + opening_line;
        }
    }

    /// Adds what came to the code block that is open, line by line, without looking at its beginning again.
    fn advance_fence(&mut self) {
        let last = self.blocks.len().saturating_sub(1);
        let (Some((fence, writer)), Some(block)) = (&mut self.fence, self.blocks.last_mut()) else {
            return;
        };
        let source = &self.text[self.shown..];
        let (code, closed) = fence.push(source);
        let further = writer.append(&mut block.html, &code);
        let taken = closed.unwrap_or(source.len());
        self.count(taken);
        self.shown += taken;
        if !code.is_empty() {
            self.touch(last);
        }
        for html in further {
            self.add_block(html);
        }
        self.closed = self.blocks.len() - 1;
        if closed.is_some() {
            self.fence = None;
            self.closed = self.blocks.len();
            self.tail = self.shown;
            self.parsed = self.shown;
        }
    }

    /// Makes these the blocks from `first` on; those that are the same keep their revision.
    fn set_from(&mut self, first: usize, html: Vec<String>) {
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
