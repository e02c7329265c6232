//! A session of many messages, read page by page while its server goes on and the stream is lost at times.

use outrider_core::feed::Place;
use outrider_core::model::{
    Event, Message, MessageId, MessagePage, Part, PartKind, Prose, Role, Session, SessionId, Snapshot, Tokens,
};
use outrider_core::store::State;
use proptest::prelude::*;

use crate::contract::afresh;

fn session() -> SessionId {
    "ses_1".into()
}

fn head(number: usize, cost: usize) -> Message {
    Message {
        id: MessageId(format!("msg_{number:06}")),
        session: session(),
        role: if number.is_multiple_of(3) { Role::User } else { Role::Assistant },
        // Some share a millisecond.
        created: i64::try_from(number / 2).unwrap(),
        completed: Some(0),
        parent: None,
        agent: None,
        provider: None,
        model: None,
        finish: None,
        failure: None,
        summary: false,
        cost: f64::from(u16::try_from(cost).unwrap()),
        tokens: Tokens::default(),
    }
}

/// What the server has: messages by number, with what they cost as the thing that changes.
#[derive(Default)]
struct Server {
    messages: Vec<(usize, usize)>,
    made: usize,
}

impl Server {
    fn say(&mut self) -> Event {
        self.messages.push((self.made, 0));
        self.made += 1;
        Event::Message(head(self.made - 1, 0))
    }

    fn remove(&mut self, at: usize) -> Option<Event> {
        let (number, _) = (!self.messages.is_empty()).then(|| self.messages.remove(at % self.messages.len()))?;
        Some(Event::MessageRemoved { session: session(), message: head(number, 0).id })
    }

    fn change(&mut self, at: usize) -> Option<Event> {
        let count = self.messages.len();
        let (number, cost) = self.messages.get_mut(at % count.max(1))?;
        *cost += 1;
        Some(Event::Message(head(*number, *cost)))
    }

    /// The page before a cursor, which is the number of the first message that is known.
    fn page(&self, limit: usize, before: Option<&str>) -> MessagePage {
        let end = before.map_or(usize::MAX, |cursor| cursor.parse().unwrap());
        let older: Vec<_> = self.messages.iter().filter(|(number, _)| *number < end).collect();
        let page = &older[older.len().saturating_sub(limit)..];
        let text = |number: usize| Part {
            id: format!("prt_{number:06}").as_str().into(),
            message: head(number, 0).id,
            session: session(),
            kind: PartKind::Text(Prose { text: format!("Text {number}."), ended: Some(1), ..Prose::default() }),
        };
        MessagePage {
            session: session(),
            messages: page.iter().map(|(number, cost)| (head(*number, *cost), vec![text(*number)])).collect(),
            older: (page.len() < older.len()).then(|| page[0].0.to_string()),
            before: before.map(str::to_owned),
            bytes: 0,
        }
    }
}

fn open_state() -> State {
    let mut state = State::new("/folder");
    state.apply(Event::Session(Session {
        id: session(),
        parent: None,
        title: String::new(),
        directory: "/folder".to_owned(),
        created: 0,
        updated: 0,
        archived: None,
        revert: None,
        cost: 0.0,
    }));
    state
}

/// What is here, in the same form as what the server has.
fn known(state: &State) -> Vec<(usize, usize)> {
    let messages = state.session(&session()).unwrap().transcript().messages();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
    messages.map(|(head, _)| (head.id.0[4..].parse().unwrap(), head.cost as usize)).collect()
}

fn read_older(state: &mut State, server: &Server, limit: usize) -> bool {
    let entry = state.session(&session()).unwrap();
    let Some(cursor) = entry.transcript().older().map(str::to_owned) else { return false };
    let since = state.mark();
    state.fold_page(server.page(limit, Some(&cursor)), since);
    true
}

fn resync(state: &mut State, server: &Server, limit: usize) {
    state.stream_lost();
    let since = state.ask();
    let sessions = state.session(&session()).and_then(|entry| entry.info().cloned()).into_iter().collect();
    let messages = vec![server.page(limit, None)];
    state.fold_snapshot(Snapshot { sessions, messages, ..Snapshot::default() }, since);
}

#[derive(Debug, Clone)]
enum Step {
    Say { lost: bool, count: usize },
    Remove { lost: bool, at: usize },
    Change { lost: bool, at: usize },
    Older,
    Resync,
}

fn step() -> impl Strategy<Value = Step> {
    let place = (any::<bool>(), 0..400_usize);
    prop_oneof![
        3 => (any::<bool>(), 1..12_usize).prop_map(|(lost, count)| Step::Say { lost, count }),
        1 => place.clone().prop_map(|(lost, at)| Step::Remove { lost, at }),
        1 => place.prop_map(|(lost, at)| Step::Change { lost, at }),
        3 => Just(Step::Older),
        2 => Just(Step::Resync),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_any_time_lead_to_what_the_server_has(first in 0..60_usize, steps in prop::collection::vec(step(), 0..40)) {
        let mut server = Server::default();
        (0..first).for_each(|_| drop(server.say()));
        let mut state = open_state();
        resync(&mut state, &server, 10);
        let mut lost_something = false;
        for step in steps {
            let mut tell = |event: Option<Event>, lost: bool| {
                // What follows something that was lost is lost too, until the stream is opened again.
                lost_something |= lost;
                if let Some(event) = event.filter(|_| !lost_something) {
                    state.apply(event);
                }
            };
            match step {
                Step::Say { lost, count } => (0..count).for_each(|_| tell(Some(server.say()), lost)),
                Step::Remove { lost, at } => tell(server.remove(at), lost),
                Step::Change { lost, at } => tell(server.change(at), lost),
                Step::Older if lost_something => {}
                Step::Older => drop(read_older(&mut state, &server, 10)),
                Step::Resync => {
                    resync(&mut state, &server, 10);
                    lost_something = false;
                }
            }
            if lost_something {
                continue;
            }
            // What is shown has no hole: between two messages that are here the server has none.
            let here = known(&state);
            for pair in here.windows(2) {
                let between = server.messages.iter().filter(|(number, _)| (pair[0].0 + 1..pair[1].0).contains(number));
                prop_assert_eq!(between.count(), 0, "{:?} of {:?}", here, server.messages);
            }
        }
        resync(&mut state, &server, 10);
        while read_older(&mut state, &server, 10) {}
        prop_assert_eq!(known(&state), server.messages);
    }
}

#[test]
fn a_window_that_reads_far_back_stays_there_when_the_stream_is_lost() {
    let mut server = Server::default();
    (0..600).for_each(|_| drop(server.say()));
    let mut state = open_state();
    resync(&mut state, &server, 200);
    while read_older(&mut state, &server, 200) {}

    let mut feed = crate::contract::feed_on(&session(), 1);
    crate::contract::look(&state, |source| feed.snapshot(source));
    let entry = state.session(&session()).unwrap();
    let newest = "msg_000570".into();
    feed.show_at(entry, &newest, 130);
    let place = feed.place().unwrap().clone();
    let shown = |state: &State, place: Place| {
        let view = afresh(state, &session(), 0, place).transcript.unwrap();
        (view.messages.iter().map(|message| message.id.clone()).collect::<Vec<_>>(), view.before, view.after)
    };
    let before = shown(&state, place.clone());
    assert_eq!((before.0[0].as_str(), before.0.len(), before.1, before.2), ("msg_000115", 45, 115, 440));

    drop(server.say());
    resync(&mut state, &server, 200);
    let now = shown(&state, place.clone());
    assert_eq!((&now.0, now.1, now.2), (&before.0, before.1, 441), "it stays at once");
    while read_older(&mut state, &server, 200) {}
    assert_eq!(shown(&state, place).0, before.0);
}

#[test]
fn a_place_in_a_range_that_was_moved_since_is_not_gone_to() {
    let mut server = Server::default();
    (0..300).for_each(|_| drop(server.say()));
    let mut state = open_state();
    resync(&mut state, &server, 300);
    let mut feed = crate::contract::feed_on(&session(), 1);
    crate::contract::look(&state, |source| feed.snapshot(source));
    let entry = state.session(&session()).unwrap();
    let first = |feed: &outrider_core::feed::Feed| {
        let view = afresh(&state, &session(), 0, feed.place().unwrap().clone()).transcript.unwrap();
        view.messages[0].id.clone()
    };
    let newest = first(&feed).as_str().into();
    assert!(feed.show_message(&"msg_000020".into(), entry));
    let found = first(&feed);
    feed.show_at(entry, &newest, 200);
    assert_eq!(first(&feed), found, "the window did not know of the move when it asked");
    feed.show_at(entry, &found.as_str().into(), 200);
    assert_eq!(first(&feed), "msg_000185");
}

#[test]
fn messages_that_came_beyond_a_page_while_nobody_listened_leave_no_hole() {
    let mut server = Server::default();
    (0..50).for_each(|_| drop(server.say()));
    let mut state = open_state();
    resync(&mut state, &server, 20);
    while read_older(&mut state, &server, 20) {}
    assert_eq!(known(&state).len(), 50);
    (0..30).for_each(|_| drop(server.say()));
    resync(&mut state, &server, 20);
    assert_eq!(known(&state), server.messages[60..], "what is older does not join it");
}

#[test]
fn older_messages_that_are_asked_for_are_shown_when_they_are_here() {
    let mut server = Server::default();
    (0..300).for_each(|_| drop(server.say()));
    let mut state = open_state();
    resync(&mut state, &server, 40);
    let mut feed = crate::contract::feed_on(&session(), 1);
    let first = |feed: &mut outrider_core::feed::Feed, state: &State| {
        let view = crate::contract::look(state, |source| feed.snapshot(source)).transcript.unwrap();
        (view.messages[0].id.clone(), view.before, view.has_older)
    };
    assert_eq!(first(&mut feed, &state), ("msg_000270".to_owned(), 10, true));
    read_older(&mut state, &server, 100);
    assert_eq!(first(&mut feed, &state), ("msg_000270".to_owned(), 110, true), "nobody asked");
    feed.show_at(state.session(&session()).unwrap(), &"msg_000270".into(), 0);
    assert!(!feed.show_older(state.session(&session()).unwrap()), "they are not here");
    read_older(&mut state, &server, 100);
    assert_eq!(first(&mut feed, &state), ("msg_000130".to_owned(), 70, true));
}

#[test]
fn messages_that_only_events_told_of_join_no_page() {
    let mut server = Server::default();
    let mut state = open_state();
    // Nobody looks at the session, so nothing of it is read when the stream is back.
    (0..5).for_each(|_| drop(state.apply(server.say())));
    state.stream_lost();
    (0..3).for_each(|_| drop(server.say()));
    (0..12).for_each(|_| drop(state.apply(server.say())));
    let since = state.ask();
    state.fold_page(server.page(10, None), since);
    assert_eq!(known(&state), server.messages[10..], "what was told before the loss does not join it");
}
