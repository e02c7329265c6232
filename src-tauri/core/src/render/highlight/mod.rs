//! Code to HTML with classes: what is a keyword, a string, a comment. Colours are the window's.
//!
//! Line by line, with the state of the parser kept between them, so that code that grows is read once. The syntax
//! definitions are regular expressions with backtracking, some of which take seconds for a line of some hundred
//! characters that was made for it; hence the limits below, and the rule that nothing is highlighted on an instance's task
//! ([`super::paint`]).

mod classes;
mod syntaxes;

use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, ScopeStack, ScopeStackOp};

use self::classes::{Class, class_of};
use super::coloured::Lines;
use super::escape;

pub(super) use self::syntaxes::label;
pub use self::syntaxes::language_of;

/// A longer line stays plain: it is minified code or data, and the cost of a line may grow with its fourth power.
const LINE_BYTES: usize = 300;
/// So does a line with a longer word: in honest code that is a hash or data, and it is what most patterns that
/// backtrack without end need. (250 bytes of `a-a-a-…` take the definitions of Less, Sass and SCSS 4 s.)
const WORD_BYTES: usize = 80;
/// What goes beyond this in one piece of code stays plain. Nobody reads it in a conversation, and it would be some ten
/// times as long in HTML.
const CODE_BYTES: usize = 256 * 1024;
/// After a line that took this long, the rest of the piece stays plain: the last resort, should all limits above not have
/// been enough, and the only one that depends on a clock. No line of honest code takes a hundredth of it.
const LINE_TIME: Duration = Duration::from_secs(2);

/// True when code in the language can be highlighted.
pub(super) fn is_known(language: &str) -> bool {
    syntaxes::find(language).is_some()
}

/// Highlights the lines of one piece of code in their order.
#[derive(Debug)]
pub(super) struct Highlighter {
    /// `None` when the rest stays plain.
    state: Option<ParseState>,
    scopes: ScopeStack,
    /// For each of the scopes, the class of what is inside.
    classes: Vec<Option<Class>>,
    read: usize,
    /// Scratch: the line with its end, as definitions expect it.
    line: String,
}

impl Highlighter {
    /// `None` for a language that is not known.
    pub(super) fn new(language: &str) -> Option<Self> {
        let syntax = syntaxes::find(language)?;
        Some(Self {
            state: Some(ParseState::new(syntax)),
            scopes: ScopeStack::new(),
            classes: Vec::new(),
            read: 0,
            line: String::new(),
        })
    }

    /// True when what follows stays plain.
    pub(super) fn has_ended(&self) -> bool {
        self.state.is_none()
    }

    /// Adds the HTML of the lines that follow, without their line ends: text, and `span` elements with the classes of
    /// [`Class::name`]. Ends early when all others stay plain. Takes 1 to 4 ms for each KB, and the first use of a
    /// language up to 20 ms and 4 MB, which stay.
    pub(super) fn lines(&mut self, code: &str, lines: &mut Lines) {
        for line in code.lines() {
            lines.push(|out| self.line(out, line));
            if self.has_ended() {
                break;
            }
        }
    }

    /// Appends the HTML of the next line, which is given without its end.
    fn line(&mut self, out: &mut String, line: &str) {
        self.read += line.len() + 1;
        if self.read > CODE_BYTES {
            self.state = None;
        }
        let Some(state) = self.state.as_mut().filter(|_| is_short(line)) else {
            return escape::code_into(out, line);
        };
        self.line.clear();
        self.line.push_str(line);
        self.line.push('\n');
        let began = Instant::now();
        let parsed = state.parse_line(&self.line, syntaxes::set());
        if parsed.is_err() || began.elapsed() > LINE_TIME {
            self.state = None;
        }
        let Ok(operations) = parsed else {
            return escape::code_into(out, line);
        };
        let mut runs = Runs::default();
        for (at, operation) in operations {
            runs.up_to(at.min(line.len()), self.class());
            self.apply(&operation);
        }
        runs.up_to(line.len(), self.class());
        runs.write(out, line);
    }

    fn class(&self) -> Option<Class> {
        self.classes.last().copied().flatten()
    }

    fn apply(&mut self, operation: &ScopeStackOp) {
        if self.scopes.apply(operation).is_err() {
            self.state = None;
            return;
        }
        let scopes = self.scopes.as_slice();
        match operation {
            ScopeStackOp::Push(_) | ScopeStackOp::Pop(_) => self.classes.truncate(scopes.len()),
            // Scopes in the middle went or came back.
            _ => self.classes.clear(),
        }
        for scope in &scopes[self.classes.len().min(scopes.len())..] {
            let class = class_of(*scope, self.classes.last().copied().flatten());
            self.classes.push(class);
        }
    }
}

fn is_short(line: &str) -> bool {
    line.len() <= LINE_BYTES
        && line
            .split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.' | '/' | '+'))
            .all(|word| word.len() <= WORD_BYTES)
}

/// Pieces of a line, each of one class.
#[derive(Default)]
struct Runs(Vec<(usize, Option<Class>)>);

impl Runs {
    fn up_to(&mut self, end: usize, class: Option<Class>) {
        match self.0.last_mut() {
            Some((before, _)) if *before >= end => {}
            Some((before, same)) if *same == class => *before = end,
            _ if end == 0 => {}
            _ => self.0.push((end, class)),
        }
    }

    /// White space between two pieces of the same class is of that class too: fewer elements, the same picture.
    fn write(self, out: &mut String, line: &str) {
        let (mut start, mut open) = (0, None);
        let mut runs = self.0.into_iter().peekable();
        while let Some((end, class)) = runs.next() {
            let text = &line[start..end];
            let joins = class.is_none()
                && open.is_some()
                && text.chars().all(char::is_whitespace)
                && runs.peek().is_some_and(|(_, next)| *next == open);
            if !joins && class != open {
                if open.is_some() {
                    out.push_str("</span>");
                }
                if let Some(class) = class {
                    out.push_str(r#"<span class=""#);
                    out.push_str(class.name());
                    out.push_str(r#"">"#);
                }
                open = class;
            }
            escape::code_into(out, text);
            start = end;
        }
        if open.is_some() {
            out.push_str("</span>");
        }
    }
}
