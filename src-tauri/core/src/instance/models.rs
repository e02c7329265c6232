//! The models of the server: how much their windows hold.

use crate::store::Changes;

use super::task::InstanceTask;
use super::work::Done;

impl InstanceTask {
    /// Reads the models, when they are not known. Only what the meter of the context shows depends on them: a failure
    /// is not told, and the next snapshot asks again.
    pub(super) fn read_models(&self) {
        if !self.subject.models.is_empty() {
            return;
        }
        let Some(client) = self.server.client().cloned() else { return };
        self.work(async move { Done::Models(client.models().await.ok()) });
    }

    pub(super) fn models_read(&mut self, models: Option<Vec<crate::model::Model>>) {
        let Some(models) = models.filter(|models| *models != self.subject.models) else { return };
        self.subject.models = models;
        let looked_at: Vec<_> = self.views.sessions().cloned().collect();
        self.touch(&Changes { frames: looked_at.into_iter().collect(), ..Changes::default() });
    }
}
