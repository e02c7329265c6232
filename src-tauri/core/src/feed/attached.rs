//! Files of messages. The window is told what they are; of images it fetches the file itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{FileRef, MessageId, PartId, PartKind, SessionId};
use crate::protocol::{FileView, Picture};
use crate::render::one_line;
use crate::store::State;

/// What is shown as an image. Drawn as one, an SVG runs nothing and loads nothing.
const SHOWN: [&str; 7] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/svg+xml"];
/// A larger one is only named, in bytes.
const MAX_BYTES: usize = 24 * 1024 * 1024;

/// What a window is told of a file.
pub(super) fn view(file: &FileRef) -> FileView {
    let data = Data::of(&file.url);
    let from_url = || file.url.rsplit('/').next().unwrap_or_default();
    let name = match file.name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => name,
        None if file.mime.starts_with("image/") && file.url.starts_with("data:") => "image",
        None if file.url.starts_with("data:") => "attachment",
        None => from_url(),
    };
    FileView {
        name: one_line(name, 120),
        mime: one_line(&file.mime, 80),
        size: data.as_ref().and_then(|data| u32::try_from(data.size()).ok()),
        picture: data.is_some_and(|data| data.shown().is_some()),
    }
}

/// The address of an image in a message: of a file part, or the attachment of this number of a tool call.
pub fn address<'a>(
    state: &'a State,
    session: &SessionId,
    message: &MessageId,
    part: &PartId,
    number: usize,
) -> Option<&'a str> {
    let part = state.session(session)?.transcript().message(message)?.part(part)?.part()?;
    let file = match &part.kind {
        PartKind::File(file) => Some(file).filter(|_| number == 0),
        PartKind::Tool(tool) => tool.attachments.get(number),
        _ => None,
    }?;
    Some(&file.url).filter(|url| Data::of(url).is_some_and(|data| data.shown().is_some())).map(String::as_str)
}

/// The image in an address that [`address`] gave.
pub fn picture(address: &str) -> Option<Picture> {
    let data = Data::of(address)?;
    let bytes = STANDARD.decode(data.encoded).ok()?;
    Some(Picture { mime: data.shown()?, bytes })
}

/// An address that holds its file.
struct Data<'a> {
    mime: &'a str,
    encoded: &'a str,
}

impl<'a> Data<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (head, encoded) = url.strip_prefix("data:")?.split_once(',')?;
        let mime = head.strip_suffix(";base64")?;
        Some(Self { mime: mime.split(';').next().unwrap_or_default(), encoded })
    }

    fn size(&self) -> usize {
        let padding = self.encoded.bytes().rev().take(2).filter(|byte| *byte == b'=').count();
        (self.encoded.len() / 4 * 3).saturating_sub(padding)
    }

    /// Its media type when it is shown as an image.
    fn shown(&self) -> Option<&'static str> {
        let mime = SHOWN.into_iter().find(|mime| self.mime.eq_ignore_ascii_case(mime))?;
        (1..=MAX_BYTES).contains(&self.size()).then_some(mime)
    }
}

#[cfg(test)]
mod tests {
    use super::{FileRef, FileView, MAX_BYTES, picture, view};

    fn told(name: Option<&str>, mime: &str, url: &str) -> FileView {
        view(&FileRef { name: name.map(str::to_owned), mime: mime.to_owned(), url: url.to_owned() })
    }

    #[test]
    fn an_image_is_shown_by_what_its_address_says() {
        let file = told(Some("a.png"), "image/png", "data:image/png;base64,aGVsbG8=");
        assert_eq!((file.name.as_str(), file.size, file.picture), ("a.png", Some(5), true));
        let image = picture("data:image/png;base64,aGVsbG8=").unwrap();
        assert_eq!((image.mime, image.bytes.as_slice()), ("image/png", b"hello".as_slice()));
        assert!(told(None, "x", "data:IMAGE/SVG+XML;charset=utf-8;base64,aGVsbG8=").picture);
    }

    #[test]
    fn what_is_no_image_is_only_named() {
        let large = format!("data:image/png;base64,{}", "A".repeat(MAX_BYTES / 3 * 4 + 8));
        for (url, size) in [
            ("data:text/html;base64,aGVsbG8=", Some(5)),
            ("data:image/png,plain", None),
            ("data:image/png;base64,", Some(0)),
            ("file:///home/dev/a.png", None),
            ("https://example.org/a.png", None),
            (&large, Some(25_165_830)),
        ] {
            let file = told(None, "image/png", url);
            assert!(!file.picture, "{url:.40}");
            assert_eq!(file.size, size, "{url:.40}");
            assert_eq!(picture(url), None, "{url:.40}");
        }
        assert_eq!(told(None, "", "file:///home/dev/a.png").name, "a.png");
        assert_eq!(told(None, "", "data:,").name, "attachment");
        assert_eq!(told(Some(""), "image/png", "data:,").name, "image");
        assert_eq!(picture("data:image/png;base64,%%%"), None, "what is no base64");
    }
}
