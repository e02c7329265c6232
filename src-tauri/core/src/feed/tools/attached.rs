//! What came of a call as files.

use crate::feed::attached;
use crate::model::Tool;
use crate::protocol::SectionBody;

use super::section::Draft;

pub(super) fn section(tool: &Tool) -> Option<Draft<'_>> {
    if tool.attachments.is_empty() {
        return None;
    }
    let files: Vec<_> = tool.attachments.iter().map(attached::view).collect();
    let names = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join("\n");
    Some(Draft::ready("Files", SectionBody::Files { files }, names))
}
