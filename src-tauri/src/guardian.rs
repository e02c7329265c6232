use std::env::{self, consts::EXE_SUFFIX};

use outrider_core::server::GuardianCommand;

/// The guardian that came with the app: a program of its own beside ours, because ours takes ten times the memory only
/// to load its libraries. None under Windows, where the servers' jobs do its work.
pub(crate) fn command() -> Option<GuardianCommand> {
    if cfg!(windows) {
        return None;
    }
    let beside = env::current_exe().ok()?.with_file_name(format!("outrider-guardian{EXE_SUFFIX}"));
    if beside.is_file() {
        return Some(GuardianCommand { program: beside, arguments: Vec::new() });
    }
    tracing::warn!(path = %beside.display(), "there is no guardian: what a crash leaves behind is ended by the next start");
    None
}
