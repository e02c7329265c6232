//! The environment that a person's shell has: an app that was started from a dock or a menu does not have it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::environment::Environment;

/// How long the shell may take with its start-up files.
const LIMIT: Duration = Duration::from_secs(5);

impl Environment {
    /// The environment for servers: this process's own, completed by the person's login shell when no shell started us.
    /// Takes up to five seconds; one call serves the whole life of the app.
    pub async fn load(token: &CancellationToken) -> Self {
        Self::own().completed_by_login_shell(LIMIT, token).await
    }

    /// Asks the shell that `SHELL` names, unless this environment comes from a shell already.
    pub async fn completed_by_login_shell(self, limit: Duration, token: &CancellationToken) -> Self {
        #[cfg(unix)]
        {
            unix::complete(self, limit, token).await
        }
        #[cfg(not(unix))]
        {
            let _ = (limit, token);
            self
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::{
        ffi::{OsStr, OsString},
        io,
        os::unix::ffi::OsStringExt as _,
        path::Path,
        time::Duration,
    };

    use tokio::{
        io::AsyncReadExt as _,
        time::{Instant, timeout_at},
    };
    use tokio_util::sync::CancellationToken;

    use super::super::{
        environment::{Environment, Variables},
        marker::Marker,
        spawn::{self, Group},
    };

    /// How much a shell may print; environments are smaller by far.
    const OUTPUT_LIMIT: usize = 8 * 1024 * 1024;

    pub(super) async fn complete(own: Environment, limit: Duration, token: &CancellationToken) -> Environment {
        if is_from_a_shell(&own) {
            return own;
        }
        let shell = own.get("SHELL").filter(|shell| !shell.is_empty()).unwrap_or(OsStr::new("/bin/sh")).to_owned();
        let shell = Path::new(&shell);
        let asked = tokio::select! {
            biased;
            () = token.cancelled() => Err(io::ErrorKind::Interrupted.into()),
            asked = ask(shell, &own, limit) => asked,
        };
        let shown = shell.display();
        match asked {
            Ok(login) => own.completed_by(login, format!("your login shell ({shown})")),
            Err(error) => {
                tracing::warn!(shell = %shown, %error, "the login shell did not tell its environment");
                let source = format!("{}, because your login shell ({shown}) did not answer", own.path_source);
                Environment { path_source: source, ..own }
            }
        }
    }

    /// Shells count their depth in SHLVL. A desktop session that a login shell was replaced by leaves 0 there, and has
    /// not seen the files of interactive shells.
    fn is_from_a_shell(own: &Environment) -> bool {
        own.get("SHLVL").is_some_and(|level| !level.is_empty() && level != "0")
    }

    async fn ask(shell: &Path, own: &Environment, limit: Duration) -> io::Result<Variables> {
        let deadline = Instant::now() + limit;
        let mark = || Marker::random().map_err(|problem| io::Error::other(problem.message));
        let (begin, end) = (mark()?, mark()?);
        let (begin, end) = (begin.as_str(), end.as_str());
        // Understood by sh, bash, zsh and fish; by its path `env` is neither an alias nor lost by a broken PATH.
        let script = format!("printf %s {begin}; /usr/bin/env -0; printf %s {end}");
        let home = own.get("HOME").map(Path::new).filter(|home| home.is_dir());
        // Leaving this function by any way drops the group, which kills the shell and what its files started in it.
        let mut group = spawn::login_shell(shell, &script, &own.variables, home)?;
        let output = timeout_at(deadline, read_until(&mut group, end.as_bytes())).await??;
        let variables = parse(&output, begin.as_bytes(), end.as_bytes())
            .ok_or_else(|| io::Error::other("its output held no environment"))?;
        // It has said all; let it write its history.
        let _ = timeout_at(deadline, group.wait()).await;
        Ok(variables)
    }

    /// Not to the end of the output: what a start-up file put into the background may hold it open.
    async fn read_until(group: &mut Group, end: &[u8]) -> io::Result<Vec<u8>> {
        let (stdout, _) = group.take_output();
        let mut stdout = stdout.ok_or(io::ErrorKind::BrokenPipe)?;
        let mut output = Vec::new();
        let mut searched = 0;
        loop {
            if stdout.read_buf(&mut output).await? == 0 || output.len() > OUTPUT_LIMIT {
                return Ok(output);
            }
            if position(&output[searched..], end).is_some() {
                return Ok(output);
            }
            searched = output.len().saturating_sub(end.len());
        }
    }

    fn parse(output: &[u8], begin: &[u8], end: &[u8]) -> Option<Variables> {
        let start = position(output, begin)? + begin.len();
        let length = position(&output[start..], end)?;
        let entries = output[start..start + length].split(|byte| *byte == 0);
        let variables: Variables = entries
            .filter_map(|entry| {
                let equals = entry.iter().position(|byte| *byte == b'=').filter(|equals| *equals > 0)?;
                let (name, value) = (&entry[..equals], &entry[equals + 1..]);
                Some((OsString::from_vec(name.to_vec()), OsString::from_vec(value.to_vec())))
            })
            .collect();
        (!variables.is_empty()).then_some(variables)
    }

    fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
        bytes.windows(part.len()).position(|window| window == part)
    }

    #[cfg(test)]
    mod tests {
        use proptest::strategy::Strategy as _;

        use super::*;

        proptest::proptest! {
            /// Whatever start-up files print around it or the environment holds: an environment or none, never a panic.
            #[test]
            fn any_output_gives_names_or_nothing(pieces in proptest::collection::vec(proptest::prop_oneof![
                proptest::sample::select(vec![&b"BEGIN"[..], b"END", b"\0", b"=", b"A=1\0", b"=x\0", b"BEG", b"\n"])
                    .prop_map(<[u8]>::to_vec),
                proptest::collection::vec(proptest::prelude::any::<u8>(), 0..6),
            ], 0..20)) {
                if let Some(variables) = parse(&pieces.concat(), b"BEGIN", b"END") {
                    proptest::prop_assert!(!variables.is_empty());
                    proptest::prop_assert!(variables.keys().all(|name| !name.is_empty()));
                }
            }
        }

        #[test]
        fn finds_the_environment_between_noise() {
            let output = b"motd B\x1b[0m\nBEGINA=1\0TEXT=two\nlines=x\0RAW=\xff\xfe\0EMPTY=\0=odd\0broken\0ENDbye\n";
            let variables = parse(output, b"BEGIN", b"END").unwrap();
            let raw = OsString::from_vec(vec![0xff, 0xfe]);
            let expected =
                [("A", "1".into()), ("TEXT", "two\nlines=x".into()), ("RAW", raw), ("EMPTY", OsString::new())];
            assert_eq!(variables, expected.map(|(name, value)| (OsString::from(name), value)).into());
            assert_eq!(parse(b"BEGIN no end", b"BEGIN", b"END"), None);
            assert_eq!(parse(b"BEGINEND", b"BEGIN", b"END"), None);
        }
    }
}
