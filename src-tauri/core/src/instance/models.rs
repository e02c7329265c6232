//! The models of the server: how much their windows hold.

use std::time::Duration;

use crate::model::Model;
use crate::store::Changes;

use super::task::InstanceTask;
use super::work::Done;

/// When models that could not be read are asked for again: after so many times the first delay of reconnecting.
const READ_AGAIN: [u32; 6] = [1, 3, 10, 10, 10, 10];

impl InstanceTask {
    /// Reads the models, when they are not known. Only what the meter of the context shows depends on them: a failure
    /// is not told, and after some attempts the next snapshot asks again.
    pub(super) fn read_models(&self) {
        if !self.subject.models.is_empty() {
            return;
        }
        let Some(client) = self.server.client().cloned() else { return };
        let pause = Duration::from_millis(self.settings.reconnect_base_ms.into());
        self.work(async move {
            let mut models = client.models().await.ok();
            for times in READ_AGAIN {
                if models.is_some() {
                    break;
                }
                tokio::time::sleep(pause * times).await;
                models = client.models().await.ok();
            }
            Done::Models(models)
        });
    }

    pub(super) fn models_read(&mut self, models: Option<Vec<Model>>) {
        let Some(models) = models.filter(|models| *models != self.subject.models) else { return };
        self.subject.models = models;
        let looked_at: Vec<_> = self.views.sessions().cloned().collect();
        self.touch(&Changes { frames: looked_at.into_iter().collect(), ..Changes::default() });
    }
}
