//! The trial from its start to its end.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures_util::future::join_all;
use outrider_testkit::{chance::Chance, wait_for};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    api::Api,
    equal,
    front::{self, Front},
    gauge::{self, NAMES, Sample},
    load::{Load, Tally},
    person,
    stage::Stage,
    trouble::Trouble,
    verdict::{Windows, row, verdict},
    window::Window,
};

const FOLDERS: [&str; 3] = ["api-server", "web-client", "tools"];
/// From one trouble to the next.
const TROUBLE: Duration = Duration::from_secs(20);
/// How long after a trouble the window may be behind.
const RECOVERY: Duration = Duration::from_secs(30);
/// The same after the death of a server: another one has to start.
const RESTART: Duration = Duration::from_mins(1);
const SAMPLE: Duration = Duration::from_secs(10);
/// From one act of the person to the next.
const ACT: Duration = Duration::from_millis(1_200);
/// How long the agents may take to end what they began.
const END: Duration = Duration::from_mins(3);
const SILENCE_MS: u32 = 3_000;
const RECONNECT_MS: u32 = 300;

/// Runs for so many seconds. Gives what is wrong.
pub async fn run(seconds: f64, seed: u64) -> Vec<String> {
    let stage = Stage::new()
        .await
        .permission(json!({ "bash": { "*": "allow", "rm *": "ask" } }))
        .setting("silence_limit_ms", SILENCE_MS)
        .setting("reconnect_base_ms", RECONNECT_MS)
        .variable("NO_COLOR", "1")
        .variable("OUTRIDER_LOG", "warn,outrider_core::app::pulse=debug");
    let program = front::stand_in(&stage.place).display().to_string();
    let stage = stage.variable("OUTRIDER_OPENCODE", program);
    let fronts: Vec<Arc<Front>> = FOLDERS.iter().map(|name| Arc::new(Front::new(&stage.place, name))).collect();
    let leading = join_all(fronts.iter().map(|front| front.lead()));
    tokio::select! {
        _ = leading => Vec::new(),
        wrong = with_servers(&stage, &fronts, seconds, seed) => wrong,
    }
}

async fn with_servers(stage: &Stage, fronts: &[Arc<Front>], seconds: f64, seed: u64) -> Vec<String> {
    let folders: Vec<&Path> = fronts.iter().map(|front| front.folder.as_path()).collect();
    let window = stage.open(&folders).await;
    for name in FOLDERS {
        window.switch_to(name).await;
        window.until_ready(name).await;
    }
    let (chance, tally) = (Chance::new(seed), Arc::new(Tally::default()));
    let mut loads = Vec::new();
    for front in fronts {
        loads.push(Load::new(Api::new(Arc::clone(front)), Arc::clone(&tally)).await);
    }
    println!("three folders are open, and are worked in until what is kept of streams is full");
    join_all(loads.iter().map(|load| load.fill(&chance))).await;
    println!("{:.0} minutes from here, seed {seed}", seconds / 60.0);

    let (stop, begun) = (CancellationToken::new(), Instant::now());
    let log = Log::new();
    let works = loads.iter().map(|load| {
        let chance = chance.fork(&load.api.front.name);
        let stop = stop.clone();
        async move { load.work(&chance, &stop).await }
    });
    let samples = Mutex::new(Vec::new());
    let measures = measure(&window, begun, &log, &samples);
    let mut wrong = Vec::new();
    let trouble = async {
        wrong = live(&window, &loads, &chance, begun, seconds, &log).await;
        stop.cancel();
    };
    tokio::select! {
        _ = async { tokio::join!(join_all(works), trouble) } => {}
        () = measures => {}
    }
    let samples = samples.into_inner().unwrap_or_else(PoisonError::into_inner);

    let mut compared = 0;
    for load in &loads {
        load.api.front.proxy.heal();
        wait_for(format!("the end of the work in {}", load.api.front.name), END, || load.api.is_idle()).await;
        if let Err(shown) = person::recovered(&window, load, "the end", RECOVERY).await {
            wrong.push(format!("{} was not connected at the end:\n{shown}", load.api.front.name));
        }
        let (count, differ) = equal::compare(&window, &load.api).await;
        if count == 0 {
            wrong.push(format!("nothing was compared in {}", load.api.front.name));
        }
        compared += count;
        wrong.extend(differ);
    }
    let (table, grown) = verdict(&samples, &Windows::of(seconds));
    println!("{table}");
    println!(
        "{} prompts, {} sessions made and {} deleted, {} permissions left to others; {compared} messages compared",
        tally.prompts.load(Relaxed),
        tally.sessions.load(Relaxed),
        tally.deleted.load(Relaxed),
        tally.permissions.load(Relaxed),
    );
    wrong.extend(grown);
    window.screenshot("soak-end").await;
    window.finish().await;
    wrong
}

/// A person at the window, and a trouble every 20 s. Gives what did not recover.
async fn live(
    window: &Window,
    loads: &[Load],
    chance: &Chance,
    begun: Instant,
    seconds: f64,
    log: &Log,
) -> Vec<String> {
    let (mut acts, mut troubles) = (chance.fork("acts"), chance.fork("troubles"));
    let (mut wrong, mut took, mut number) = (Vec::new(), Vec::new(), 0);
    while begun.elapsed().as_secs_f64() < seconds {
        let next = Instant::now() + TROUBLE;
        number += 1;
        let load = troubles.pick(loads);
        let trouble = Trouble::draw(&mut troubles);
        let name = trouble.name;
        {
            let mut happens = std::pin::pin!(trouble.happen(&load.api.front));
            tokio::select! {
                () = &mut happens => {}
                () = act_on(window, &mut acts) => {}
            }
        }
        let limit = if name == "kill" { RESTART } else { RECOVERY };
        match person::recovered(window, load, &format!("canary {number}"), limit).await {
            Ok(time) => {
                log.line(&format!("# {name} of {}: well after {:.2} s", load.api.front.name, time.as_secs_f64()));
                took.push((time, name));
            }
            Err(shown) => {
                log.line(&format!("# {name} of {}: not well", load.api.front.name));
                wrong.push(format!("{name} of {} was not over in time:\n{shown}", load.api.front.name));
            }
        }
        // Cancelled between two acts: an act is a few questions to the window.
        tokio::time::timeout_at(next, act_on(window, &mut acts)).await.ok();
    }
    took.sort();
    let at = |part: usize| took.get((took.len() * part / 100).min(took.len().saturating_sub(1)));
    if let (Some(half), Some(most), Some(worst)) = (at(50), at(95), took.last()) {
        println!(
            "{number} troubles; until news arrived after one: p50 {:.2} s, p95 {:.2} s, max {:.2} s ({})",
            half.0.as_secs_f64(),
            most.0.as_secs_f64(),
            worst.0.as_secs_f64(),
            worst.1
        );
    }
    wrong
}

async fn act_on(window: &Window, chance: &mut Chance) {
    loop {
        person::act(window, chance).await;
        tokio::time::sleep(ACT).await;
    }
}

async fn measure(window: &Window, begun: Instant, log: &Log, samples: &Mutex<Vec<Sample>>) {
    let mut ticks = tokio::time::interval(SAMPLE);
    loop {
        ticks.tick().await;
        let sample = gauge::sample(window, begun.elapsed().as_secs_f64()).await;
        log.line(&row(&sample));
        samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
    }
}

/// Where samples and troubles are written as they come.
struct Log(File);

impl Log {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("soak.tsv");
        let log = Self(File::create(&file).unwrap());
        log.line(&format!("seconds\t{}", NAMES.join("\t")));
        println!("samples go to {}", file.canonicalize().unwrap().display());
        log
    }

    fn line(&self, line: &str) {
        writeln!(&self.0, "{line}").unwrap();
    }
}
