//! One run of a session: step after step until its last prompt is answered, and every other way that it can end (wire
//! study, sections 4 and 7).

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    sessions::{UNNAMED, no_tokens},
    state::{Gone, Progress, State},
    step::{Answer, Ended},
    world::World,
};
use crate::script::{Script, Step};

/// The pauses before a request is tried again, in seconds. After the last one the run fails.
const RETRIES: [f64; 5] = [2.4, 4.3, 8.8, 16.8, 32.6];

/// How long the server takes where nothing but itself is slow: before the first output of a step, before the last
/// updates.
const OWN_TIME: Duration = Duration::from_millis(40);

/// Why a run ends other than by an answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The person stopped it.
    Aborted,
    /// A model's error that may pass; `wait` if the model said how long that takes.
    Passing { message: String, error: Value, wait: Option<Duration> },
    /// An error that ends the run.
    Fatal(Value),
    /// The prompt names a model that does not exist.
    NoModel(String),
    /// The session was deleted.
    Gone,
}

impl From<Gone> for Failure {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

struct Turn {
    world: Arc<World>,
    session: String,
    progress: watch::Sender<Progress>,
    steps: usize,
    /// The user message that is being answered.
    user: String,
    /// The step's assistant message.
    message: Option<String>,
    answer: Option<Answer>,
    /// Between two tries of a request.
    waiting: bool,
}

/// Works on a session's last prompt.
pub(super) async fn work(
    world: Arc<World>,
    session: String,
    cancel: CancellationToken,
    progress: watch::Sender<Progress>,
) {
    let user = String::new();
    let mut turn = Turn { world, session, progress, steps: 0, user, message: None, answer: None, waiting: false };
    let end = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Failure::Aborted),
        end = turn.play() => end,
    };
    match end {
        Ok(()) => turn.late_updates().await,
        Err(failure) => turn.fail(failure).await,
    }
}

impl Turn {
    async fn play(&mut self) -> Result<(), Failure> {
        while let Some(steps) = self.begin_step()? {
            self.world.pause(OWN_TIME).await;
            self.second_busy()?;
            if let Ended::Stop = self.ask_model(&steps).await? {
                let mut state = self.world.lock();
                settle(&mut state, &self.session, &self.progress);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Begins the next step, or ends the run when the last prompt is answered: then what was asked of the model.
    fn begin_step(&mut self) -> Result<Option<Vec<Step>>, Failure> {
        let world = Arc::clone(&self.world);
        let mut state = world.lock();
        let id = self.session.as_str();
        state.set_status(id, &json!({ "type": "busy" }));
        let (now, next) = (state.now(), state.ids.next("msg"));
        let files = state.stored.files.clone();
        let session = state.session(id)?;
        let user = session.messages.iter().rfind(|message| message.info["role"] == "user");
        let Some(user) = user else {
            settle(&mut state, id, &self.progress);
            return Ok(None);
        };
        let (user, prompt) = (user.info.clone(), prompt_text(&user.parts));
        let mut answers = session.messages.iter().filter(|message| message.info["parentID"] == user["id"]);
        let number = answers.clone().count();
        if answers.next_back().is_some_and(|last| answered(&last.info, &last.parts)) {
            settle(&mut state, id, &self.progress);
            return Ok(None);
        }
        user["id"].as_str().unwrap_or_default().clone_into(&mut self.user);
        let (provider, model) = (&user["model"]["providerID"], &user["model"]["modelID"]);
        if *provider != "scripted" || !(*model == "echo" || *model == "small") {
            let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            return Err(Failure::NoModel(format!("{}/{}", name(provider), name(model))));
        }
        session.before.entry(self.user.clone()).or_insert(files);
        session.info["summary"] = json!({ "additions": 0, "deletions": 0, "files": 0 });
        let directory = session.info["directory"].clone();
        let assistant = json!({
            "id": next, "parentID": user["id"], "role": "assistant", "mode": user["agent"], "agent": user["agent"],
            "path": { "cwd": directory, "root": directory }, "cost": 0, "tokens": no_tokens(),
            "modelID": model, "providerID": provider, "time": { "created": now }, "sessionID": id,
        });
        state.put_message(id, &assistant)?;
        state.touch(id)?;
        state.tell(id, "session.diff", json!({ "diff": [] }));
        self.steps += 1;
        if self.steps == 1 {
            state.sum_up(id, &self.user)?;
        }
        self.message = Some(next.clone());
        let answer = Answer::new(Arc::clone(&self.world), id.to_owned(), next, (self.user.clone(), number));
        self.answer = Some(answer);
        let script = Script::parse(&prompt);
        let steps = script.as_ref().and_then(|script| script.turn(number)).map(<[Step]>::to_vec);
        let delay = Duration::from_millis(10);
        Ok(Some(steps.unwrap_or_else(|| vec![Step::Stream { count: 5, delay, prefix: "word".to_owned() }])))
    }

    fn second_busy(&mut self) -> Result<(), Failure> {
        let mut state = self.world.lock();
        state.set_status(&self.session, &json!({ "type": "busy" }));
        if self.steps > 1 {
            state.sum_up(&self.session, &self.user)?;
        }
        let info = &mut state.session(&self.session)?.info;
        if info["title"].as_str().is_some_and(|title| title.starts_with(UNNAMED)) {
            // The small model has named the session.
            info["title"] = json!("Scripted title");
            state.touch(&self.session)?;
        }
        Ok(())
    }

    /// Asks the model until it answers; some errors pass.
    async fn ask_model(&mut self, steps: &[Step]) -> Result<Ended, Failure> {
        for attempt in 1.. {
            let Some(answer) = &mut self.answer else { break };
            let (message, error, wait) = match answer.play(steps).await {
                Err(Failure::Passing { message, error, wait }) => (message, error, wait),
                end => return end,
            };
            let Some(seconds) = RETRIES.get(attempt - 1) else { return Err(Failure::Fatal(error)) };
            answer.abort_tools(&mut self.world.lock())?;
            self.answer = Some(answer.again());
            let wait = wait.unwrap_or(Duration::from_secs_f64(*seconds));
            let retry = {
                let wait = u64::try_from(self.world.scaled(wait).as_millis()).unwrap_or_default();
                let next = self.world.lock().now() + wait;
                json!({ "type": "retry", "attempt": attempt, "message": message, "next": next })
            };
            self.world.lock().set_status(&self.session, &retry);
            self.waiting = true;
            self.world.pause(wait).await;
            self.waiting = false;
            self.world.lock().set_status(&self.session, &json!({ "type": "busy" }));
        }
        Ok(Ended::Stop)
    }

    /// What follows after the session is idle: its cost and the changes of files.
    async fn late_updates(&mut self) {
        if self.steps == 0 {
            return;
        }
        self.world.pause(OWN_TIME).await;
        let mut state = self.world.lock();
        let updated = state.add_up(&self.session).and_then(|()| state.touch(&self.session));
        if updated.is_ok() {
            state.tell(&self.session, "session.diff", json!({ "diff": [] }));
            // The message may have been removed meanwhile.
            let _ = state.sum_up(&self.session, &self.user);
        }
    }

    async fn fail(mut self, failure: Failure) {
        let untold = self.world.options.untold_after_stop && matches!(failure, Failure::Aborted);
        let error = match failure {
            Failure::Aborted => {
                if let Some(answer) = &mut self.answer {
                    answer.drop_tools();
                }
                self.abort_children().await;
                let error = json!({ "name": "MessageAbortedError", "data": { "message": "Aborted" } });
                (!self.waiting).then_some(error)
            }
            Failure::Passing { error, .. } | Failure::Fatal(error) => Some(error),
            Failure::NoModel(name) => {
                let mut state = self.world.lock();
                let message = format!("Model not found: {name}.");
                state.unknown_error(&self.session, &message);
                self.settle(&mut state);
                let message = format!("ProviderModelNotFoundError: {message}\n    at SessionPrompt.getModel");
                state.unknown_error(&self.session, &message);
                return;
            }
            Failure::Gone => {
                let mut state = self.world.lock();
                state.unknown_error(&self.session, "SQLiteError: FOREIGN KEY constraint failed");
                self.settle(&mut state);
                return;
            }
        };
        if let Some(error) = &error {
            {
                let mut state = self.world.lock();
                state.tell(&self.session, "session.error", json!({ "error": error }));
                state.set_status(&self.session, &json!({ "type": "idle" }));
            }
            let _ = self.progress.send(Progress::Stopping);
            self.world.pause(OWN_TIME).await;
        }
        let again = {
            let world = Arc::clone(&self.world);
            let mut state = world.lock();
            // Fails only when the session was deleted meanwhile, and then there is nothing to store.
            let _ = self.close(&mut state, error);
            if untold {
                let _ = self.write_untold(&mut state);
            }
            self.settle(&mut state)
        };
        if again {
            World::run(&self.world, &self.session);
        }
    }

    fn write_untold(&self, state: &mut State) -> Result<(), Gone> {
        let Some(message) = &self.message else { return Ok(()) };
        let part = json!({ "id": state.ids.next("prt"), "type": "step-start" });
        state.store_part(&self.session, message, part).map(|_| ())
    }

    /// Writes down what the run leaves open.
    fn close(&mut self, state: &mut State, error: Option<Value>) -> Result<(), Gone> {
        if let Some(answer) = &mut self.answer {
            answer.close_prose(state)?;
            answer.abort_tools(state)?;
        }
        let Some(message) = &self.message else { return Ok(()) };
        let now = state.now();
        state.change_message(&self.session, message, |info| {
            if let Some(error) = error {
                info["error"] = error;
            }
            info["time"]["completed"] = json!(now);
        })
    }

    /// Stops the child sessions; the tool that waits for each is told so between their two ends.
    async fn abort_children(&mut self) {
        let children = self.world.lock().children(&self.session);
        for child in children {
            if self.world.abort(&child).await {
                if let Some(answer) = &mut self.answer {
                    let mut state = self.world.lock();
                    // Fails only when the session was deleted meanwhile.
                    let _ = answer.cancel_task(&mut state, &child);
                }
                self.world.idle(&child).await;
            }
        }
    }

    fn settle(&self, state: &mut State) -> bool {
        settle(state, &self.session, &self.progress)
    }
}

/// Ends the run. Whether a prompt came that this run cannot take up any more.
fn settle(state: &mut State, session: &str, progress: &watch::Sender<Progress>) -> bool {
    state.set_status(session, &json!({ "type": "idle" }));
    let run = state.live.runs.remove(session);
    // Nobody may be waiting.
    let _ = progress.send(Progress::Done);
    run.is_some_and(|run| run.again)
}

/// Whether nothing more is to be asked of the model after this message.
fn answered(info: &Value, parts: &[Value]) -> bool {
    let finish = info["finish"].as_str().unwrap_or("unknown");
    let called = parts.iter().any(|part| part["type"] == "tool");
    !info["error"].is_null() || (!called && !["tool-calls", "unknown"].contains(&finish))
}

fn prompt_text(parts: &[Value]) -> String {
    let texts = parts.iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}
