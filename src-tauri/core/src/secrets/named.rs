use super::CONCEALED;

/// How names of secrets end, in lower case and without separators.
const NAMES: [&str; 16] = [
    "apikey",
    "accesskey",
    "accesskeyid",
    "secretkey",
    "privatekey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "authorization",
    "credential",
    "cookie",
];

/// The same for the last word of a name that has several.
const LAST_WORDS: [&str; 5] = ["key", "pat", "pass", "pwd", "credentials"];

/// How keys of well-known services begin.
const FORMS: [&str; 12] =
    ["sk-", "sk_", "rk_", "pk_live", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "AIza", "eyJ"];

/// How much must follow such a beginning, in characters.
const FORM_LENGTH: usize = 16;

/// A shorter value is a word: "Unexpected token: }".
const SHORTEST: usize = 4;

/// True for the name of a variable, a field or a header whose value is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    let joined: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let several = last.len() < lower.len();
    NAMES.iter().any(|end| joined.ends_with(end)) || (several && LAST_WORDS.contains(&last))
}

/// The text without values that stand after the name of a secret (`"apiKey": "…"`, `TOKEN=…`), without keys of
/// well-known forms, and without passwords in addresses.
pub fn conceal_named(text: String) -> String {
    let mut hidden = Vec::new();
    after_names(&text, &mut hidden);
    well_known(&text, &mut hidden);
    in_addresses(&text, &mut hidden);
    without(text, hidden)
}

/// The text without values that a message says it got instead of what it expected: `Expected string, got …`.
pub fn conceal_received(text: String) -> String {
    let mut hidden = Vec::new();
    for (at, found) in text.match_indices("got ") {
        let start = at + found.len();
        let value = &text[start..];
        let length = match value.bytes().next() {
            Some(b'{') => value.rfind('}').map_or(value.len(), |end| end + 1),
            Some(b'[') => value.rfind(']').map_or(value.len(), |end| end + 1),
            Some(quote @ (b'"' | b'\'' | b'`')) => quoted(value, quote, false),
            _ => continue,
        };
        hidden.push((start, start + length));
    }
    without(text, hidden)
}

fn after_names(text: &str, hidden: &mut Vec<(usize, usize)>) {
    let bytes = text.as_bytes();
    for (at, byte) in text.bytes().enumerate() {
        if byte != b':' && byte != b'=' {
            continue;
        }
        let before = text[..at].trim_end_matches([' ', '"', '\'', '\\']);
        let name = before.len() - before.bytes().rev().take_while(|byte| is_of_name(*byte)).count();
        if name == before.len() || !is_secret_name(&before[name..]) {
            continue;
        }
        let mut start = at + 1;
        while bytes.get(start).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\\')) {
            start += 1;
        }
        let value = &text[start..];
        let header = ["authorization", "cookie"].iter().any(|end| before.to_ascii_lowercase().ends_with(end));
        let (skip, length) = match value.bytes().next() {
            // An object or a list, which have names of their own, or what was concealed before.
            None | Some(b'{' | b'[') => continue,
            Some(quote @ (b'"' | b'\'' | b'`')) => {
                let escaped = text[..start].ends_with('\\');
                let inside = quoted(value, quote, escaped).saturating_sub(2);
                (
                    1,
                    if escaped && value[1..].get(..inside).is_some_and(|end| end.ends_with('\\')) {
                        inside - 1
                    } else {
                        inside
                    },
                )
            }
            Some(_) if header => (0, value.find(['"', '\'']).unwrap_or(value.len())),
            Some(_) => (0, value.find(|c: char| c.is_whitespace() || ",;}])\"'&".contains(c)).unwrap_or(value.len())),
        };
        if length >= SHORTEST {
            hidden.push((start + skip, (start + skip + length).min(text.len())));
        }
    }
}

fn well_known(text: &str, hidden: &mut Vec<(usize, usize)>) {
    for form in FORMS {
        for (at, _) in text.match_indices(form) {
            if text[..at].bytes().next_back().is_some_and(is_of_key) {
                continue;
            }
            let length = text[at..].bytes().take_while(|byte| is_of_key(*byte) || *byte == b'.').count();
            if length >= form.len() + FORM_LENGTH {
                hidden.push((at, at + length));
            }
        }
    }
}

fn in_addresses(text: &str, hidden: &mut Vec<(usize, usize)>) {
    for (at, found) in text.match_indices("://") {
        let start = at + found.len();
        let end = text[start..].find(|c: char| c.is_whitespace() || "/\"'`<>?#".contains(c));
        let authority = &text[start..end.map_or(text.len(), |end| start + end)];
        if let Some(user) = authority.rfind('@').filter(|end| authority[..*end].contains(':')) {
            hidden.push((start, start + user));
        }
    }
}

/// The length of a value in quotes, both counted; one that does not end has a quote too little. Where the quotes
/// themselves are escaped, the first such quote ends it.
fn quoted(value: &str, quote: u8, escaped: bool) -> usize {
    let bytes = value.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        let is_pair = bytes[at] == b'\\' && !(escaped && bytes.get(at + 1) == Some(&quote));
        at += if is_pair { 2 } else { 1 };
    }
    // The end of a text counts as a quote, so that its last character is not left standing.
    at.min(bytes.len()) + 1
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-".contains(&byte)
}

fn without(text: String, mut hidden: Vec<(usize, usize)>) -> String {
    if hidden.is_empty() {
        return text;
    }
    hidden.sort_unstable();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in hidden {
        let end = end.min(text.len());
        // What is concealed already may be inside what is concealed here, or be it.
        let is_ours = matches!(&text[start..end], CONCEALED | "[password]");
        if start >= at && !is_ours {
            shown.push_str(&text[at..start]);
            shown.push_str(CONCEALED);
            at = end;
        }
    }
    shown.push_str(&text[at..]);
    shown
}
