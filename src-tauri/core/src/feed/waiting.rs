//! What a window holds of the agent's requests: those of all sessions of the folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::RequestId;
use crate::protocol::{Patch, PermissionView, QuestionView};
use crate::render::Colours;
use crate::store::State;

use super::requests::{part_of, path_to, permission_view, question_view};
use super::tools::Shades;

#[derive(Default)]
pub(super) struct Waiting {
    permissions: BTreeMap<String, PermissionView>,
    questions: BTreeMap<String, QuestionView>,
    /// Requests whose diff was sent without colours that come later.
    pub(super) lacking: BTreeSet<RequestId>,
}

impl Waiting {
    pub(super) fn clear(&mut self) {
        self.permissions.clear();
        self.questions.clear();
    }

    pub(super) fn permissions(&self) -> Vec<PermissionView> {
        self.permissions.values().cloned().collect()
    }

    pub(super) fn questions(&self) -> Vec<QuestionView> {
        self.questions.values().cloned().collect()
    }

    /// Brings it up to date. Of a request that was not touched only what others change is looked at: titles above it,
    /// and the call that waits.
    pub(super) fn update(&mut self, state: &State, touched: &BTreeSet<RequestId>, colours: &Colours) -> Vec<Patch> {
        let mut patches = Vec::new();
        let there: BTreeSet<&str> = state.shown_permissions().map(|permission| permission.id.as_str()).collect();
        self.permissions.retain(|id, _| {
            let stays = there.contains(id.as_str());
            if !stays {
                patches.push(Patch::PermissionRemoved { id: id.clone() });
            }
            stays
        });
        let there: BTreeSet<&str> = state.questions().map(|question| question.id.as_str()).collect();
        self.questions.retain(|id, _| {
            let stays = there.contains(id.as_str());
            if !stays {
                patches.push(Patch::QuestionRemoved { id: id.clone() });
            }
            stays
        });
        for permission in state.shown_permissions() {
            let known = self.permissions.get_mut(permission.id.as_str());
            if let Some(known) = known.filter(|_| !touched.contains(&permission.id)) {
                let (path, part) = (path_to(state, &permission.session), part_of(state, permission));
                if known.path != path || known.part != part {
                    (known.path, known.part) = (path, part);
                    patches.push(Patch::PermissionUpserted { permission: known.clone() });
                }
                continue;
            }
            let shades = Shades::new(colours);
            let view = permission_view(state, permission, &shades);
            if shades.is_lacking() {
                self.lacking.insert(permission.id.clone());
            }
            if self.permissions.get(&view.id) != Some(&view) {
                self.permissions.insert(view.id.clone(), view.clone());
                patches.push(Patch::PermissionUpserted { permission: view });
            }
        }
        for question in state.questions() {
            let view = question_view(state, question);
            if self.questions.get(&view.id) != Some(&view) {
                self.questions.insert(view.id.clone(), view.clone());
                patches.push(Patch::QuestionUpserted { question: view });
            }
        }
        patches
    }
}
