//! Chatting: what streams, what tools do, and stopping.

use serde_json::json;

use crate::{page::*, stage::Stage, window::Window};

const ENTER: char = '\u{E007}';
const SHIFT: char = '\u{E008}';

#[tokio::test]
async fn an_answer_grows_while_it_streams_and_ends_complete() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("web-app")]).await;
    window.until_ready("web-app").await;

    // Typed by hand: Enter sends, Shift+Enter does not.
    window.type_message("%%text The **first** part").await;
    window.press(&[SHIFT, ENTER]).await;
    window.type_message("%%wait half").await;
    window.press(&[SHIFT, ENTER]).await;
    window.type_message("%%stream 40 0.02 more").await;
    assert_eq!(window.text(&format!("{COMPOSER}.value")).await.lines().count(), 3);
    assert_eq!(window.look("articles().length").await, 0, "nothing was sent yet");
    window.press(&[ENTER]).await;

    stage.model.reached("half").await;
    window.until("last('assistant')?.innerText.includes('The first part')").await;
    assert_eq!(window.text("last('assistant').dataset.state").await, "streaming");
    assert_eq!(window.text("session().dataset.state").await, "busy");
    assert_eq!(window.text("last('assistant').querySelector('strong').textContent").await, "first");
    assert_eq!(window.text("last('user').innerText.split('\\n')[0]").await, "You");
    let lines = window.text("last('user').innerText").await;
    assert!(lines.contains("part\n%%wait half\n%%stream"), "a new line stays one: {lines:?}");
    window
        .js("window.__seen = new Set(); new MutationObserver(() => {
        const article = last('assistant');
        window.__seen.add(`${article.dataset.state} ${article.innerText.length}`);
    }).observe(messages(), { subtree: true, childList: true, characterData: true, attributes: true });")
        .await;
    stage.model.open("half");
    window.until_idle().await;

    let seen = window.look("[...window.__seen]").await;
    let streaming: Vec<usize> = seen
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry.as_str()?.strip_prefix("streaming ")?.parse().ok())
        .collect();
    // How many steps is a matter of the load: what comes meanwhile is merged.
    assert!(streaming.len() >= 2, "it grew in steps: {streaming:?}");
    assert!(streaming.is_sorted(), "it never shrank: {streaming:?}");
    assert!(window.text("last('assistant').innerText").await.contains("more0 more1 more2"));
    assert!(window.text("last('assistant').innerText").await.trim_end().ends_with("more39"));
    window.until(&session_tab("Scripted title")).await;
    window.screenshot("streamed").await;
    window.finish().await;
}

/// Unfolds the first call of a tool, scrolled to where nothing floats above it.
async fn unfold(window: &Window, tool: &str) {
    let line = format!("tools('{tool}')[0].querySelector('[aria-expanded]')");
    window.js(&format!("{line}.scrollIntoView({{ block: 'center' }})")).await;
    window.click(&line).await;
}

#[tokio::test]
async fn tool_calls_show_their_states_and_unfold() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("tools");
    let window = stage.open(&[&folder]).await;
    window.until_ready("tools").await;
    let file = folder.join("go");
    let wait = format!(
        "echo first; until [ -e '{}' ]; do sleep 0.05; done; printf '\\033[1;32mlast\\033[0m\\n'; seq 1 1500; exit 3",
        file.display()
    );
    let edit = json!({ "filePath": folder.join("src/greet.py"), "oldString": "Hello", "newString": "Good morning" });
    let todo = |text: &str, status: &str| json!({ "content": text, "status": status, "priority": "high" });
    let todos = json!({ "todos": [todo("Look", "completed"), todo("Greet", "pending")] });
    let prompt = [
        "%%text I look first.".to_owned(),
        format!("%%tool bash {}", json!({ "command": wait, "description": "Waits for the file" })),
        "%%turn".to_owned(),
        format!("%%tool read {}", json!({ "filePath": folder.join("src/greet.py") })),
        "%%turn".to_owned(),
        format!("%%tool edit {edit}"),
        format!("%%tool read {}", json!({ "filePath": folder.join("nowhere.txt") })),
        "%%turn".to_owned(),
        format!("%%tool todowrite {todos}"),
        format!("%%tool grep {}", json!({ "pattern": "def \\w+" })),
        "%%turn".to_owned(),
        "%%text All done.".to_owned(),
    ];
    window.send(&prompt.join("\n")).await;
    window.until("tools('bash')[0]?.dataset.state === 'running'").await;
    window.click("tools('bash')[0].querySelector('[aria-expanded]')").await;
    window.until("tools('bash')[0].innerText.includes('until [ -e')").await;
    window.until("/^first$/m.test(tools('bash')[0].innerText)").await;
    window.until("/\\b1 s/.test(tools('bash')[0].innerText)").await;
    std::fs::write(&file, "").unwrap();
    window.until_idle().await;

    assert_eq!(window.text("tools('bash')[0].dataset.state").await, "completed");
    let line = window.text("tools('bash')[0].querySelector('.tool-line').innerText").await;
    assert!(line.contains("exit 3"), "{line}");
    let output = "tools('bash')[0].querySelector('[data-section=lines] .tool-rows')";
    // It is unfolded still, at its end: of its 1,502 lines only those in view are in the document.
    window.until(&format!("{output}.innerText.includes('1500')")).await;
    assert!(window.look(&format!("{output}.querySelectorAll('.tool-row').length")).await.as_u64().unwrap() < 100);
    window.js(&format!("{output}.scrollTop = 0")).await;
    window.until(&format!("{output}.querySelector('.bold.t-green')?.textContent === 'last'")).await;
    // The middle did not come with the call: it is fetched.
    window.js(&format!("{output}.scrollTop = 19 * 1_000")).await;
    window.until(&format!("/^1000$/m.test({output}.innerText)")).await;
    assert_eq!(window.text("tools('edit')[0].dataset.state").await, "completed");
    assert!(window.text("tools('edit')[0].innerText").await.contains("+1 −1"));
    assert_eq!(window.look("tools('read').map((tool) => tool.dataset.state)").await, json!(["completed", "error"]));
    assert!(window.text("tools('read')[1].innerText").await.contains("nowhere.txt"), "the failure says why");
    unfold(&window, "edit").await;
    window.until("tools('edit')[0].innerText.includes('Good morning')").await;
    let marked = "[...tools('edit')[0].querySelectorAll('mark')].map((mark) => mark.textContent)";
    assert_eq!(window.look(marked).await, json!(["Hello", "Good morning"]));
    window.click("tools('edit')[0].querySelector('[aria-label=\"Show side by side\"]')").await;
    window.until("tools('edit')[0].querySelectorAll('.tool-pair').length > 0").await;
    unfold(&window, "grep").await;
    window.until("tools('grep')[0].querySelector('[data-section=tree] mark')?.textContent.startsWith('def ')").await;
    assert!(window.text("tools('grep')[0].innerText").await.contains("greet.py"));
    unfold(&window, "todowrite").await;
    window.until("tools('todowrite')[0].querySelectorAll('.todo').length === 2").await;
    assert!(window.text("tools('todowrite')[0].innerText").await.contains("1 of 2 done"));
    assert!(window.text("last('assistant').innerText").await.contains("All done."));
    window.screenshot("tools").await;
    window.finish().await;
}

#[tokio::test]
async fn stop_ends_an_answer_and_keeps_what_came() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("stopped")]).await;
    window.until_ready("stopped").await;
    window.send("%%text What came before\n%%wait never\n%%text and after").await;
    stage.model.reached("never").await;
    window.until("last('assistant')?.innerText.includes('What came before')").await;
    window.click(&button("Stop")).await;
    window.until("session().dataset.state === 'idle' && last('assistant').dataset.state !== 'streaming'").await;
    assert!(window.text("last('assistant').innerText").await.contains("What came before"));
    window.until(&format!("!{}", button("Stop"))).await;
    window.screenshot("stopped").await;
    stage.model.open("never");
    window.ask("%%text It goes on.").await;
    assert!(window.text("last('assistant').innerText").await.contains("It goes on."));
    window.finish().await;
}
