use std::time::Duration;

use super::http::RequestHead;
use crate::chance::Chance;

/// Which exchanges a fault harms. An exchange is a request with its answer; an event stream is one that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Everything.
    All,
    /// Event streams: `GET /event` and `GET /global/event`.
    Events,
    /// Every other request.
    Requests,
    /// Requests that read: every other `GET`.
    Reads,
    /// Requests that change something: every method but `GET`.
    Commands,
    /// Requests whose first line, such as `POST /session/ses_1/prompt_async HTTP/1.1`, contains this.
    Line(String),
}

impl Target {
    pub(super) fn contains(&self, request: &RequestHead) -> bool {
        match self {
            Self::All => true,
            Self::Events => request.is_events(),
            Self::Requests => !request.is_events(),
            Self::Reads => !request.is_events() && request.is_read(),
            Self::Commands => !request.is_read(),
            Self::Line(text) => request.line.contains(text),
        }
    }
}

/// Where in an answer a fault strikes. The answer is counted in bytes as they go over the wire, its head included, from
/// where it stands when it meets the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// After so many bytes; 0 is at once.
    Byte(u64),
    /// In the middle of the next piece: for an event stream the middle of an event.
    MidFrame,
    /// Inside the next character that takes several bytes.
    MidCharacter,
}

/// What is done to an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Connections are refused: with [`Target::All`] nothing listens on the port; else the connection is reset as soon
    /// as the request is known. Exchanges under way go on.
    Refuse,
    /// The request does not reach the server; its connection is closed.
    LoseRequest,
    /// The server gets so many bytes of the request and then the end of the connection.
    CutRequest(u64),
    /// The request does not reach the server and is answered with status 502.
    BadGateway,
    /// The answer ends there, although the server sent more.
    Cut(At),
    /// The same with a TCP reset.
    Reset(At),
    /// From there on nothing more comes while the fault lasts; then the answer goes on as if nothing had been.
    Stall(At),
    /// From there on nothing more comes for ever, while the connection stays open: the server is gone without a word.
    HalfOpen(At),
    /// Each piece of the answer comes so much later.
    Delay(Duration),
    /// The answer comes in pieces of so many bytes with a pause after each.
    Drip {
        /// Bytes in each piece.
        bytes: usize,
        /// The pause after each.
        pause: Duration,
    },
}

impl Fault {
    /// Where in the answer it strikes, for one that strikes at a place.
    pub(super) fn place(&self) -> Option<At> {
        match self {
            Self::Cut(at) | Self::Reset(at) | Self::Stall(at) | Self::HalfOpen(at) => Some(*at),
            _ => None,
        }
    }

    /// True for one that can only happen to a request that has not been sent on yet.
    pub(super) fn is_of_request(&self) -> bool {
        matches!(self, Self::Refuse | Self::LoseRequest | Self::CutRequest(_) | Self::BadGateway)
    }
}

/// A fault with its target, how often it happens and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strike {
    /// Which exchanges.
    pub target: Target,
    /// What happens to them.
    pub fault: Fault,
    /// How many exchanges it happens to, those under way first; all of them if not said.
    pub times: Option<u32>,
    /// How long it lasts.
    pub lasts: Duration,
}

/// The times that drawn faults are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// How long the client takes a silent stream for a living one.
    pub silence: Duration,
    /// The client's limit for a request.
    pub request: Duration,
}

impl Strike {
    /// The strike that the seed decides: of any kind, at any place, on streams and requests alike; some are over
    /// before the client can notice, most are not.
    pub fn draw(chance: &mut Chance, scale: &Scale) -> Self {
        let at = match chance.below(6) {
            0 => At::MidFrame,
            1 => At::MidCharacter,
            2 => At::Byte(0),
            3 => At::Byte(chance.below(300)),
            4 => At::Byte(chance.below(3_000)),
            _ => At::Byte(chance.below(20_000)),
        };
        let target = match chance.below(8) {
            0..4 => Target::Events,
            4 => Target::Requests,
            5 => Target::Reads,
            6 => Target::Commands,
            _ => Target::All,
        };
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (silence, request) = (millis(scale.silence), millis(scale.request));
        let fault = match chance.below(12) {
            0 | 1 => Fault::Cut(at),
            2 | 3 => Fault::Reset(at),
            4 => Fault::Stall(at),
            5 | 6 => Fault::HalfOpen(at),
            7 => Fault::Delay(Duration::from_millis(chance.between(1, silence / 3))),
            8 => Fault::BadGateway,
            9 => Fault::Drip {
                bytes: usize::try_from(chance.between(1, 64)).unwrap_or(1),
                pause: Duration::from_millis(chance.between(1, 8)),
            },
            10 if chance.one_in(2) => Fault::LoseRequest,
            10 => Fault::CutRequest(chance.below(400)),
            _ => Fault::Refuse,
        };
        let target = if fault == Fault::Refuse && chance.one_in(2) { Target::All } else { target };
        let times = chance.one_in(2).then(|| u32::try_from(chance.between(1, 4)).unwrap_or(1));
        let longest = match target {
            Target::Events => silence * 2,
            _ => silence.max(request) * 3 / 2,
        };
        let lasts = Duration::from_millis(if chance.one_in(3) {
            chance.between(1, silence / 2)
        } else {
            chance.below(longest)
        });
        Self { target, fault, times, lasts }
    }
}
