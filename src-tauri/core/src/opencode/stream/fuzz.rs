//! Any bytes in any pieces: the stream gives the same events however it is cut, and ends once, with a reason.

use std::convert::Infallible;

use futures_util::stream::iter;
use proptest::prelude::*;

use super::*;

const LONG: Duration = Duration::from_mins(1);

/// What a stream may consist of, and what it should not.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let fixed = prop::sample::select(vec![
        &b"data: "[..],
        b"data:",
        b"data",
        b": comment",
        b"id: 4",
        b"retry: 99999999999999999999999",
        b"event: x",
        b"\n",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\r",
        b"\r\n\r\n",
        b"data: {\"type\":\"server.heartbeat\"}\n\n",
        b"data: {\"type\":\"server.connected\"}\r\r",
        b"data: {\"type\":\ndata: \"plugin.added\"}\n\n",
        b"{\"type\":\"\\ud83d\"}",
        b"{",
        b"\"",
        b"\\u",
        b"\0",
        "\u{feff}".as_bytes(),
        b"\xef\xbb",
        b"\xff",
        b"\xc3\xa9",
        b"\xc3",
        b"\xf0\x9f\x98\x80",
        b"\xf0\x9f",
        b"\xed\xa0\x80",
    ]);
    prop_oneof![
        9 => fixed.prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(fragment(), 0..40).prop_map(|fragments| fragments.concat())
}

/// The bytes in pieces of these sizes, over and over.
fn cut(bytes: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

fn decoded(pieces: Vec<Vec<u8>>, limit: usize) -> Vec<Result<Event, WireError>> {
    let bytes = iter(pieces.into_iter().map(Ok::<_, Infallible>));
    let events = decode(bytes, LONG, limit).map(|received| received.map(|received| received.event));
    futures_util::FutureExt::now_or_never(events.collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_events_come_out_however_the_bytes_are_cut(
        bytes in bytes(),
        sizes in prop::collection::vec(1_usize..12, 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let whole = decoded(vec![bytes.clone()], EVENT_LIMIT);
        prop_assert_eq!(whole.last(), Some(&Err(WireError::StreamEnded { clean: true })));
        prop_assert!(whole[..whole.len() - 1].iter().all(Result::is_ok));
        prop_assert_eq!(&decoded(cut(&bytes, &sizes), EVENT_LIMIT), &whole);
        prop_assert_eq!(&decoded(cut(&bytes, &[1]), EVENT_LIMIT), &whole);
    }

    /// What stands before and after a damaged event is understood: it costs nothing but itself.
    #[test]
    fn damage_ends_with_the_event(bytes in bytes(), sizes in prop::collection::vec(1_usize..40, 1..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let stream = [&b"data: {\"type\":\"server.connected\"}\n\n"[..], &bytes, b"\n\n\r\n\r\ndata: {\"type\":\"server.instance.disposed\"}\n\n"];
        let got = decoded(cut(&stream.concat(), &sizes), EVENT_LIMIT);
        prop_assert_eq!(got.first(), Some(&Ok(Event::Connected)));
        prop_assert_eq!(got.get(got.len() - 2), Some(&Ok(Event::Disposed)));
    }

    #[test]
    fn a_small_limit_is_kept_whatever_comes(bytes in bytes(), sizes in prop::collection::vec(1_usize..12, 1..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let got = decoded(cut(&bytes, &sizes), 32);
        let ends = [Err(WireError::StreamEnded { clean: true }), Err(WireError::TooLarge { limit: 32 })];
        prop_assert!(ends.contains(got.last().unwrap()));
    }
}
