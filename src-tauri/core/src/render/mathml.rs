//! What of `MathML` may reach a window.

use super::escape;

/// Elements without effect beyond their looks.
const ELEMENTS: [&str; 26] = [
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];
/// Styles inside of text: left out, their text stays.
const LEFT_OUT: [&str; 7] = ["b", "code", "em", "i", "s", "span", "u"];
/// Attributes whose values are words, numbers and lengths. The page allows no `style`.
const ATTRIBUTES: [&str; 20] = [
    "accent",
    "accentunder",
    "display",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rspace",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];

/// The same formula of known elements and attributes only, at most `depth` deep. `None` when it holds others, or is not
/// complete.
pub(super) fn clean(maths: &str, depth: usize) -> Option<String> {
    let mut out = String::with_capacity(maths.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = maths;
    while let Some(at) = rest.find('<') {
        text_into(&mut out, &rest[..at])?;
        let (tag, after) = rest[at + 1..].split_once('>')?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if LEFT_OUT.contains(&name) {
                continue;
            }
            if open.pop()? != name {
                return None;
            }
            close(&mut out, name);
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if LEFT_OUT.contains(&name) {
            continue;
        }
        if !ELEMENTS.contains(&name) {
            return None;
        }
        out.push('<');
        out.push_str(name);
        attributes_into(&mut out, attributes)?;
        out.push('>');
        if is_empty {
            close(&mut out, name);
        } else {
            open.push(name);
        }
        if open.len() > depth {
            return None;
        }
    }
    (open.is_empty() && rest.is_empty()).then_some(out)
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn attributes_into(out: &mut String, attributes: &str) -> Option<()> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after.trim_start();
        let plain = |c: char| c.is_ascii_alphanumeric() || " .%-".contains(c);
        if ATTRIBUTES.contains(&name) && value.chars().all(plain) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(value);
            out.push('"');
        }
    }
    Some(())
}

/// Writes text anew, so that nothing depends on how it was escaped.
fn text_into(out: &mut String, text: &str) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        escape::text_into(out, &rest[..at]);
        let (entity, after) = rest[at + 1..].split_once(';')?;
        let c = match entity {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" | "#39" | "#x27" => "'",
            "nbsp" => "\u{A0}",
            _ => return None,
        };
        escape::text_into(out, c);
        rest = after;
    }
    escape::text_into(out, rest);
    Some(())
}
