use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::LONGEST_TEXT;
use crate::model::SessionId;
use crate::protocol::Problem;

/// The most drafts of one folder; beyond that the one that was changed longest ago goes.
const MOST: usize = 200;
/// The most bytes of all drafts of one folder together; beyond that the same.
const MOST_BYTES: usize = 20_000_000;
/// How long the draft of a session is kept that the server no longer has, in milliseconds: 30 days.
const KEPT_WITHOUT_SESSION: i64 = 30 * 24 * 60 * 60 * 1000;

/// A text that was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The session that it is for; none on the page that invites to a first message.
    pub session: Option<SessionId>,
    /// The text.
    #[serde(with = "super::text")]
    pub text: Arc<str>,
    /// References to what is attached.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub changed: i64,
}

/// The drafts of a folder, one for each session and one for the page that invites to a first message.
#[derive(Debug, Clone, Default)]
pub struct Drafts(Vec<Draft>);

impl Drafts {
    pub(super) fn new(mut kept: Vec<Draft>) -> Self {
        kept.sort_by_key(|draft| draft.changed);
        Self(kept)
    }

    pub(super) fn to_kept(&self) -> Vec<Draft> {
        self.0.clone()
    }

    /// All of them, the one first that was changed longest ago.
    pub fn all(&self) -> &[Draft] {
        &self.0
    }

    /// The draft of a session.
    pub fn of(&self, session: Option<&SessionId>) -> Option<&Draft> {
        self.0.iter().find(|draft| draft.session.as_ref() == session)
    }

    /// Takes over what is typed now; nothing is no draft. False when that is what is here already.
    ///
    /// # Errors
    /// `draft_too_large`; what was here stays.
    pub fn put(&mut self, session: Option<SessionId>, text: &str, now: i64) -> Result<bool, Problem> {
        if text.len() > LONGEST_TEXT {
            let message = "This text is too long to be kept or sent: more than 5 MB. Attach it as a file instead.";
            return Err(Problem::new("draft_too_large", message));
        }
        let before = self.of(session.as_ref());
        if before.map_or("", |draft| &draft.text) == text {
            return Ok(false);
        }
        let attachments = before.map(|draft| draft.attachments.clone()).unwrap_or_default();
        self.0.retain(|draft| draft.session != session);
        if !text.is_empty() || !attachments.is_empty() {
            self.0.push(Draft { session, text: text.into(), attachments, changed: now });
        }
        let mut bytes: usize = self.0.iter().map(|draft| draft.text.len()).sum();
        while self.0.len() > MOST || bytes > MOST_BYTES {
            bytes -= self.0.remove(0).text.len();
        }
        Ok(true)
    }

    /// Lets go of a session's draft. False when there was none.
    pub fn forget(&mut self, session: Option<&SessionId>) -> bool {
        let before = self.0.len();
        self.0.retain(|draft| draft.session.as_ref() != session);
        self.0.len() != before
    }

    /// Lets go of the drafts of sessions that are not known and were not typed in for 30 days. False when there were
    /// none.
    pub fn prune(&mut self, is_known: impl Fn(&SessionId) -> bool, now: i64) -> bool {
        let before = self.0.len();
        self.0
            .retain(|draft| draft.session.as_ref().is_none_or(&is_known) || now - draft.changed < KEPT_WITHOUT_SESSION);
        self.0.len() != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(drafts: &Drafts) -> Vec<String> {
        drafts.all().iter().map(|draft| draft.text.to_string()).collect()
    }

    #[test]
    fn each_session_has_one_draft_and_nothing_is_none() {
        let mut drafts = Drafts::default();
        assert_eq!(drafts.put(None, "start", 1), Ok(true));
        assert_eq!(drafts.put(Some("ses_1".into()), "one", 2), Ok(true));
        assert_eq!(drafts.put(None, "start", 3), Ok(false));
        assert_eq!(drafts.put(None, "start again", 3), Ok(true));
        assert_eq!(texts(&drafts), ["one", "start again"]);
        assert_eq!(drafts.put(Some("ses_1".into()), "", 4), Ok(true));
        assert_eq!(texts(&drafts), ["start again"]);
        assert_eq!(drafts.put(None, &"x".repeat(LONGEST_TEXT + 1), 5).unwrap_err().code, "draft_too_large");
        assert_eq!(texts(&drafts), ["start again"]);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_they_are_too_large() {
        let mut drafts = Drafts::default();
        for n in 0..250_i64 {
            drafts.put(Some(SessionId(format!("ses_{n}"))), &n.to_string(), n).unwrap();
        }
        assert_eq!((drafts.all().len(), &*drafts.all()[0].text), (MOST, "50"));
        for n in 0..5_i64 {
            drafts.put(Some(SessionId(format!("large_{n}"))), &"x".repeat(LONGEST_TEXT), 300 + n).unwrap();
        }
        assert_eq!(drafts.all().len(), MOST_BYTES / LONGEST_TEXT);
    }

    #[test]
    fn drafts_of_sessions_that_are_gone_stay_for_a_month() {
        let mut drafts = Drafts::default();
        for (session, changed) in [(None, 0), (Some("known"), 0), (Some("gone"), 0), (Some("just gone"), 10)] {
            drafts.put(session.map(SessionId::from), "text", changed).unwrap();
        }
        let known = |session: &SessionId| session.as_str() == "known";
        assert!(!drafts.prune(known, KEPT_WITHOUT_SESSION - 1));
        assert!(drafts.prune(known, KEPT_WITHOUT_SESSION));
        assert!(drafts.of(Some(&"gone".into())).is_none() && drafts.all().len() == 3);
    }
}
