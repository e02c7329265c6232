//! The languages that are known.

use std::path::Path;
use std::sync::OnceLock;

use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Languages that models name otherwise than the definitions do.
const ALIASES: &[(&str, &str)] = &[
    ("console", "bash"),
    ("csharp", "c#"),
    ("cts", "ts"),
    ("docker", "dockerfile"),
    ("golang", "go"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("jsonl", "json"),
    ("make", "makefile"),
    ("mts", "ts"),
    ("objc", "objective-c"),
    ("objectivec", "objective-c"),
    ("patch", "diff"),
    ("shell", "bash"),
    ("sh-session", "bash"),
    ("shell-session", "bash"),
    ("viml", "vim"),
    ("zsh", "bash"),
];

/// Names for people, where the definition's own is unusual.
const LABELS: &[(&str, &str)] = &[
    ("Bourne Again Shell (bash)", "Shell"),
    ("JavaScript (Babel)", "JavaScript"),
    ("Ruby on Rails", "Ruby"),
    ("TypeScriptReact", "TSX"),
];

/// All definitions. Read on first use, which takes some 4 ms and 2 MB: each is unpacked only when it is used itself.
pub(super) fn set() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

/// The definition for a language by its name or by an extension of its files, in any case.
pub(super) fn find(language: &str) -> Option<&'static SyntaxReference> {
    if language.is_empty() {
        return None;
    }
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(language));
    let found = set().find_syntax_by_token(alias.map_or(language, |(_, language)| language))?;
    (found.name != "Plain Text").then_some(found)
}

/// The name of a language for people; the word itself where the language is not known.
pub(in crate::render) fn label(language: &str) -> &str {
    let Some(syntax) = find(language) else { return language };
    LABELS.iter().find(|(name, _)| *name == syntax.name).map_or(syntax.name.as_str(), |(_, label)| label)
}

/// The word by which the language of a file is known here: its name or its extension; empty for one that is not.
pub fn language_of(path: &str) -> &str {
    let path = Path::new(path);
    let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    if set().find_syntax_by_extension(name).is_some() {
        return name;
    }
    let extension = path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    if find(extension).is_some() { extension } else { "" }
}
