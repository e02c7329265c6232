//! A person at the window: reads here and there, writes now and then, answers what is asked.

use std::time::Duration;

use outrider_testkit::chance::Chance;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    load::Load,
    page::{COMPOSER, instance_tab},
    window::Window,
};

/// What a person does, by chance; each leaves out what is not there.
const ACTS: &[(&str, u64)] = &[
    ("one(tabs('Instances'))?.click()", 3),
    ("one(tabs('Sessions'))?.click()", 5),
    ("one(all('treeitem', get('tree', 'All sessions')))?.click()", 3),
    ("get('tab', 'Logs', get('tablist', 'Sessions'))?.click()", 1),
    ("messages()?.scrollBy(0, -600)", 3),
    ("messages()?.scrollTo(0, messages().scrollHeight)", 2),
    ("one([...(messages()?.querySelectorAll('.tool-button, .fold') ?? [])])?.click()", 5),
    ("one(all('button').filter((button) => nameOf(button).startsWith('Close tab ')))?.click()", 1),
    ("get('button', 'New session')?.click()", 1),
    ("get('button', 'Check connection')?.click()", 1),
];
/// How long sending may take.
const SENDING: Duration = Duration::from_secs(5);

/// Does one thing, as `chance` has it.
pub async fn act(window: &Window, chance: &mut Chance) {
    // What waits for the person comes first.
    let allowed = "get('button', 'Allow once', get('group', 'Permission request'))";
    if chance.one_in(2) && window.js(&format!("const it = {allowed}; it?.click(); return Boolean(it);")).await == true {
        return;
    }
    if chance.one_in(12) {
        return write(window, chance).await;
    }
    let mut number = chance.below(ACTS.iter().map(|(_, weight)| weight).sum());
    let act = ACTS.iter().find(|(_, weight)| {
        let found = number < *weight;
        number = number.saturating_sub(*weight);
        found
    });
    let one = chance.below(1_000);
    let one = format!("const one = (list) => list[{one} % Math.max(1, list.length)];");
    window.js(&format!("{one} {}", act.map_or("", |(script, _)| script))).await;
}

/// Writes a message and sends it. Where no server answers, it stays written.
async fn write(window: &Window, chance: &mut Chance) {
    let text = format!("Number {}.\n%%stream 40 0.02 person", chance.below(1_000_000));
    let script = format!(
        "const box = {COMPOSER};
         if (!box || box.readOnly) return false;
         box.focus();
         Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, {});
         box.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
         const send = get('button', 'Send');
         if (!send || send.disabled) return false;
         send.click();
         return true;",
        json!(text)
    );
    if window.js(&script).await == true {
        let end = Instant::now() + SENDING;
        while Instant::now() < end && window.look(&format!("{COMPOSER}?.readOnly === true")).await == true {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// After a trouble: looks at the folder until news of it arrives. Gives how long that took.
///
/// # Errors
/// What the window shows, when none came within `limit`.
pub async fn recovered(window: &Window, load: &Load, news: &str, limit: Duration) -> Result<Duration, String> {
    /// How long a server that was killed may be left to the app before the person starts it.
    const BY_ITSELF: Duration = Duration::from_secs(4);
    let begun = Instant::now();
    let tab = instance_tab(&load.api.front.name);
    window.js(&format!("{tab}?.click()")).await;
    let shown = format!(
        "connection()?.dataset.state === 'connected' && {tab}?.ariaSelected === 'true' && \
         Boolean(get('treeitem', {}, get('tree', 'All sessions')))",
        json!(news)
    );
    let mut told = false;
    while begun.elapsed() < limit {
        told = told || load.api.rename(&load.canary, news).await.is_some();
        if told && window.look(&shown).await == true {
            return Ok(begun.elapsed());
        }
        if begun.elapsed() > BY_ITSELF {
            window.js("get('button', 'Restart')?.click(); get('button', 'Retry', connection())?.click();").await;
        }
        // The page announces nothing to WebDriver.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(window.text("document.body.innerText").await.chars().take(2_000).collect())
}
