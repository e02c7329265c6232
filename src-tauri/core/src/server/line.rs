//! From bytes to lines that are safe to keep and to show, whatever the bytes are.

use anstream::adapter::strip_str;

/// How much of a line is kept, in bytes; the rest of it is left out.
pub const LINE_LIMIT: usize = 8 * 1024;

/// A line without terminal sequences and control characters. What a carriage return has overwritten is left out, as a
/// terminal would show it.
pub fn plain_line(bytes: &[u8]) -> String {
    // Nearly every line; a server that floods its output should not cost us a core.
    if bytes.is_ascii() && !bytes.iter().any(u8::is_ascii_control) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let text = String::from_utf8_lossy(bytes);
    let stripped = strip_str(&text).to_string();
    let shown = stripped.trim_end_matches(['\r', '\n']);
    let shown = shown.rsplit('\r').next().unwrap_or(shown);
    shown.chars().filter(|char| !char.is_control() || *char == '\t').collect()
}

/// Cuts a stream of bytes into lines. Holds [`LINE_LIMIT`] bytes at most: a longer line is given out when it reaches
/// the limit, with an ellipsis, and skipped from there to its end.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    line: Vec<u8>,
    skipping: bool,
}

impl LineSplitter {
    /// The lines that end in these bytes.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, tail) = bytes.split_at(end);
            self.extend(head, &mut lines);
            if !std::mem::take(&mut self.skipping) {
                lines.push(plain_line(&self.line));
                self.line.clear();
            }
            bytes = &tail[1..];
        }
        self.extend(bytes, &mut lines);
        lines
    }

    /// What stands there without a line's end.
    pub(super) fn finish(mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        (!line.is_empty()).then(|| plain_line(&line))
    }

    fn extend(&mut self, bytes: &[u8], lines: &mut Vec<String>) {
        if self.skipping {
            return;
        }
        let room = LINE_LIMIT - self.line.len();
        if bytes.len() <= room {
            self.line.extend_from_slice(bytes);
            return;
        }
        self.line.extend_from_slice(&bytes[..room]);
        lines.push(plain_line(whole_characters(&self.line)) + "…");
        self.line.clear();
        self.skipping = true;
    }
}

/// The bytes without a UTF-8 character that was cut in two at their end.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_what_a_terminal_would_leave_standing() {
        for (raw, plain) in [
            (&b"\x1b[91m\x1b[1mError: \x1b[0mno\r"[..], "Error: no"),
            (b"10%\r50%\r100%", "100%"),
            (b"a\tb\x00\x07\x08c", "a\tbc"),
            (b"link \x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\", "link here"),
            (b"caf\xe9 \xff", "caf\u{fffd} \u{fffd}"),
            ("grüße ✓".as_bytes(), "grüße ✓"),
        ] {
            assert_eq!(plain_line(raw), plain);
        }
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_arrive() {
        let bytes = "one\n\ntwo ✓\nrest".as_bytes();
        for size in 1..bytes.len() {
            let mut splitter = LineSplitter::default();
            let mut lines: Vec<String> = bytes.chunks(size).flat_map(|chunk| splitter.push(chunk)).collect();
            lines.extend(splitter.finish());
            assert_eq!(lines, ["one", "", "two ✓", "rest"], "in chunks of {size}");
        }
    }

    proptest::proptest! {
        /// Any bytes in any pieces: the same lines, each of them short and safe to show.
        #[test]
        fn any_output_becomes_plain_lines(
            bytes in proptest::collection::vec(proptest::prop_oneof![
                4 => proptest::sample::select(b"\n\r\x1b[;?mHJ]\x07\\P\x9b\xc2\xe2\x82\xff\0\t 0x".to_vec()),
                1 => proptest::prelude::any::<u8>(),
            ], 0..200),
            repeated in proptest::sample::select(vec![1, 1, 1, 100]),
            size in 1_usize..64,
        ) {
            let bytes = bytes.repeat(repeated);
            let read = |size: usize| {
                let mut splitter = LineSplitter::default();
                let mut lines = Vec::new();
                for chunk in bytes.chunks(size) {
                    lines.extend(splitter.push(chunk));
                    assert!(splitter.line.len() <= LINE_LIMIT);
                }
                lines.extend(splitter.finish());
                lines
            };
            let lines = read(bytes.len().max(1));
            for line in &lines {
                proptest::prop_assert!(!line.chars().any(|char| char.is_control() && char != '\t'), "{:?}", line);
                // A byte that is no text becomes a character of three.
                proptest::prop_assert!(line.len() <= 3 * LINE_LIMIT + '…'.len_utf8());
            }
            proptest::prop_assert_eq!(read(size), lines);
        }
    }

    #[test]
    fn an_endless_line_is_given_out_once_and_held_no_longer() {
        let mut splitter = LineSplitter::default();
        let long = "é".repeat(LINE_LIMIT);
        let first = splitter.push(format!("x{long}").as_bytes());
        assert_eq!(first.len(), 1);
        assert!(first[0].ends_with("é…") && first[0].len() <= LINE_LIMIT + "…".len());
        assert_eq!(splitter.push(long.as_bytes()), [""; 0]);
        assert!(splitter.line.capacity() <= 2 * LINE_LIMIT);
        assert_eq!(splitter.push(b"end\nnext\n"), ["next"]);
        assert_eq!(splitter.finish(), None);
    }
}
