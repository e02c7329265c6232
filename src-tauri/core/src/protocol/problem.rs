use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that went wrong, said twice: once for the program, once for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// A stable word for programs and tests, in `snake_case`.
    pub code: String,
    /// One sentence for the person: what happened, and where it helps, what to do.
    pub message: String,
    /// Further text that helps to understand it (a server's answer, last lines of output); may be long.
    pub detail: Option<String>,
}

impl Problem {
    /// A problem without further detail.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), detail: None }
    }

    /// The same problem with further text.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}
