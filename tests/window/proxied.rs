//! A server behind a proxy that harms what passes through it.

use std::{fs, path::PathBuf, time::Duration};

use outrider_testkit::{FaultProxy, Place, opencode_binary, wait_for};

use crate::driver::write_program;

/// A program in place of `opencode`: it says that it listens where the proxy does.
pub struct Proxied {
    pub proxy: FaultProxy,
    binary: PathBuf,
    port_file: PathBuf,
}

impl Proxied {
    pub fn new(place: &Place) -> Self {
        // Nobody listens there; the server's own address follows when it is known.
        let proxy = FaultProxy::start(([127, 0, 0, 1], 9).into());
        let (binary, port_file) = (place.root().join("bin/opencode-behind-a-proxy"), place.root().join("port"));
        let text = format!(
            "#!/bin/sh\n'{}' \"$@\" | while IFS= read -r line; do\n  case \"$line\" in\n    *listening\\ on*)\n      \
             printf '%s\\n' \"${{line##*:}}\" > '{}'\n      echo \"${{line%:*}}:{}\";;\n    *) echo \"$line\";;\n  esac\ndone\n",
            opencode_binary().display(),
            port_file.display(),
            proxy.address().port(),
        );
        write_program(&binary, &text);
        Self { proxy, binary, port_file }
    }

    pub fn binary(&self) -> String {
        self.binary.display().to_string()
    }

    /// Leads to the server as soon as that listens.
    pub async fn lead(&self) {
        let port = || fs::read_to_string(&self.port_file).ok()?.strip_suffix('\n')?.parse::<u16>().ok();
        wait_for("the server's port", Duration::from_secs(40), || std::future::ready(port().is_some())).await;
        self.proxy.set_upstream(([127, 0, 0, 1], port().unwrap()).into());
    }
}
