//! Hostile text shows as text, and nothing leads the window away.

use std::{fmt::Write, time::Duration};

use outrider_testkit::wait_for;
use serde_json::json;

use crate::stage::Stage;

/// What must be nowhere in the transcript, whatever a model or a tool says.
const INERT: &str = "(() => {
    // The room of messages that are not drawn has a height.
    const inside = [...messages().querySelectorAll(':not(.transcript-room)')];
    return {
      elements: inside.filter((one) => /^(SCRIPT|IMG|IFRAME|OBJECT|EMBED|STYLE|LINK|META|BASE|FORM|VIDEO|AUDIO)$/i.test(one.tagName)).map((one) => one.outerHTML.slice(0, 200)),
      handlers: inside.flatMap((one) => one.getAttributeNames().filter((name) => /^on|^style$|^srcdoc$/i.test(name))),
      links: inside.filter((one) => one.hasAttribute('href') && !/^(https?|mailto):/i.test(one.getAttribute('href'))).map((one) => one.outerHTML.slice(0, 200)),
      pwned: typeof window.__pwned,
      title: document.title,
      wide: document.documentElement.scrollWidth > innerWidth || messages().scrollWidth > messages().clientWidth,
    };
  })()";

#[tokio::test]
async fn hostile_markdown_and_tool_output_stay_inert() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("hostile");
    let mut markdown = String::from(
        "<script>window.__pwned = 1</script>\n\n<img src=x onerror=\"window.__pwned = 2\">\n\n\
         <iframe srcdoc=\"<script>parent.__pwned = 3</script>\"></iframe>\n\n<svg onload=\"window.__pwned = 4\"><style>*{display:none}</style></svg>\n\n\
         [click me](javascript:window.__pwned=5) and [data](data:text/html,<script>1</script>) and ![remote](https://example.invalid/a.png)\n\n\
         [file](file:///etc/passwd) <a href=\"vbscript:1\">vb</a>\n\n\
         ```html\n<script>window.__pwned = 6</script>\n```\n\n\
         | a | b |\n| - | - |\n| <img src=x onerror=alert(1)> | [x](java&#115;cript:alert(1)) |\n\n",
    );
    // ANSI colours and a title, a right-to-left override, and a NUL.
    markdown.push_str("\u{1b}[31mred\u{1b}[0m \u{1b}]0;stolen title\u{7} \u{202e}gnp.exe\u{202c} nul:\0:nul\n\n");
    write!(markdown, "{}\n\nThe end of it.", "x".repeat(200_000)).unwrap();
    let text = markdown.replace('\n', "\\n");
    std::fs::write(folder.join("hostile.txt"), markdown.as_bytes()).unwrap();
    let shell = json!({
        "command": "cat hostile.txt; printf '\\033[1;31mbold red\\033[0m \\033]0;stolen\\007 \\342\\200\\256gnp \\000 end-of-output'",
        "description": "<img src=x onerror=alert(1)>",
    });
    let window = stage.open(&[&folder]).await;
    window.until_ready("hostile").await;
    window.ask(&format!("%%text {text}\n%%tool bash {shell}\n%%turn\n%%text Over.")).await;
    window.click("tools('bash')[0].querySelector('[aria-expanded]')").await;
    window.until("tools('bash')[0].innerText.includes('end-of-output')").await;

    let expected = json!({ "elements": [], "handlers": [], "links": [], "pwned": "undefined", "title": "hostile – Outrider", "wide": false });
    assert_eq!(window.look(INERT).await, expected);
    let shown = window.text("messages().innerText").await;
    assert!(shown.contains("window.__pwned = 6"), "code is shown as it is");
    assert!(shown.contains("bold red") && !shown.contains('\u{1b}') && !shown.contains('\0'));
    assert!(!shown.contains('\u{202e}'), "nothing turns the direction of the text");
    window.js("messages().scrollTop = 0;").await;
    window.screenshot("hostile").await;
    for width in [720, 1600] {
        window.resize(width, 900).await;
        assert_eq!(window.look(INERT).await, expected, "at {width}");
    }
    window.finish().await;
}

#[tokio::test]
async fn links_open_outside_and_the_window_stays() {
    let stage = Stage::new().await;
    let folder = stage.place.folder("links");
    let window = stage.open(&[&folder]).await;
    window.until_ready("links").await;
    window.ask("%%text See [the site](https://example.org/a?b=c#d), [mail](mailto:a@example.org) and [bad](javascript:alert(1)).").await;
    let address = window.text("location.href").await;
    window.js("window.__stays = true;").await;
    window
        .click("[...last('assistant').querySelectorAll('a')].find((link) => link.innerText.includes('the site'))")
        .await;
    // Each link is opened by a process of its own: the second is not to overtake the first.
    wait_for("the browser", Duration::from_secs(10), || std::future::ready(stage.opened_links().len() == 1)).await;
    window.click("[...last('assistant').querySelectorAll('a')].find((link) => link.innerText.includes('mail'))").await;
    wait_for("the mail program", Duration::from_secs(10), || std::future::ready(stage.opened_links().len() == 2)).await;
    assert_eq!(stage.opened_links(), ["https://example.org/a?b=c#d", "mailto:a@example.org"]);
    assert_eq!(window.text("location.href").await, address);
    assert_eq!(window.look("window.__stays").await, true, "the page was not left");
    assert_eq!(window.look("[...last('assistant').querySelectorAll('a')].length").await, 2, "the bad one is no link");

    // The name of a file in the folder opens it.
    std::fs::write(folder.join("notes.md"), "").unwrap();
    window.ask("%%text It is in `notes.md:3`, not in `other.md`.").await;
    window.click("last('assistant').querySelector('[role=link]')").await;
    wait_for("the editor", Duration::from_secs(10), || std::future::ready(stage.opened_links().len() == 3)).await;
    assert_eq!(stage.opened_links()[2], folder.join("notes.md").canonicalize().unwrap().to_str().unwrap());
    assert_eq!(window.look("last('assistant').querySelectorAll('[role=link]').length").await, 1);

    // What the page itself might try is refused too.
    window
        .js("location.href = 'https://example.invalid/'; window.open('https://example.invalid/'); return null;")
        .await;
    window.ask("%%text Still here.").await;
    assert_eq!(window.look("window.__stays").await, true);
    assert_eq!(stage.opened_links().len(), 3);
    window.finish().await;
}
