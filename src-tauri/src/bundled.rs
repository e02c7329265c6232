use std::path::{Path, PathBuf};

use tauri::{AppHandle, Runtime};
use tauri_plugin_shell::ShellExt;

/// The sidecar's name. Not `opencode`: a package that puts it into /usr/bin must not shadow a person's own.
const SIDECAR: &str = "outrider-opencode";

/// The `opencode` that came with the app; while the app is developed, the one of its npm packages.
pub(crate) fn opencode<R: Runtime>(app: &AppHandle<R>) -> Option<PathBuf> {
    let sidecar = app.shell().sidecar(SIDECAR).ok().map(|command| {
        let command: std::process::Command = command.into();
        PathBuf::from(command.get_program())
    });
    let developed = cfg!(debug_assertions)
        .then(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/opencode-ai/bin/opencode.exe"));
    [sidecar, developed].into_iter().flatten().find(|path| path.is_file())
}
