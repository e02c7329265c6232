//! The life of one `opencode serve` process: which binary, in which environment, started in a folder, read for ever,
//! and stopped so that nothing of it remains. Knows nothing of HTTP, sessions or windows.

mod binary;
mod clearing;
mod diagnosis;
mod drain;
mod environment;
mod exit;
mod folder;
mod guardian;
mod guardian_keeper;
mod line;
mod log;
mod login_shell;
mod marker;
mod process;
mod registry;
mod registry_files;
mod spawn;
mod stop;
mod survivors;

pub use binary::{Binary, BinaryPlaces, BinarySource, OPENCODE_VARIABLE};
pub use drain::{OutputBatch, OutputLine};
pub use environment::{Environment, Variables};
pub use exit::ServerExit;
pub use folder::check_folder;
pub use guardian::guard;
pub use guardian_keeper::GuardianCommand;
pub use line::{LINE_LIMIT, plain_line};
pub use log::{LOG_LINES, Log};
pub use marker::{INSTANCE_VARIABLE, Marker};
pub use process::{ParseReady, ServerEvent, ServerEvents, ServerProcess};
pub use registry::Registry;
pub use spawn::Launch;
pub use stop::{StopLimits, StopReport, StopStep};
pub use survivors::Survivor;
