/// Deeper nesting is not indented further.
const DEPTH: usize = 40;

/// Puts JSON on lines of its own with indents, at most `limit` bytes of the result, and says how many bytes of `json`
/// that shows. Order, numbers and escapes stay as the server wrote them; of JSON that was cut, the beginning is enough.
pub(super) fn pretty(json: &str, limit: usize) -> (String, usize) {
    let mut out = String::with_capacity(json.len().min(limit) + 64);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    // An opening bracket whose content, if any, goes on a line of its own.
    let mut opened = false;
    for (at, next) in json.char_indices() {
        if out.len() >= limit {
            return (out, at);
        }
        if in_string {
            out.push(next);
            in_string = escaped || next != '"';
            escaped = !escaped && next == '\\';
            continue;
        }
        match next {
            ' ' | '\n' | '\r' | '\t' => continue,
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if !std::mem::take(&mut opened) {
                    line(&mut out, depth);
                }
                out.push(next);
                continue;
            }
            _ => {}
        }
        if std::mem::take(&mut opened) {
            line(&mut out, depth);
        }
        out.push(next);
        match next {
            '"' => in_string = true,
            '{' | '[' => {
                depth += 1;
                opened = true;
            }
            ',' => line(&mut out, depth),
            ':' => out.push(' '),
            _ => {}
        }
    }
    (out, json.len())
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(DEPTH)));
}
