//! The diagram that is being drawn, between those who want it and the page that draws it. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A larger picture is not shown, in bytes.
const MAX_SVG: usize = 2_000_000;
/// Nor one that is wider or higher, in pixels.
const MAX_SIDE: f64 = 20_000.0;

/// What is to be drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    /// The page's answer bears it.
    #[serde(default)]
    pub(crate) number: u64,
    /// In mermaid's language.
    pub(crate) source: String,
    /// Whether it is for a dark page.
    pub(crate) dark: bool,
    /// The page's font.
    pub(crate) font_family: String,
    /// Colours by mermaid's names of them.
    pub(crate) colours: Value,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Picture {
    /// An SVG, to be shown as an image and nothing else.
    pub(crate) svg: String,
    /// In pixels.
    pub(crate) width: f64,
    /// In pixels.
    pub(crate) height: f64,
}

/// What came of a request.
pub(crate) type Drawn = Result<Picture, String>;

/// At most one request at a time. `P` is how the page is answered that asks for one, `A` how the one who wants it is.
#[derive(Debug)]
pub(super) struct Desk<P, A> {
    number: u64,
    waiting: Option<Request>,
    page: Option<P>,
    asker: Option<(u64, A)>,
}

impl<P, A> Default for Desk<P, A> {
    fn default() -> Self {
        Self { number: 0, waiting: None, page: None, asker: None }
    }
}

impl<P, A> Desk<P, A> {
    /// Takes a request in place of the one before; gives what the page is to be answered, when it waits.
    pub(super) fn put(&mut self, request: Request, asker: A) -> Option<(P, Request)> {
        self.number += 1;
        self.asker = Some((self.number, asker));
        self.waiting = Some(Request { number: self.number, ..request });
        self.meet()
    }

    /// The page asks for a request.
    pub(super) fn ask(&mut self, page: P) -> Option<(P, Request)> {
        self.page = Some(page);
        self.meet()
    }

    /// The page has drawn something; gives who wanted it. It draws what a model wrote, and is believed nothing more than
    /// that there is a picture.
    pub(super) fn done(&mut self, said: &[u8]) -> Option<(A, Drawn)> {
        let said: Value = serde_json::from_slice(said).ok()?;
        let (number, asker) = self.asker.take()?;
        if said["number"].as_u64() != Some(number) {
            self.asker = Some((number, asker));
            return None;
        }
        Some((asker, drawn(&said)))
    }

    /// The page is gone.
    pub(super) fn clear(&mut self) {
        (self.waiting, self.page, self.asker) = (None, None, None);
    }

    fn meet(&mut self) -> Option<(P, Request)> {
        if self.page.is_none() || self.waiting.is_none() {
            return None;
        }
        self.page.take().zip(self.waiting.take())
    }
}

fn drawn(said: &Value) -> Drawn {
    if said["kind"] != "drawn" {
        return Err(reason(said["why"].as_str().unwrap_or_default()));
    }
    let side = |name: &str| said[name].as_f64().filter(|side| (1.0..=MAX_SIDE).contains(side));
    match (said["svg"].as_str(), side("width"), side("height")) {
        (Some(svg), Some(width), Some(height)) if svg.starts_with("<svg") && svg.len() <= MAX_SVG => {
            Ok(Picture { svg: svg.to_owned(), width, height })
        }
        _ => Err("it is too large.".to_owned()),
    }
}

/// The first line: the others repeat the source, and the number in it is not always that of the source's line.
fn reason(why: &str) -> String {
    let line: String = why.lines().next().unwrap_or_default().trim().chars().take(200).collect();
    let wrong = ["Parse error", "Parsing failed", "Lexical error", "Syntax error", "Parsing error"];
    if line.is_empty() || wrong.iter().any(|start| line.starts_with(start)) {
        return "its syntax is wrong.".to_owned();
    }
    if line.ends_with(['.', '!', '?']) { line } else { line + "." }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Desk, Drawn, MAX_SVG, Request};

    fn request(source: &str) -> Request {
        let (source, font_family) = (source.to_owned(), String::new());
        Request { number: 0, source, dark: false, font_family, colours: json!({}) }
    }

    fn said(desk: &mut Desk<&'static str, &'static str>, what: &serde_json::Value) -> Option<(&'static str, Drawn)> {
        desk.done(what.to_string().as_bytes())
    }

    #[test]
    fn the_page_gets_each_request_once_whichever_comes_first() {
        let mut desk = Desk::default();
        assert!(desk.ask("page").is_none());
        let (page, asked) = desk.put(request("a"), "one").unwrap();
        assert_eq!((page, asked.source.as_str(), asked.number), ("page", "a", 1));
        let picture = json!({ "kind": "drawn", "number": 1, "svg": "<svg/>", "width": 5, "height": 6 });
        assert_eq!(said(&mut desk, &picture).unwrap().1.unwrap().width.to_string(), "5");
        assert!(said(&mut desk, &picture).is_none(), "once");
        assert!(desk.put(request("b"), "two").is_none());
        assert_eq!(desk.ask("page").unwrap().1.number, 2);
        // An answer that comes late is of another request.
        desk.put(request("c"), "three");
        assert!(said(&mut desk, &json!({ "kind": "drawn", "number": 2 })).is_none());
        assert_eq!(said(&mut desk, &json!({ "kind": "failed", "number": 3 })).unwrap().0, "three");
        desk.put(request("d"), "four");
        desk.clear();
        assert!(desk.ask("new page").is_none(), "what the page that is gone was to draw is given up");
    }

    #[test]
    fn what_is_no_picture_is_not_taken_for_one() {
        let large = format!("<svg{}", " ".repeat(MAX_SVG));
        for wrong in [
            json!({ "svg": 5 }),
            json!({ "svg": "<img src=x>" }),
            json!({ "width": 1e9 }),
            json!({ "height": "1" }),
            json!({ "width": null }),
            json!({ "svg": large }),
        ] {
            let mut desk = Desk::<(), ()>::default();
            desk.put(request("a"), ());
            let mut picture = json!({ "kind": "drawn", "number": 1, "svg": "<svg/>", "width": 5, "height": 6 });
            picture.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            let ((), drawn) = desk.done(picture.to_string().as_bytes()).unwrap();
            assert_eq!(drawn, Err("it is too large.".to_owned()));
        }
        assert!(Desk::<(), ()>::default().done(b"{").is_none());
    }

    #[test]
    fn a_failure_is_said_on_one_line() {
        let why = |why: &str| super::reason(why);
        assert_eq!(why("Parse error on line 4:\n---"), "its syntax is wrong.");
        assert_eq!(why(""), "its syntax is wrong.");
        assert_eq!(why("Edge limit exceeded\nmore"), "Edge limit exceeded.");
    }
}
