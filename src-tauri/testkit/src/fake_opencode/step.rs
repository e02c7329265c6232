//! One step: the model's answer to one request, as the script has it, and the tools that it calls.

use std::{future::Future, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde_json::{Value, json};

use super::{
    files, model_error,
    sessions::{no_tokens, snapshot},
    state::{Files, Gone, State},
    tool::{self, Call, Outcome},
    turn::Failure,
    world::World,
};
use crate::script::{Pieces, Step, Usage};

/// Whether the run goes on after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    GoOn,
    Stop,
}

/// An answer being given.
pub(super) struct Answer {
    world: Arc<World>,
    session: String,
    message: String,
    /// The user message and the number of its answers before this one.
    asked: (String, usize),
    text: Option<Prose>,
    reasoning: Option<Prose>,
    tools: FuturesUnordered<BoxFuture<'static, Outcome>>,
    calls: usize,
    rejected: bool,
    /// The files at the first output.
    files: Option<Files>,
    /// Deltas so far.
    sent: u64,
    finish: Option<String>,
    usage: Option<Usage>,
}

/// A text or reasoning part that is being written. Only its beginning is stored (section 4).
struct Prose {
    id: String,
    kind: &'static str,
    text: String,
    start: u64,
}

/// What a step of the script does to the answer.
enum Next {
    Continue,
    /// The stream ends without a reason.
    Broken,
}

impl Answer {
    pub(super) fn new(world: Arc<World>, session: String, message: String, asked: (String, usize)) -> Self {
        Self {
            world,
            session,
            message,
            asked,
            text: None,
            reasoning: None,
            tools: FuturesUnordered::new(),
            calls: 0,
            rejected: false,
            files: None,
            sent: 0,
            finish: None,
            usage: None,
        }
    }

    /// The same request once more. What the failed try left open stays open (section 7).
    pub(super) fn again(&self) -> Self {
        Self::new(Arc::clone(&self.world), self.session.clone(), self.message.clone(), self.asked.clone())
    }

    pub(super) async fn play(&mut self, steps: &[Step]) -> Result<Ended, Failure> {
        let mut whole = true;
        for (index, step) in steps.iter().enumerate() {
            if let Next::Broken = self.step(index, step).await? {
                whole = false;
                break;
            }
        }
        self.begin()?;
        {
            let world = Arc::clone(&self.world);
            self.close_prose(&mut world.lock())?;
        }
        while let Some(outcome) = self.tools.next().await {
            self.note(outcome);
        }
        self.end(whole).await
    }

    async fn step(&mut self, index: usize, step: &Step) -> Result<Next, Failure> {
        match step {
            Step::Text(text) => self.text(text)?,
            Step::Words { delay, text } => {
                for word in text.split_inclusive(' ') {
                    self.text(word)?;
                    self.pause(*delay).await;
                }
            }
            Step::Stream { count, delay, prefix } => {
                for number in 0..*count {
                    self.text(&format!("{prefix}{number} "))?;
                    self.pause(*delay).await;
                }
            }
            Step::Stamped { count, rate } => {
                for number in 0..*count {
                    self.text(&crate::model::stamped(number))?;
                    self.pause(Duration::from_secs_f64(1.0 / rate)).await;
                }
            }
            Step::Reason(text) => self.reason(text)?,
            Step::ReasonWords { delay, text } => {
                for word in text.split_inclusive(' ') {
                    self.reason(word)?;
                    self.pause(*delay).await;
                }
            }
            Step::ReasonStream { count, delay } => {
                for number in 0..*count {
                    self.reason(&format!("r{number} "))?;
                    self.pause(*delay).await;
                }
            }
            Step::Tool { name, arguments, pieces } => self.call(name, arguments, *pieces).await?,
            Step::Sleep(length) => self.pause(*length).await,
            Step::Hang(length) if *length < Duration::from_hours(1) => self.pause(*length).await,
            Step::Hang(_) => self.until(std::future::pending()).await,
            Step::Wait(name) => {
                let world = Arc::clone(&self.world);
                world.gates.note_reached(name);
                self.until(world.gates.opened(name)).await;
            }
            Step::Reached(name) => self.world.gates.note_reached(name),
            Step::Error(error) => {
                if self.fires(error.times, index) {
                    return Err(model_error::refusal(error, self.files.is_some()));
                }
            }
            Step::StreamError(message) => {
                let message = if message.is_empty() { "scripted stream error" } else { message };
                return Err(model_error::in_stream(message, "server_error", 500));
            }
            Step::Malformed(raw) if serde_json::from_str::<Value>(raw).is_err() => {
                let message =
                    format!("JSON parsing failed: Text: {raw}.\nError message: JSON Parse error: Expected '}}'");
                return Err(Failure::Fatal(json!({ "name": "UnknownError", "data": { "message": message } })));
            }
            Step::Malformed(_) => {}
            Step::Cut { times, .. } => {
                if self.fires(*times, index) {
                    return Ok(Next::Broken);
                }
            }
            Step::End => return Ok(Next::Broken),
            Step::Finish(reason) => self.finish = Some(reason.replace('_', "-")),
            Step::Usage(usage) => self.usage = Some(*usage),
            Step::Unknown(directive) => self.text(&format!("[unknown directive {directive}]"))?,
        }
        Ok(Next::Continue)
    }

    /// Tells that output begins.
    fn begin(&mut self) -> Result<(), Gone> {
        if self.files.is_some() {
            return Ok(());
        }
        let mut state = self.world.lock();
        let files = state.stored.files.clone();
        let part = json!({ "id": state.ids.next("prt"), "type": "step-start", "snapshot": snapshot(&files) });
        self.files = Some(files);
        state.put_part(&self.session, &self.message, part)
    }

    fn text(&mut self, delta: &str) -> Result<(), Gone> {
        self.begin()?;
        let world = Arc::clone(&self.world);
        let mut state = world.lock();
        if let Some(reasoning) = self.reasoning.take() {
            self.close(&mut state, &reasoning)?;
        }
        let mut prose = self.text.take();
        let told = self.delta(&mut state, "text", &mut prose, delta);
        self.text = prose;
        told
    }

    fn reason(&mut self, delta: &str) -> Result<(), Gone> {
        self.begin()?;
        let world = Arc::clone(&self.world);
        let mut prose = self.reasoning.take();
        let told = self.delta(&mut world.lock(), "reasoning", &mut prose, delta);
        self.reasoning = prose;
        told
    }

    /// Tells of one more piece. A deleted session does not hinder it.
    fn delta(
        &mut self,
        state: &mut State,
        kind: &'static str,
        prose: &mut Option<Prose>,
        delta: &str,
    ) -> Result<(), Gone> {
        self.sent += 1;
        if delta.is_empty() {
            return Ok(());
        }
        if prose.is_none() {
            let (id, start) = (state.ids.next("prt"), state.now());
            let part = json!({ "id": id, "type": kind, "text": "", "time": { "start": start } });
            state.put_part(&self.session, &self.message, part)?;
            *prose = Some(Prose { id, kind, text: String::new(), start });
        }
        if let Some(prose) = prose {
            prose.text.push_str(delta);
            let event = json!({ "messageID": self.message, "partID": prose.id, "field": "text", "delta": delta });
            state.tell(&self.session, "message.part.delta", event);
        }
        Ok(())
    }

    fn close(&self, state: &mut State, prose: &Prose) -> Result<(), Gone> {
        let time = json!({ "start": prose.start, "end": state.now() });
        let part = json!({ "id": prose.id, "type": prose.kind, "text": prose.text, "time": time });
        state.put_part(&self.session, &self.message, part)
    }

    /// Stores the whole text of what is still being written.
    pub(super) fn close_prose(&mut self, state: &mut State) -> Result<(), Gone> {
        for prose in [self.reasoning.take(), self.text.take()].into_iter().flatten() {
            self.close(state, &prose)?;
        }
        Ok(())
    }

    async fn call(&mut self, name: &str, arguments: &str, pieces: Option<Pieces>) -> Result<(), Failure> {
        self.begin()?;
        let world = Arc::clone(&self.world);
        let call = {
            let mut state = world.lock();
            if let Some(reasoning) = self.reasoning.take() {
                self.close(&mut state, &reasoning)?;
            }
            let (part, call_id) = (state.ids.next("prt"), state.ids.call());
            let call = Call::new(&world, (&self.session, &self.message), (part, call_id), (name, arguments));
            state.put_part(
                &self.session,
                &self.message,
                call.part(json!({
                    "status": "pending", "input": {}, "raw": "",
                })),
            )?;
            call
        };
        if let Some(pieces) = pieces {
            let count = arguments.chars().count().div_ceil(pieces.size);
            self.pause(pieces.delay * u32::try_from(count).unwrap_or(u32::MAX)).await;
        }
        self.calls += 1;
        self.tools.push(tool::execute(call).boxed());
        // The tool begins before the model says more.
        self.until(tokio::task::yield_now()).await;
        Ok(())
    }

    async fn pause(&mut self, length: Duration) {
        let world = Arc::clone(&self.world);
        self.until(world.pause(length)).await;
    }

    /// Lets the tools work until something happens.
    async fn until(&mut self, something: impl Future<Output = ()>) {
        tokio::pin!(something);
        loop {
            tokio::select! {
                biased;
                Some(outcome) = self.tools.next() => self.note(outcome),
                () = &mut something => return,
            }
        }
    }

    fn note(&mut self, outcome: Outcome) {
        self.rejected |= outcome == Outcome::Rejected;
    }

    async fn end(&mut self, whole: bool) -> Result<Ended, Failure> {
        let called = self.calls > 0;
        let reason = match (whole, self.finish.as_deref()) {
            (false, _) => "unknown",
            (true, Some(reason)) => reason,
            (true, None) if called => "tool-calls",
            (true, None) => "stop",
        };
        let (tokens, cost) = if whole { self.spent() } else { (no_tokens(), json!(0)) };
        {
            let mut state = self.world.lock();
            let after = snapshot(&state.stored.files);
            let part = json!({
                "id": state.ids.next("prt"), "type": "step-finish", "reason": reason, "snapshot": after,
                "tokens": tokens, "cost": cost,
            });
            state.put_part(&self.session, &self.message, part)?;
            state.change_message(&self.session, &self.message, |info| {
                info["finish"] = json!(reason);
                info["tokens"] = tokens;
                info["cost"] = cost;
            })?;
            state.add_up(&self.session)?;
        }
        self.world.pause(Duration::from_millis(40)).await;
        let mut state = self.world.lock();
        let before = self.files.clone().unwrap_or_default();
        if before != state.stored.files {
            let id = state.ids.next("prt");
            let files = files::changed(&before, &state.stored.files);
            let part = json!({ "id": id, "type": "patch", "hash": snapshot(&before), "files": files });
            state.put_part(&self.session, &self.message, part)?;
        }
        let now = state.now();
        let completed = |info: &mut Value| info["time"]["completed"] = json!(now);
        if reason != "content-filter" {
            state.change_message(&self.session, &self.message, completed)?;
            return Ok(if self.rejected { Ended::Stop } else { Ended::GoOn });
        }
        let error = model_error::filtered();
        for _ in 0..2 {
            state.change_message(&self.session, &self.message, |info| {
                completed(info);
                info["error"] = error.clone();
            })?;
        }
        state.tell(&self.session, "session.error", json!({ "error": error }));
        Ok(Ended::Stop)
    }

    /// The tokens as the server counts them, and their cost at the scripted model's prices.
    fn spent(&self) -> (Value, Value) {
        let usage = self.usage.unwrap_or(Usage { input: 10, output: self.sent, ..Usage::default() });
        let tokens = json!({
            "total": usage.input + usage.output, "input": usage.input.saturating_sub(usage.cached),
            "output": usage.output.saturating_sub(usage.reasoning), "reasoning": usage.reasoning,
            "cache": { "read": usage.cached, "write": 0 },
        });
        // Ten millionths of a unit: an exact number of them.
        let parts = usage.input.saturating_sub(usage.cached) * 10 + usage.cached + usage.output * 20;
        let cost = u32::try_from(parts).map_or(f64::MAX, |parts| f64::from(parts) / 1e7);
        (tokens, if parts == 0 { json!(0) } else { json!(cost) })
    }

    /// Whether a fault that happens `times` times (always, if not said) happens this time.
    fn fires(&self, times: Option<u32>, index: usize) -> bool {
        let Some(times) = times else { return true };
        let mut state = self.world.lock();
        let met = state.stored.met.entry((self.asked.0.clone(), self.asked.1, index)).or_default();
        *met += 1;
        *met <= times
    }

    /// Stops the tools where they are.
    pub(super) fn drop_tools(&mut self) {
        self.tools.clear();
    }

    /// Writes the end of every tool that has not come to one.
    pub(super) fn abort_tools(&mut self, state: &mut State) -> Result<(), Gone> {
        self.tools.clear();
        let parts = state.message(&self.session, &self.message)?.parts.clone();
        let now = state.now();
        for mut part in parts {
            if let Some(aborted) = tool::aborted(&part, now) {
                part["state"] = aborted;
                state.put_part(&self.session, &self.message, part)?;
            }
        }
        Ok(())
    }

    /// Writes that the task of this child session was cancelled.
    pub(super) fn cancel_task(&mut self, state: &mut State, child: &str) -> Result<(), Gone> {
        let parts = &state.message(&self.session, &self.message)?.parts;
        let part = parts.iter().find(|part| part["state"]["metadata"]["sessionId"] == child).cloned();
        let Some(mut part) = part.filter(|part| part["state"]["status"] == "running") else { return Ok(()) };
        part["state"] = tool::cancelled(&part["state"], state.now());
        state.put_part(&self.session, &self.message, part)
    }
}
