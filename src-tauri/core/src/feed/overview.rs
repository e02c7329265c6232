use crate::model::{Message, Model, Role, SessionId, Todo, Tokens};
use crate::protocol::{ContextView, OverviewView, TodoItem, TodoState};
use crate::render::one_line;
use crate::store::{SessionEntry, State};

use super::place::prompts;

/// The most entries of a to-do list that are shown.
const MOST_TODOS: usize = 200;

/// How a session stands.
pub(super) fn overview(state: &State, id: &SessionId, entry: &SessionEntry, models: &[Model]) -> OverviewView {
    let cost = entry.info().map_or(0.0, |info| info.cost);
    let below = state.sessions().filter(|(other, _)| *other != id && state.is_within(other, id));
    let of_children: f64 = below.filter_map(|(_, entry)| entry.info()).map(|info| info.cost).sum();
    OverviewView {
        todos: entry.todos().iter().take(MOST_TODOS).map(todo_item).collect(),
        context: entry.transcript().messages().rev().find_map(|(head, _)| context(head, models)),
        prompts: u32::try_from(prompts(entry).count()).unwrap_or(u32::MAX),
        cost,
        cost_with_children: cost + of_children,
    }
}

fn todo_item(todo: &Todo) -> TodoItem {
    TodoItem {
        text: one_line(&todo.content, 500),
        state: TodoState::named(&todo.status),
        urgent: todo.priority == "high",
    }
}

/// How full the window is after this answer; none when it says nothing of that, as while it is being written.
fn context(head: &Message, models: &[Model]) -> Option<ContextView> {
    if head.role != Role::Assistant || head.tokens.total() == 0 {
        return None;
    }
    // Of a conversation that was summarised, only the summary goes on.
    let tokens = if head.summary { Tokens { output: head.tokens.output, ..Tokens::default() } } else { head.tokens };
    let name = head.model.as_deref().unwrap_or_default();
    let model = models.iter().find(|model| model.id == name && Some(&model.provider) == head.provider.as_ref());
    Some(ContextView {
        model: one_line(name, 80),
        used: tokens.total(),
        limit: model.and_then(|model| model.context),
        input: tokens.input,
        output: tokens.output,
        reasoning: tokens.reasoning,
        cache_read: tokens.cache_read,
        cache_write: tokens.cache_write,
    })
}
