//! What is told of a session beside its messages, from what the real server told.

use outrider_core::model::{Model, SessionId};
use outrider_core::protocol::{OverviewView, Snapshot, TodoState};
use outrider_core::store::State;

use crate::contract::{feed_on, look_with};
use crate::recording;

fn models() -> Vec<Model> {
    vec![
        Model { provider: "other".into(), id: "echo".into(), context: Some(1) },
        Model { provider: "scripted".into(), id: "echo".into(), context: Some(20_000) },
    ]
}

fn snapshot(state: &State, session: &SessionId) -> Snapshot {
    look_with(state, &models(), |source| feed_on(session, 1).snapshot(source))
}

/// The overview of the session that has no parent.
fn overview(recording: &str) -> OverviewView {
    let state = recording::replayed(&recording::events(recording));
    let root = state.sessions().find(|(_, entry)| entry.info().is_some_and(|info| info.parent.is_none()));
    snapshot(&state, root.unwrap().0).transcript.unwrap().overview
}

#[test]
fn the_context_is_that_of_the_last_answer_by_kind_and_of_its_providers_model() {
    let context = overview("golden-text-reasoning").context.unwrap();
    let kinds = [context.input, context.output, context.reasoning, context.cache_read, context.cache_write];
    assert_eq!((context.used, context.limit, kinds), (150, Some(20_000), [80, 22, 8, 40, 0]));
    assert_eq!(context.model, "echo");
}

#[test]
fn of_a_summarised_conversation_only_the_summary_is_left() {
    let context = overview("golden-compaction").context.unwrap();
    assert_eq!((context.used, context.input), (7, 0));
}

#[test]
fn the_cost_is_told_with_and_without_that_of_subagents() {
    let overview = overview("golden-subagent");
    assert!((overview.cost - 2.2e-5).abs() < 1e-12, "{}", overview.cost);
    assert!((overview.cost_with_children - 4.8e-5).abs() < 1e-12, "{}", overview.cost_with_children);
}

#[test]
fn a_to_do_list_that_changes_is_sent_when_it_changes() {
    let events = recording::events("05-tool-todowrite");
    let mut state = State::new(recording::directory(&events));
    let mut lists = Vec::new();
    let mut feed = None;
    for event in events {
        let changes = state.apply(event);
        let Some((session, _)) = state.sessions().next() else { continue };
        let feed = feed.get_or_insert_with(|| {
            let mut feed = feed_on(session, 1);
            look_with(&state, &[], |source| feed.snapshot(source));
            feed
        });
        feed.touch(&changes);
        let Some(announcement) = look_with(&state, &[], |source| feed.next(source)) else { continue };
        let batch = announcement.batch.or_else(|| feed.fetch(announcement.revision)).unwrap();
        feed.acknowledge(announcement.revision);
        for patch in batch.patches {
            if let outrider_core::protocol::Patch::OverviewUpdated { overview } = patch {
                lists.push(overview.todos);
            }
        }
    }
    let states: Vec<_> =
        lists.iter().rev().find(|list| !list.is_empty()).unwrap().iter().map(|todo| todo.state).collect();
    assert!(!states.is_empty() && states.iter().any(|state| *state != TodoState::Pending), "{states:?}");
}

#[test]
fn a_copied_answer_is_all_that_answers_its_prompt_and_a_copied_prompt_what_was_typed() {
    let state = recording::replayed(&recording::events("golden-subagent"));
    let root = state.sessions().find(|(_, entry)| entry.info().is_some_and(|info| info.parent.is_none()));
    let (session, entry) = root.unwrap();
    let mut feed = feed_on(session, 1);
    look_with(&state, &[], |source| feed.snapshot(source));
    let texts: Vec<_> =
        entry.transcript().messages().map(|(head, _)| feed.message_text(&state, &head.id).unwrap()).collect();
    // The first of the two answers calls the tool, the second says what came of it.
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert_eq!(texts[1], texts[2]);
    assert!(!texts[1].is_empty() && texts[0] != texts[1], "{texts:?}");
    assert_eq!(feed.message_text(&state, &"msg_unknown".into()), None);
}
