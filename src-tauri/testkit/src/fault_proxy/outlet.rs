use std::{io, sync::Arc};

use tokio::{io::AsyncWriteExt as _, net::tcp::WriteHalf, sync::watch};

use super::{At, Fault, HarmId, Shared};
use crate::fault_proxy::http::RequestHead;

/// How an exchange ends before its answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Its connection is closed.
    Close,
    /// Its connection is reset.
    Reset,
    /// Its connection stays open and nothing more happens on it.
    Silence,
}

impl From<io::Error> for Ending {
    /// The client is gone.
    fn from(_: io::Error) -> Self {
        Self::Close
    }
}

/// Where an exchange's answer leaves, and what happens to it there.
pub(super) struct Outlet<'a> {
    pub(super) write: WriteHalf<'a>,
    pub(super) shared: Arc<Shared>,
    pub(super) request: RequestHead,
    fault: Option<(HarmId, Fault)>,
    changed: watch::Receiver<u64>,
}

impl<'a> Outlet<'a> {
    pub(super) fn new(write: WriteHalf<'a>, shared: Arc<Shared>, request: RequestHead) -> Self {
        let changed = shared.changed.subscribe();
        Self { write, shared, request, fault: None, changed }
    }

    /// Meets a fault before the request is sent on, if there is one; one of requests is given back.
    pub(super) fn meet_request(&mut self) -> Option<Fault> {
        self.fault = self.shared.meet(&self.request, false);
        let (_, fault) = self.fault.as_ref().filter(|(_, fault)| fault.is_of_request())?;
        Some(fault.clone())
    }

    /// Resolves when faults were set or lifted since. Cancelling it loses nothing.
    pub(super) async fn changed(&mut self) {
        // The sender is in `shared`: it cannot go before us.
        self.changed.changed().await.ok();
    }

    /// Looks what happens to the answer from now on, and lets it happen if it is to be at once.
    pub(super) async fn look(&mut self) -> Result<(), Ending> {
        self.meet();
        self.send(&[]).await
    }

    fn meet(&mut self) {
        if self.fault.as_ref().is_some_and(|(id, _)| !self.shared.is_set(*id)) {
            self.fault = None;
        }
        if self.fault.is_none() {
            self.fault = self.shared.meet(&self.request, true);
        }
    }

    /// Passes bytes on, as far as the fault lets them.
    pub(super) async fn send(&mut self, mut bytes: &[u8]) -> Result<(), Ending> {
        loop {
            if self.changed.has_changed().unwrap_or(false) {
                self.changed.mark_unchanged();
                self.meet();
            }
            let Some((id, fault)) = self.fault.clone() else { return self.write(bytes).await };
            match fault {
                Fault::Delay(delay) if !bytes.is_empty() => {
                    self.pause(id, delay).await;
                    return self.write(bytes).await;
                }
                Fault::Drip { bytes: size, pause } if !bytes.is_empty() => {
                    let (drop, rest) = bytes.split_at(size.max(1).min(bytes.len()));
                    self.write(drop).await?;
                    self.pause(id, pause).await;
                    bytes = rest;
                    if bytes.is_empty() {
                        return Ok(());
                    }
                }
                _ => {
                    let Some(place) = self.place_in(bytes) else { return self.write(bytes).await };
                    let (before, rest) = bytes.split_at(place);
                    self.write(before).await?;
                    match fault {
                        Fault::Cut(_) => return Err(Ending::Close),
                        Fault::Reset(_) => return Err(Ending::Reset),
                        Fault::HalfOpen(_) => return Err(Ending::Silence),
                        _ => self.lifted(id).await,
                    }
                    self.fault = None;
                    bytes = rest;
                }
            }
        }
    }

    /// Where in these bytes the fault strikes. What lies before is counted.
    fn place_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let (_, fault) = self.fault.as_mut()?;
        let place = match fault.place()? {
            At::Byte(left) if left <= length => return usize::try_from(left).ok(),
            At::Byte(left) => {
                let left = At::Byte(left - length);
                match fault {
                    Fault::Cut(at) | Fault::Reset(at) | Fault::Stall(at) | Fault::HalfOpen(at) => *at = left,
                    _ => {}
                }
                return None;
            }
            At::MidFrame => bytes.len() / 2,
            At::MidCharacter => bytes.iter().position(|byte| *byte >= 0xC0)? + 1,
        };
        (place > 0).then_some(place)
    }

    /// A pause that ends when the fault is lifted.
    async fn pause(&mut self, id: HarmId, pause: std::time::Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = self.lifted(id) => self.fault = None,
        }
    }

    async fn lifted(&self, id: HarmId) {
        let mut changed = self.shared.changed.subscribe();
        while self.shared.is_set(id) {
            changed.changed().await.ok();
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        if !bytes.is_empty() {
            self.write.write_all(bytes).await?;
            self.shared.lock().counters.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        }
        Ok(())
    }
}
