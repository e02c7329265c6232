//! The TypeScript of this module's types, in `ui/src/backend/bindings`: written here, and compared with what is committed.

use std::{collections::BTreeMap, fs, path::Path};

use ts_rs::{Config, ExportError, TS};

use super::{
    Announcement, AppView, AutoAnswersView, DraftView, EventDetail, EventPage, EventQuery, FindQuery, PermissionReply,
    PromptLine, SavedRecording, SectionPlace, SectionRows, Snapshot,
};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/backend/bindings");
const WRITE: &str = "OUTRIDER_WRITE_BINDINGS";

/// Writes every type that crosses the bridge into `dir`, one file each.
fn export(dir: &Path) -> Result<(), ExportError> {
    let config = Config::new().with_out_dir(dir);
    AppView::export_all(&config)?;
    Snapshot::export_all(&config)?;
    Announcement::export_all(&config)?;
    AutoAnswersView::export_all(&config)?;
    DraftView::export_all(&config)?;
    PermissionReply::export_all(&config)?;
    EventQuery::export_all(&config)?;
    FindQuery::export_all(&config)?;
    PromptLine::export_all(&config)?;
    EventPage::export_all(&config)?;
    EventDetail::export_all(&config)?;
    SectionPlace::export_all(&config)?;
    SectionRows::export_all(&config)?;
    SavedRecording::export_all(&config)
}

fn files(dir: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeMap::new() };
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn the_committed_typescript_is_that_of_these_types() {
    let committed = Path::new(COMMITTED);
    if std::env::var_os(WRITE).is_some() {
        if committed.exists() {
            fs::remove_dir_all(committed).unwrap();
        }
        export(committed).unwrap();
    }
    let fresh = tempfile::tempdir().unwrap();
    export(fresh.path()).unwrap();
    assert!(
        files(committed) == files(fresh.path()),
        "ui/src/backend/bindings is not what the types in protocol/ say. Write it anew with: \
         {WRITE}=1 cargo test -p outrider-core --lib protocol::bindings"
    );
}
