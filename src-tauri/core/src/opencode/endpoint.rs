use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;

use super::error::WireError;

/// Where a server listens and how it lets us in.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The address, without a path, on loopback.
    pub base: Url,
    /// The password.
    pub password: Password,
}

impl Endpoint {
    /// The server at this address, as it told it.
    ///
    /// # Errors
    /// `unreadable_answer` when it is no address.
    pub fn at(url: &str, password: Password) -> Result<Self, WireError> {
        let base = Url::parse(url).map_err(|error| WireError::UnreadableAnswer { reason: error.to_string() })?;
        Ok(Self { base, password })
    }
}

/// A server's password. Printing it shows nothing.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A new one of 32 random bytes.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// One that is already known.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the server's environment and the requests' header, and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The address in the line that a server prints when it listens; none for any other line.
///
/// Version 1 prints `opencode server listening on http://…` on standard output, version 2 without the first word. An
/// address that is not on loopback is refused: the password would leave the machine.
pub fn parse_ready_line(line: &str) -> Option<Url> {
    let line = without_colours(line);
    let line = line.trim();
    let line = line.strip_prefix("opencode ").unwrap_or(line);
    let address = line.strip_prefix("server listening on ")?.split_whitespace().next()?;
    let authority = address.strip_prefix("http://")?.trim_end_matches('/');
    let url = Url::parse(&format!("http://{}", bracketed(authority))).ok()?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (plain && anonymous && is_loopback(url.host_str()?)).then_some(url)
}

/// `--hostname ::1` makes the server print `::1:4096`, which is no authority: the brackets are put in.
fn bracketed(authority: &str) -> String {
    match authority.rsplit_once(':') {
        Some((host, port)) if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
        _ => authority.to_owned(),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Leaves out the escape sequences that colour text (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).map_or(sequence.len(), |letter| letter + 1);
        rest = &sequence[end..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_gives_the_address() {
        for (line, address) in [
            ("opencode server listening on http://127.0.0.1:4096", "http://127.0.0.1:4096/"),
            ("server listening on http://127.0.0.1:34127/\r\n", "http://127.0.0.1:34127/"),
            ("opencode server listening on http://localhost:80000", ""),
            ("opencode server listening on http://localhost:8000", "http://localhost:8000/"),
            ("opencode server listening on http://::1:4096", "http://[::1]:4096/"),
            ("opencode server listening on http://[::1]:4096", "http://[::1]:4096/"),
            (
                "\u{1b}[1mopencode\u{1b}[0m server listening on \u{1b}[36mhttp://127.0.0.1:4096\u{1b}[39m",
                "http://127.0.0.1:4096/",
            ),
        ] {
            assert_eq!(parse_ready_line(line).map(String::from).unwrap_or_default(), address, "{line}");
        }
    }

    #[test]
    fn other_lines_and_other_machines_are_no_address() {
        for line in [
            "",
            "Warning: OPENCODE_SERVER_PASSWORD is not set; server is unsecured.",
            "opencode server listening on ",
            "opencode server listening on 127.0.0.1:4096",
            "opencode server listening on https://127.0.0.1:4096",
            "opencode server listening on http://0.0.0.0:4096",
            "opencode server listening on http://192.168.1.4:4096",
            "opencode server listening on http://127.0.0.1.evil.example:4096",
            "opencode server listening on http://127.0.0.1@evil.example:4096",
            "opencode server listening on http://localhost:4096/elsewhere",
            "opencode server listening on http://:::4096",
            "level=INFO message=\"server listening on http://127.0.0.1:4096\"",
        ] {
            assert_eq!(parse_ready_line(line), None, "{line}");
        }
    }

    proptest::proptest! {
        /// Whatever is printed, the password is sent to no other machine.
        #[test]
        fn an_address_is_on_this_machine(
            line in "(opencode )?(server listening on )?(http://)?(\\PC|\\x1b|[0-9a-z.:@/\\[\\]?#%]){0,30}(127\\.0\\.0\\.1|localhost|::1)?\\PC{0,20}",
        ) {
            if let Some(url) = parse_ready_line(&line) {
                proptest::prop_assert!(is_loopback(url.host_str().unwrap()), "{}", url);
                proptest::prop_assert_eq!(url.scheme(), "http");
                proptest::prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }
    }

    #[test]
    fn a_password_is_long_random_and_never_printed() {
        let password = Password::generate().unwrap();
        assert_eq!(password.reveal().len(), 43);
        assert_ne!(password.reveal(), Password::generate().unwrap().reveal());
        let endpoint = Endpoint { base: Url::parse("http://127.0.0.1:1").unwrap(), password: password.clone() };
        let printed = format!("{password} {password:?} {endpoint:?} {endpoint:#?}");
        assert!(!printed.contains(password.reveal()));
    }
}
