//! As much of HTTP/1.1 as it takes to know where requests and answers begin and end.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest head that is read.
const LONGEST_HEAD: usize = 64 << 10;

/// How much is read at once.
const READ: usize = 16 << 10;

/// Bytes from a connection, some of which were read ahead.
pub(super) struct Reader<R> {
    from: R,
    buffer: Vec<u8>,
}

/// A head: its first line and its headers, as they came.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) line: String,
    headers: Vec<(String, String)>,
}

/// What is known of a request for deciding what happens to it.
#[derive(Debug, Clone)]
pub(super) struct RequestHead {
    /// Method, path and version.
    pub(super) line: String,
}

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(u64),
    /// Between chunks, or so many bytes before the end of one.
    Chunked(u64),
    /// Between the end of a chunk's bytes and the end of its line.
    ChunkEnd,
    UntilEnd,
    Over,
}

/// A body that is being read.
pub(super) struct Body {
    framing: Framing,
    chunked: bool,
}

/// What comes next of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// These bytes, without any framing.
    Bytes(Vec<u8>),
    /// Its proper end.
    End,
    /// The connection ended before the body did.
    Broken,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, buffer: Vec::new() }
    }

    /// Where the bytes come from.
    pub(super) fn inner(&self) -> &R {
        &self.from
    }

    /// The next head; none when the connection ends before one begins. Cancelling it loses nothing.
    pub(super) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = self.buffer.split_off(end + 4);
                let head = std::mem::replace(&mut self.buffer, rest);
                return Head::parse(&head[..end]).map(Some);
            }
            if self.buffer.len() > LONGEST_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.fill().await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        // Without room of its own it would read by dozens of bytes and tear every event.
        self.buffer.reserve(READ);
        self.from.read_buf(&mut self.buffer).await
    }

    /// The next piece of the body. Cancelling it loses nothing.
    pub(super) async fn piece(&mut self, body: &mut Body) -> io::Result<Piece> {
        loop {
            if let Some(piece) = body.take(&mut self.buffer)? {
                return Ok(piece);
            }
            if self.fill().await? == 0 {
                return Ok(if body.framing == Framing::UntilEnd { Piece::End } else { Piece::Broken });
            }
        }
    }
}

impl Head {
    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        let mut lines = text.split("\r\n");
        let line = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Ok(Self { line, headers })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
    }

    fn length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// What decides about this request.
    pub(super) fn request(&self) -> RequestHead {
        RequestHead { line: self.line.clone() }
    }

    /// The body of this request.
    pub(super) fn request_body(&self) -> Body {
        let framing = if self.is_chunked() { Framing::Chunked(0) } else { Framing::Length(self.length().unwrap_or(0)) };
        Body::of(framing)
    }

    /// The body of this answer to a request.
    pub(super) fn answer_body(&self, request: &RequestHead) -> Body {
        let status = self.status();
        let framing = if request.line.starts_with("HEAD ") || status < 200 || status == 204 || status == 304 {
            Framing::Over
        } else if self.is_chunked() {
            Framing::Chunked(0)
        } else {
            self.length().map_or(Framing::UntilEnd, Framing::Length)
        };
        Body::of(framing)
    }

    pub(super) fn status(&self) -> u16 {
        self.line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    /// The head as it is sent on. The two connections live apart: each has a `connection` header of its own, if any.
    pub(super) fn bytes(&self, connection: Option<&str>) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.line);
        for (name, value) in self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("connection")) {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(connection) = connection {
            text.extend(["Connection: ", connection, "\r\n"]);
        }
        text.push_str("\r\n");
        text.into_bytes()
    }
}

impl RequestHead {
    /// Whether it asks for an event stream.
    pub(super) fn is_events(&self) -> bool {
        let path = self.line.split(' ').nth(1).unwrap_or_default();
        self.is_read() && matches!(path.split('?').next(), Some("/event" | "/global/event"))
    }

    pub(super) fn is_read(&self) -> bool {
        self.line.starts_with("GET ")
    }
}

impl Body {
    fn of(framing: Framing) -> Self {
        let framing = if framing == Framing::Length(0) { Framing::Over } else { framing };
        Self { framing, chunked: matches!(framing, Framing::Chunked(_)) }
    }

    /// True when it has no length of its own that its head could tell: the end of its connection is its end.
    pub(super) fn ends_with_connection(&self) -> bool {
        self.framing == Framing::UntilEnd
    }

    /// These bytes of the body in its own framing.
    pub(super) fn framed(&self, bytes: &[u8]) -> Vec<u8> {
        if !self.chunked {
            return bytes.to_vec();
        }
        let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
        framed.extend_from_slice(bytes);
        framed.extend_from_slice(b"\r\n");
        framed
    }

    /// What tells its end in its own framing.
    pub(super) fn end(&self) -> &'static [u8] {
        if self.chunked { b"0\r\n\r\n" } else { b"" }
    }

    /// Takes what is there already; none when more bytes are needed.
    fn take(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Piece>> {
        let available = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        let mut drain = |wanted: u64| {
            let count = usize::try_from(wanted.min(available)).unwrap_or(usize::MAX);
            Some(Piece::Bytes(buffer.drain(..count).collect()))
        };
        match self.framing {
            Framing::Over => Ok(Some(Piece::End)),
            _ if available == 0 => Ok(None),
            Framing::UntilEnd => Ok(drain(u64::MAX)),
            Framing::Length(left) => {
                let rest = left - left.min(available);
                self.framing = if rest == 0 { Framing::Over } else { Framing::Length(rest) };
                Ok(drain(left))
            }
            Framing::Chunked(0) | Framing::ChunkEnd => self.next_chunk(buffer),
            Framing::Chunked(left) => {
                let rest = left - left.min(available);
                self.framing = if rest == 0 { Framing::ChunkEnd } else { Framing::Chunked(rest) };
                Ok(drain(left))
            }
        }
    }

    fn next_chunk(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Piece>> {
        let begin = if self.framing == Framing::ChunkEnd { 2 } else { 0 };
        if buffer.len() < begin {
            return Ok(None);
        }
        let Some(line) = buffer[begin..].windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&buffer[begin..begin + line]).ok();
        let size = size.and_then(|size| u64::from_str_radix(size.split(';').next()?.trim(), 16).ok());
        let Some(size) = size else { return Err(io::ErrorKind::InvalidData.into()) };
        if size == 0 {
            // Trailers are not passed on; the end is an empty line.
            let Some(end) = buffer[begin + line..].windows(4).position(|four| four == b"\r\n\r\n") else {
                return Ok(None);
            };
            buffer.drain(..begin + line + end + 4);
            self.framing = Framing::Over;
            return Ok(Some(Piece::End));
        }
        buffer.drain(..begin + line + 2);
        self.framing = Framing::Chunked(size);
        self.take(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_end_where_they_end_however_they_come_in() {
        let wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nB;x=1\r\n big\r\nworld\r\n0\r\nT: 1\r\n\r\n\
            HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcHTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\ntail";
        for size in [1, 2, 3, 7, 1000] {
            let pieces = wire.chunks(size).map(<[u8]>::to_vec).collect::<Vec<_>>();
            let mut reader = Reader::new(tokio_util::io::StreamReader::new(futures_util::stream::iter(
                pieces.into_iter().map(|piece| Ok::<_, io::Error>(io::Cursor::new(piece))),
            )));
            let mut bodies = Vec::new();
            while let Some(head) = reader.head().await.unwrap() {
                let mut body = head.answer_body(&RequestHead { line: "GET / HTTP/1.1".to_owned() });
                let mut text = Vec::new();
                while let Piece::Bytes(bytes) = reader.piece(&mut body).await.unwrap() {
                    text.extend(bytes);
                }
                bodies.push(String::from_utf8(text).unwrap());
            }
            assert_eq!(bodies, ["hello big\r\nworld", "abc", "", "tail"], "in pieces of {size}");
        }
    }
}
