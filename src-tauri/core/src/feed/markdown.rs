use crate::model::{MessageId, PartKind, Role};
use crate::store::{MessageEntry, SessionEntry};

/// The words of a message as they were written, in Markdown. Of the agent's, all that answers the same prompt: to a
/// reader it is one answer, whatever was called in between. None when the message is gone.
pub(super) fn markdown(entry: &SessionEntry, id: &MessageId) -> Option<String> {
    let head = entry.transcript().message(id)?.head()?;
    let texts: Vec<&str> = match (head.role, &head.parent) {
        (Role::Assistant, Some(prompt)) => {
            let answers = entry.transcript().messages().filter(|(head, _)| head.parent.as_ref() == Some(prompt));
            answers.flat_map(|(_, message)| texts(message)).collect()
        }
        _ => entry.transcript().message(id).map(|message| texts(message).collect())?,
    };
    Some(texts.join("\n\n"))
}

fn texts(message: &MessageEntry) -> impl Iterator<Item = &str> {
    message.parts().filter(|(_, part)| !part.is_abandoned()).filter_map(|(_, part)| match &part.part()?.kind {
        PartKind::Text(prose) if !prose.synthetic && !prose.text.trim().is_empty() => Some(prose.text.trim_end()),
        _ => None,
    })
}
