//! Which of our few classes a scope of a syntax definition stands for.

use std::sync::OnceLock;

use syntect::parsing::Scope;

/// What a piece of code is, as far as it has a look of its own. Punctuation and plain names have none: spans for them
/// would double the elements of a page and be coloured as the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Attribute,
    Comment,
    Constant,
    Deleted,
    Function,
    Heading,
    Inserted,
    Keyword,
    Number,
    Operator,
    String,
    Tag,
    Type,
    Variable,
}

impl Class {
    /// The name in HTML; `ui/src/shared/code.css` has a colour for each.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Attribute => "c-attribute",
            Self::Comment => "c-comment",
            Self::Constant => "c-constant",
            Self::Deleted => "c-deleted",
            Self::Function => "c-function",
            Self::Heading => "c-heading",
            Self::Inserted => "c-inserted",
            Self::Keyword => "c-keyword",
            Self::Number => "c-number",
            Self::Operator => "c-operator",
            Self::String => "c-string",
            Self::Tag => "c-tag",
            Self::Type => "c-type",
            Self::Variable => "c-variable",
        }
    }
}

/// The class of what a scope encloses. A scope that says nothing leaves the class that is around it; code inside a
/// string or a page begins anew, without one.
pub(super) fn class_of(scope: Scope, around: Option<Class>) -> Option<Class> {
    static TABLE: OnceLock<Vec<(Scope, Option<Class>)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let known = SCOPES.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class)));
        known.collect()
    });
    match table.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)) {
        // The key of a mapping is written as a string, and reads as a name.
        Some((_, Some(Class::String))) if around == Some(Class::Attribute) => around,
        Some((_, class)) => *class,
        None => around,
    }
}

/// The first that fits counts. (<https://www.sublimetext.com/docs/scope_naming.html>)
const SCOPES: &[(&str, Option<Class>)] = &[
    ("comment", Some(Class::Comment)),
    ("constant.numeric", Some(Class::Number)),
    ("constant", Some(Class::Constant)),
    ("support.constant", Some(Class::Constant)),
    ("entity.name.tag", Some(Class::Tag)),
    ("entity.name.table", Some(Class::Heading)),
    ("entity.name.section", Some(Class::Heading)),
    ("entity.name.function", Some(Class::Function)),
    ("entity.name.macro", Some(Class::Function)),
    ("entity.name.constant", Some(Class::Constant)),
    ("entity.name.label", Some(Class::Constant)),
    ("entity.name", Some(Class::Type)),
    ("entity.other.inherited-class", Some(Class::Type)),
    ("entity.other", Some(Class::Attribute)),
    ("invalid", None),
    ("keyword.operator.new", Some(Class::Keyword)),
    ("keyword.operator.word", Some(Class::Keyword)),
    ("keyword.operator", Some(Class::Operator)),
    ("keyword.other.unit", Some(Class::Number)),
    ("keyword", Some(Class::Keyword)),
    ("markup.deleted", Some(Class::Deleted)),
    ("markup.heading", Some(Class::Heading)),
    ("markup.inserted", Some(Class::Inserted)),
    ("markup.raw", Some(Class::String)),
    ("markup.underline.link", Some(Class::String)),
    ("meta.annotation", Some(Class::Attribute)),
    ("meta.diff.header", Some(Class::Heading)),
    ("meta.diff.range", Some(Class::Keyword)),
    ("meta.interpolation", None),
    ("meta.mapping.key", Some(Class::Attribute)),
    ("meta.structure.dictionary.key", Some(Class::Attribute)),
    ("meta.template.expression", None),
    ("source", None),
    ("storage.type.go", Some(Class::Type)),
    ("storage.type.numeric", Some(Class::Type)),
    ("storage", Some(Class::Keyword)),
    ("string", Some(Class::String)),
    ("support.function", Some(Class::Function)),
    ("support.macro", Some(Class::Function)),
    ("support.type.property-name", Some(Class::Attribute)),
    ("support.class", Some(Class::Type)),
    ("support.type", Some(Class::Type)),
    ("variable.annotation", Some(Class::Attribute)),
    ("variable.function", Some(Class::Function)),
    ("variable.language", Some(Class::Variable)),
    ("variable.other.php", Some(Class::Variable)),
    ("variable.other.readwrite.perl", Some(Class::Variable)),
    ("variable.other.readwrite.shell", Some(Class::Variable)),
    ("variable.parameter", Some(Class::Variable)),
];
