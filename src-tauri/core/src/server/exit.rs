use std::{fmt, process::ExitStatus};

/// How a server ended. Neither code nor signal: the system did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerExit {
    /// The exit code.
    pub code: Option<i32>,
    /// The signal that ended it (Unix).
    pub signal: Option<i32>,
}

impl From<ExitStatus> for ServerExit {
    fn from(status: ExitStatus) -> Self {
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(not(unix))]
        let signal = None;
        Self { code: status.code(), signal }
    }
}

/// Continues a sentence such as "OpenCode ended …": `with code 1`, `by signal 9 (KILL)`.
impl fmt::Display for ServerExit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(formatter, "with code {code}"),
            (None, Some(signal)) => match signal_name(signal) {
                Some(name) => write!(formatter, "by signal {signal} ({name})"),
                None => write!(formatter, "by signal {signal}"),
            },
            (None, None) => formatter.write_str("for an unknown reason"),
        }
    }
}

/// The names of the signals whose numbers are the same on Linux and macOS.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        4 => "ILL",
        5 => "TRAP",
        6 => "ABRT",
        8 => "FPE",
        9 => "KILL",
        11 => "SEGV",
        13 => "PIPE",
        15 => "TERM",
        _ => return None,
    })
}
