//! `todowrite` and `question`.

use serde_json::Value;

use crate::model::Tool;
use crate::protocol::{AnsweredQuestion, SectionBody, TodoItem, TodoState, ToolResult};
use crate::render::{one_line, plain};

use super::section::Draft;

/// The most entries of a list that are shown.
const MOST: usize = 500;

pub(super) fn todos(tool: &Tool) -> Option<Vec<Draft<'_>>> {
    let items: Vec<_> = todo_list(tool)?.iter().take(MOST).map(item).collect();
    let mark = |state| match state {
        TodoState::Completed => "[x]",
        TodoState::Cancelled => "[-]",
        TodoState::Pending | TodoState::InProgress => "[ ]",
    };
    let text: Vec<_> = items.iter().map(|item| format!("{} {}", mark(item.state), item.text)).collect();
    Some(vec![Draft::ready("To do", SectionBody::Todos { items }, text.join("\n"))])
}

fn todo_list(tool: &Tool) -> Option<&Vec<Value>> {
    let of = |value: &'_ Value| value.get("todos").is_some_and(Value::is_array);
    let source = [&tool.metadata, &tool.input].into_iter().find(|value| of(value))?;
    source.get("todos")?.as_array()
}

fn item(value: &Value) -> TodoItem {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    TodoItem {
        text: one_line(text("content"), 500),
        state: TodoState::named(text("status")),
        urgent: text("priority") == "high",
    }
}

/// What is being done, and how much of the list is done.
pub(super) fn todo_summary(tool: &Tool) -> Option<String> {
    let items: Vec<_> = todo_list(tool)?.iter().map(item).collect();
    let current = items.iter().find(|item| item.state == TodoState::InProgress);
    current.or_else(|| items.iter().find(|item| item.state == TodoState::Pending)).map(|item| item.text.clone())
}

pub(super) fn todo_result(tool: &Tool) -> Option<ToolResult> {
    let items: Vec<_> = todo_list(tool)?.iter().map(item).collect();
    let done = items.iter().filter(|item| matches!(item.state, TodoState::Completed | TodoState::Cancelled)).count();
    Some(ToolResult { text: format!("{done} of {} done", items.len()), bad: false })
}

pub(super) fn questions(tool: &Tool) -> Option<Vec<Draft<'_>>> {
    let asked = tool.input.get("questions")?.as_array()?;
    let answers = tool.metadata.get("answers").and_then(Value::as_array);
    let items: Vec<_> = asked
        .iter()
        .take(MOST)
        .enumerate()
        .map(|(index, question)| {
            let text = |key: &str| plain(question.get(key).and_then(Value::as_str).unwrap_or_default());
            let options = question.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let labels = options.iter().filter_map(|option| option.get("label")?.as_str());
            let chosen = answers.and_then(|answers| answers.get(index)?.as_array()).map(Vec::as_slice);
            AnsweredQuestion {
                header: one_line(&text("header"), 120),
                question: text("question"),
                options: labels.take(MOST).map(|label| one_line(label, 300)).collect(),
                answers: chosen.unwrap_or_default().iter().filter_map(Value::as_str).take(MOST).map(plain).collect(),
            }
        })
        .collect();
    let text: Vec<_> = items.iter().map(|item| format!("{}\n{}", item.question, item.answers.join(", "))).collect();
    Some(vec![Draft::ready("Questions", SectionBody::Answers { items }, text.join("\n\n"))])
}

/// What was answered.
pub(super) fn answer(tool: &Tool) -> Option<ToolResult> {
    let answers = tool.metadata.get("answers")?.as_array()?;
    let all: Vec<&str> = answers.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
    (!all.is_empty()).then(|| ToolResult { text: one_line(&all.join(", "), 60), bad: false })
}
