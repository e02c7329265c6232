//! Markdown events to HTML: one string of complete elements for each top-level block.

use std::fmt::Write;
use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::code;
use super::coloured::Code;
use super::piece::{Piece, Slot};
use super::{brackets, escape, link, maths};

/// Elements are not nested deeper than this; what is deeper shows its text only. Web engines flatten or recurse at some
/// hundreds.
const MAX_DEPTH: usize = 64;

/// Rendered Markdown.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) blocks: Vec<Top>,
    /// The pieces of code in the blocks, in their order.
    pub(super) codes: Vec<Code>,
}

/// A top-level block of Markdown.
#[derive(Debug)]
pub(super) struct Top {
    /// Its HTML: one piece, or several for a long code block.
    pub(super) pieces: Vec<Piece>,
    /// Where its source begins, in bytes.
    pub(super) start: usize,
    /// The language of a fenced code block, empty if it names none. `None` for every other block.
    pub(super) fence: Option<String>,
}

/// Renders normalised text. The pieces of code are counted from `first_code`.
pub(super) fn blocks(text: &str, first_code: usize) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut writer = Writer { first_code, ..Writer::default() };
    // Of the same length, so that places in it are places in the text.
    let source = brackets::with_dollars(text, options);
    for (event, range) in Parser::new_ext(&source, options).into_offset_iter() {
        if let Event::DisplayMath(formula) = &event {
            writer.flush_text();
            writer.formula(formula, brackets::marks(text, &range));
            continue;
        }
        let event = match event {
            Event::InlineMath(_) if !maths::is_formula(text, &range) => {
                Event::Text(text.get(range.clone()).unwrap_or_default().into())
            }
            event => event,
        };
        writer.event(event, &range);
    }
    writer.done
}

#[derive(Default)]
struct Writer {
    done: Rendered,
    first_code: usize,
    out: String,
    /// Where in `out` code stands.
    slots: Vec<Slot>,
    start: usize,
    /// What closes each open tag; empty for those that were left out.
    open: Vec<&'static str>,
    depth: usize,
    /// Length of `open` at the outermost tag that was left out.
    left_out: Option<usize>,
    /// Text since the last event that was none: the parser cuts text at each character that might have meant something.
    text: String,
    code: Option<(CodeBlock, String)>,
    in_link: bool,
    images: Vec<usize>,
    alignments: Vec<Alignment>,
    in_head: bool,
    column: usize,
}

struct CodeBlock {
    language: String,
    fenced: bool,
}

impl Writer {
    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        if self.open.is_empty() {
            self.start = range.start;
        }
        if let Event::Text(text) = &event {
            match &mut self.code {
                Some((_, code)) => code.push_str(text),
                None => self.text.push_str(text),
            }
            return;
        }
        self.flush_text();
        match event {
            Event::Start(tag) => return self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => {
                self.out.push_str("<code>");
                escape::code_into(&mut self.out, &code);
                self.out.push_str("</code>");
            }
            Event::FootnoteReference(label) => {
                self.out.push_str(r#"<sup class="footnote-reference">"#);
                escape::text_into(&mut self.out, &label);
                self.out.push_str("</sup>");
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>"),
            Event::TaskListMarker(checked) => {
                let checked = if checked { r#" checked="""# } else { "" };
                self.out.push_str(r#"<input type="checkbox" disabled="""#);
                self.out.push_str(checked);
                self.out.push_str("> ");
            }
            Event::InlineMath(formula) => self.formula(&formula, ("$", "$", false)),
            Event::DisplayMath(formula) => self.formula(&formula, ("$$", "$$", true)),
            // Raw HTML is text here.
            Event::Html(text) | Event::InlineHtml(text) | Event::Text(text) => {
                escape::text_into(&mut self.out, &text);
            }
        }
        if self.open.is_empty() && !self.out.is_empty() {
            let piece = Piece { shell: std::mem::take(&mut self.out), slots: std::mem::take(&mut self.slots) };
            self.done.blocks.push(Top { pieces: vec![piece], start: self.start, fence: None });
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let (opening, closing): (&str, &'static str) = match tag {
            Tag::CodeBlock(kind) => {
                let (language, fenced) = match kind {
                    CodeBlockKind::Fenced(info) => (code::language(&info), true),
                    CodeBlockKind::Indented => (String::new(), false),
                };
                self.code = Some((CodeBlock { language, fenced }, String::new()));
                return self.open.push("");
            }
            Tag::List(Some(first)) if first != 1 => return self.enter(&format!(r#"<ol start="{first}">"#), "</ol>"),
            Tag::FootnoteDefinition(label) => {
                let mut opening = String::from(r#"<div class="footnote"><sup>"#);
                escape::text_into(&mut opening, &label);
                opening.push_str("</sup> ");
                return self.enter(&opening, "</div>");
            }
            Tag::Link { link_type, dest_url, .. } => {
                let email = link_type == LinkType::Email;
                let target = if email { format!("mailto:{dest_url}") } else { dest_url.into_string() };
                return self.anchor(&target, "", "unlinked");
            }
            Tag::Image { dest_url, .. } => {
                self.anchor(&dest_url, r#" class="image""#, "image");
                return self.images.push(self.out.len());
            }
            Tag::Table(alignments) => {
                self.alignments = alignments;
                (r#"<div class="table-scroll"><table>"#, "</tbody></table></div>")
            }
            Tag::TableHead => {
                self.in_head = true;
                self.column = 0;
                ("<thead><tr>", "</tr></thead><tbody>")
            }
            Tag::TableRow => {
                self.column = 0;
                ("<tr>", "</tr>")
            }
            Tag::TableCell => self.cell(),
            Tag::Paragraph => ("<p>", "</p>"),
            Tag::Heading { level, .. } => match level as usize {
                1 => ("<h1>", "</h1>"),
                2 => ("<h2>", "</h2>"),
                3 => ("<h3>", "</h3>"),
                4 => ("<h4>", "</h4>"),
                5 => ("<h5>", "</h5>"),
                _ => ("<h6>", "</h6>"),
            },
            Tag::BlockQuote(_) => ("<blockquote>", "</blockquote>"),
            Tag::List(None) => ("<ul>", "</ul>"),
            Tag::List(Some(_)) => ("<ol>", "</ol>"),
            Tag::Item => ("<li>", "</li>"),
            Tag::Emphasis => ("<em>", "</em>"),
            Tag::Strong => ("<strong>", "</strong>"),
            Tag::Strikethrough => ("<del>", "</del>"),
            Tag::HtmlBlock => (r#"<p class="raw-html">"#, "</p>"),
            // Kinds that the options do not turn on.
            _ => ("", ""),
        };
        self.enter(opening, closing);
    }

    fn cell(&mut self) -> (&'static str, &'static str) {
        let alignment = self.alignments.get(self.column).copied().unwrap_or(Alignment::None);
        self.column += 1;
        match (self.in_head, alignment) {
            (true, Alignment::None) => ("<th>", "</th>"),
            (true, Alignment::Left) => (r#"<th class="align-left">"#, "</th>"),
            (true, Alignment::Center) => (r#"<th class="align-center">"#, "</th>"),
            (true, Alignment::Right) => (r#"<th class="align-right">"#, "</th>"),
            (false, Alignment::None) => ("<td>", "</td>"),
            (false, Alignment::Left) => (r#"<td class="align-left">"#, "</td>"),
            (false, Alignment::Center) => (r#"<td class="align-center">"#, "</td>"),
            (false, Alignment::Right) => (r#"<td class="align-right">"#, "</td>"),
        }
    }

    /// Opens a tag, or leaves it out with all that is in it when the nesting is too deep. A table or list is only
    /// begun where its rows and items have room too: text directly inside would be moved about by the HTML parser.
    fn enter(&mut self, opening: &str, closing: &'static str) {
        let needed = if matches!(closing, "</ul>" | "</ol>" | "</tbody></table></div>") { 6 } else { 1 };
        if self.left_out.is_none() && self.depth + needed > MAX_DEPTH {
            self.left_out = Some(self.open.len());
        }
        if self.left_out.is_some() {
            self.open.push("");
        } else {
            self.out.push_str(opening);
            self.depth += usize::from(!closing.is_empty());
            self.open.push(closing);
        }
    }

    fn anchor(&mut self, target: &str, class: &str, without: &'static str) {
        match link::href(target) {
            Some(href) if !self.in_link => {
                self.enter(&format!(r#"<a{class} href="{href}" rel="noreferrer">"#), "</a>");
                self.in_link = self.open.last() == Some(&"</a>");
            }
            _ => self.enter(&format!(r#"<span class="{without}">"#), "</span>"),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if let Some((block, code)) = self.code.take() {
            self.open.pop();
            return self.code_block(block, &code);
        }
        if tag == TagEnd::Image && self.images.pop() == Some(self.out.len()) {
            self.out.push_str("image");
        }
        if tag == TagEnd::TableHead {
            self.in_head = false;
        }
        let closing = self.open.pop().unwrap_or_default();
        if self.left_out.is_some() {
            // Keeps words of different elements apart.
            self.out.push('\n');
        }
        if self.left_out == Some(self.open.len()) {
            self.left_out = None;
        }
        self.depth -= usize::from(!closing.is_empty());
        self.in_link &= closing != "</a>";
        self.out.push_str(closing);
    }

    /// Writes a formula, which may stand for itself, or its source with its marks where it cannot be read.
    fn formula(&mut self, formula: &str, (opening, closing, display): (&str, &str, bool)) {
        // A formula is some levels deep itself.
        let shown = (self.left_out.is_none() && self.depth + maths::MAX_DEPTH <= MAX_DEPTH)
            .then(|| maths::render(formula, display))
            .flatten();
        if let Some(html) = shown {
            return self.out.push_str(&html);
        }
        self.out.push_str(opening);
        escape::text_into(&mut self.out, formula);
        self.out.push_str(closing);
    }

    fn code_block(&mut self, block: CodeBlock, code: &str) {
        if self.left_out.is_some() {
            return escape::code_into(&mut self.out, code);
        }
        let number = self.first_code + self.done.codes.len();
        let mut piece = Code::new(&block.language);
        piece.push(code);
        if self.open.is_empty() {
            let pieces = code::parts(number, &piece, 0);
            let fence = block.fenced.then_some(block.language);
            self.done.blocks.push(Top { pieces, start: self.start, fence });
        } else {
            let (opening, closing) = code::around(&block.language);
            self.out.push_str(&opening);
            self.slots.push(Slot { at: self.out.len(), code: number, lines: 0..piece.len() });
            self.out.push_str(closing);
        }
        self.done.codes.push(piece);
    }

    /// Writes the text that was gathered, with bare addresses as links.
    fn flush_text(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let mut written = 0;
        if !self.in_link && self.left_out.is_none() {
            while let Some(address) = link::bare_address(&text, written) {
                escape::text_into(&mut self.out, &text[written..address.start]);
                written = address.end;
                let shown = &text[address];
                if let Some(href) = link::href(shown) {
                    // Writing to a String cannot fail.
                    let _ = write!(self.out, r#"<a href="{href}" rel="noreferrer">"#);
                    escape::text_into(&mut self.out, shown);
                    self.out.push_str("</a>");
                } else {
                    escape::text_into(&mut self.out, shown);
                }
            }
        }
        escape::text_into(&mut self.out, &text[written..]);
    }
}
