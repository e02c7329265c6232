use outrider_core::protocol::Problem;

/// What may leave the app: addresses that a browser or a mail program opens. Everything else could start a program.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Checks a link before it is given to the system.
///
/// # Errors
/// `link_refused` when it is not an absolute `http`, `https` or `mailto` address.
pub(crate) fn check(link: &str) -> Result<tauri::Url, Problem> {
    let refused = || Problem::new("link_refused", "Only web and mail addresses are opened.");
    let url = tauri::Url::parse(link).map_err(|_| refused())?;
    if SCHEMES.contains(&url.scheme()) { Ok(url) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_web_and_mail_addresses_leave_the_app() {
        for link in ["https://example.org/a?b#c", "http://127.0.0.1:80/", "mailto:a@example.org", "HTTPS://example.org"]
        {
            assert!(check(link).is_ok(), "{link}");
        }
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "/etc/passwd",
            "vscode://x",
            "",
            "java\nscript:x",
            "data:text/html,x",
        ] {
            assert_eq!(check(link).unwrap_err().code, "link_refused", "{link}");
        }
    }
}
