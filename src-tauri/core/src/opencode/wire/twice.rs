//! What the server tells of a tool call twice is kept once: in sessions of a day this is half of what calls have.

use serde_json::Value;

use crate::model::{Tool, ToolProgress, numbered_text};

/// Takes out of a call's metadata what its output, or another place of the metadata, has as well.
pub(super) fn keep_once(tool: &mut Tool) {
    let ToolProgress::Completed { output } = &tool.progress else { return };
    match tool.name.as_str() {
        "bash" => remove(&mut tool.metadata, &["output"], |text| output.contains(text)),
        "read" => {
            let read = numbered_text(output);
            let read = read.as_deref().unwrap_or_default();
            remove(&mut tool.metadata, &["preview"], |text| read.starts_with(text));
            remove(&mut tool.metadata, &["display", "text"], |text| read == text);
        }
        "edit" | "write" => {
            let diff = text_at(&tool.metadata, "diff");
            remove(&mut tool.metadata, &["filediff", "patch"], |text| diff.as_deref() == Some(text));
        }
        _ => {}
    }
}

fn text_at(metadata: &Value, key: &str) -> Option<String> {
    metadata.get(key)?.as_str().map(str::to_owned)
}

/// Removes the text at this path if it is `known` elsewhere.
fn remove(metadata: &mut Value, path: &[&str], known: impl FnOnce(&str) -> bool) {
    let Some((last, path)) = path.split_last() else { return };
    let inner = path.iter().try_fold(metadata, |value, key| value.get_mut(key));
    let Some(fields) = inner.and_then(Value::as_object_mut) else { return };
    if fields.get(*last).and_then(Value::as_str).is_some_and(known) {
        fields.remove(*last);
    }
}
