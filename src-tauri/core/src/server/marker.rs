use std::fmt::Write as _;

use crate::protocol::Problem;

/// The variable that marks a server and all that it starts: the tools inherit it, and it outlives every process group.
pub const INSTANCE_VARIABLE: &str = "OUTRIDER_INSTANCE";

/// What tells the processes of one server from all others: 128 random bits in hexadecimal digits. Not a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// A new marker.
    ///
    /// # Errors
    /// `no_randomness` when the system gives no random bytes.
    pub fn random() -> Result<Self, Problem> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| {
            Problem::new("no_randomness", "The system gave no random numbers.").with_detail(error.to_string())
        })?;
        let mut digits = String::with_capacity(2 * bytes.len());
        for byte in bytes {
            let _ = write!(digits, "{byte:02x}");
        }
        Ok(Self(digits))
    }

    /// The marker as it stands in the environment.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
