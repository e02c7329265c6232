//! Playing a script: its steps become the events of an answer.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    Conversation, Outcome, Shared,
    answer::{Answer, Gone, error_body},
    stamped,
};
use crate::script::{HttpError, Pieces, Step, Usage};

/// Gives the answer to one request.
pub(super) async fn play(shared: &Shared, conversation: &Conversation, steps: &[Step], answer: Answer) -> Outcome {
    let mut player = Player { shared, conversation, answer, sent: 0, calls: 0, finish: None, usage: None };
    match player.all(steps).await {
        Ok(()) => Outcome::Ended,
        Err(Gone) => Outcome::ClientGone,
    }
}

struct Player<'a> {
    shared: &'a Shared,
    conversation: &'a Conversation,
    answer: Answer,
    /// Deltas of text and reasoning so far.
    sent: u64,
    calls: usize,
    finish: Option<String>,
    usage: Option<Usage>,
}

/// Whether the answer goes on after a step.
enum Next {
    Continue,
    End,
}

impl Player<'_> {
    async fn all(&mut self, steps: &[Step]) -> Result<(), Gone> {
        for (index, step) in steps.iter().enumerate() {
            if let Next::End = self.step(index, step).await? {
                return Ok(());
            }
        }
        let finish = self.finish.clone().unwrap_or_else(|| "stop".to_owned());
        let usage = self.usage.unwrap_or(Usage { input: 10, output: self.sent, ..Usage::default() });
        let mut last = self.chunk(&json!({}), Some(&finish));
        last["usage"] = json!({
            "prompt_tokens": usage.input,
            "completion_tokens": usage.output,
            "total_tokens": usage.input + usage.output,
            "completion_tokens_details": { "reasoning_tokens": usage.reasoning },
            "prompt_tokens_details": { "cached_tokens": usage.cached },
        });
        self.answer.data(&last.to_string()).await?;
        self.answer.data("[DONE]").await
    }

    async fn step(&mut self, index: usize, step: &Step) -> Result<Next, Gone> {
        match step {
            Step::Text(text) => self.text(text).await?,
            Step::Words { delay, text } => self.words("content", *delay, text).await?,
            Step::Stream { count, delay, prefix } => self.numbered("content", *count, *delay, prefix).await?,
            Step::Stamped { count, rate } => self.stamped(*count, *rate).await?,
            Step::Reason(text) => self.delta("reasoning_content", text).await?,
            Step::ReasonWords { delay, text } => self.words("reasoning_content", *delay, text).await?,
            Step::ReasonStream { count, delay } => self.numbered("reasoning_content", *count, *delay, "r").await?,
            Step::Tool { name, arguments, pieces } => self.call(name, arguments, *pieces).await?,
            Step::Sleep(length) | Step::Hang(length) => self.answer.pause(*length).await?,
            Step::Wait(name) => {
                self.shared.gates.note_reached(name);
                self.answer.silent_until(self.shared.gates.opened(name)).await?;
            }
            Step::Reached(name) => self.shared.gates.note_reached(name),
            Step::Error(error) => {
                if self.fires(error.times, index) {
                    return self.refuse(error).await;
                }
            }
            Step::StreamError(message) => {
                let message = if message.is_empty() { "scripted stream error" } else { message };
                return self.stream_error(message, "server_error", 500).await;
            }
            Step::Malformed(raw) => self.answer.data(raw).await?,
            Step::Cut { reset, times } => {
                if self.fires(*times, index) {
                    self.answer.cut(*reset).await?;
                    return Ok(Next::End);
                }
            }
            Step::End => {
                self.answer.begin()?;
                return Ok(Next::End);
            }
            Step::Finish(reason) => self.finish = Some(reason.clone()),
            Step::Usage(usage) => self.usage = Some(*usage),
            Step::Unknown(directive) => self.text(&format!("[unknown directive {directive}]")).await?,
        }
        Ok(Next::Continue)
    }

    async fn text(&mut self, text: &str) -> Result<(), Gone> {
        self.delta("content", text).await
    }

    async fn delta(&mut self, field: &str, text: &str) -> Result<(), Gone> {
        self.sent += 1;
        self.send(&json!({ "role": "assistant", field: text })).await
    }

    async fn words(&mut self, field: &str, delay: Duration, text: &str) -> Result<(), Gone> {
        for word in text.split_inclusive(' ') {
            self.delta(field, word).await?;
            self.answer.pause(delay).await?;
        }
        Ok(())
    }

    async fn numbered(&mut self, field: &str, count: usize, delay: Duration, prefix: &str) -> Result<(), Gone> {
        for number in 0..count {
            self.delta(field, &format!("{prefix}{number} ")).await?;
            self.answer.pause(delay).await?;
        }
        Ok(())
    }

    /// Each piece has its own moment, so that what was late for one does not delay the others.
    async fn stamped(&mut self, count: usize, rate: f64) -> Result<(), Gone> {
        let begun = Instant::now();
        for number in 0..count {
            #[expect(clippy::cast_precision_loss, reason = "no answer has so many pieces")]
            let moment = begun + Duration::from_secs_f64(number as f64 / rate);
            self.answer.pause(moment.saturating_duration_since(Instant::now())).await?;
            self.delta("content", &stamped::piece(number)).await?;
        }
        Ok(())
    }

    async fn call(&mut self, name: &str, arguments: &str, pieces: Option<Pieces>) -> Result<(), Gone> {
        let characters: Vec<char> = arguments.chars().collect();
        let size = pieces.map_or(characters.len(), |pieces| pieces.size).max(1);
        for (number, piece) in characters.chunks(size).enumerate() {
            let piece: String = piece.iter().collect();
            let call = if number == 0 {
                let id = self.conversation.call_id(self.calls);
                let function = json!({ "name": name, "arguments": piece });
                json!({ "index": self.calls, "id": id, "type": "function", "function": function })
            } else {
                json!({ "index": self.calls, "function": { "arguments": piece } })
            };
            self.send(&json!({ "tool_calls": [call] })).await?;
            if let Some(pieces) = pieces {
                self.answer.pause(pieces.delay).await?;
            }
        }
        self.calls += 1;
        self.finish = Some("tool_calls".to_owned());
        Ok(())
    }

    async fn refuse(&mut self, error: &HttpError) -> Result<Next, Gone> {
        let message = if error.message.is_empty() { "scripted error" } else { &error.message };
        if self.answer.has_begun() {
            return self.stream_error(message, "scripted", error.status).await;
        }
        let whole = serde_json::from_str(message).ok().filter(Value::is_object);
        let body = whole.unwrap_or_else(|| error_body(message, "scripted", error.status));
        self.answer.refuse(error.status, &error.headers, body)?;
        Ok(Next::End)
    }

    async fn stream_error(&mut self, message: &str, kind: &str, code: u16) -> Result<Next, Gone> {
        self.answer.data(&error_body(message, kind, code).to_string()).await?;
        self.answer.data("[DONE]").await?;
        Ok(Next::End)
    }

    async fn send(&mut self, delta: &Value) -> Result<(), Gone> {
        let chunk = self.chunk(delta, None).to_string();
        self.answer.data(&chunk).await
    }

    fn chunk(&self, delta: &Value, finish: Option<&str>) -> Value {
        json!({
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": self.conversation.model(),
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        })
    }

    fn fires(&self, times: Option<u32>, index: usize) -> bool {
        self.shared.fires(times, (self.conversation.prompt_key(), self.conversation.turn(), index))
    }
}
