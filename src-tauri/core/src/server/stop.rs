use std::{fmt, future::Future, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::{
    clearing::{Cleared, ClearingLimits, clear, sweep},
    exit::ServerExit,
    process::ServerProcess,
    spawn::EndSignal,
    survivors::Survivor,
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

impl ServerProcess {
    /// Stops the server and all that it started, within the limits: `dispose` (which asks the server to end its tools;
    /// None when it is not to be asked, as before it was ready), TERM twice, KILL, and then whatever carries its marker.
    /// Works for a server that ended by itself, too.
    pub async fn stop<F: Future>(self, dispose: Option<F>, limits: &StopLimits) -> StopReport {
        let mut stop = Stop { deadline: Instant::now() + limits.total, exit: self.exit.clone(), steps: Vec::new() };
        // What it runs is seen while it lives: afterwards nobody can tell whose a process without environment is.
        sweep(&self.trace, None).await;
        if let Some(dispose) = dispose {
            stop.step("dispose", limits.dispose, dispose).await;
            if !stop.is_over() {
                sweep(&self.trace, None).await;
            }
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
        let Cleared { ended, left } = stop.end_survivors(&self, limits.survivors_term).await;
        let exit = *stop.exit.borrow();
        if left.is_empty() {
            self.registration.over();
        }
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

    /// TERM, then KILL, for what outlives the server.
    async fn end_survivors(&mut self, process: &ServerProcess, term: Duration) -> Cleared {
        let start = Instant::now();
        let limits = ClearingLimits { term, settle: Duration::ZERO, deadline: self.deadline };
        let cleared = clear(&process.trace, limits, |signal| process.signal(signal)).await;
        if !cleared.ended.is_empty() || !cleared.left.is_empty() {
            self.steps.push(StopStep { name: "survivors", took: start.elapsed() });
        }
        cleared
    }
}
