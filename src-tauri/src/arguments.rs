use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "\
Outrider: OpenCode in several folders at once

outrider [FOLDER…]          opens each folder
         --profile DIR      keeps settings and state under DIR
         --version          prints the version
         --help             prints this

OUTRIDER_OPENCODE=PATH      the opencode binary to start, before the setting, PATH and the bundled one
OUTRIDER_LOG=LEVEL          what is logged to standard error: error, warn (default), info, debug";

/// What the app was started with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Folders to open.
    pub folders: Vec<PathBuf>,
    /// Where settings and state are kept, instead of the person's own place.
    pub profile: Option<PathBuf>,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// Run the app.
    Run(Arguments),
    /// Print this and end well.
    Say(String),
    /// Print this and end with an error.
    Refuse(String),
}

impl Arguments {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Parsed {
        let mut parsed = Self::default();
        let mut arguments = arguments.into_iter();
        let mut only_folders = false;
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                _ if only_folders => parsed.folders.push(argument.into()),
                Some("--") => only_folders = true,
                Some("--help" | "-h") => return Parsed::Say(USAGE.to_owned()),
                Some("--version" | "-V") => return Parsed::Say(format!("outrider {}", env!("CARGO_PKG_VERSION"))),
                Some("--profile") => match arguments.next() {
                    Some(folder) => parsed.profile = Some(folder.into()),
                    None => return Parsed::Refuse("--profile needs a folder.".to_owned()),
                },
                Some(option) if option.starts_with("--") => {
                    return Parsed::Refuse(format!("{option} is not an option of outrider.\n\n{USAGE}"));
                }
                _ => parsed.folders.push(argument.into()),
            }
        }
        Parsed::Run(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Parsed {
        Arguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn folders_and_the_profile_in_any_order() {
        let expected = Arguments { folders: vec!["a".into(), "--b".into()], profile: Some("p".into()) };
        assert_eq!(parse(&["a", "--profile", "p", "--", "--b"]), Parsed::Run(expected));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(matches!(parse(&["--profile"]), Parsed::Refuse(_)));
        assert!(matches!(parse(&["--frobnicate"]), Parsed::Refuse(_)));
    }
}
