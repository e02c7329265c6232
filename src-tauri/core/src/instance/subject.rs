use crate::feed::Source;
use crate::model::Model;
use crate::protocol::{AutoAnswersStatus, Connection, InstanceStatus, InstanceView, LogLine, LogStream, ServerDetails};
use crate::server::Log;
use crate::store::State;

use super::clock::now_ms;
use super::notices::Notices;
use super::tabs::Tabs;
use super::unseen::Unseen;

/// Everything of an instance that a window can look at.
pub(super) struct Subject {
    pub(super) state: State,
    pub(super) log: Log,
    pub(super) status: InstanceStatus,
    pub(super) connection: Connection,
    pub(super) tabs: Tabs,
    pub(super) details: ServerDetails,
    pub(super) notices: Notices,
    pub(super) unseen: Unseen,
    pub(super) auto_answers: AutoAnswersStatus,
    /// The models that the server can ask; none while that is not known.
    pub(super) models: Vec<Model>,
}

impl Subject {
    pub(super) fn new(directory: String) -> Self {
        Self {
            state: State::new(directory),
            log: Log::default(),
            status: InstanceStatus::Starting,
            connection: Connection::Connecting,
            tabs: Tabs::default(),
            details: ServerDetails::default(),
            notices: Notices::default(),
            unseen: Unseen::default(),
            auto_answers: AutoAnswersStatus::default(),
            models: Vec::new(),
        }
    }

    /// Lends itself to a feed for one look.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Source<'_>) -> T) -> T {
        let waiting = self.state.shown_permissions().count() + self.state.questions().count();
        let view = InstanceView {
            status: self.status.clone(),
            connection: self.connection.clone(),
            tabs: self.tabs.ids(),
            focus: crate::protocol::Focus::Start,
            branch: self.state.branch().map(str::to_owned),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            unseen: u32::try_from(self.unseen.marked().len()).unwrap_or(u32::MAX),
            server: self.details.clone(),
            notices: self.notices.all(),
            auto_answers: self.auto_answers.clone(),
        };
        let log = |from: u64| -> Vec<LogLine> {
            let mut lines: Vec<_> = self.log.lines().rev().take_while(|line| line.number >= from).cloned().collect();
            lines.reverse();
            lines
        };
        let unseen = self.unseen.marked();
        look(&Source { state: &self.state, models: &self.models, view: &view, unseen, log: &log })
    }

    /// Writes what Outrider itself did into the server's log.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.log.push(now_ms(), LogStream::Outrider, text.into());
    }
}
