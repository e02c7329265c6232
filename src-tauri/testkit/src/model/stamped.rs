//! Markdown in small pieces, each with the time at which it was sent in its text: whoever sees a piece can tell how old
//! it is.

use std::{
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

/// One section of an answer. `~` ends a piece that carries a stamp, `^` one that could not without breaking the Markdown.
const SECTION: &str = "## Section ~of the ~answer\n\n^The **parser** ~reads what ~the `cache` ~has left, ~and the *index* ~keeps \
    it. ~When a handler ~retries, ~the queue drops ~nothing that ~[was asked](https://example.invalid) ~before; ~it merges ~two \
    sessions ~into one ~scheduler.\n\n^- **First**, ~count the ~handlers ~of a queue\n^- then ~split them ~by `name`\n^- and ~keep \
    the ~last one\n\n^> What is quoted ~stays short.\n\n^| part ~| does ~| calls ~|\n^| --- | --- | --- |\n^| parser ~| reads ~| 12 \
    ~|\n^| cache ~| keeps ~| 7 ~|\n\n^```rust\n^fn merge(^queue: &mut Queue) {\n^    // It reads ~what is left ~of them\n^    let \
    total = ^queue.iter()^.sum::<u64>();\n^    // And then ~it keeps them\n^}\n```\n\n^The scheduler ~splits what ~the session \
    ~reads, ~and so ~it goes on ~to the next ~handler.\n\n^";

/// The piece of this number, counted from 0, as it is sent now.
///
/// A stamp is `tMILLISECONDSxNUMBERt`: milliseconds since 1970, and the number of the piece.
pub(crate) fn piece(number: usize) -> String {
    static PIECES: LazyLock<Vec<(&str, bool)>> = LazyLock::new(|| {
        let pieces = SECTION.split_inclusive(['~', '^']);
        pieces.map(|piece| (piece.trim_end_matches(['~', '^']), piece.ends_with('~'))).collect()
    });
    let (text, stamped) = PIECES[number % PIECES.len()];
    if !stamped {
        return text.to_owned();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let (words, space) = text.split_at(text.trim_end().len());
    format!("{words} t{now}x{number}t{}", if space.is_empty() { " " } else { space })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_markdown_with_the_time_in_it() {
        let text: String = (0..200).map(piece).collect();
        assert!(text.starts_with("## Section t"), "{text}");
        assert!(
            text.contains("\n| --- | --- | --- |\n") && text.contains("\n```rust\nfn merge(queue: &mut Queue) {\n")
        );
        let stamps = text.matches('x').count();
        assert!(stamps > 100, "most pieces carry one: {stamps}");
    }
}
