//! `faults --seeds N [--seed S] [--fake]`: the scenarios of N seeds, from S on, played with Outrider's core on one side of
//! a proxy that harms what passes, and a server on the other. In the end what Outrider has, what its windows show and
//! what the server answers must be equal, field by field; meanwhile no text may be shown that the server did not send.

mod direct;
mod kept;
#[expect(clippy::expect_used, reason = "a mirror that cannot be right ends its seed, which fails")]
#[path = "../../../e2e/stage/mirror.rs"]
mod mirror;
mod observer;
mod oracle;
mod pace;
mod play;
mod report;
mod run;
mod scenario;
mod spawn;
mod subject;
mod tap;
mod window;
mod words;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

use crate::pace::Pace;
use crate::report::{Options, Report};
use crate::run::{Failed, Passed, run};
use crate::scenario::Scenario;
use crate::subject::{RealServer, Subject};

/// How many seeds are played side by side on one real server, each in a folder of its own.
const LANES: usize = 6;

/// How many servers there are for scenarios in which the server crashes.
const CRASHING: usize = 3;

/// How many seeds are played side by side with a fake server each: most of their time is pauses, and limits of time must
/// hold although all of them are busy at once.
const SIDE_BY_SIDE: usize = 24;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let report = Arc::new(Report::new(options));
    let played = tokio::select! {
        played = async { if report.options.fake { fake(&report).await } else { real(&report).await } } => played,
        _ = tokio::signal::ctrl_c() => Err("interrupted".to_owned()),
    };
    if let Err(why) = played {
        report.failed_to_run(&why);
    }
    if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A crash of the server is everybody's: such scenarios have servers of their own, and one at a time on each.
async fn real(report: &Arc<Report>) -> Result<(), String> {
    let seeds = report.options.first..report.options.first + report.options.seeds;
    let crashes = |seed: &u64| Scenario::draw(*seed, &Pace::REAL, "").restart.is_some();
    let (alone, together): (Vec<u64>, Vec<u64>) = seeds.partition(crashes);
    let share = alone.len().div_ceil(CRASHING).max(1);
    let crashing = alone.chunks(share).map(|seeds| lanes(report, seeds, 1));
    tokio::try_join!(futures_util::future::try_join_all(crashing), lanes(report, &together, LANES)).map(|_| ())
}

/// Plays seeds on one server.
async fn lanes(report: &Arc<Report>, seeds: &[u64], lanes: usize) -> Result<(), String> {
    let lanes = lanes.min(seeds.len());
    if lanes == 0 {
        return Ok(());
    }
    let server = RealServer::start().await?;
    let seeds = Arc::new(Mutex::new(VecDeque::from(seeds.to_vec())));
    let mut playing = JoinSet::new();
    for lane in 0..lanes {
        let subject = server.folder(&format!("lane-{lane}")).await?;
        let (report, seeds) = (Arc::clone(report), Arc::clone(&seeds));
        playing.spawn(async move {
            loop {
                let next = seeds.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(seed) = next else { return };
                report.played(seed, caught(Arc::clone(&subject), seed, Pace::REAL).await);
            }
        });
    }
    while let Some(ended) = playing.join_next().await {
        ended.map_err(|died| format!("a lane died: {died}"))?;
    }
    server.stop().await;
    Ok(())
}

/// Each seed with a server of its own in this process, many side by side.
async fn fake(report: &Arc<Report>) -> Result<(), String> {
    let mut seeds = report.options.first..report.options.first + report.options.seeds;
    let mut playing = JoinSet::new();
    loop {
        while playing.len() < SIDE_BY_SIDE
            && let Some(seed) = seeds.next()
        {
            let report = Arc::clone(report);
            playing.spawn(async move {
                let reads_back = Scenario::draw(seed, &Pace::FAKE, "").reads_back;
                let played = match Subject::fake(seed, reads_back).await {
                    Ok(subject) => caught(subject, seed, Pace::FAKE).await,
                    Err(why) => Err(Failed { wrong: vec![why], done: Vec::new() }),
                };
                report.played(seed, played);
            });
        }
        match playing.join_next().await {
            Some(ended) => ended.map_err(|died| format!("a seed died: {died}"))?,
            None => return Ok(()),
        }
    }
}

/// A panic is a failure of the seed.
async fn caught(subject: Arc<Subject>, seed: u64, pace: Pace) -> Result<Passed, Failed> {
    let mut task = JoinSet::new();
    task.spawn(run(subject, seed, pace));
    match task.join_next().await {
        Some(Ok(played)) => played,
        Some(Err(died)) => Err(Failed { wrong: vec![format!("it died: {died}")], done: Vec::new() }),
        None => Err(Failed { wrong: Vec::new(), done: Vec::new() }),
    }
}
