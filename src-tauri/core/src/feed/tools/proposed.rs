//! What a request for permission would change, looked at as the call that made it will be.

use std::ops::Range;

use crate::protocol::{SectionBody, SectionRows};
use crate::store::State;

use super::diff::Diff;
use super::section::Draft;
use super::{MOST_ROWS, Shades, patch, relative};

/// The first rows of a unified diff; none when it cannot be read as one.
pub(in crate::feed) fn proposed(diff: &str, state: &State, shades: &Shades<'_>) -> Option<SectionBody> {
    Some(draft(diff, state)?.view(0, shades).body)
}

/// Further rows of it.
pub(in crate::feed) fn proposed_rows(
    diff: &str,
    state: &State,
    shades: &Shades<'_>,
    rows: Range<u32>,
) -> Option<SectionRows> {
    let count = rows.end.saturating_sub(rows.start).min(MOST_ROWS);
    draft(diff, state)?.rows(rows.start as usize, count as usize, shades)
}

fn draft(diff: &str, state: &State) -> Option<Draft<'static>> {
    let mut changes = patch::unified(diff);
    for change in &mut changes {
        change.path = relative(&change.path, state.directory()).to_owned();
    }
    (!changes.is_empty()).then(|| Draft::diff("Changes", Diff::new(changes)))
}
