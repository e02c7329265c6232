//! What waits for the person: permissions and questions.

use serde_json::json;

use crate::{page::*, stage::Stage};

const BACKSPACE: char = '\u{E003}';
const ESCAPE: char = '\u{E00C}';

#[tokio::test]
async fn a_permission_is_allowed_once_and_another_denied() {
    let stage = Stage::new().await.permission(json!({ "bash": "ask" }));
    let window = stage.open(&[&stage.place.folder("careful")]).await;
    window.until_ready("careful").await;
    let bash = |command: &str| format!("%%tool bash {}", json!({ "command": command, "description": "Tries it" }));

    window.send(&[&bash("echo allowed-output"), "%%turn", "%%text It was allowed."].join("\n")).await;
    let request = "get('group', 'Permission request')";
    window.until(request).await;
    assert!(window.text(&format!("{request}.innerText")).await.contains("echo allowed-output"));
    assert_ne!(window.text(&format!("{request}.dataset.permissionId")).await, "");
    window.until("get('status', 'Connection').closest('footer').innerText.includes('1 waiting')").await;
    window.screenshot("permission").await;
    window.click(&answer("Permission request", "Allow once")).await;
    window.until_idle().await;
    assert_eq!(window.text("tools('bash').at(-1).dataset.state").await, "completed");
    assert_eq!(window.look(request).await, json!(null));

    window.send(&[&bash("echo denied-output"), "%%turn", "%%text Not reached."].join("\n")).await;
    window.click(&answer("Permission request", "Deny")).await;
    window.until("tools('bash').at(-1).dataset.state === 'error' && session().dataset.state === 'idle'").await;
    assert_eq!(window.look(request).await, json!(null));
    assert!(!window.text("last('assistant').innerText").await.contains("Not reached."));
    window.screenshot("denied").await;
    window.finish().await;
}

#[tokio::test]
async fn a_question_is_answered() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("curious")]).await;
    window.until_ready("curious").await;
    let option = |label: &str| json!({ "label": label, "description": format!("It is {label}") });
    let question = json!({ "questions": [
        { "header": "Colour", "question": "Which colour?", "options": [option("Red"), option("Blue")] },
    ] });
    window.send(&format!("%%tool question {question}\n%%turn\n%%text Thank you.")).await;
    window.until("get('group', 'Question')").await;
    assert!(window.text("get('group', 'Question').innerText").await.contains("Which colour?"));
    assert_eq!(window.look(&format!("{}.disabled", answer("Question", "Answer"))).await, true, "nothing is chosen");
    window.screenshot("question").await;
    window.click("get('radio', 'Blue', get('group', 'Question'))").await;
    window.click(&answer("Question", "Answer")).await;
    window.until_idle().await;
    assert_eq!(window.look("get('group', 'Question')").await, json!(null));
    assert!(window.text("last('assistant').innerText").await.contains("Thank you."));
    let told = stage
        .model
        .requests()
        .into_iter()
        .any(|request| request.turn == 1 && request.body.to_string().contains("Blue"));
    assert!(told, "the model was told the answer");
    window.finish().await;
}

#[tokio::test]
async fn what_waits_in_any_folder_is_answered_by_keys_in_one_place() {
    let stage = Stage::new().await.permission(json!({ "bash": "ask", "edit": "ask" }));
    let folders = [stage.place.folder("one"), stage.place.folder("two")];
    let window = stage.open(&[&folders[0], &folders[1]]).await;
    window.until_ready("one").await;
    window.until_ready("two").await;
    let bash = |command: &str| format!("%%tool bash {}", json!({ "command": command, "description": "Tries it" }));
    window.switch_to("one").await;
    window.send(&[&bash("echo from-one"), "%%turn", "%%text One."].join("\n")).await;
    window.until("get('group', 'Permission request')").await;
    window.switch_to("two").await;
    let write = json!({ "filePath": folders[1].join("notes.txt"), "content": "first\nsecond\n" });
    window.send(&format!("%%tool write {write}\n%%turn\n%%text Two.")).await;
    window.until("get('button', '2 waiting')").await;
    window.screenshot("permission-diff").await;

    let inbox = "get('dialog', 'Waiting')";
    let cards = "[...get('dialog', 'Waiting').querySelectorAll('.request')]";
    window.click("get('button', '2 waiting')").await;
    window.until(&format!("{inbox} && {cards}.length === 2 && document.activeElement === {cards}[0]")).await;
    assert!(window.text(&format!("{cards}[0].innerText")).await.contains("echo from-one"));
    assert!(window.text(&format!("{cards}[1].innerText")).await.contains("second"));
    window.screenshot("inbox").await;
    window.press(&['a']).await;
    window.until(&format!("{cards}.length === 1 && document.activeElement === {cards}[0]")).await;
    window.press(&['d']).await;
    window.until(&format!("{inbox}.innerText.includes('Nothing waits')")).await;
    window.press(&[ESCAPE]).await;
    window.until(&format!("!{inbox} && session().dataset.state === 'idle'")).await;
    assert!(!folders[1].join("notes.txt").exists());
    window.until(&format!("{}.dataset.unseen === '1'", instance_tab("one"))).await;
    window.screenshot("unseen").await;
    window.switch_to("one").await;
    window.until("last('assistant').innerText.includes('One.')").await;
    window.until(&format!("!{}.dataset.unseen", instance_tab("one"))).await;
    window.finish().await;
}

#[tokio::test]
async fn a_rule_made_of_a_request_answers_the_next_one_by_itself() {
    let stage = Stage::new().await.permission(json!({ "bash": "ask" }));
    let window = stage.open(&[&stage.place.folder("ruled")]).await;
    window.until_ready("ruled").await;
    let bash = |command: &str| format!("%%tool bash {}", json!({ "command": command, "description": "Tries it" }));
    window.send(&[&bash("echo first-output"), "%%turn", "%%text Once."].join("\n")).await;
    window.until("get('button', 'Auto-answers off')").await;
    window.click("get('button', 'Make a rule…')").await;
    let rules = "get('dialog', 'Automatic answers')";
    let pattern = format!("get('textbox', 'Pattern', {rules})");
    window.until(&format!("{pattern}.value === 'echo first-output' && document.activeElement === {pattern}")).await;
    for _ in "first-output".chars() {
        window.press(&[BACKSPACE]).await;
    }
    window.press(&['*']).await;
    window.click(&format!("get('button', 'Add rule', {rules})")).await;
    window.until(&format!("get('button', 'Delete rule Run a command: echo *', {rules})")).await;
    window.click(&format!("get('checkbox', 'Answer permission requests by rules', {rules})")).await;
    // What waited before is answered only because the person says so.
    window.click(&format!("get('button', 'Answer it by the rules', {rules})")).await;
    window.until(&format!("{rules}.innerText.includes('first-output')")).await;
    window.screenshot("rules").await;
    window.press(&[ESCAPE]).await;
    window.until("get('button', 'Auto-answers on, 1 given')").await;
    window.until_idle().await;

    window.send(&[&bash("echo second-output"), "%%turn", "%%text By itself."].join("\n")).await;
    window.until("last('assistant').innerText.includes('By itself.')").await;
    window.until_idle().await;
    assert_eq!(window.text("tools('bash').at(-1).dataset.state").await, "completed");
    window.click("get('button', 'Auto-answers on, 2 given')").await;
    window.until(&format!("{rules}.innerText.includes('second-output')")).await;
    let first = window.text(&format!("{rules}.querySelector('.answer').innerText")).await;
    assert!(first.contains("Allowed") && first.contains("second-output") && first.contains("bash: echo *"), "{first}");
    window.press(&[ESCAPE]).await;
    window.finish().await;
}
