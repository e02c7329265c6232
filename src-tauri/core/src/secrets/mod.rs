//! Keeps secrets out of what is shown and logged: those that are known, and what looks like one by its name or form.
//!
//! Nobody can recognise every secret. What quotes a whole file is therefore cut ([`Quotes`]), not searched.

mod known;
mod named;
mod quotes;

pub use known::Secrets;
pub use named::{conceal_named, conceal_received};
pub use quotes::Quotes;

/// What stands in place of a secret.
pub(crate) const CONCEALED: &str = "[secret]";

#[cfg(test)]
mod tests;
