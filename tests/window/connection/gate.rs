//! A server whose port can be shut while it runs.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use outrider_testkit::{Place, opencode_binary};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::driver::write_program;

/// A program in place of `opencode`, and the port that it says it listens on, which leads to the real server.
pub struct Gate {
    binary: PathBuf,
    port_file: PathBuf,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// A gate whose port refuses connections.
pub struct Shut {
    binary: PathBuf,
    port_file: PathBuf,
    address: SocketAddr,
}

impl Gate {
    pub async fn new(place: &Place) -> Self {
        let (binary, port_file) = (place.root().join("bin/opencode-behind-a-gate"), place.root().join("port"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let text = format!(
            "#!/bin/sh\n'{}' \"$@\" | while IFS= read -r line; do\n  case \"$line\" in\n    *listening\\ on*)\n      \
             printf '%s' \"${{line##*:}}\" > '{}'\n      echo \"${{line%:*}}:{}\";;\n    *) echo \"$line\";;\n  esac\ndone\n",
            opencode_binary().display(),
            port_file.display(),
            address.port(),
        );
        write_program(&binary, &text);
        let serving = serve(listener, &port_file);
        Self { binary, port_file, address, serving }
    }

    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// Closes all connections, and refuses new ones.
    pub fn shut(self) -> Shut {
        // The task owns the listener and the connections.
        self.serving.abort();
        Shut { binary: self.binary.clone(), port_file: self.port_file.clone(), address: self.address }
    }
}

impl Shut {
    /// Lets connections through again, on the same port.
    pub async fn open(self) -> Gate {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let serving = serve(listener, &self.port_file);
        Gate { binary: self.binary, port_file: self.port_file, address: self.address, serving }
    }
}

fn serve(listener: TcpListener, port_file: &Path) -> JoinHandle<()> {
    let port_file = port_file.to_owned();
    #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            let port: u16 = fs::read_to_string(&port_file).unwrap().trim().parse().unwrap();
            connections.spawn(async move {
                let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                // It ends when either side does.
                copy_bidirectional(&mut near, &mut far).await.ok();
            });
        }
    })
}
