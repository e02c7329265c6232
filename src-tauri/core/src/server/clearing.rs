//! Ends whatever is left of a server.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{
    spawn::EndSignal,
    survivors::{Survivor, Sweep, Trace},
};

/// How long a look at all processes that found nothing is from the next one, which must find nothing too: a process
/// that is just starting another program shows no environment for a moment.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// How long clearing may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClearingLimits {
    /// Between TERM and KILL.
    pub(super) term: Duration,
    /// At least so long is looked: what was just being started shows itself within that time.
    pub(super) settle: Duration,
    /// When it gives up.
    pub(super) deadline: Instant,
}

/// What clearing did.
#[derive(Debug, Default)]
pub(super) struct Cleared {
    /// What was ended.
    pub(super) ended: Vec<Survivor>,
    /// What still runs.
    pub(super) left: Vec<Survivor>,
}

/// TERM, then KILL, for all that carries the trace, until two looks in a row find nothing. `signal_group` reaches the
/// server's group; it is used while no other process can have the group's number.
pub(super) async fn clear(trace: &Trace, limits: ClearingLimits, mut signal_group: impl FnMut(EndSignal)) -> Cleared {
    let start = Instant::now();
    let (kill_from, settled) = (start + limits.term, start + limits.settle);
    let mut all = BTreeMap::new();
    let mut signal = EndSignal::Term;
    let mut signalled = None;
    let mut clean = 0;
    let left = loop {
        // Each process is asked once, and from then on told.
        let due = (signalled != Some(signal) || signal == EndSignal::Kill).then_some(signal);
        let Sweep { found, pid_is_taken } = sweep(trace, due).await;
        signalled = Some(signal);
        clean = if found.is_empty() { clean + 1 } else { 0 };
        all.extend(found.iter().map(|(pid, survivor)| (*pid, survivor.clone())));
        // The number of the group is the server's; while nobody has it, it can only be what is left of it.
        let now = Instant::now();
        let is_last = (clean >= 2 && now >= settled) || now >= limits.deadline;
        // In the end it is killed even though nothing was found: its members may have emptied their environment.
        let for_group = if is_last { Some(EndSignal::Kill) } else { due };
        if let (Some(signal), false) = (for_group, pid_is_taken) {
            signal_group(signal);
        }
        if is_last {
            break found;
        }
        if now >= kill_from {
            signal = EndSignal::Kill;
        }
        sleep_until(limits.deadline.min(now + LOOK_AGAIN)).await;
    };
    all.retain(|pid, _| !left.contains_key(pid));
    Cleared { ended: all.into_values().collect(), left: left.into_values().collect() }
}

/// Looks at all processes beside the async threads.
pub(super) async fn sweep(trace: &Trace, signal: Option<EndSignal>) -> Sweep {
    let trace = trace.clone();
    tokio::task::spawn_blocking(move || trace.sweep(signal)).await.unwrap_or_default()
}
