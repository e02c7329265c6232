//! What the person should know of an instance although nothing is asked of them.

use crate::model::SessionId;
use crate::protocol::{Notice, Problem};

/// How many notices are kept; the oldest go.
const MOST: usize = 20;

/// The notices of an instance, oldest first.
#[derive(Debug, Default)]
pub(super) struct Notices {
    list: Vec<Notice>,
    made: u32,
    /// The one about the server's last crash.
    crash: Option<u32>,
}

impl Notices {
    pub(super) fn all(&self) -> Vec<Notice> {
        self.list.clone()
    }

    /// Adds one about a session, or the instance as a whole.
    pub(super) fn add(&mut self, session: Option<&SessionId>, problem: Problem) -> u32 {
        self.made += 1;
        self.list.push(Notice { number: self.made, session: session.map(|id| id.0.clone()), problem });
        if self.list.len() > MOST {
            self.list.remove(0);
        }
        self.made
    }

    /// The person has read it.
    pub(super) fn dismiss(&mut self, number: u32) {
        self.list.retain(|notice| notice.number != number);
    }

    /// What was said of a session that is gone.
    pub(super) fn forget(&mut self, session: &SessionId) {
        self.list.retain(|notice| notice.session.as_deref() != Some(session.as_str()));
    }

    /// The server ended and is started again: in place of what was said of the crash before.
    pub(super) fn crashed(&mut self, ended: &Problem) {
        self.crash_over();
        let message = format!("{} Starting it again…", ended.message);
        let detail = ended.detail.clone();
        self.crash = Some(self.add(None, Problem { code: "server_restarting".to_owned(), message, detail }));
    }

    /// The server that was started after the crash is ready.
    pub(super) fn recovered(&mut self) {
        let crash = self.crash.take();
        if let Some(notice) = self.list.iter_mut().find(|notice| Some(notice.number) == crash) {
            let ended = notice.problem.message.trim_end_matches(" Starting it again…").trim_end_matches('.');
            let message = format!("{ended} and was started again. What it was doing then was interrupted.");
            notice.problem =
                Problem { code: "server_restarted".to_owned(), message, detail: notice.problem.detail.take() };
        }
    }

    /// What was said of a crash that is no longer being recovered from.
    pub(super) fn crash_over(&mut self) {
        if let Some(number) = self.crash.take() {
            self.dismiss(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_said_while_it_is_recovered_from_and_after_that_until_it_is_dismissed() {
        let mut notices = Notices::default();
        let ended = Problem::new("server_exited", "OpenCode ended by signal 9 (KILL).").with_detail("last lines");
        notices.crashed(&ended);
        let said = &notices.all()[0].problem;
        assert_eq!(said.message, "OpenCode ended by signal 9 (KILL). Starting it again…");
        assert_eq!(said.detail.as_deref(), Some("last lines"));
        notices.recovered();
        let said = notices.all().remove(0);
        assert_eq!(
            said.problem.message,
            "OpenCode ended by signal 9 (KILL) and was started again. What it was doing then was interrupted."
        );
        notices.crash_over();
        assert_eq!(notices.all().len(), 1, "only one that is being recovered from is taken back");
        notices.dismiss(said.number);
        assert_eq!(notices.all(), []);
    }

    #[test]
    fn the_oldest_give_way() {
        let mut notices = Notices::default();
        for number in 0..=MOST {
            notices.add(Some(&"ses_a".into()), Problem::new("x", number.to_string()));
        }
        assert_eq!((notices.all().len(), &*notices.all()[0].problem.message), (MOST, "1"));
        notices.forget(&"ses_a".into());
        assert_eq!(notices.all(), []);
    }
}
