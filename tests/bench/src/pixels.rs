//! What a display shows, looked at from outside: when its lines of pixels changed last.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use x11rb::{
    connection::Connection,
    protocol::xproto::{ConnectionExt, ImageFormat, Window},
    rust_connection::RustConnection,
};

/// Every so many lines one is looked at: no word and no symbol is so low.
const STEP: u16 = 6;
/// A caret is seen to change no more often than so.
const BLINK: Duration = Duration::from_millis(400);
/// From one look to the next.
const PAUSE: Duration = Duration::from_millis(4);

/// A display that is looked at.
pub struct Pixels {
    connection: RustConnection,
    root: Window,
    width: u16,
    height: u16,
}

/// A line of the display: what it was from when on.
struct Line(Vec<(Instant, u64)>);

impl Line {
    /// Since when it has only been what it was in the last `quiet` as well: a caret may blink, but nothing may move. None
    /// while something moves.
    fn settled(&self, quiet: Duration) -> Option<Instant> {
        let now = Instant::now();
        let recent: Vec<u64> = self.0.iter().filter(|(at, _)| now - *at < quiet).map(|(_, hash)| *hash).collect();
        if recent.len() as u128 > quiet.as_millis() / BLINK.as_millis() {
            return None;
        }
        let before = self.0[..self.0.len() - recent.len()].last();
        let allowed = |hash: &u64| recent.contains(hash) || before.is_some_and(|(_, before)| before == hash);
        let other = self.0.iter().rposition(|(_, hash)| !allowed(hash));
        self.0.get(other.map_or(0, |at| at + 1)).map(|(at, _)| *at)
    }
}

impl Pixels {
    pub fn of(display: &str) -> Self {
        let (connection, screen) = RustConnection::connect(Some(display)).unwrap();
        let screen = &connection.setup().roots[screen];
        let (root, width, height) = (screen.root, screen.width_in_pixels, screen.height_in_pixels);
        Self { connection, root, width, height }
    }

    /// When the picture came to stay as it is: looks until that is `quiet` ago, at most `limit`.
    ///
    /// # Panics
    /// When nothing is drawn, or it does not come to rest.
    pub async fn settled(&self, quiet: Duration, limit: Duration) -> Instant {
        let begun = Instant::now();
        let first = self.hashes();
        let mut lines: Vec<Line> = first.into_iter().map(|hash| Line(vec![(begun, hash)])).collect();
        loop {
            let now = Instant::now();
            for (Line(line), hash) in lines.iter_mut().zip(self.hashes()) {
                if line.last().is_none_or(|(_, last)| *last != hash) {
                    line.push((now, hash));
                }
            }
            let settled: Option<Vec<Instant>> = lines.iter().map(|line| line.settled(quiet)).collect();
            let settled = settled.and_then(|lines| lines.into_iter().max()).filter(|settled| *settled > begun);
            if let Some(settled) = settled.filter(|settled| now - *settled > quiet) {
                return settled;
            }
            assert!(now - begun < limit, "the picture does not come to rest");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes all windows off the display, as a desktop does that minimises them.
    pub fn hide(&self) {
        for window in self.windows() {
            self.connection.unmap_window(window).unwrap();
        }
        self.connection.get_input_focus().unwrap().reply().unwrap();
    }

    fn windows(&self) -> Vec<Window> {
        let mapped = |window: &Window| {
            let attributes = self.connection.get_window_attributes(*window).ok()?.reply().ok()?;
            Some(u8::from(attributes.map_state) != 0)
        };
        let all = self.connection.query_tree(self.root).unwrap().reply().unwrap().children;
        all.into_iter().filter(|window| mapped(window) == Some(true)).collect()
    }

    fn hashes(&self) -> Vec<u64> {
        let asked = (0..self.height).step_by(STEP.into()).map(|y| {
            let cookie = self.connection.get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                0,
                i16::try_from(y).unwrap(),
                self.width,
                1,
                !0,
            );
            cookie.unwrap()
        });
        let asked: Vec<_> = asked.collect();
        let hash = |data: Vec<u8>| {
            let mut hasher = DefaultHasher::new();
            data.hash(&mut hasher);
            hasher.finish()
        };
        asked.into_iter().map(|cookie| hash(cookie.reply().unwrap().data)).collect()
    }
}
