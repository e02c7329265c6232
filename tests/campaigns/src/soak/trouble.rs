//! What goes wrong every 20 s.

use std::time::Duration;

use futures_util::future::join_all;
use outrider_testkit::{
    chance::Chance,
    fault_proxy::{At, Fault, Strike, Target},
};

use crate::{
    front::Front,
    processes::{servers_in, signal},
};

/// One trouble of one folder's server.
pub struct Trouble {
    pub name: &'static str,
    strikes: Vec<Strike>,
}

fn strike(target: Target, fault: Fault, times: Option<u32>, lasts: u64) -> Strike {
    Strike { target, fault, times, lasts: Duration::from_millis(lasts) }
}

impl Trouble {
    /// The trouble that the seed decides. The app's limit of silence is 3 s.
    pub fn draw(chance: &mut Chance) -> Self {
        let at = *chance.pick(&[At::Byte(0), At::Byte(700), At::MidFrame, At::MidCharacter]);
        let cut = || strike(Target::Events, Fault::Cut(At::Byte(0)), Some(1), 500);
        let slow = Fault::Drip { bytes: 48, pause: Duration::from_millis(2) };
        let (name, strikes) = match chance.below(10) {
            0 => ("cut", vec![strike(Target::Events, Fault::Cut(at), Some(1), 1_500)]),
            1 => ("reset", vec![strike(Target::Events, Fault::Reset(at), Some(1), 1_500)]),
            2 => ("stall", vec![strike(Target::Events, Fault::Stall(at), None, 5_000)]),
            3 => ("short stall", vec![strike(Target::Events, Fault::Stall(at), None, 1_500)]),
            4 => ("half open", vec![strike(Target::Events, Fault::HalfOpen(at), Some(1), 5_000)]),
            5 => ("delay", vec![strike(Target::All, Fault::Delay(Duration::from_millis(150)), None, 5_000)]),
            6 => ("502", vec![strike(Target::Requests, Fault::BadGateway, None, 3_000), cut()]),
            7 => ("refuse", vec![strike(Target::All, Fault::Refuse, None, 2_000), cut()]),
            8 => ("slow drip", vec![strike(Target::All, slow, None, 5_000)]),
            _ => ("kill", Vec::new()),
        };
        Self { name, strikes }
    }

    /// Lets it happen, for as long as it lasts.
    pub async fn happen(self, front: &Front) {
        if self.strikes.is_empty() {
            for (server, _) in servers_in(&front.folder) {
                signal("KILL", server);
            }
        }
        join_all(self.strikes.into_iter().map(|strike| front.proxy.strike(strike))).await;
    }
}
