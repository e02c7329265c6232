//! The words of rendered text, as a person reads them.

/// Stands where one element of a text ends and another begins, so that nothing is found across it. No text has it:
/// control characters are made visible on their way into HTML.
pub const BOUNDARY: char = '\u{1}';

/// Elements within a line.
const INLINE: [&str; 8] = ["a", "code", "del", "em", "span", "strong", "sub", "sup"];

/// Appends the text of HTML that was made here, each element that begins a line of its own behind a [`BOUNDARY`], and
/// white space of any kind as a space. The head of code, with its buttons, is left out. The window finds the same words
/// in the same order (`ui/src/features/find/matches.ts`).
pub fn words_of(html: &str, out: &mut String) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text_of(&rest[..at], out);
        let Some(end) = rest[at..].find('>') else { return };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        // It is of known elements, and the only one of its kind that ends before `<pre>`.
        if tag == r#"div class="code-head""# {
            rest = rest.find("</div>").map_or("", |end| &rest[end + "</div>".len()..]);
        }
        let name = tag.trim_start_matches('/');
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        if !INLINE.contains(&name) && !out.ends_with(BOUNDARY) {
            out.push(BOUNDARY);
        }
    }
    text_of(rest, out);
    out.push(BOUNDARY);
}

fn text_of(escaped: &str, out: &mut String) {
    let mut rest = escaped;
    while let Some(at) = rest.find('&') {
        spaced(&rest[..at], out);
        let entities = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')];
        let known = entities.iter().find(|(entity, _)| rest[at..].starts_with(entity));
        let (entity, c) = known.copied().unwrap_or(("&", '&'));
        out.push(c);
        rest = &rest[at + entity.len()..];
    }
    spaced(rest, out);
}

fn spaced(text: &str, out: &mut String) {
    out.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::words_of;
    use crate::render::render;

    fn words(markdown: &str) -> Vec<String> {
        let mut out = String::new();
        for block in render(markdown) {
            words_of(&block.html, &mut out);
        }
        out.split('\u{1}').map(|words| words.trim().to_owned()).filter(|words| !words.is_empty()).collect()
    }

    #[test]
    fn words_are_those_that_are_seen_and_stay_apart_where_lines_do() {
        assert_eq!(words("One **bo**ld\nword & `<b>`.\n\n- item\n- <i>\n"), ["One bold word & <b>.", "item", "<i>"]);
        assert_eq!(words("| a | b |\n|---|---|\n| c | d |"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_head_of_code_is_none_of_them() {
        assert_eq!(words("```rust\nlet copy = 1;\n```\n\nAfter."), ["let copy = 1;", "After."]);
    }
}
