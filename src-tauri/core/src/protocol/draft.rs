use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was typed and not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// The session that it is for; none on the page that invites to a first message.
    pub session: Option<String>,
    /// The text.
    pub text: String,
}
