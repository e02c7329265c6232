//! How much a window may hand over. What it names (instances, sessions, requests) is checked by the core, which knows
//! what there is.

use outrider_core::protocol::Problem;

/// The longest prompt, in bytes. The server takes 300 MB, with several gigabytes of memory.
pub(super) const PROMPT: usize = 16 << 20;

/// The longest text beside a prompt, as the reason of a rejection, in bytes.
pub(super) const NOTE: usize = 256 << 10;

/// The longest address of a link, in bytes.
pub(super) const LINK: usize = 16 << 10;

/// The longest path, in bytes.
pub(super) const PATH: usize = 16 << 10;

/// # Errors
/// `too_long` when these texts have more than `limit` bytes together.
pub(super) fn check<'a>(what: &str, limit: usize, texts: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
    let length = texts.into_iter().fold(0_usize, |sum, text| sum.saturating_add(text.len()));
    if length <= limit {
        return Ok(());
    }
    Err(Problem::new("too_long", format!("The {what} is too long: {length} bytes, of {limit} at most.")))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn texts_are_measured_together() {
        assert_eq!(check("text", 4, ["ab", "cd"]), Ok(()));
        let refused = check("text", 4, ["ab", "é", "c"]).unwrap_err();
        assert_eq!(refused.code, "too_long");
        assert_eq!(refused.message, "The text is too long: 5 bytes, of 4 at most.");
    }
}
