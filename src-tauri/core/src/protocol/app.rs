use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{InstanceId, Problem, Settings};

/// Everything at the level of the app, sent whole at each change: it is small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppView {
    /// Counts up with each change; a window ignores a view that is older than the one it has.
    #[ts(type = "number")]
    pub revision: u64,
    /// The opened folders, in the order of their tabs.
    pub instances: Vec<InstanceRow>,
    /// The tab that this window shows; none on the start page.
    pub active: Option<InstanceId>,
    /// Folders opened before, newest first, without those that are open.
    pub recent: Vec<FolderRow>,
    /// The settings as they are in force.
    pub settings: Settings,
    /// What could not be done at this level (a folder that could not be opened, settings that could not be read).
    pub problems: Vec<Problem>,
}

/// One opened folder as its tab shows it. Its state comes with the instance's own feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InstanceRow {
    /// The instance.
    pub id: InstanceId,
    /// The folder.
    pub folder: FolderRow,
}

/// A folder with the words that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderRow {
    /// The canonical path.
    pub path: String,
    /// The last component of the path.
    pub name: String,
    /// What tells it apart from another folder of the same name in the same list; empty when the name is enough.
    pub hint: String,
    /// The path as a person writes it, with `~` for the home folder.
    pub display_path: String,
}
