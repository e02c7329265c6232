//! Nothing that people, models or tools wrote is left in a blanked recording.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::blank;

/// Every event of every recording.
fn recorded() -> Vec<Value> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut events = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "sse") {
            let text = std::fs::read_to_string(file).unwrap();
            let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
            events.extend(lines.map(|line| crate::opencode::parse_json::<Value>(line).unwrap()));
        }
    }
    assert!(events.len() > 4_000);
    events
}

/// One event for each set of places that values stand at in recorded events.
fn kinds() -> Vec<Value> {
    let mut seen = std::collections::BTreeSet::new();
    recorded().into_iter().filter(|event| seen.insert((event["type"].to_string(), places(event)))).collect()
}

fn places(value: &Value) -> Vec<String> {
    let mut places = Vec::new();
    leaves(value, String::new(), &mut places);
    places
}

fn leaves(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, format!("{place}/{name}"), places));
        }
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(at, value)| leaves(value, format!("{place}/{at}"), places));
        }
        _ => places.push(place),
    }
}

fn blanked(value: &Value) -> Value {
    serde_json::from_str(&blank(&value.to_string())).unwrap()
}

/// Types, lengths of lists, numbers of fields, and lengths of texts in UTF-16 with their white space.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) => json!(0),
        Value::String(text) => {
            let spaces: Vec<_> = text.char_indices().filter(|(_, it)| it.is_whitespace()).map(|(_, it)| it).collect();
            json!([text.encode_utf16().count(), spaces])
        }
        Value::Array(entries) => entries.iter().map(shape).collect(),
        Value::Object(fields) => {
            // Names of fields can change, and with them their order.
            let mut shapes: Vec<_> = fields.values().map(|value| shape(value).to_string()).collect();
            shapes.sort();
            json!({ "fields": shapes })
        }
    }
}

#[test]
fn every_recorded_event_keeps_its_shape() {
    for event in recorded() {
        assert_eq!(shape(&blanked(&event)), shape(&event), "{event}");
    }
}

/// A canary is put into each place of each kind of event in turn: as a sentence, as a word, as the name of a field, as
/// a number, and in an object. None may come out but one word where an id or a type stands.
#[test]
fn no_place_of_any_event_lets_text_through() {
    const IDS: &[&str] = &["id", "type", "sessionID", "messageID", "partID", "requestID", "parentID", "callID"];
    let (mut tried, mut ids) = (0, std::collections::BTreeSet::new());
    for event in kinds() {
        for place in places(&event) {
            let put = |canary: Value| {
                let mut event = event.clone();
                *event.pointer_mut(&place).unwrap() = canary;
                blank(&event.to_string())
            };
            for canary in [
                json!("Canary in a coalmine"),
                json!("/home/canary"),
                json!("canary: 1"),
                json!({ "canary": "canary", "command": "canary", "type": "canary bird", "x": [{ "canary": ["canary"] }] }),
                json!(["canary bird", { "canaryCanary": 1 }]),
            ] {
                let out = put(canary.clone());
                assert!(!out.to_lowercase().contains("canary"), "{canary} at {place} of {event}\n{out}");
                tried += 1;
            }
            if put(json!("canary")).contains("canary") {
                ids.insert(place.rsplit('/').find(|name| name.parse::<u32>().is_err()).unwrap().to_owned());
            }
            let number = put(json!(4_242_424_242_u64));
            let is_count =
                ["time", "tokens", "cost", "attempt", "next", "statusCode"].iter().any(|it| place.contains(it));
            assert!(is_count || !number.contains("4242424242"), "{place} of {event}");
        }
    }
    assert!(tried > 2_000, "{tried}");
    assert!(ids.iter().all(|name| IDS.contains(&name.as_str())), "{ids:?}");
}

#[test]
fn what_tests_need_stays_and_deltas_add_up() {
    let part = json!({
        "id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "tool", "tool": "bash", "callID": "call_1",
        "state": {
            "status": "running", "input": { "command": "cat /etc/passwd", "secret": 5 }, "title": "Reads",
            "metadata": { "sessionId": "ses_2", "output": "root\nx" }, "time": { "start": 17 },
        },
    });
    let event = json!({ "id": "evt_1", "type": "message.part.updated", "properties": { "part": part, "time": 18 } });
    let expected = json!({
        "id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "tool", "tool": "bash", "callID": "call_1",
        "state": {
            "status": "running", "input": { "command": "xxx xxxxxxxxxxx", "xxxxxx": 0 }, "title": "xxxxx",
            "metadata": { "sessionId": "ses_2", "output": "xxxx\nx" }, "time": { "start": 17 },
        },
    });
    assert_eq!(blanked(&event)["properties"]["part"], expected);
    assert_eq!(blanked(&event)["properties"]["time"], 18);

    // The server cuts text at UTF-16 units: both halves of a character count as the whole does.
    let delta = |text: &str| {
        let out =
            blank(&format!(r#"{{"type":"message.part.delta","properties":{{"field":"text","delta":"{text}"}}}}"#));
        serde_json::from_str::<Value>(&out).unwrap()["properties"]["delta"].as_str().unwrap().to_owned()
    };
    assert_eq!([delta("a\\n \\ud83d"), delta("\\ude00é")].concat(), delta("a\\n \u{1f600}é"));
}

#[test]
fn fields_whose_names_go_stay_apart() {
    let event = json!({ "type": "t", "properties": { "ab": 1, "cd": "x y", "xx": null, "xxx": true } });
    assert_eq!(blanked(&event)["properties"].as_object().unwrap().len(), 4);
    assert_eq!(blank("{\"no\": json"), "xxxxxx xxxx");
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("properties".to_owned()),
        Just("part".to_owned()),
        Just("info".to_owned()),
        Just("state".to_owned()),
        Just("type".to_owned()),
        Just("id".to_owned()),
        Just("metadata".to_owned()),
        "[a-zA-Zé ]{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        // No letter that a placeholder or a word of the server's has.
        "[QZJ\u{1f600}é \n]{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_keeps_its_shape_and_loses_its_letters(value in any_json()) {
        let out = blanked(&value);
        prop_assert_eq!(shape(&out), shape(&value));
        prop_assert_eq!(blanked(&out), out.clone(), "blanking again changes nothing");
        let mut texts = Vec::new();
        collect(&out, "", &mut texts);
        for (field, text) in texts {
            let one_word = field == "id" || field == "type";
            prop_assert!(one_word || text.chars().all(|it| it == 'x' || it.is_whitespace()), "{}: {}", field, text);
        }
    }
}

fn collect<'a>(value: &'a Value, field: &'a str, texts: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::String(text) => texts.push((field, text)),
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, field, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(value, name, texts)),
        _ => {}
    }
}
