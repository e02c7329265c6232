use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::run::{Failed, Passed};

/// How often progress is printed.
const PROGRESS: Duration = Duration::from_secs(10);

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub seeds: u64,
    pub first: u64,
    pub fake: bool,
    /// Print what was done in seeds that pass as well.
    pub verbose: bool,
}

impl Options {
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let usage = "usage: faults --seeds N [--seed S] [--fake] [--verbose]";
        let (mut seeds, mut first, mut fake, mut verbose) = (None, None, false, false);
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().and_then(|text| text.parse::<u64>().ok()).ok_or(usage.to_owned());
            match argument.as_str() {
                "--seeds" => seeds = Some(number()?),
                "--seed" => first = Some(number()?),
                "--fake" => fake = true,
                "--verbose" => verbose = true,
                other => return Err(format!("there is no option {other}; {usage}")),
            }
        }
        // One seed that is named is played alone.
        let seeds = seeds.or(first.map(|_| 1)).ok_or(usage)?;
        Ok(Self { seeds, first: first.unwrap_or(1), fake, verbose })
    }
}

/// Counts and prints.
pub struct Report {
    pub options: Options,
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    passed: u64,
    failed: Vec<u64>,
    recoveries: Vec<Duration>,
    harmed: u64,
    gaps: usize,
    batches: u64,
    printed: Option<Instant>,
    broken: bool,
}

impl Report {
    pub fn new(options: Options) -> Self {
        Self { options, began: Instant::now(), counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn played(&self, seed: u64, played: Result<Passed, Failed>) {
        let mut counts = self.counts();
        match played {
            Ok(passed) => {
                counts.passed += 1;
                counts.recoveries.push(passed.recovery);
                counts.harmed += passed.harmed;
                counts.gaps += passed.gaps;
                counts.batches += passed.batches;
                if self.options.verbose {
                    println!("seed {seed} passed, recovered in {} ms", passed.recovery.as_millis());
                }
            }
            Err(failed) => {
                counts.failed.push(seed);
                println!("seed {seed} FAILED");
                failed.wrong.iter().for_each(|line| println!("    {line}"));
                println!("  it did:");
                failed.done.iter().for_each(|line| println!("    {line}"));
                let fake = if self.options.fake { " --fake" } else { "" };
                println!("  to run it alone: npm run faults -- --seed {seed}{fake}");
            }
        }
        let now = Instant::now();
        if counts.printed.is_none_or(|last| now - last > PROGRESS) {
            counts.printed = Some(now);
            let (passed, failed) = (counts.passed, counts.failed.len());
            println!("{} s: {passed} passed, {failed} failed", self.began.elapsed().as_secs());
        }
    }

    /// The campaign itself could not go on.
    pub fn failed_to_run(&self, why: &str) {
        self.counts().broken = true;
        println!("the campaign cannot run: {why}");
    }

    /// Prints the totals. True when all passed.
    pub fn close(&self) -> bool {
        let mut counts = self.counts();
        counts.recoveries.sort();
        let at = |percent: usize| {
            let index = (counts.recoveries.len() * percent / 100).min(counts.recoveries.len().saturating_sub(1));
            counts.recoveries.get(index).map_or(0, Duration::as_millis)
        };
        let seconds = self.began.elapsed().as_secs_f32();
        println!(
            "{} exchanges harmed, {} parts shown with a hole, {} views checked",
            counts.harmed, counts.gaps, counts.batches
        );
        println!("time to recover: p50 {} ms, p95 {} ms, max {} ms", at(50), at(95), at(100));
        if !counts.failed.is_empty() {
            println!("failed seeds: {:?}", counts.failed);
        }
        println!("{} seeds in {seconds:.1} s", counts.passed + counts.failed.len() as u64);
        println!("{} passed, {} failed", counts.passed, counts.failed.len());
        counts.failed.is_empty() && !counts.broken && counts.passed > 0
    }
}
