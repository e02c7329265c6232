//! The server's settings in a place.

use serde_json::{Value, json};

/// Settings that give the server the scripted model as its only provider.
#[derive(Debug, Clone)]
pub struct ServerConfig(Value);

impl ServerConfig {
    /// Settings with the model at `base_url` (see [`crate::ScriptedModel::base_url`]).
    pub fn new(base_url: &str) -> Self {
        let limit = json!({ "context": 200_000, "output": 32_000 });
        Self(json!({
            "provider": { "scripted": {
                "npm": "@ai-sdk/openai-compatible",
                "name": "Scripted",
                "options": { "baseURL": base_url, "apiKey": "none" },
                "models": {
                    "echo": { "name": "Echo", "reasoning": true, "tool_call": true, "limit": limit },
                    "small": { "name": "Small", "limit": limit },
                },
            }},
            "enabled_providers": ["scripted"],
            "model": "scripted/echo",
            "small_model": "scripted/small",
            "autoupdate": false,
            "share": "disabled",
        }))
    }

    /// Sets what is allowed, asked and denied, such as `{"bash": "ask"}` or `{"bash": {"*": "allow", "rm *": "ask"}}`:
    /// the last pattern that fits decides. Without it the server allows all but paths outside the folder and `.env`.
    #[must_use]
    pub fn permission(self, permission: Value) -> Self {
        self.with("permission", permission)
    }

    /// Sets another key of the settings.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.0[key] = value;
        self
    }

    /// The settings as JSON text.
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }
}
