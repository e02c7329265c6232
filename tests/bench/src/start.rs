//! How long a start takes, from the app's process to a picture that stays: the start page, or with a folder the page of a
//! folder that is ready. The picture is looked at from outside, on the display, so that nothing in the app is held up.
//!
//! The server's own time is that of a server alone (see `serve`), measured by turns with the app's.

use std::time::Duration;

use crate::{bare::Bare, pixels::Pixels, results::Row, samples::Samples, serve::Alone, stage::Stage};

/// How often each is started. The first start of all, for which the server makes its database, does not count.
const TIMES: usize = 7;
const QUIET: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(30);
/// What the app may take beyond the server's own time, in milliseconds.
const OVER: f64 = 300.0;

pub async fn measure() -> Vec<Row> {
    let stage = Stage::new().await;
    let folder = stage.place.git_folder("api-server");
    Alone::start(&stage, &folder).await;
    let (mut empty, mut ready, mut server) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        server.push(milliseconds(Alone::start(&stage, &folder).await.started));
        empty.push(started(Bare::start(&stage, &[])).await);
        ready.push(started(Bare::start(&stage, &[&folder])).await);
    }
    let [empty, ready, server] = [empty, ready, server].map(Samples::new);
    let over = ready.median() - server.median();
    vec![
        Row::new("Start: process → usable window", words(&empty)),
        Row::new("Start: process → folder ready", format!("{}; {over:.0} ms over the server", words(&ready)))
            .floor(format!("the server alone: {}", words(&server)))
            .bound("≤ 300 ms over the server", over <= OVER),
    ]
}

async fn started(app: Bare) -> f64 {
    let settled = Pixels::of(&app.display_name).settled(QUIET, LIMIT).await;
    let took = milliseconds(settled - app.begun);
    app.quit().await;
    took
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn words(samples: &Samples) -> String {
    let (median, least, most) = (samples.median(), samples.quantile(0.0), samples.max());
    format!("median {median:.0} ms ({least:.0}–{most:.0}) of {}", samples.count())
}
