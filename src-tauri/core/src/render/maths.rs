//! Formulas in LaTeX, as `MathML`.

use std::ops::Range;
use std::panic::catch_unwind;
use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::{escape, mathml};

/// A longer formula is shown as its source: models write none.
const MAX_BYTES: usize = 4 * 1024;
/// The reader of formulas calls itself for each of these; it sets no limit of its own.
const MAX_NESTING: usize = 400;
/// What it may need for that many levels in an unoptimised build.
const STACK_BYTES: usize = 16 * 1024 * 1024;
/// Elements of a formula are not nested deeper than this.
pub(super) const MAX_DEPTH: usize = 40;

/// What reads formulas. Without definitions of its own, making it cannot fail.
static READER: LazyLock<Option<LatexToMathML>> = LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// True when `$…$` is a formula and not two amounts of money or names of variables: a letter or digit that touches its
/// marks from outside belongs to something else.
pub(super) fn is_formula(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    !before.into_iter().chain(after).any(|c| c.is_alphanumeric() || c == '$')
}

/// A formula's `MathML`, in an element that scrolls when it stands for itself. `None` when it cannot be read.
pub(super) fn render(formula: &str, display: bool) -> Option<String> {
    let nesting = formula.bytes().filter(|byte| b"\\{^_[(&".contains(byte)).count();
    if formula.len() > MAX_BYTES || nesting > MAX_NESTING || formula.chars().any(escape::is_marked_in_code) {
        return None;
    }
    let reader = READER.as_ref()?;
    let kind = if display { MathDisplay::Block } else { MathDisplay::Inline };
    // It panics on some input that it does not expect.
    let read = || catch_unwind(|| reader.convert_with_local_state(formula, kind).ok());
    let made = stacker::maybe_grow(STACK_BYTES, STACK_BYTES, read).ok()??;
    let maths = mathml::clean(&made.mathml, MAX_DEPTH - 1)?;
    Some(if display { format!(r#"<span class="formula">{maths}</span>"#) } else { maths })
}
