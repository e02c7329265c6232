//! The HTML around the code of a code block.

use super::coloured::Code;
use super::escape;
use super::highlight::label;
use super::piece::{Piece, Slot};

/// A top-level code block continues in another block after the line that reaches this many bytes. A block that grows, or
/// gets its colours, is sent and drawn again as a whole, so its size bounds what each further line costs; coloured, it is
/// some five times as long in HTML.
pub(super) const PART_BYTES: usize = 4 * 1024;

/// The HTML before and after the code of a block in `language` (as [`language`] gives it): a head with the name of the
/// language and buttons, whose work is the window's part, and the code's element.
pub(super) fn around(language: &str) -> (String, &'static str) {
    let mut opening = String::from(r#"<div class="code"><div class="code-head"><span class="code-language">"#);
    escape::text_into(&mut opening, label(language));
    opening.push_str(concat!(
        r#"</span><button type="button" class="code-wrap" aria-label="Wrap lines" aria-pressed="false">Wrap</button>"#,
        r#"<button type="button" class="code-copy" aria-label="Copy code">Copy</button></div><pre><code"#,
    ));
    opening.push_str(&class(language));
    opening.push('>');
    (opening, "</code></pre></div>")
}

/// The blocks of a top-level code block, from that on which begins with line `first`. `number` is the code's.
pub(super) fn parts(number: usize, code: &Code, first: usize) -> Vec<Piece> {
    let mut parts = Vec::new();
    let (mut start, mut bytes) = (first, 0);
    for line in first..code.len() {
        if bytes >= PART_BYTES {
            parts.push(part(number, code, start..line));
            (start, bytes) = (line, 0);
        }
        bytes += code.line(line).len();
    }
    parts.push(part(number, code, start..code.len()));
    parts
}

fn part(number: usize, code: &Code, lines: std::ops::Range<usize>) -> Piece {
    let (mut shell, closing) = if lines.start == 0 {
        around(code.language())
    } else {
        (format!(r#"<pre class="continued"><code{}>"#, class(code.language())), "</code></pre>")
    };
    let at = shell.len();
    shell.push_str(closing);
    Piece { shell, slots: vec![Slot { at, code: number, lines }] }
}

fn class(language: &str) -> String {
    if language.is_empty() { String::new() } else { format!(r#" class="language-{language}""#) }
}

/// The language that a fence's info string names, restricted to what is safe in a class name; empty if it names none.
pub(super) fn language(info: &str) -> String {
    info.trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '_' | '-'))
        .take(40)
        .collect()
}
