use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file of a message: what a person attached, or what came of a tool call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub mime: String,
    /// How large it is, in bytes; none where it is only named.
    pub size: Option<u32>,
    /// True for an image that can be shown: the window fetches it when it is in view.
    pub picture: bool,
}

/// An image as a window fetches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type, one of those that are shown.
    pub mime: &'static str,
    /// The file itself.
    pub bytes: Vec<u8>,
}
