//! Diagrams: drawn in a frame that may do nothing, and shown as images.

use std::{collections::BTreeMap, time::Duration};

use outrider_testkit::wait_for;
use serde_json::{Value, json};

use crate::isolation::{ATTEMPTS, Outside, server_of};
use crate::{page::COMPOSER, stage::Stage};

const FLOW: &str = "flowchart LR\n  A[Start] --> B{Is it so?}\n  B -->|yes| C[(Store)]\n  B -->|no| D((End))\n  subgraph Server\n    C --> E[Reply]\n  end";
const SEQUENCE: &str =
    "sequenceDiagram\n  participant W as Window\n  W->>Core: send\n  Core-->>W: id\n  Note over W,Core: then patches";
/// What a source tries that was written to get out: its picture is as inert as any.
const HOSTILE: &str = "%%{init: {'securityLevel': 'loose', 'htmlLabels': true, 'themeCSS': '@import url(http://127.0.0.1:1/a)'}}%%\nflowchart LR\n  \
    A[\"<img src=x onerror='parent.__pwned = 1'>\"] --> B\n  click B href \"javascript:parent.__pwned = 1\"\n  click A call alert(1)";
const WRONG: &str = "flowchart LR\n  A[Start --> B";

fn answer_with(sources: &[&str]) -> String {
    let blocks: Vec<_> = sources.iter().map(|source| format!("Then this:\n\n```mermaid\n{source}\n```\n")).collect();
    format!("{}\nAnd so on.", blocks.join("\n")).replace('\n', "\\n")
}

/// What a script in the frame tries beside what one in the window does.
const FROM_THE_FRAME: &str = r#"
  const touch = (name, work) => attempt(`frame: ${name}`, async () => { const came = await work(); return came ?? { refused: "nothing" }; });
  touch("parent document", () => parent.document.body);
  touch("parent internals", () => parent.__TAURI_INTERNALS__);
  touch("own internals", () => window.__TAURI_INTERNALS__);
  touch("top location", () => { top.location.href = `${THERE}/x`; });
  touch("parent location", () => { parent.location = "about:blank"; });
  touch("localStorage", () => localStorage);
  touch("cookie", () => { document.cookie = "a=b"; return document.cookie || null; });
  touch("indexedDB", () => new Promise((done, no) => { const open = indexedDB.open("a"); open.onsuccess = () => done(1); open.onerror = no; }));
  touch("window of its own", () => window.open("about:blank"));
  touch("app page", () => fetch("tauri://localhost/index.html", { mode: "no-cors" }));
  touch("app page in a frame", async () => { const made = make("iframe", { src: "tauri://localhost/index.html" }); document.body.append(made); await wait(300); return made.contentWindow?.document ? null : { refused: "not its own" }; });
  touch("image", () => loads(make("img", { src: "picture://localhost/i1/a/b/c/0" })));
  touch("picture", () => fetch("picture://localhost/i1/a/b/c/0"));
  touch("clipboard", () => navigator.clipboard.writeText("a"));
  touch("message handler", () => {
    const call = { cmd: "open_folder", callback: 1, error: 2, payload: { path: "/" }, options: {}, __TAURI_INVOKE_KEY__: "x" };
    webkit.messageHandlers.ipc.postMessage(JSON.stringify(call));
  });
"#;

#[tokio::test]
async fn diagrams_are_pictures_and_their_frame_reaches_nothing() {
    let outside = Outside::start();
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("drawn")]).await;
    window.until_ready("drawn").await;
    assert_eq!(window.count().await, 1, "nothing draws before the first diagram");

    // While its fence is open it is code.
    let open = FLOW.replace('\n', "\\n");
    window
        .send(&format!(
            "%%text Look:\\n\\n```mermaid\\n{open}\n%%wait half\n%%text \\n```\\n\\n{}",
            answer_with(&[SEQUENCE, HOSTILE, WRONG])
        ))
        .await;
    stage.model.reached("half").await;
    window.until("last('assistant')?.querySelector('.language-mermaid')?.textContent.includes('Reply')").await;
    assert_eq!(window.count().await, 1);
    stage.model.open("half");
    window.until_idle().await;

    let block = |at: usize| format!("last('assistant').querySelectorAll('.code')[{at}]");
    for at in 0..3 {
        window.js(&format!("{}.scrollIntoView()", block(at))).await;
        window.until(&format!("{}.querySelector('.diagram img')?.naturalWidth > 50", block(at))).await;
    }
    window.js(&format!("{}.scrollIntoView()", block(3))).await;
    window.until(&format!("{}.querySelector('.diagram-note')", block(3))).await;
    assert_eq!(window.look(&format!("getComputedStyle({}.querySelector('pre')).display", block(3))).await, "block");
    assert_eq!(window.look("messages().querySelectorAll('svg.flowchart, foreignObject, iframe').length").await, 0);
    let pictures = "[...messages().querySelectorAll('.diagram img')].map((one) => decodeURIComponent(one.src))";
    let pictures: Vec<String> = serde_json::from_value(window.look(pictures).await).unwrap();
    for picture in &pictures {
        for word in ["<script", "onerror=", "javascript:", "foreignObject", "@import", "<img"] {
            assert!(!picture.contains(word), "{word}: {picture}");
        }
    }
    assert!(pictures[0].contains("Reply") && pictures[2].contains("&lt;img"), "shown as it was written");
    window.js(&format!("{}.scrollIntoView({{ block: 'center' }})", block(0))).await;
    window.click(&format!("get('button', 'Source', {})", block(0))).await;
    assert_eq!(window.look(&format!("getComputedStyle({}.querySelector('pre')).display", block(0))).await, "block");
    window.click(&format!("get('button', 'Diagram', {})", block(0))).await;
    window.screenshot("diagrams").await;

    // The window that draws is another; the frame in it runs what reads the sources. This copy of it draws nothing, and
    // is there as long as the window.
    let (port, password) = server_of(&window);
    let constants = format!(
        "const HERE = 'http://127.0.0.1:{port}', THERE = 'http://127.0.0.1:{}', PASSWORD = {}, COMMANDS = [['open_folder', {{ path: '/' }}], ['attach', {{}}], ['draw_diagram', {{}}]];",
        outside.port,
        json!(password),
    );
    let attempts = ATTEMPTS.replace("\nconst outcome = {};", &format!("\n{FROM_THE_FRAME}\nconst outcome = {{}};"));
    assert_ne!(attempts, ATTEMPTS);
    window.js("window.__stays = true;").await;
    let back = window.to_the_other().await;
    window.js("const frame = document.querySelector('iframe').cloneNode(); frame.id = 'tried'; document.body.append(frame);").await;
    let frame = "document.getElementById('tried')";
    let ready = "return [typeof __TAURI_INTERNALS__, origin, document.title, location.href.split('#')[0]];";
    let at_home = json!(["undefined", "null", "Diagrams", "diagram://localhost/frame"]);
    assert_eq!(window.run_in_frame(frame, ready).await, at_home);
    let outcome: Value = window.run_in_frame(frame, &format!("{constants}\n{attempts}")).await;
    let at_last = window.run_in_frame(frame, ready).await;
    // The document around it has what Tauri gives each window, and may call nothing.
    let calls = "const outcome = {}; for (const [command, fields] of COMMANDS) try { await __TAURI_INTERNALS__.invoke(command, fields); outcome[command] = 'ALLOWED'; } catch (error) { outcome[command] = String(error); } return outcome;";
    let called = window.run(&format!("{constants}\n{calls}")).await;
    back().await;
    let outcome: BTreeMap<String, String> = serde_json::from_value(outcome).unwrap();
    assert!(outcome.len() > 120, "{} attempts", outcome.len());
    let allowed: Vec<_> = outcome.iter().filter(|(_, how)| !how.starts_with("refused: ")).collect();
    assert!(allowed.is_empty(), "{allowed:#?}");
    assert_eq!(at_last, at_home, "it was not led away");
    let called: BTreeMap<String, String> = serde_json::from_value(called).unwrap();
    assert!(called.len() == 3 && called.values().all(|how| how.contains("not allowed")), "{called:#?}");

    assert_eq!(*outside.heard.lock().unwrap(), [""; 0], "nothing went out");
    assert_eq!(
        window.look("[window.__stays, typeof window.__pwned, tabs('Instances').length]").await,
        json!([true, "undefined", 1])
    );
    assert_eq!(stage.opened_links(), [""; 0]);
    window.ask("%%text Still here.").await;
    // What the page says about refused attempts is what was wanted.
    window.quit().await;
}

#[tokio::test]
async fn a_diagram_that_takes_long_holds_up_neither_the_window_nor_the_end() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("slow")]).await;
    window.until_ready("slow").await;
    window.ask("%%text Here it comes.").await;
    // The library needs some ten seconds for it, or gives up; in the window's own process they were all one frame's.
    let edges = (0..150).map(|edge| format!("C{} <|-- C{} : x", edge * 7 % 31, edge * 11 % 37));
    let source = format!("classDiagram\n{}", edges.collect::<Vec<_>>().join("\n"));
    window.ask(&format!("%%text {}", answer_with(&[&source]))).await;
    let drawn = "last('assistant').querySelector('.diagram img, .diagram-note')";
    wait_for("the window that draws", Duration::from_secs(40), async || window.count().await == 2).await;
    window.type_message("typed meanwhile").await;
    window.until(&format!("{COMPOSER}.value === 'typed meanwhile'")).await;
    assert_eq!(window.look(drawn).await, json!(null), "all that came before it was drawn, or given up");
    // In the middle of it: nothing is left.
    window.finish().await;
}
