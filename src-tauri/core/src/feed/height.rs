//! About how high a message is when it is drawn, so that a window is given no more at first than it can show.

use crate::model::PartKind;
use crate::store::MessageEntry;

/// A line of text, in pixels.
const LINE: usize = 22;
/// About as many characters are on a line.
const CHARACTERS: usize = 100;
/// A line to unfold, as of a tool call.
const FOLDED: usize = 28;

/// In pixels, at the usual size and width.
pub(super) fn about(message: &MessageEntry) -> usize {
    let parts = message.parts().filter_map(|(_, entry)| entry.part());
    let of = |kind: &PartKind| match kind {
        PartKind::Text(prose) => {
            let lines = prose.text.matches('\n').count();
            (lines + prose.text.len() / CHARACTERS + 1) * LINE
        }
        PartKind::Reasoning(_) | PartKind::Tool(_) => FOLDED,
        _ => 0,
    };
    parts.map(|part| of(&part.kind)).sum()
}
