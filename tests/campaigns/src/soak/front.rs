//! The real servers, each behind a proxy that harms what passes.
//!
//! The app starts a script in place of `opencode`. It starts the real one, and says the proxy's port instead of the
//! real one's once the proxy leads there.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use outrider_testkit::{FaultProxy, Place, opencode_binary};

use crate::driver::write_program;

/// How often a proxy adds a heartbeat; the app's limit of silence is three of them.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often it is looked whether a server was started.
const LOOK: Duration = Duration::from_millis(20);

/// What stands before the servers of one folder, one after the other.
pub struct Front {
    pub name: String,
    pub folder: PathBuf,
    pub proxy: FaultProxy,
    exchange: PathBuf,
    server: Mutex<Option<Server>>,
}

/// A server that runs, or ran last.
#[derive(Clone)]
pub struct Server {
    pub port: u16,
    pub password: String,
}

/// Writes the program that stands in for `opencode`.
pub fn stand_in(place: &Place) -> PathBuf {
    let (program, exchange) = (place.root().join("bin/opencode-behind-a-proxy"), exchange(place));
    fs::create_dir_all(&exchange).unwrap();
    let text = format!(
        "#!/bin/sh\nhere='{}'/\"${{PWD##*/}}\"\n'{}' \"$@\" | while IFS= read -r line; do\n  case \"$line\" in\n    \
         *listening\\ on*)\n      rm -f \"$here.through\"\n      \
         printf '%s %s' \"${{line##*:}}\" \"$OPENCODE_SERVER_PASSWORD\" > \"$here.new\"\n      \
         mv \"$here.new\" \"$here.up\"\n      until [ -e \"$here.through\" ]; do sleep 0.02; done\n      \
         echo \"${{line%:*}}:$(cat \"$here.through\")\";;\n    *) echo \"$line\";;\n  esac\ndone\n",
        exchange.display(),
        opencode_binary().display(),
    );
    write_program(&program, &text);
    program
}

fn exchange(place: &Place) -> PathBuf {
    place.root().join("servers")
}

impl Front {
    /// A folder, and a proxy for its servers.
    pub fn new(place: &Place, name: &str) -> Self {
        let proxy = FaultProxy::start((Ipv4Addr::LOCALHOST, 9).into());
        proxy.set_heartbeat(Some(HEARTBEAT));
        let (folder, exchange) = (place.folder(name), exchange(place));
        Self { name: name.to_owned(), folder, proxy, exchange, server: Mutex::default() }
    }

    /// The server that was started last.
    pub fn server(&self) -> Option<Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leads the proxy to each server that is started.
    pub async fn lead(&self) {
        let file = |kind: &str| self.exchange.join(format!("{}.{kind}", self.name));
        let (up, new, through) = (file("up"), file("ready"), file("through"));
        loop {
            if let Some(server) = read(&up) {
                fs::remove_file(&up).unwrap();
                self.proxy.set_upstream(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port)));
                *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
                fs::write(&new, self.proxy.address().port().to_string()).unwrap();
                fs::rename(&new, &through).unwrap();
            }
            // The script is a process of its own and tells it by a file.
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn read(file: &Path) -> Option<Server> {
    let text = fs::read_to_string(file).ok()?;
    let (port, password) = text.split_once(' ')?;
    Some(Server { port: port.parse().ok()?, password: password.to_owned() })
}
