//! The app's window as a person, or a screen reader, finds it.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use fantoccini::{
    Client,
    actions::{InputSource, KeyAction, KeyActions},
    elements::{Element, ElementRef},
};
use outrider_testkit::{processes::is_running, wait_for};
use serde_json::{Value, json};

use crate::{
    driver::Driver,
    page::{COMPOSER, PRELUDE, button, instance_tab, session_tab},
    processes::signal,
};

/// How long anything may take that a person waits for.
const LIMIT: Duration = Duration::from_secs(40);
/// A picture of at most so many bytes shows one colour.
const BLANK: usize = 8_000;
/// The name of an element's id in the WebDriver protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keeps what the page says that is wrong.
const LISTEN: &str = r#"
  if (!window.__errors) {
    window.__errors = [];
    const keep = (kind) => (...what) => window.__errors.push(`${kind}: ${what.map(String).join(" ")}`.slice(0, 500));
    for (const level of ["error", "warn"]) {
      const before = console[level].bind(console);
      console[level] = (...what) => { keep(level)(...what); before(...what); };
    }
    addEventListener("error", (event) => keep("error")(event.message), true);
    addEventListener("unhandledrejection", (event) => keep("rejection")(event.reason));
    addEventListener("securitypolicyviolation", (event) =>
      keep("policy")(event.violatedDirective, event.blockedURI, event.sourceFile));
  }"#;

/// An open window.
pub struct Window {
    client: Client,
    driver: Driver,
    /// What went wrong in pages that were left by a reload.
    errors: Vec<String>,
}

impl Window {
    pub(crate) async fn open(driver: Driver, arguments: &[String]) -> Self {
        let client = driver.open(arguments).await;
        let mut window = Self { client, driver, errors: Vec::new() };
        window.listen().await;
        window
    }

    /// Runs JavaScript with what `page::PRELUDE` defines, and gives back what it returns.
    pub async fn js(&self, script: &str) -> Value {
        match self.client.execute(&format!("{PRELUDE}\n{script}"), Vec::new()).await {
            Ok(value) => value,
            Err(error) => panic!("{error}\nin: {script}\n{}", self.driver.said()),
        }
    }

    /// Runs the body of an asynchronous function, and gives back what it returns in the end.
    pub async fn run(&self, body: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {body} }})().then(done, (error) => done(`failed: ${{error}}`));"
        );
        self.client.execute_async(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs the body of an asynchronous function in the document of a frame, and gives back what it returns in the end.
    pub async fn run_in_frame(&self, frame: &str, body: &str) -> Value {
        self.element(frame).await.enter_frame().await.unwrap();
        let came = self.run(body).await;
        self.client.clone().enter_parent_frame().await.unwrap();
        came
    }

    /// How many windows the app has, with those that nobody sees.
    pub async fn count(&self) -> usize {
        self.client.windows().await.unwrap().len()
    }

    /// Goes to the window that is not this one, until it is asked to come back.
    pub async fn to_the_other(&self) -> impl AsyncFnOnce() {
        let own = self.client.window().await.unwrap();
        let other = self.client.windows().await.unwrap().into_iter().find(|window| *window != own).unwrap();
        self.client.switch_to_window(other).await.unwrap();
        async move || self.client.switch_to_window(own).await.unwrap()
    }

    /// The value of a JavaScript expression.
    pub async fn look(&self, expression: &str) -> Value {
        self.js(&format!("return {expression};")).await
    }

    /// The text of a JavaScript expression; empty when there is none.
    pub async fn text(&self, expression: &str) -> String {
        self.look(expression).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Panics
    /// After 40 s, with what the window shows; a picture is kept.
    pub async fn until(&self, expression: &str) {
        self.until_within(LIMIT, expression).await;
    }

    /// Waits until a JavaScript expression is true, at most `limit`.
    pub async fn until_within(&self, limit: Duration, expression: &str) {
        let end = Instant::now() + limit;
        let script = format!("return Boolean({expression});");
        while self.js(&script).await != json!(true) {
            if Instant::now() > end {
                self.screenshot("failed").await;
                let shown = self.text("document.body.innerText").await;
                let shown: String = shown.chars().take(3000).collect();
                let errors = self.look("window.__errors").await;
                panic!("waited in vain for: {expression}\nshown:\n{shown}\nerrors: {errors}\n{}", self.driver.said());
            }
            // The page announces nothing to WebDriver; the pause only keeps the asking from using up a core.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The element that a JavaScript expression gives, once it is there.
    pub async fn element(&self, expression: &str) -> Element {
        self.until(expression).await;
        let found = self.look(expression).await;
        let id = found[ELEMENT].as_str().unwrap_or_else(|| panic!("{expression} went away")).to_owned();
        Element::from_element_id(self.client.clone(), ElementRef::from(id))
    }

    /// Clicks as a person does: it must be visible and not covered.
    pub async fn click(&self, expression: &str) {
        let clicked = self.element(expression).await.click().await;
        clicked.unwrap_or_else(|error| panic!("cannot click {expression}: {error}"));
    }

    /// Types into the element that has the focus, key by key; `\u{E000}` and above are WebDriver's names of keys.
    pub async fn press(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Types into the composer, key by key.
    pub async fn type_message(&self, text: &str) {
        self.element(COMPOSER).await.send_keys(text).await.unwrap();
    }

    /// Puts a message into the composer, as by pasting, and sends it by the button.
    pub async fn send(&self, message: &str) {
        self.until(COMPOSER).await;
        self.js(&format!(
            "const box = {COMPOSER}; box.focus();
             Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, {});
             box.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));",
            json!(message)
        ))
        .await;
        self.click(&button("Send")).await;
        self.until(&format!("{COMPOSER}?.value === '' && session()")).await;
    }

    /// Sends a message and waits for the end of the whole answer.
    pub async fn ask(&self, message: &str) {
        let before = self.look("articles('assistant').length").await;
        self.send(message).await;
        self.until(&format!("articles('assistant').length > {before}")).await;
        self.until_idle().await;
    }

    /// Waits until the session that is looked at is idle, and its last answer complete.
    pub async fn until_idle(&self) {
        self.until("session()?.dataset.state === 'idle' && last('assistant')?.dataset.state === 'complete'").await;
    }

    /// Waits until a folder's server is ready, and the window connected to the one that is looked at.
    pub async fn until_ready(&self, folder: &str) {
        self.until(&format!("{}?.dataset.status === 'ready'", instance_tab(folder))).await;
        self.until("connection()?.dataset.state === 'connected'").await;
    }

    /// Looks at another folder.
    pub async fn switch_to(&self, folder: &str) {
        self.click(&instance_tab(folder)).await;
        self.until(&format!("{}.ariaSelected === 'true'", instance_tab(folder))).await;
    }

    /// Looks at another session, or at the logs.
    pub async fn look_at(&self, title: &str) {
        self.click(&session_tab(title)).await;
        self.until(&format!("{}.ariaSelected === 'true'", session_tab(title))).await;
    }

    /// Loads the page anew. What went wrong in the page before is kept.
    pub async fn reload(&mut self) {
        self.keep_errors().await;
        self.client.refresh().await.unwrap();
        self.listen().await;
    }

    /// Gives the page another size.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
        self.until(&format!("innerWidth === {width} && innerHeight === {height}")).await;
    }

    /// Keeps a picture of the window, and says where.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = PathBuf::from(crate::PICTURES);
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        self.painted().await;
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let picture = self.client.screenshot().await.unwrap();
            // A window that has just got another size is blank until its next frame.
            if picture.len() > BLANK || Instant::now() > end {
                fs::write(&file, picture).unwrap();
                return file;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until what the page holds has been painted, and its short motions have ended.
    pub async fn painted(&self) {
        let script = "const done = arguments[0];
            const motions = document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
            Promise.allSettled(motions.map((one) => one.finished))
              .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));";
        self.client.execute_async(script, Vec::new()).await.unwrap();
    }

    /// The driver with the app's processes.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Quits the app as a system does at the end of a session, and checks that nothing was wrong and nothing is left.
    pub async fn finish(mut self) {
        self.keep_errors().await;
        self.quit().await;
        self.check();
    }

    /// Quits the app, and checks that nothing of it is left.
    pub async fn quit(&self) {
        let app = self.driver.app();
        signal("TERM", app);
        wait_for("the app's end", Duration::from_secs(15), || std::future::ready(!is_running(app))).await;
        wait_for("the end of all that the app started", Duration::from_secs(5), || {
            std::future::ready(self.driver.mark().of_the_app().is_empty())
        })
        .await;
    }

    /// Checks that nothing was wrong in the pages, and that the app reported nothing.
    pub fn check(&self) {
        assert_eq!(self.errors, [""; 0], "errors in the page");
        let said = self.driver.said();
        let wrong: Vec<&str> = said.lines().filter(|line| is_wrong(line)).collect();
        assert_eq!(wrong, [""; 0], "what the app said: {said}");
    }

    async fn listen(&mut self) {
        let end = Instant::now() + LIMIT;
        // A page that is being loaded forgets what was begun before.
        while self.js(&format!("{LISTEN} return document.readyState === 'complete' && location.protocol;")).await
            != json!("tauri:")
        {
            assert!(Instant::now() < end, "the page was not loaded\n{}", self.driver.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn keep_errors(&mut self) {
        let errors = self.look("window.__errors").await;
        let errors = errors.as_array().expect("the page was listened to");
        self.errors.extend(errors.iter().map(|error| error.as_str().unwrap_or_default().to_owned()));
    }
}

/// What the window's own code reports, and what the console says beyond what is merely told.
fn is_wrong(line: &str) -> bool {
    let console = line.strip_prefix("CONSOLE ").is_some_and(|rest| rest.contains("ERROR") || rest.contains("WARN"));
    console || line.contains("an error in the window")
}
