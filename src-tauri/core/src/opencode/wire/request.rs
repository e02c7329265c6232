use serde::Deserialize;
use serde_json::Value;

use super::json::{each, id, lenient, lenient_list};
use crate::model::{
    MessageId, Outcome, Permission, Question, QuestionItem, QuestionOption, Replied, RequestId, SessionId,
};

#[derive(Deserialize)]
pub(super) struct WirePermission {
    #[serde(deserialize_with = "id")]
    id: RequestId,
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    #[serde(default, deserialize_with = "lenient")]
    permission: String,
    #[serde(default, deserialize_with = "lenient_list")]
    patterns: Vec<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    always: Vec<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(default, deserialize_with = "lenient")]
    tool: Option<ToolCall>,
}

#[derive(Deserialize)]
struct ToolCall {
    #[serde(rename = "messageID", deserialize_with = "id")]
    message: MessageId,
    #[serde(rename = "callID")]
    call: String,
}

impl From<WirePermission> for Permission {
    fn from(wire: WirePermission) -> Self {
        Self {
            id: wire.id,
            session: wire.session,
            kind: wire.permission,
            patterns: wire.patterns,
            always: wire.always,
            metadata: wire.metadata,
            tool: wire.tool.map(|tool| (tool.message, tool.call)),
        }
    }
}

/// The answer of `GET /permission`.
pub fn permissions(values: Vec<Value>) -> Vec<Permission> {
    each("permission", values, |value| serde_json::from_value::<WirePermission>(value).map(Permission::from))
}

#[derive(Deserialize)]
pub(super) struct WireQuestion {
    #[serde(deserialize_with = "id")]
    id: RequestId,
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    // Strict: answers are given by position, so none may be left out here.
    questions: Vec<WireItem>,
}

#[derive(Deserialize)]
struct WireItem {
    #[serde(default, deserialize_with = "lenient")]
    header: String,
    #[serde(default, deserialize_with = "lenient")]
    question: String,
    #[serde(default, deserialize_with = "lenient_list")]
    options: Vec<WireOption>,
    #[serde(default, deserialize_with = "lenient")]
    multiple: bool,
    // Absent in all that was seen; such questions take other answers (seen on 1.18.33).
    #[serde(default, deserialize_with = "lenient")]
    custom: Option<bool>,
}

#[derive(Deserialize)]
struct WireOption {
    label: String,
    #[serde(default, deserialize_with = "lenient")]
    description: String,
}

impl From<WireQuestion> for Question {
    fn from(wire: WireQuestion) -> Self {
        let option = |option: WireOption| QuestionOption { label: option.label, description: option.description };
        let item = |item: WireItem| QuestionItem {
            header: item.header,
            question: item.question,
            options: item.options.into_iter().map(option).collect(),
            multiple: item.multiple,
            custom: item.custom.unwrap_or(true),
        };
        Self { id: wire.id, session: wire.session, items: wire.questions.into_iter().map(item).collect() }
    }
}

/// The answer of `GET /question`.
pub fn questions(values: Vec<Value>) -> Vec<Question> {
    each("question", values, |value| serde_json::from_value::<WireQuestion>(value).map(Question::from))
}

/// `permission.replied`.
#[derive(Deserialize)]
pub(super) struct PermissionReplied {
    #[serde(rename = "requestID", deserialize_with = "id")]
    request: RequestId,
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
    reply: WireReply,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireReply {
    Once,
    Always,
    Reject,
    #[serde(other)]
    Other,
}

impl From<PermissionReplied> for Replied {
    fn from(wire: PermissionReplied) -> Self {
        let outcome = match wire.reply {
            WireReply::Once => Outcome::Once,
            WireReply::Always => Outcome::Always,
            WireReply::Reject => Outcome::Rejected,
            WireReply::Other => Outcome::Other,
        };
        Self { request: wire.request, session: wire.session, outcome }
    }
}

/// `question.replied` and `question.rejected`.
#[derive(Deserialize)]
pub(super) struct QuestionReplied {
    #[serde(rename = "requestID", deserialize_with = "id")]
    request: RequestId,
    #[serde(rename = "sessionID", deserialize_with = "id")]
    session: SessionId,
}

impl QuestionReplied {
    pub(super) fn with(self, outcome: Outcome) -> Replied {
        Replied { request: self.request, session: self.session, outcome }
    }
}
