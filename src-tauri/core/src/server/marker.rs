use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::protocol::Problem;

/// The variable that marks a server and all that it starts: the tools inherit it, and it outlives every process group.
pub const INSTANCE_VARIABLE: &str = "OUTRIDER_INSTANCE";

/// How many random bytes a marker is made of.
const BYTES: usize = 16;

/// What tells the processes of one server from all others: 128 random bits in hexadecimal digits. Not a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Marker(String);

impl Marker {
    /// A new marker.
    ///
    /// # Errors
    /// `no_randomness` when the system gives no random bytes.
    pub fn random() -> Result<Self, Problem> {
        let mut bytes = [0_u8; BYTES];
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

/// What a file or a pipe holds may be anything; processes are ended by it.
impl TryFrom<String> for Marker {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        let is_marker =
            digits.len() == 2 * BYTES && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_marker { Ok(Self(digits)) } else { Err("not 32 hexadecimal digits") }
    }
}
