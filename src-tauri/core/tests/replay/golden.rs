use crate::recording::{Final, assert_equals_server, events, names, replayed};

#[test]
fn after_each_golden_stream_the_state_is_what_the_server_answers() {
    for name in names("golden-") {
        assert_equals_server(&name, &replayed(&events(&name)), &Final::of(&name));
    }
}

#[test]
fn events_that_come_twice_change_nothing() {
    use outrider_core::model::Event;
    for name in names("golden-") {
        let mut doubled = Vec::new();
        for event in events(&name) {
            if !matches!(event, Event::Delta { .. }) {
                doubled.push(event.clone());
            }
            doubled.push(event);
        }
        assert_equals_server(&name, &replayed(&doubled), &Final::of(&name));
    }
}
