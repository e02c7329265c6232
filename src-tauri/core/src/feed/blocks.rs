//! Patches of rendered text.

use crate::model::MessageId;
use crate::protocol::{Block, PartBody, PartView, Patch};

/// Only the blocks that differ, when nothing but blocks differs.
pub(super) fn prose_patch(message: &MessageId, old: Option<&PartView>, new: &PartView) -> Option<Patch> {
    let Some(old) = old else {
        return Some(Patch::PartUpserted { message: message.0.clone(), part: new.clone() });
    };
    if old == new {
        return None;
    }
    let (before, after) = match (&old.body, &new.body) {
        (
            PartBody::Text { blocks: before, open: open_before, gapped: gap_before },
            PartBody::Text { blocks: after, open, gapped },
        ) if open_before == open && gap_before == gapped => (before, after),
        (
            PartBody::Reasoning { blocks: before, open: open_before, gapped: gap_before, .. },
            PartBody::Reasoning { blocks: after, open: true, gapped, .. },
        ) if *open_before && gap_before == gapped => (before, after),
        _ => return Some(Patch::PartUpserted { message: message.0.clone(), part: new.clone() }),
    };
    Some(blocks_patch(message, &new.id, before, after))
}

/// The blocks that are new or differ.
pub(super) fn blocks_patch(message: &MessageId, part: &str, before: &[Block], after: &[Block]) -> Patch {
    let changed = after.iter().enumerate().filter(|(at, block)| before.get(*at) != Some(block));
    Patch::BlocksReplaced {
        message: message.0.clone(),
        part: part.to_owned(),
        count: u32::try_from(after.len()).unwrap_or(u32::MAX),
        blocks: changed.map(|(_, block)| block.clone()).collect(),
    }
}
