use std::path::Path;

use outrider_core::protocol::Problem;

/// Files that some system runs, or takes orders from, when they are opened. On Windows that includes scripts.
const RUN: [&str; 44] = [
    "action",
    "app",
    "appimage",
    "application",
    "bat",
    "cmd",
    "com",
    "command",
    "cpl",
    "desktop",
    "dmg",
    "exe",
    "gadget",
    "hta",
    "inf",
    "jar",
    "js",
    "jse",
    "lnk",
    "mjs",
    "msc",
    "msi",
    "msp",
    "pif",
    "pl",
    "pkg",
    "ps1",
    "psd1",
    "psm1",
    "py",
    "pyw",
    "rb",
    "reg",
    "scpt",
    "scr",
    "sct",
    "tool",
    "url",
    "vb",
    "vbe",
    "vbs",
    "webloc",
    "workflow",
    "wsf",
];

/// Of those, what other systems open in an editor.
const SCRIPTS: [&str; 9] = ["js", "mjs", "pl", "ps1", "psd1", "psm1", "py", "rb", "vb"];

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

/// True when opening a file could run it.
pub(crate) fn may_run(file: &Path) -> bool {
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    if cfg!(windows) || !SCRIPTS.contains(&extension.as_str()) {
        return RUN.contains(&extension.as_str());
    }
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check, may_run};

    #[test]
    fn what_runs_is_not_opened() {
        for file in ["a/run.desktop", "run.EXE", "x.AppImage", "x.jar", "x.command", "x.lnk", "x.tar.bat"] {
            assert!(may_run(Path::new(file)), "{file}");
        }
        for file in ["src/main.rs", "README.md", "Makefile", "a.png", "src", ".env"] {
            assert!(!may_run(Path::new(file)), "{file}");
        }
        assert_eq!(may_run(Path::new("a.py")), cfg!(windows));
    }

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
