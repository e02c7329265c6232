use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const LIMIT: u64 = 15_000;

fn problem(code: &str) -> Problem {
    Problem::new(code, "It did not work.")
}

fn prompt(id: &str, lane: Lane) -> Prompt {
    Prompt {
        id: id.into(),
        part: format!("prt_{id}").as_str().into(),
        lane,
        text: id.into(),
        attachments: Vec::new(),
        created: 0,
        begun: false,
        failed: None,
    }
}

fn to(session: &str) -> Lane {
    Lane::Session(session.into())
}

fn outbox(prompts: &[(&str, Lane)]) -> Outbox {
    let mut outbox = Outbox::default();
    for (id, lane) in prompts {
        outbox.add(prompt(id, lane.clone())).unwrap();
        outbox.release(&(*id).into());
    }
    outbox
}

/// What is asked for now, in words.
fn words(outbox: &mut Outbox, now: u64) -> Vec<String> {
    let words = outbox.poll(now).0.into_iter().map(|action| match action {
        Action::Find(key) => format!("find {key}"),
        Action::Make(key) => format!("make {key}"),
        Action::Ask(session, id) => format!("ask {session} {id}"),
        Action::Post { session, message, .. } => format!("post {session} {message}"),
    });
    words.collect()
}

fn states(outbox: &Outbox) -> Vec<String> {
    let word = |state| match state {
        Outgoing::Waiting => "waiting".to_owned(),
        Outgoing::Sending => "sending".to_owned(),
        Outgoing::Unconfirmed => "unconfirmed".to_owned(),
        Outgoing::Failed { problem } => problem.code,
    };
    outbox.shown().map(|shown| word(shown.state)).collect()
}

#[test]
fn those_of_one_session_go_in_order_and_of_others_beside_them() {
    let mut outbox = outbox(&[("a1", to("a")), ("a2", to("a")), ("b1", to("b"))]);
    assert_eq!(words(&mut outbox, 0), [""; 0]);
    assert_eq!(states(&outbox), ["waiting"; 3]);
    outbox.set_online(true);
    assert_eq!(words(&mut outbox, 0), ["post a a1", "post b b1"]);
    assert_eq!(states(&outbox), ["sending", "waiting", "sending"]);
    outbox.posted(&"a1".into(), Ok(()), 0, LIMIT);
    assert_eq!(words(&mut outbox, LIMIT - 1), [""; 0], "an answer is no message yet");
    assert!(outbox.confirm(&"a1".into()) && !outbox.confirm(&"a1".into()));
    assert_eq!(words(&mut outbox, LIMIT - 1), ["post a a2"]);
    assert!(outbox.take_back(&"a2".into()).is_none(), "it may be there");
}

#[test]
fn a_message_that_stays_without_its_text_is_sent_again() {
    let mut outbox = outbox(&[("a1", to("a"))]);
    outbox.set_online(true);
    words(&mut outbox, 0);
    outbox.set_online(false);
    outbox.posted(&"a1".into(), Err(Trouble::Lost(problem("cut"))), 0, LIMIT);
    outbox.set_online(true);
    let mut now = SETTLE_MS;
    for _ in 1..ATTEMPTS {
        assert_eq!(words(&mut outbox, now), ["ask a a1"]);
        outbox.asked_too_early(&"a1".into(), now);
        now += SETTLE_MS;
    }
    assert_eq!(words(&mut outbox, now), ["post a a1"]);
    assert_eq!(states(&outbox), ["sending"]);
}

#[test]
fn what_was_cut_off_is_asked_for_and_sent_again_only_when_it_is_not_there() {
    for there in [true, false] {
        let mut outbox = outbox(&[("a1", to("a"))]);
        outbox.set_online(true);
        words(&mut outbox, 0);
        outbox.posted(&"a1".into(), Err(Trouble::Lost(problem("connection_lost"))), 10, LIMIT);
        assert_eq!(words(&mut outbox, 10), [""; 0], "the server may still be at it");
        assert_eq!(outbox.next_due(), Some(10 + SETTLE_MS));
        assert_eq!(words(&mut outbox, 10 + SETTLE_MS), ["ask a a1"]);
        outbox.asked(&"a1".into(), Ok(there), 20 + SETTLE_MS);
        assert_eq!(words(&mut outbox, 20 + SETTLE_MS), if there { vec![] } else { vec!["post a a1"] });
        assert_eq!(outbox.is_empty(), there);
    }
}

#[test]
fn what_is_accepted_and_does_not_appear_fails_with_the_sessions_reason_and_can_be_tried_again() {
    let mut outbox = outbox(&[("a1", to("a")), ("a2", to("a"))]);
    outbox.set_online(true);
    words(&mut outbox, 0);
    outbox.session_failed(&"a".into(), &problem("unknown_agent"), 1, LIMIT);
    outbox.session_failed(&"a".into(), &problem("stack_trace"), 1, LIMIT);
    outbox.posted(&"a1".into(), Ok(()), 1, LIMIT);
    assert_eq!(words(&mut outbox, 1 + LIMIT / 5), ["ask a a1"]);
    outbox.asked(&"a1".into(), Ok(false), 5_000);
    assert_eq!(states(&outbox), ["unknown_agent", "sending"]);
    // It has stepped aside, and does not step before the one that is under way.
    assert_eq!(words(&mut outbox, 5_000), ["post a a2"]);
    assert!(outbox.retry(&"a1".into()));
    assert_eq!(words(&mut outbox, 5_000), [""; 0]);
    outbox.confirm(&"a2".into());
    assert_eq!(words(&mut outbox, 5_000), ["ask a a1"]);
    outbox.asked(&"a1".into(), Ok(false), 5_000);
    assert_eq!(words(&mut outbox, 5_000), ["post a a1"]);
    outbox.posted(&"a1".into(), Err(Trouble::Refused(problem("bad_request"))), 5_000, LIMIT);
    assert_eq!(states(&outbox), ["bad_request"]);
    assert_eq!(outbox.take_back(&"a1".into()).unwrap().text.as_ref(), "a1");
}

#[test]
fn a_session_whose_making_was_cut_off_is_looked_for_before_another_is_made() {
    let lane = Lane::New("n1".into());
    let mut outbox = outbox(&[("n1", lane.clone()), ("n2", lane.clone())]);
    assert_eq!(outbox.new_lane(), Some(lane));
    outbox.set_online(true);
    assert_eq!(words(&mut outbox, 0), ["make n1"]);
    outbox.made(&"n1".into(), Err(Trouble::Lost(problem("timeout"))), 0);
    assert_eq!(words(&mut outbox, SETTLE_MS), ["find n1"]);
    let mut again = outbox.clone();
    again.found(&"n1".into(), Ok(None), SETTLE_MS);
    assert_eq!(words(&mut again, SETTLE_MS), ["make n1"]);
    outbox.found(&"n1".into(), Ok(Some(&"s".into())), SETTLE_MS);
    assert_eq!(words(&mut outbox, SETTLE_MS), ["ask s n1"], "it may have been sent as well");
    assert_eq!(outbox.sessions(), [SessionId::from("s"), "s".into()]);
}

#[test]
fn a_prompt_that_ends_the_server_is_not_sent_for_ever() {
    let mut outbox = outbox(&[("a1", to("a"))]);
    let mut posts = 0;
    for now in 0..20 {
        outbox.set_online(true);
        for word in words(&mut outbox, now * LIMIT) {
            if word == "post a a1" {
                posts += 1;
                outbox.posted(&"a1".into(), Ok(()), now * LIMIT, LIMIT);
                outbox.set_online(false);
            } else {
                outbox.asked(&"a1".into(), Ok(false), now * LIMIT);
            }
        }
    }
    assert_eq!((posts, &*states(&outbox)), (ATTEMPTS, &["not_sent".to_owned()][..]));
}

#[test]
fn what_waits_for_a_session_that_is_deleted_is_kept_where_a_session_is_begun() {
    let mut outbox = outbox(&[("a1", to("a"))]);
    outbox.set_online(true);
    words(&mut outbox, 0);
    assert!(outbox.session_gone(&"a".into()));
    outbox.posted(&"a1".into(), Ok(()), 0, LIMIT);
    assert_eq!((states(&outbox), outbox.sessions()), (vec!["session_gone".to_owned()], vec![]));
    outbox.retry(&"a1".into());
    assert_eq!(words(&mut outbox, 0), ["find a1"]);
}

#[test]
fn there_is_a_limit_of_size_and_of_number() {
    let mut outbox = Outbox::default();
    let large = |id: &str, length| Prompt { text: "x".repeat(length).into(), ..prompt(id, to("a")) };
    assert_eq!(outbox.add(large("a", LONGEST_TEXT + 1)).unwrap_err().code, "prompt_too_large");
    for n in 0..MOST_BYTES / LONGEST_TEXT {
        outbox.add(large(&n.to_string(), LONGEST_TEXT)).unwrap();
    }
    assert_eq!(outbox.add(large("one more", 1)).unwrap_err().code, "too_many_waiting");
    let mut outbox = Outbox::default();
    for n in 0..MOST {
        outbox.add(prompt(&n.to_string(), to("a"))).unwrap();
    }
    assert_eq!(outbox.add(prompt("one more", to("a"))).unwrap_err().code, "too_many_waiting");
}

/// What may happen next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Type(bool),
    Poll,
    /// The n-th request under way reaches the server, or not, and its answer comes back, or not.
    Answer {
        which: usize,
        arrives: bool,
        heard: bool,
    },
    /// The server refuses all that it is sent for a while.
    Sulk(bool),
    Event,
    Connect(bool),
    /// The app is killed and started again.
    Kill,
    Retry,
    TakeBack,
}

fn step() -> impl Strategy<Value = Step> {
    let answer = (0..4_usize, prop::bool::weighted(0.7), prop::bool::weighted(0.7));
    prop_oneof![
        2 => any::<bool>().prop_map(Step::Type),
        6 => Just(Step::Poll),
        8 => answer.prop_map(|(which, arrives, heard)| Step::Answer { which, arrives, heard }),
        1 => any::<bool>().prop_map(Step::Sulk),
        3 => Just(Step::Event),
        3 => prop::bool::weighted(0.7).prop_map(Step::Connect),
        1 => Just(Step::Kill),
        1 => Just(Step::Retry),
        1 => Just(Step::TakeBack),
    ]
}

/// A server, and the person before it.
#[derive(Default)]
struct World {
    outbox: Outbox,
    online: bool,
    sulks: bool,
    now: u64,
    under_way: Vec<Action>,
    /// What the disk has; a request waits for it.
    disk: Vec<Prompt>,
    /// Messages of each session, in the order in which they came.
    stored: BTreeMap<SessionId, Vec<MessageId>>,
    made_for: BTreeMap<MessageId, SessionId>,
    /// Stored, and no event of it has come yet.
    untold: Vec<MessageId>,
    typed: Vec<MessageId>,
    taken_back: Vec<MessageId>,
    /// Sent, and neither an answer nor an event has said since then that it is not there.
    unknown: BTreeSet<MessageId>,
}

impl World {
    fn take(&mut self, step: Step) {
        self.now += 700;
        match step {
            Step::Type(begins) => {
                let id = MessageId(format!("m{}", self.typed.len()));
                let lane =
                    if begins { self.outbox.new_lane().unwrap_or_else(|| Lane::New(id.clone())) } else { to("old") };
                if self.outbox.add(prompt(id.as_str(), lane)).is_ok() {
                    self.outbox.release(&id);
                    self.typed.push(id);
                    self.disk = self.outbox.to_kept();
                }
            }
            Step::Poll => {
                let (actions, _) = self.outbox.poll(self.now);
                self.disk = self.outbox.to_kept();
                for action in &actions {
                    if let Action::Post { message, .. } = action {
                        assert!(!self.unknown.contains(message), "{message} was sent again without asking");
                        self.unknown.insert(message.clone());
                    }
                    if let Action::Make(key) = action {
                        assert!(self.unknown.insert(MessageId(format!("session {key}"))), "made again without looking");
                    }
                }
                self.under_way.extend(actions);
            }
            Step::Answer { which, arrives, heard } => {
                if !self.under_way.is_empty() {
                    let action = self.under_way.remove(which % self.under_way.len());
                    self.answer(action, arrives && self.online && !self.sulks, heard);
                }
            }
            Step::Sulk(sulks) => self.sulks = sulks,
            Step::Event => {
                if self.online && !self.untold.is_empty() {
                    let id = self.untold.remove(0);
                    self.outbox.confirm(&id);
                }
            }
            Step::Connect(online) => {
                self.online = online;
                self.outbox.set_online(online);
            }
            Step::Kill => {
                self.under_way.clear();
                self.outbox = Outbox::new(self.disk.clone());
                self.online = false;
            }
            Step::Retry => {
                let failed = self.outbox.shown().find(|shown| matches!(shown.state, Outgoing::Failed { .. }));
                if let Some(failed) = failed {
                    assert!(self.outbox.retry(&failed.id));
                }
            }
            Step::TakeBack => {
                let last = self.outbox.shown().last();
                if let Some(prompt) = last.and_then(|last| self.outbox.take_back(&last.id)) {
                    assert!(!self.unknown.contains(&prompt.id), "{} may be there", prompt.id);
                    self.taken_back.push(prompt.id);
                    self.disk = self.outbox.to_kept();
                }
            }
        }
    }

    fn answer(&mut self, action: Action, arrives: bool, heard: bool) {
        let lost = || Trouble::Lost(problem("connection_lost"));
        match action {
            Action::Post { session, message, .. } => {
                let known = self.stored.entry(session).or_default();
                if arrives && !known.contains(&message) {
                    known.push(message.clone());
                    self.untold.push(message.clone());
                }
                let answer = if arrives && heard { Ok(()) } else { Err(lost()) };
                self.outbox.posted(&message, answer, self.now, LIMIT);
            }
            Action::Ask(session, message) => {
                let there = self.stored.get(&session).is_some_and(|known| known.contains(&message));
                let answer = if arrives && heard { Ok(there) } else { Err(NoAnswer) };
                if answer.is_ok() {
                    self.unknown.remove(&message);
                }
                self.outbox.asked(&message, answer, self.now);
            }
            Action::Make(key) => {
                if arrives {
                    let made = SessionId(format!("of {key}"));
                    assert!(self.made_for.insert(key.clone(), made).is_none(), "two sessions for {key}");
                }
                let made = self.made_for.get(&key).cloned().filter(|_| arrives && heard);
                self.outbox.made(&key, made.ok_or_else(lost), self.now);
            }
            Action::Find(key) => {
                let answer = if arrives && heard { Ok(self.made_for.get(&key)) } else { Err(NoAnswer) };
                if answer.is_ok() {
                    self.unknown.remove(&MessageId(format!("session {key}")));
                }
                self.outbox.found(&key, answer, self.now);
            }
        }
    }

    fn place_of(&self, id: &MessageId) -> (usize, bool, bool) {
        let stored = self.stored.values().flatten().filter(|known| *known == id).count();
        (stored, self.outbox.shown().any(|shown| shown.id == *id), self.taken_back.contains(id))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// In any order of answers, losses, events and restarts: nothing is sent again without asking in between, nothing is
    /// there twice, and nothing is lost. When all is well again, everything arrives, in its order.
    #[test]
    fn nothing_is_lost_and_nothing_is_sent_twice(steps in prop::collection::vec(step(), 0..120)) {
        let mut world = World::default();
        for step in steps {
            world.take(step);
            for id in &world.typed {
                let (stored, waits, taken_back) = world.place_of(id);
                prop_assert!(stored <= 1, "{id} is there {stored} times");
                prop_assert!(stored == 1 || waits || taken_back, "{id} is lost");
                prop_assert!(!(stored == 1 && taken_back), "{id} was given back and is there");
            }
        }
        world.sulks = false;
        world.take(Step::Connect(true));
        for _ in 0..2_000 {
            if world.outbox.is_empty() {
                break;
            }
            for step in [Step::Poll, Step::Answer { which: 0, arrives: true, heard: true }, Step::Event, Step::Retry] {
                world.take(step);
            }
        }
        prop_assert!(world.outbox.is_empty(), "{:?}", world.outbox);
        for known in world.stored.values() {
            prop_assert_eq!(known.iter().collect::<BTreeSet<_>>().len(), known.len());
        }
    }
}
