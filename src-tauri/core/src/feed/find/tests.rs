//! Searches over made-up sessions, slice by slice.

use std::time::Instant;

use serde_json::json;

use super::{FindStep, Search};
use crate::feed::place::Place;
use crate::model::{
    Event, Message, MessageId, MessagePage, Part, PartKind, Prose, Role, Session, SessionId, Tokens, Tool, ToolProgress,
};
use crate::protocol::{FindHit, FindQuery, FindView};
use crate::store::{SessionEntry, State};

fn session() -> SessionId {
    "ses_1".into()
}

fn head(number: usize) -> Message {
    let user = number.is_multiple_of(2);
    Message {
        id: id(number),
        session: session(),
        role: if user { Role::User } else { Role::Assistant },
        created: i64::try_from(number).unwrap(),
        completed: (!user).then_some(0),
        parent: (!user).then(|| id(number - 1)),
        agent: None,
        provider: None,
        model: None,
        finish: None,
        failure: None,
        summary: false,
        cost: 0.0,
        tokens: Tokens::default(),
    }
}

fn id(number: usize) -> MessageId {
    MessageId(format!("msg_{number:06}"))
}

fn part(message: usize, number: usize, kind: PartKind) -> Part {
    Part { id: format!("prt_{message:06}_{number}").as_str().into(), message: id(message), session: session(), kind }
}

fn text(text: &str) -> PartKind {
    PartKind::Text(Prose { text: text.to_owned(), ..Prose::default() })
}

fn bash(command: &str, output: &str) -> PartKind {
    PartKind::Tool(Box::new(Tool {
        call: "call".to_owned(),
        name: "bash".to_owned(),
        input: json!({ "command": command }),
        progress: ToolProgress::Completed { output: output.to_owned() },
        title: None,
        metadata: json!({}),
        attachments: Vec::new(),
        started: Some(0),
        ended: Some(1),
    }))
}

/// Messages with these parts, from the one numbered `first` on; the server's next older page has `older`.
fn page(first: usize, messages: Vec<Vec<PartKind>>, older: Option<&str>, before: Option<&str>) -> MessagePage {
    let of = |(number, kinds): (usize, Vec<PartKind>)| {
        let parts = kinds.into_iter().enumerate().map(|(at, kind)| part(number, at, kind)).collect();
        (head(number), parts)
    };
    MessagePage {
        session: session(),
        messages: (first..).zip(messages).map(of).collect(),
        older: older.map(str::to_owned),
        before: before.map(str::to_owned),
        bytes: 0,
    }
}

fn state(page: MessagePage) -> State {
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
    let since = state.mark();
    state.fold_page(page, since);
    state
}

fn entry(state: &State) -> &SessionEntry {
    state.session(&session()).unwrap()
}

fn query(text: &str) -> FindQuery {
    FindQuery { number: 1, text: text.to_owned(), match_case: false, near: None }
}

/// Looks through all that is here.
fn run(search: &mut Search, state: &State) -> FindView {
    while let Some(job) = search.job(state, entry(state)) {
        assert!(search.job(state, entry(state)).is_none(), "one at a time");
        search.answer(job.run(), entry(state));
    }
    search.view(entry(state))
}

fn place(hit: &FindHit) -> (u32, &str, Option<u32>, u32) {
    (hit.index, &hit.message, hit.section, hit.occurrence)
}

fn at(view: &FindView) -> (u32, &str, Option<u32>, u32) {
    place(view.at.as_ref().expect("a place"))
}

#[test]
fn everything_that_is_shown_is_found_and_the_places_follow_one_another_in_their_order() {
    let thought = PartKind::Reasoning(Prose { text: "A **nee**dle?".to_owned(), ..Prose::default() });
    let hidden = PartKind::Text(Prose { text: "needle".to_owned(), synthetic: true, ..Prose::default() });
    let state = state(page(
        0,
        vec![
            vec![text("Find the needle, *needle*"), hidden],
            vec![thought, bash("grep needle .", "a NEEDLE\nno\nneedle needle"), text("nee\n\ndle")],
        ],
        None,
        None,
    ));
    let mut search = Search::new(1, &query("Needle"), entry(&state)).unwrap();
    let view = run(&mut search, &state);
    // Two in the prompt, one thought, the call's line, its command, and three in its output.
    assert_eq!((view.count, view.searching, view.older), (8, false, false));
    let (first, second) = (id(0).0, id(1).0);
    assert_eq!(at(&view), (8, &*second, Some(1), 2), "the newest one first");
    let mut places = Vec::new();
    for _ in 0..8 {
        assert!(search.step(FindStep::Next, entry(&state)));
        places.push(search.view(entry(&state)).at.unwrap());
    }
    let expected = [
        (1, &*first, None, 0),
        (2, &*first, None, 1),
        (3, &*second, None, 0),
        (4, &*second, None, 0),
        (5, &*second, Some(0), 0),
        (6, &*second, Some(1), 0),
        (7, &*second, Some(1), 1),
        (8, &*second, Some(1), 2),
    ];
    assert_eq!(places.iter().map(place).collect::<Vec<_>>(), expected);
    assert!(places.windows(2).all(|pair| pair[0].jump + 1 == pair[1].jump));
    for expected in expected.iter().rev().skip(1) {
        search.step(FindStep::Previous, entry(&state));
        assert_eq!(at(&search.view(entry(&state))), *expected);
    }
}

#[test]
fn the_search_begins_where_one_reads_and_what_comes_moves_only_the_count() {
    let messages = (0..40).map(|number| vec![text(if number % 10 == 0 { "here" } else { "there" })]).collect();
    let mut state = state(page(100, messages, Some("older"), None));
    let mut search = Search::new(1, &FindQuery { near: Some(id(125).0), ..query("HERE") }, entry(&state)).unwrap();
    let view = run(&mut search, &state);
    assert_eq!((view.count, view.older), (40, true));
    assert_eq!(at(&view), (26, &*id(125).0, None, 0), "it is in every message");
    let jumps = view.at.unwrap().jump;

    // Older messages come, and the newest answer goes on.
    let since = state.mark();
    let older = (90..100).map(|_| vec![text("here, here")]).collect();
    let changes = state.fold_page(page(90, older, None, Some("older")), since);
    search.touch(changes.messages.into_iter().map(|(_, message)| message));
    let changes = state.apply(Event::Part(part(139, 0, text("here and here and here"))));
    search.touch(changes.parts.into_iter().map(|(_, message, _)| message));
    assert!(search.view(entry(&state)).searching);
    let view = run(&mut search, &state);
    assert_eq!((view.count, view.older, view.searching), (40 + 20 + 2, false, false));
    assert_eq!(at(&view), (46, &*id(125).0, None, 0));
    assert_eq!(view.at.unwrap().jump, jumps, "the view stays");

    // What is shown goes away: the next place is shown, without a jump.
    let changes = state.apply(Event::MessageRemoved { session: session(), message: id(125) });
    search.touch(changes.messages.into_iter().map(|(_, message)| message));
    let view = run(&mut search, &state);
    assert_eq!((view.count, at(&view)), (61, (46, &*id(126).0, None, 0)));
    assert_eq!(view.at.unwrap().jump, jumps);
}

#[test]
fn with_nothing_in_what_is_here_the_first_place_is_among_what_comes() {
    let mut state = state(page(10, vec![vec![text("nothing")]], Some("older"), None));
    let mut search = Search::new(1, &query("rare"), entry(&state)).unwrap();
    assert_eq!(run(&mut search, &state).at, None);
    assert!(search.is_through() && search.reads_older(entry(&state)));
    let since = state.mark();
    let changes = state.fold_page(page(9, vec![vec![text("rare")]], None, Some("older")), since);
    search.touch(changes.messages.into_iter().map(|(_, message)| message));
    assert_eq!(at(&run(&mut search, &state)), (1, &*id(9).0, None, 0));
    search.give_up(entry(&state));
    assert!(search.view(entry(&state)).incomplete);
}

#[test]
fn the_range_moves_around_a_message_and_goes_on_from_there() {
    let state = state(page(0, (0..400).map(|_| vec![text("x")]).collect(), None, None));
    let entry = entry(&state);
    let mut place = Place::default();
    place.settle(entry);
    let range = |place: &Place| place.range(entry).map(|id| id.0[4..].parse::<usize>().unwrap()).collect::<Vec<_>>();
    assert_eq!(range(&place), (370..400).collect::<Vec<_>>());
    // One that is there moves nothing.
    assert!(place.show_around(entry, &id(371)));
    assert_eq!(range(&place).first(), Some(&370));
    assert!(place.show_around(entry, &id(100)));
    assert_eq!(range(&place), (85..117).collect::<Vec<_>>());
    assert!(place.has_newer(entry) && place.has_older(entry));
    place.settle(entry);
    assert_eq!(range(&place), (85..117).collect::<Vec<_>>(), "it stays");
    place.show_newer(entry);
    assert_eq!(range(&place), (85..147).collect::<Vec<_>>());
    assert!(place.show_older(entry));
    assert_eq!(range(&place), (55..145).collect::<Vec<_>>());
    assert!(place.show_around(entry, &id(0)) && range(&place)[0] == 0 && !place.has_older(entry));
    assert!(place.show_around(entry, &id(399)));
    assert_eq!((range(&place).last(), place.has_newer(entry)), (Some(&399), false));
    assert!(!place.show_around(entry, &"msg_none".into()));
}

/// What the instance's task does for a slice is to copy it: its size bounds that, whatever the machine does meanwhile.
#[test]
fn a_search_in_ten_thousand_messages_never_copies_more_at_once_than_a_slice() {
    let words = "Some **words** of an answer, with `code` and more of it.\n\n".repeat(8);
    let messages = (0..10_000)
        .map(|number| if number % 2 == 0 { vec![text("Go on")] } else { vec![text(&words), bash("ls", &words)] })
        .collect();
    let state = state(page(0, messages, None, None));
    let began = Instant::now();
    let mut search = Search::new(1, &query("code and"), entry(&state)).unwrap();
    let mut longest = began.elapsed();
    let mut slices = 0;
    loop {
        let before = Instant::now();
        let Some(job) = search.job(&state, entry(&state)) else { break };
        longest = longest.max(before.elapsed());
        assert!(job.bytes < 260 * 1024, "{}", job.bytes);
        let answer = job.run();
        let before = Instant::now();
        search.answer(answer, entry(&state));
        search.view(entry(&state));
        longest = longest.max(before.elapsed());
        slices += 1;
    }
    eprintln!("NOTE: {slices} slices, {:?} in all, at most {longest:?} on the task", began.elapsed());
    // Once in each line of the text; in the output as it is, the marks stand between.
    assert_eq!(search.view(entry(&state)).count, 5_000 * 8);
    assert!(slices > 30, "{slices}");
}
