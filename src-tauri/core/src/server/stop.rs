use std::{collections::BTreeMap, fmt, future::Future, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout_at},
};

use super::{
    exit::ServerExit,
    process::ServerProcess,
    spawn::EndSignal,
    survivors::{Survivor, Sweep, Trace},
};

/// How long each step of a stop may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopLimits {
    /// Asking the server to dispose what it runs.
    pub dispose: Duration,
    /// After the first TERM, which a server may swallow (wire study, section 1).
    pub first_term: Duration,
    /// After the second TERM.
    pub second_term: Duration,
    /// After KILL.
    pub kill: Duration,
    /// Between TERM and KILL for what outlives the server.
    pub survivors_term: Duration,
    /// Everything together.
    pub total: Duration,
}

impl Default for StopLimits {
    fn default() -> Self {
        Self {
            dispose: Duration::from_secs(3),
            first_term: Duration::from_millis(1_500),
            second_term: Duration::from_secs(1),
            kill: Duration::from_secs(1),
            survivors_term: Duration::from_millis(500),
            total: Duration::from_secs(8),
        }
    }
}

/// A step of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopStep {
    /// `dispose`, `TERM`, `second TERM`, `KILL` or `survivors`.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
}

/// What a stop did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StopReport {
    /// The steps that were taken, in order.
    pub steps: Vec<StopStep>,
    /// How the server ended; none: it did not, or nobody saw it.
    pub exit: Option<ServerExit>,
    /// What outlived the server and was ended.
    pub ended: Vec<Survivor>,
    /// What still runs.
    pub left: Vec<Survivor>,
}

/// One line for the log.
impl fmt::Display for StopReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exit {
            Some(exit) => write!(formatter, "OpenCode ended {exit}")?,
            None => formatter.write_str("OpenCode's end was not seen")?,
        }
        let steps: Vec<_> =
            self.steps.iter().map(|step| format!("{} {:.1} s", step.name, step.took.as_secs_f64())).collect();
        if !steps.is_empty() {
            write!(formatter, " ({})", steps.join(", "))?;
        }
        for (survivors, fate) in [(&self.ended, "ended what it left behind"), (&self.left, "could not end")] {
            if !survivors.is_empty() {
                let names: Vec<_> = survivors.iter().map(ToString::to_string).collect();
                write!(formatter, "; {fate}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

/// How long a look at all processes that found nothing is from the next one, which must find nothing too: a process
/// that is just starting another program shows no environment for a moment.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

impl ServerProcess {
    /// Stops the server and all that it started, within the limits: `dispose` (which asks the server to end its tools;
    /// None when it is not to be asked, as before it was ready), TERM twice, KILL, and then whatever carries its marker.
    /// Works for a server that ended by itself, too.
    pub async fn stop<F: Future>(self, dispose: Option<F>, limits: &StopLimits) -> StopReport {
        let mut stop = Stop { deadline: Instant::now() + limits.total, exit: self.exit.clone(), steps: Vec::new() };
        if let Some(dispose) = dispose {
            stop.step("dispose", limits.dispose, dispose).await;
        }
        for (name, signal, limit) in [
            ("TERM", EndSignal::Term, limits.first_term),
            ("second TERM", EndSignal::Term, limits.second_term),
            ("KILL", EndSignal::Kill, limits.kill),
        ] {
            if !stop.is_over() {
                self.signal(signal);
                stop.step(name, limit, std::future::pending::<()>()).await;
            }
        }
        let (ended, left) = stop.end_survivors(&self, limits.survivors_term).await;
        let exit = *stop.exit.borrow();
        StopReport { steps: stop.steps, exit, ended, left }
    }

    /// To the server's group, by the task that owns it.
    fn signal(&self, signal: EndSignal) {
        // Fails only when that task is gone, and the group with it.
        let _ = self.signals.try_send(signal);
    }
}

struct Stop {
    deadline: Instant,
    exit: watch::Receiver<Option<ServerExit>>,
    steps: Vec<StopStep>,
}

impl Stop {
    /// The server has ended, or the task that owned it killed it and is gone.
    fn is_over(&self) -> bool {
        self.exit.borrow().is_some() || self.exit.has_changed().is_err()
    }

    /// Waits for the step's own work or the server's end, up to the limit.
    async fn step(&mut self, name: &'static str, limit: Duration, work: impl Future) {
        if self.is_over() {
            return;
        }
        let start = Instant::now();
        let until = self.deadline.min(start + limit);
        let exit = &mut self.exit;
        let ended = async {
            tokio::select! {
                _ = work => {}
                _ = exit.wait_for(Option::is_some) => {}
            }
        };
        // Whether it was in time shows in how long it took.
        let _ = timeout_at(until, ended).await;
        self.steps.push(StopStep { name, took: start.elapsed() });
    }

    /// TERM, then KILL, for what outlives the server, until two looks in a row find nothing.
    async fn end_survivors(&mut self, process: &ServerProcess, term_limit: Duration) -> (Vec<Survivor>, Vec<Survivor>) {
        let start = Instant::now();
        let kill_from = start + term_limit;
        let mut all = BTreeMap::new();
        let mut signal = EndSignal::Term;
        let mut signalled = None;
        let mut clean = 0;
        let left = loop {
            // Each process is asked once, and from then on told.
            let due = (signalled != Some(signal) || signal == EndSignal::Kill).then_some(signal);
            let Sweep { found, pid_is_taken } = sweep(&process.trace, due).await;
            signalled = Some(signal);
            clean = if found.is_empty() { clean + 1 } else { 0 };
            all.extend(found.iter().map(|(pid, survivor)| (*pid, survivor.clone())));
            // The number of the group is the server's; while nobody has it, it can only be what is left of it.
            let now = Instant::now();
            let is_last = clean == 2 || now >= self.deadline;
            // In the end it is killed even though nothing was found: its members may have emptied their environment.
            let for_group = if is_last { Some(EndSignal::Kill) } else { due };
            if let (Some(signal), false) = (for_group, pid_is_taken) {
                process.signal(signal);
            }
            if is_last {
                break found;
            }
            if now >= kill_from {
                signal = EndSignal::Kill;
            }
            sleep_until(self.deadline.min(now + LOOK_AGAIN)).await;
        };
        if !all.is_empty() {
            self.steps.push(StopStep { name: "survivors", took: start.elapsed() });
        }
        all.retain(|pid, _| !left.contains_key(pid));
        (all.into_values().collect(), left.into_values().collect())
    }
}

async fn sweep(trace: &Trace, signal: Option<EndSignal>) -> Sweep {
    let trace = trace.clone();
    tokio::task::spawn_blocking(move || trace.sweep(signal)).await.unwrap_or_default()
}
