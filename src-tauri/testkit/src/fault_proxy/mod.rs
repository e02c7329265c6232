//! A proxy on loopback that harms what passes through it, between a client and an `OpenCode` server.
//!
//! ```text
//! let proxy = FaultProxy::start(server);               // the client is given proxy.address()
//! let cut = proxy.harm(Target::Events, Fault::Cut(At::MidFrame), Some(1));
//! proxy.lift(cut);                                     // or proxy.heal(): all is well from here on
//! proxy.set_upstream(server_started_again);
//! ```
//!
//! It keeps its port for ever. It knows event streams from other requests, passes each request on over a connection of
//! its own, and can add heartbeats to event streams, always between two events, so that a client may be given a
//! shorter limit of silence than the server's heartbeat of 10 s allows.

mod exchange;
mod fault;
mod http;
mod outlet;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::fault::{At, Fault, Scale, Strike, Target};
use self::http::RequestHead;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 128;

/// A running proxy. Dropping it closes all connections.
#[derive(Debug)]
pub struct FaultProxy {
    shared: Arc<Shared>,
    /// Bound and never listening: nobody else can take the port while connections are refused.
    _holder: TcpSocket,
    tasks: TaskTracker,
}

/// A fault that was set, to be lifted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HarmId(u64);

/// What passed through and what was done to it, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Connections that were accepted.
    pub connections: u64,
    /// Event streams that were asked for.
    pub streams: u64,
    /// Other requests.
    pub requests: u64,
    /// Exchanges that a fault happened to.
    pub harmed: u64,
    /// Heartbeats that were added.
    pub heartbeats: u64,
    /// Bytes that were passed on to clients.
    pub bytes: u64,
    /// Exchanges under way now.
    pub open: u64,
}

/// What the connections share.
#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    state: Mutex<State>,
    /// Counts up when a fault is set or lifted.
    changed: watch::Sender<u64>,
    stop: CancellationToken,
}

#[derive(Debug)]
struct State {
    upstream: SocketAddr,
    heartbeat: Option<Duration>,
    harms: Vec<Harm>,
    made: u64,
    counters: Counters,
}

#[derive(Debug)]
struct Harm {
    id: HarmId,
    target: Target,
    fault: Fault,
    left: Option<u32>,
}

impl FaultProxy {
    /// Starts a proxy before the server at this address, on a free port of loopback. It harms nothing yet.
    ///
    /// # Panics
    /// When loopback cannot be bound, or outside of a runtime.
    pub fn start(upstream: SocketAddr) -> Self {
        let (holder, listener) = bind().unwrap_or_else(|error| panic!("no port on loopback: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no port on loopback: {error}"));
        let state = State { upstream, heartbeat: None, harms: Vec::new(), made: 0, counters: Counters::default() };
        let shared = Arc::new(Shared {
            address,
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
            stop: CancellationToken::new(),
        });
        let tasks = TaskTracker::new();
        tasks.spawn(accept(Arc::clone(&shared), listener, tasks.clone()));
        Self { shared, _holder: holder, tasks }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// The same as a URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Requests from now on go to this server.
    pub fn set_upstream(&self, upstream: SocketAddr) {
        self.shared.lock().upstream = upstream;
    }

    /// Event streams opened from now on get a heartbeat so often, besides the server's own.
    pub fn set_heartbeat(&self, every: Option<Duration>) {
        self.shared.lock().heartbeat = every;
    }

    /// From now on this happens to such exchanges, to those under way at once, until it is lifted; with `times` only to
    /// so many. An exchange has one fault at a time; when several fit, the one set first.
    pub fn harm(&self, target: Target, fault: Fault, times: Option<u32>) -> HarmId {
        let mut state = self.shared.lock();
        state.made += 1;
        let id = HarmId(state.made);
        state.harms.push(Harm { id, target, fault, left: times });
        drop(state);
        self.shared.tell();
        id
    }

    /// Lifts a fault: what it stalled goes on; what it cut or left half open stays so.
    pub fn lift(&self, harm: HarmId) {
        self.shared.lock().harms.retain(|other| other.id != harm);
        self.shared.tell();
    }

    /// Lifts all faults.
    pub fn heal(&self) {
        self.shared.lock().harms.clear();
        self.shared.tell();
    }

    /// Sets a fault, waits for as long as it lasts, and lifts it, also when this is cancelled.
    pub async fn strike(&self, strike: Strike) {
        struct Lift<'a>(&'a FaultProxy, HarmId);
        impl Drop for Lift<'_> {
            fn drop(&mut self) {
                self.0.lift(self.1);
            }
        }
        let _lift = Lift(self, self.harm(strike.target, strike.fault, strike.times));
        tokio::time::sleep(strike.lasts).await;
    }

    /// What passed through so far.
    pub fn counters(&self) -> Counters {
        self.shared.lock().counters
    }

    /// Closes all connections and waits until they are.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_modify(|number| *number += 1);
    }

    /// The fault that happens to this exchange from now on, if there is one. `begun` says that its request was sent on.
    fn meet(&self, request: &RequestHead, begun: bool) -> Option<(HarmId, Fault)> {
        let mut state = self.lock();
        let fits = |harm: &&mut Harm| {
            harm.left != Some(0) && harm.target.contains(request) && !(begun && harm.fault.is_of_request())
        };
        let harm = state.harms.iter_mut().find(fits)?;
        if let Some(left) = &mut harm.left {
            *left -= 1;
        }
        let met = (harm.id, harm.fault.clone());
        state.counters.harmed += 1;
        Some(met)
    }

    fn is_set(&self, harm: HarmId) -> bool {
        self.lock().harms.iter().any(|other| other.id == harm)
    }

    /// Whether nothing listens.
    fn refuses(&self) -> bool {
        let state = self.lock();
        state.harms.iter().any(|harm| harm.target == Target::All && harm.fault == Fault::Refuse && harm.left.is_none())
    }
}

/// A port of loopback: a socket that holds it, and one that listens.
fn bind() -> io::Result<(TcpSocket, TcpListener)> {
    let holder = socket(0)?;
    let listener = socket(holder.local_addr()?.port())?.listen(BACKLOG)?;
    Ok((holder, listener))
}

fn socket(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    #[cfg(not(unix))]
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    Ok(socket)
}

async fn accept(shared: Arc<Shared>, listener: TcpListener, tasks: TaskTracker) {
    let (stop, mut changed) = (shared.stop.clone(), shared.changed.subscribe());
    let mut listener = Some(listener);
    loop {
        if shared.refuses() {
            listener = None;
        } else if listener.is_none() {
            // The port is held by us: it can only fail for want of descriptors, and the next change tries again.
            listener = socket(shared.address.port()).and_then(|socket| socket.listen(BACKLOG)).ok();
        }
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changed.changed() => {}
            accepted = accepted => if let Ok((connection, _)) = accepted {
                shared.lock().counters.connections += 1;
                let (serving, stop) = (Arc::clone(&shared), stop.clone());
                tasks.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = exchange::serve(connection, serving) => {}
                    }
                });
            },
        }
    }
}

#[cfg(test)]
mod tests;
