//! Output of many megabytes: the window holds what is in view of it, and gets the rest by pages.

use serde_json::{Value, json};

use crate::isolation::server_of;
use crate::stage::Stage;

/// Some 5 MB: more than any tool of the server's own gives, as one of an MCP server may.
const LINES: usize = 70_000;

fn output() -> String {
    let line = |line| format!("line {line} \u{1b}[32mok\u{1b}[0m {}\n", "and what it says ".repeat(3));
    (0..LINES).map(line).collect::<Vec<_>>().concat()
}

#[tokio::test]
async fn five_megabytes_of_output_are_read_by_pages() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("long")]).await;
    window.until_ready("long").await;
    window.ask("%%tool bash {\"command\": \"true\", \"description\": \"Nothing\"}\n%%turn\n%%text Done.").await;

    // No tool of the server's own gives so much, so one's output is replaced.
    let (port, password) = server_of(&window);
    let session = window.text("session().dataset.sessionId").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let address = format!("http://127.0.0.1:{port}/session/{session}/message");
    let messages: Vec<Value> =
        client.get(&address).basic_auth("opencode", Some(&password)).send().await.unwrap().json().await.unwrap();
    let mut all = messages.iter().flat_map(|message| message["parts"].as_array().unwrap());
    let mut call = all.rfind(|part| part["type"] == "tool").unwrap().clone();
    let text = output();
    assert!(text.len() > 5_000_000, "{}", text.len());
    call["tool"] = json!("reports_all");
    call["state"]["input"] = json!({ "of": "everything" });
    call["state"]["metadata"] = json!({});
    call["state"]["output"] = text.into();
    let place = format!("{address}/{}/part/{}", call["messageID"].as_str().unwrap(), call["id"].as_str().unwrap());
    let answer = client.patch(place).basic_auth("opencode", Some(&password)).json(&call).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    window.until("tools('reports_all').length === 1").await;

    window.click("tools('reports_all')[0].querySelector('[aria-expanded]')").await;
    let rows = "tools('reports_all')[0].querySelector('[aria-label=Output] .tool-rows')";
    window.until(&format!("{rows}?.querySelectorAll('.tool-row:not([data-missing])').length > 20")).await;
    // The end came with it; the middle is asked for; so is each page that is scrolled through.
    let at = |line: usize| format!("{rows}.innerText.includes('line {line} ok')");
    window.js(&format!("{rows}.scrollTop = 1e9")).await;
    window.until(&at(LINES - 1)).await;
    window.js(&format!("{rows}.scrollTop = 19 * 35000")).await;
    window.until(&at(35_000)).await;
    let scrolled = window
        .run(&format!(
            "const messages = () => document.querySelector('[role=log][aria-label=Messages]');
             const tools = (name) => [...document.querySelectorAll(`[data-tool=\"${{name}}\"]`)];
             const rows = {rows};
             const frame = () => new Promise((done) => requestAnimationFrame(done));
             let [most, longest, blank, frames] = [0, 0, 0, 0];
             for (let top = 0; top < 19 * 1000; top += 760) {{
               const before = performance.now();
               rows.scrollTop = top;
               await frame();
               await frame();
               frames += 1;
               longest = Math.max(longest, performance.now() - before);
               most = Math.max(most, rows.querySelectorAll('.tool-row').length);
               const view = rows.getBoundingClientRect();
               const seen = [...rows.querySelectorAll('.tool-row')].filter((row) => {{
                 const box = row.getBoundingClientRect();
                 return box.bottom > view.top && box.top < view.bottom;
               }});
               if (seen.some((row) => 'missing' in row.dataset)) blank += 1;
             }}
             return {{ most, longest, blank, frames, all: document.querySelectorAll('*').length }};"
        ))
        .await;
    assert!(scrolled["most"].as_u64().unwrap() < 120, "{scrolled}");
    assert!(scrolled["all"].as_u64().unwrap() < 2_000, "{scrolled}");
    window.finish().await;
}
