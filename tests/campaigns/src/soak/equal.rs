//! At the end: whether the window shows what the servers have.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{api::Api, page::instance_tab, window::Window};

/// How long a session may take to be shown as the server has it.
const LIMIT: Duration = Duration::from_secs(20);

/// What is shown of the session that is looked at: the messages' ids, the texts of the agents' ones, states.
const SHOWN: &str = "({
    session: session()?.dataset.sessionId ?? null,
    state: session()?.dataset.state ?? null,
    ids: articles().map((article) => article.dataset.messageId),
    open: articles().filter((article) => article.dataset.state === 'streaming').length,
    texts: Object.fromEntries(articles('assistant').map((article) => [article.dataset.messageId,
        [...article.querySelectorAll('[data-part=text]')].map((part) => {
            const text = part.cloneNode(true);
            for (const head of text.querySelectorAll('.code-head')) head.remove();
            return text.textContent;
        }).join('')])),
})";

/// Compares all sessions of a folder. Gives how many messages were compared, and what differs.
pub async fn compare(window: &Window, api: &Api) -> (usize, Vec<String>) {
    let name = &api.front.name;
    let (mut count, mut wrong) = (0, Vec::new());
    window.js(&format!("{}.click()", instance_tab(name))).await;
    window.until(&format!("{}.ariaSelected === 'true'", instance_tab(name))).await;
    let sessions = api.sessions().await.expect("the server answers");
    let ids: Vec<&str> = sessions.iter().filter_map(|session| session["id"].as_str()).collect();
    let listed = "all('treeitem', get('tree', 'All sessions')).map((item) => item.dataset.treeId)";
    let shown = window.look(listed).await;
    let shown: Vec<&str> = shown.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(gone) = shown.iter().find(|id| !ids.contains(id)) {
        wrong.push(format!("{name}: {gone} is shown and not on the server"));
    }
    for id in ids {
        if !shown.contains(&id) {
            wrong.push(format!("{name}: {id} is not shown"));
            continue;
        }
        let theirs = api.messages(id).await.expect("the server answers");
        count += theirs.len();
        window.js(&format!("get('tree', 'All sessions').querySelector('[data-tree-id={id}]').click()")).await;
        let end = Instant::now() + LIMIT;
        let mut found = difference(&window.look(SHOWN).await, id, &theirs);
        while found.is_some() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(100)).await;
            found = difference(&window.look(SHOWN).await, id, &theirs);
        }
        if let Some(found) = found {
            window.screenshot(&format!("soak-{name}-{id}")).await;
            wrong.push(format!("{name}: {id}: {found}"));
        }
    }
    (count, wrong)
}

/// What is shown otherwise than the server has it. A window holds the newest messages, a screenful at least.
fn difference(shown: &Value, session: &str, theirs: &[Value]) -> Option<String> {
    const HELD: usize = 4;
    if shown["session"] != session {
        return Some("it is not looked at".to_owned());
    }
    if shown["state"] == "busy" || shown["state"] == "retry" || shown["open"] != 0 {
        return Some(format!("it is shown as {} with {} open messages, and idle", shown["state"], shown["open"]));
    }
    let id = |message: &Value| message["info"]["id"].as_str().unwrap_or_default().to_owned();
    let ids: Vec<String> = theirs.iter().map(id).collect();
    let held: Vec<&str> = shown["ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if held.len() < ids.len().min(HELD) || !ids.iter().map(String::as_str).collect::<Vec<_>>().ends_with(&held) {
        return Some(format!("{} messages are shown of {}: {held:?} and not {ids:?}", held.len(), ids.len()));
    }
    let texts: BTreeMap<String, String> = serde_json::from_value(shown["texts"].clone()).unwrap_or_default();
    // What a server that was killed had not ended is only here.
    let never_ended = |part: &Value| part["type"] == "text" && part["text"] == "" && part["time"]["end"].is_null();
    let ended = |message: &&Value| !message["parts"].as_array().into_iter().flatten().any(never_ended);
    theirs.iter().filter(ended).find_map(|message| {
        let shown = words(texts.get(&id(message))?);
        let parts = message["parts"].as_array().into_iter().flatten().filter(|part| part["type"] == "text");
        let written = words(&parts.filter_map(|part| part["text"].as_str()).collect::<String>());
        (shown != written).then(|| json!({ "message": id(message), "shown": shown, "written": written }).to_string())
    })
}

/// The letters and digits of a text, without what Markdown makes of it and the name of a block's language (the window
/// shows that in the block's head, which is left out as well).
fn words(text: &str) -> String {
    text.replace("```rust", "").chars().filter(|letter| letter.is_alphanumeric()).collect()
}
