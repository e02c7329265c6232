//! Finding words in a whole session, and its prompts.

use crate::{page::*, seed::long_session, stage::Stage};

const FIELD: &str = "get('textbox', 'Find in session')";
/// What is said of how often it was found.
const COUNT: &str = "get('status', 'Matches')?.textContent";
/// The words that the engine has marked, and how far they are from the view's middle, in pixels.
const MARKED: &str = "(() => {
    const [range] = CSS.highlights.get('find-current') ?? [];
    if (!range) return null;
    const box = range.getBoundingClientRect();
    const view = messages().getBoundingClientRect();
    return { text: range.toString(), middle: Math.abs((box.top + box.bottom - view.top - view.bottom) / 2) };
  })()";

/// The marks of the rail.
const MARKS: &str = "all('button', document.querySelector('nav[aria-label=Prompts]'))";

const ALT: char = '\u{E00A}';
const ARROW_UP: char = '\u{E013}';
const ESCAPE: char = '\u{E00C}';
const ENTER: char = '\u{E007}';
const SHIFT: char = '\u{E008}';
const CONTROL: char = '\u{E009}';

#[tokio::test]
async fn words_are_found_in_the_whole_session_shown_and_marked() {
    let stage = Stage::new().await;
    let folder = stage.place.git_folder("archive");
    // The app reads 100 of them at first, and shows a screenful.
    long_session(&stage, &folder, "A long one", 250).await;
    let window = stage.open(&[&folder]).await;
    window.until_ready("archive").await;
    window.click("get('treeitem', 'A long one')").await;
    window.until("articles().at(-1)?.innerText.includes('message 249.')").await;
    window.click(COMPOSER).await;

    window.press(&[CONTROL, 'f']).await;
    window.until(&format!("document.activeElement === {FIELD}")).await;
    window.element(FIELD).await.send_keys("MESSAGE 1").await.unwrap();
    // 1, 10 to 19, and 100 to 199; the newest is shown, which is in none of those.
    window.until(&format!("{COUNT} === '111 of 111'")).await;
    window.until(&format!("{MARKED}?.text === 'message 1' && {MARKED}.middle < 40")).await;
    window.until("articles().some((article) => article.innerText.includes('message 199.'))").await;
    assert!(window.look("CSS.highlights.get('find').size").await.as_u64().unwrap() > 3, "those around it too");

    window.press(&[ENTER]).await;
    window.until(&format!("{COUNT} === '1 of 111'")).await;
    window
        .until(&format!(
            "{MARKED}?.text === 'message 1' && articles().some((article) => article.innerText.includes('message 1.'))"
        ))
        .await;
    window.press(&[SHIFT, ENTER]).await;
    window.until(&format!("{COUNT} === '111 of 111' && {MARKED}?.middle < 40")).await;
    for width in [720, 1280] {
        window.resize(width, 820).await;
        window.screenshot(&format!("find-{width}")).await;
    }

    window.press(&[ESCAPE]).await;
    window.until(&format!("document.activeElement === {COMPOSER} && !{FIELD} && !CSS.highlights.has('find')")).await;
    assert!(window.text("messages().innerText").await.contains("message 199."), "one stays where one is");

    // All prompts are known by now. Each mark stands for three of so many.
    window.until(&format!("{MARKS}.length === 84")).await;
    let before = window.look("messages().scrollTop").await;
    window.js(&format!("{MARKS}[1].focus()")).await;
    window.until("document.querySelector('.rail-line')?.textContent === 'message 3.'").await;
    window.screenshot("rail").await;
    assert_eq!(window.look("messages().scrollTop").await, before, "looking at them moves nothing");
    window.js(&format!("{MARKS}[1].click()")).await;
    window.until(&reads("message 3.")).await;
    window.until(&format!("{MARKS}[1].ariaCurrent === 'true'")).await;
    window.press(&[ALT, ARROW_UP]).await;
    window.until(&reads("message 2.")).await;
    window.click(&button("Jump to latest")).await;
    window.until("articles().at(-1).innerText.includes('message 249.')").await;
    window.resize(880, 700).await;
    window.until(&format!("{MARKS}[0].offsetParent === null")).await;
    window.finish().await;
}

#[tokio::test]
async fn a_call_is_unfolded_where_the_words_are_and_its_output_scrolled_to_them() {
    let stage = Stage::new().await;
    let window = stage.open(&[&stage.place.folder("lines")]).await;
    window.until_ready("lines").await;
    window.ask("%%tool bash {\"command\": \"seq 1 1000\", \"description\": \"d\"}\n%%turn\n%%text Done.").await;
    window.press(&[CONTROL, 'f']).await;
    window.until(&format!("document.activeElement === {FIELD}")).await;
    window.element(FIELD).await.send_keys("777").await.unwrap();
    // Of its thousand lines only those in view are drawn. The messages end too soon for it to stand in the very middle.
    window.until(&format!("{COUNT} === '1 of 1' && {MARKED}?.text === '777' && {MARKED}.middle < 200")).await;
    window.screenshot("find-output").await;
    window.press(&[ESCAPE]).await;
    window.until(&format!("!{FIELD}")).await;
    window.finish().await;
}

/// A prompt stands at the view's upper edge.
fn reads(line: &str) -> String {
    format!(
        "articles().some((article) => article.innerText.includes('{line}')
          && Math.abs(article.getBoundingClientRect().top - messages().getBoundingClientRect().top) < 30)"
    )
}
