use serde_json::Value;

use crate::model::{Permission, Question};
use crate::protocol::{PermissionView, QuestionItem, QuestionOption, QuestionView};
use crate::render::{one_line, plain};
use crate::store::State;

/// A command or diff longer than this is cut in the request; the tool call shows all of it.
const DETAIL_CHARS: usize = 20_000;

/// A request for permission as windows show it.
pub fn permission_view(state: &State, permission: &Permission) -> PermissionView {
    let text = |key: &str| permission.metadata.get(key).and_then(Value::as_str);
    let path = text("filepath").or_else(|| permission.patterns.first().map(String::as_str)).unwrap_or_default();
    let path = one_line(path.strip_prefix(state.directory()).map_or(path, |rest| rest.trim_start_matches('/')), 160);
    let title = match permission.kind.as_str() {
        "bash" => "Run a command".to_owned(),
        "edit" => format!("Change {path}"),
        "read" => format!("Read {path}"),
        "external_directory" => format!("Work outside of the folder, in {path}"),
        "webfetch" => format!("Fetch {path}"),
        "task" => "Start a subagent".to_owned(),
        kind => format!("Use {}", one_line(kind, 80)),
    };
    let diff = text("diff").filter(|diff| !diff.is_empty());
    let detail = diff.or_else(|| text("command")).map(str::to_owned).or_else(|| {
        let patterns = permission.patterns.join("\n");
        (!patterns.is_empty()).then_some(patterns)
    });
    PermissionView {
        id: permission.id.0.clone(),
        session: permission.session.0.clone(),
        kind: permission.kind.clone(),
        title,
        detail: detail.map(|detail| cut(&plain(&detail))),
        detail_is_diff: diff.is_some(),
        always: permission.always.iter().map(|pattern| one_line(pattern, 200)).collect(),
        part: permission
            .tool
            .as_ref()
            .and_then(|(message, call)| state.part_of_call(&permission.session, message, call))
            .map(|part| part.0.clone()),
    }
}

pub(super) fn question_view(question: &Question) -> QuestionView {
    let items = question.items.iter().map(|item| QuestionItem {
        header: one_line(&item.header, 120),
        question: plain(&item.question),
        options: item
            .options
            .iter()
            // The label is the answer that goes back: it must stay exactly as it came.
            .map(|option| QuestionOption { label: option.label.clone(), description: plain(&option.description) })
            .collect(),
        multiple: item.multiple,
    });
    QuestionView { id: question.id.0.clone(), session: question.session.0.clone(), questions: items.collect() }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(DETAIL_CHARS) {
        Some((at, _)) => format!("{}\n…", &text[..at]),
        None => text.to_owned(),
    }
}
