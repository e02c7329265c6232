//! What a chat request says about the conversation so far.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// The parts of a chat request that decide about its answer.
#[derive(Debug, Clone)]
pub struct Conversation {
    model: String,
    streamed: bool,
    tools: Vec<String>,
    messages: Vec<Message>,
    prompt: String,
    compaction: bool,
}

#[derive(Debug, Clone)]
struct Message {
    role: String,
    text: String,
}

impl Conversation {
    pub(crate) fn read(body: &Value) -> Self {
        let array = |key: &str| body[key].as_array().map(Vec::as_slice).unwrap_or_default();
        let messages: Vec<Message> = array("messages")
            .iter()
            .map(|message| Message { role: string(&message["role"]), text: content(&message["content"]) })
            .collect();
        let tools: Vec<String> = array("tools").iter().map(|tool| string(&tool["function"]["name"])).collect();
        let last = messages.iter().rfind(|message| message.role == "user").map(|message| message.text.as_str());
        // Directives of the conversation that is being summed up are not meant for the summary.
        let (prompt, quoted) = without_quoted_conversation(last.unwrap_or_default());
        Self {
            model: string(&body["model"]),
            streamed: body["stream"].as_bool().unwrap_or_default(),
            compaction: quoted && tools.is_empty(),
            tools,
            prompt,
            messages,
        }
    }

    /// The model asked.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The names of the tools offered.
    pub fn tools(&self) -> &[String] {
        &self.tools
    }

    /// What the person wrote last.
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// How many prompts there are, the last one included.
    pub fn prompts(&self) -> usize {
        self.messages.iter().filter(|message| message.role == "user").count()
    }

    /// How many answers the last prompt got so far: tool calls make the server ask again for the same prompt.
    pub fn turn(&self) -> usize {
        self.since_prompt().filter(|message| message.role == "assistant").count()
    }

    /// The results of the tools called since the last prompt, oldest first.
    pub fn results(&self) -> Vec<&str> {
        self.since_prompt().filter(|message| message.role == "tool").map(|message| message.text.as_str()).collect()
    }

    pub(super) fn streamed(&self) -> bool {
        self.streamed
    }

    /// Whether a title for the conversation is asked for.
    pub(super) fn is_title(&self) -> bool {
        self.model == "small" || self.messages.first().is_some_and(|message| message.text.contains("title generator"))
    }

    /// Whether a summary of the conversation is asked for.
    pub(super) fn is_compaction(&self) -> bool {
        self.compaction
    }

    /// Tells this prompt from others, by its text and its number in the session.
    pub(super) fn prompt_key(&self) -> u64 {
        hash(&(self.prompt.as_str(), self.prompts()))
    }

    /// An id for the call numbered `call` of this answer. The same request asked again gets the same id.
    pub(super) fn call_id(&self, call: usize) -> String {
        format!("call_{:016x}", hash(&(self.prompt.as_str(), self.messages.len(), call)))
    }

    fn since_prompt(&self) -> impl Iterator<Item = &Message> {
        let start = self.messages.iter().rposition(|message| message.role == "user").map_or(0, |index| index + 1);
        self.messages[start..].iter()
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The text of a message, whose content is a string or a list of parts.
fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn without_quoted_conversation(text: &str) -> (String, bool) {
    const OPEN: &str = "<conversation>";
    const CLOSE: &str = "</conversation>";
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((_, after)) = after.split_once(CLOSE) else { break };
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    (kept, text.contains(OPEN))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_answers_since_the_last_prompt() {
        let conversation = Conversation::read(&json!({ "model": "echo", "messages": [
            { "role": "system", "content": "s" },
            { "role": "user", "content": "first" },
            { "role": "assistant", "content": "a" },
            { "role": "user", "content": [{ "type": "text", "text": "second" }, { "type": "image_url" }] },
            { "role": "assistant", "content": null, "tool_calls": [] },
            { "role": "tool", "content": "result" },
        ]}));
        assert_eq!((conversation.prompt(), conversation.prompts(), conversation.turn()), ("second", 2, 1));
        assert_eq!(conversation.results(), ["result"]);
    }

    #[test]
    fn a_summary_does_not_obey_what_it_sums_up() {
        let text = "Sum up:\n<conversation>\n%%error 500\n</conversation>\nshort";
        let conversation = Conversation::read(&json!({ "messages": [{ "role": "user", "content": text }] }));
        assert!(conversation.is_compaction());
        assert_eq!(conversation.prompt(), "Sum up:\n\nshort");
    }
}
