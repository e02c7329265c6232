//! Pictures of the window in each of its states, light and dark, at three sizes; for people to look at.

use outrider_testkit::ScriptedModel;
use serde_json::json;

use crate::{
    page::*,
    processes::{servers_in, signal},
    stage::Stage,
    window::Window,
};

const SIZES: [(u32, u32); 3] = [(720, 480), (1280, 820), (1600, 1000)];

const ANSWER: &str = "# What I found\n\nThe login test fails because the token **expires before** the second request: see \
    `src/auth.ts` and the [documentation](https://example.org/tokens).\n\n1. The clock is read once\n2. and compared with \
    a _later_ one\n   - also in `refresh()`\n\n> A token is valid for five minutes.\n\n```ts\nexport function isExpired(token: \
    Token, now = Date.now()): boolean {\n  // A minute of slack, since clocks differ.\n  return token.expires - 60_000 < now;\n}\n```\n\n\
    | Case | Before | After |\n| --- | ---: | ---: |\n| fresh | ok | ok |\n| nearly expired | fails | ok |\n\nWith a slack of $s$, of $n$ requests fail\n\n\
    $$ f(n) = \\sum_{i=1}^{n} \\frac{1 - e^{-s_i}}{\\sqrt{n}} $$\n\n---\n\n\
    - [x] Reproduced\n- [ ] Fixed\n";

#[tokio::test]
async fn the_window_in_light_colours() {
    pictures("light", None).await;
}

#[tokio::test]
async fn the_window_in_dark_colours() {
    pictures("dark", Some("Adwaita:dark")).await;
}

async fn pictures(colours: &str, theme: Option<&str>) {
    let mut stage =
        Stage::with_model(ScriptedModel::start().await).permission(json!({ "bash": { "*": "allow", "rm *": "ask" } }));
    if let Some(theme) = theme {
        stage = stage.variable("GTK_THEME", theme);
    }
    let window = stage.open(&[]).await;
    window.until(&format!("matchMedia('(prefers-color-scheme: {colours})').matches")).await;
    take(&window, colours, "start").await;
    window.finish().await;

    let folders = [stage.place.git_folder("api-server"), stage.place.folder("web-app")];
    let window = stage.open(&[&folders[1], &folders[0]]).await;
    window.until_ready("web-app").await;
    window.until_ready("api-server").await;
    take(&window, colours, "empty").await;

    window.send(&conversation()).await;
    stage.model.reached("child").await;
    take(&window, colours, "working").await;
    stage.model.open("child");
    window.until_idle().await;
    // Code gets its colours after it is shown.
    window.until("document.querySelector('.markdown .c-keyword')").await;
    window.click("tools('edit')[0].querySelector('[aria-expanded]')").await;
    window.until("tools('edit')[0].querySelector('.tool-diff')").await;
    take(&window, colours, "conversation").await;
    window.js("messages().scrollTop = 0;").await;
    take(&window, colours, "conversation-top").await;

    let remove =
        json!({ "command": "rm -rf build/cache && npm run build -- --mode production", "description": "Builds anew" });
    window.send(&format!("%%text I have to build it anew.\n%%tool bash {remove}")).await;
    window.until("get('group', 'Permission request')").await;
    take(&window, colours, "permission").await;
    window.click(&answer("Permission request", "Deny")).await;
    window.until("session().dataset.state === 'idle'").await;

    let options = json!([
        { "label": "Due dates", "description": "Todos know when they are due" },
        { "label": "Tags", "description": "Todos can be grouped" },
    ]);
    let question =
        json!({ "questions": [{ "header": "Next", "question": "What should it learn next?", "options": options }] });
    window.send(&format!("%%tool question {question}")).await;
    window.until("get('group', 'Question')").await;
    take(&window, colours, "question").await;
    window.click(&answer("Question", "Dismiss")).await;
    window.until("session().dataset.state === 'idle'").await;

    window.send("%%error 401 The key is not valid any more. Ask for another one at https://example.org/keys.").await;
    window.until("last('assistant').dataset.state === 'error'").await;
    take(&window, colours, "model-error").await;

    window.look_at("Logs").await;
    window.until("get('log', 'Server log').innerText.includes('listening')").await;
    take(&window, colours, "logs").await;
    window.look_at("Events").await;
    window.until("get('grid', 'Events')?.querySelectorAll('[data-event-number]').length > 20").await;
    take(&window, colours, "events").await;
    window.click("[...get('grid', 'Events').querySelectorAll('[data-event-type^=message]')].at(-1)").await;
    window.until("get('region', 'Event')?.querySelector('pre')").await;
    take(&window, colours, "events-json").await;
    window.click(&button("Save recording")).await;
    window.until("get('dialog', 'Save recording')").await;
    take(&window, colours, "events-save").await;
    window.click(&button("Cancel")).await;
    window.click(&button("Settings")).await;
    window.until("get('dialog', 'Settings')").await;
    take(&window, colours, "settings").await;
    window.click(&button("Cancel")).await;

    // The first crash is recovered from.
    let (pid, _) = servers_in(&folders[0]).pop().unwrap();
    signal("KILL", pid);
    window.until("document.querySelector('[data-notice=server_restarted]')").await;
    let (pid, _) = servers_in(&folders[0]).pop().unwrap();
    signal("KILL", pid);
    window.click("tabs('Sessions')[0]").await;
    window.until(&button("Restart")).await;
    take(&window, colours, "server-error").await;
    window.finish().await;
}

fn conversation() -> String {
    let edit = json!({ "filePath": "src/greet.py", "oldString": "Hello", "newString": "Good morning" });
    let task = json!({ "description": "Find the callers", "prompt": "%%wait child\n%%text None.", "subagent_type": "general" });
    let bash = json!({ "command": "ls -la src && cat src/main.py", "description": "Looks around" });
    [
        "%%reason The test is about tokens. I look at the files first.",
        "%%text I look at the files first.",
        &format!("%%tool bash {bash}"),
        "%%tool read {\"filePath\": \"src/greet.py\"}",
        "%%tool read {\"filePath\": \"src/nowhere.py\"}",
        "%%turn",
        &format!("%%tool edit {edit}"),
        &format!("%%tool task {task}"),
        "%%turn",
        &format!("%%text {}", ANSWER.replace('\n', "\\n")),
    ]
    .join("\n")
}

/// The same state in each size, which must never make the page itself scroll.
async fn take(window: &Window, colours: &str, name: &str) {
    for (width, height) in SIZES {
        window.resize(width, height).await;
        window.screenshot(&format!("{name}-{colours}-{width}")).await;
        let overflow = window.look("[document.documentElement.scrollWidth > innerWidth, document.documentElement.scrollHeight > innerHeight]").await;
        assert_eq!(overflow, json!([false, false]), "{name} at {width} x {height}");
    }
}
