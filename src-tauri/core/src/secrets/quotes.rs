use super::named::conceal_received;

/// How the server begins to quote a configuration file that is no JSON, what follows it, and how that ends; seen on
/// 1.18.33.
const INPUT: &str = "--- JSONC Input ---";
const ERRORS: &str = "--- Errors ---";
const END: &str = "--- End ---";

/// What stands in place of the file.
const LEFT_OUT: &str = "[the file is not shown: it can hold secrets]";

/// How the server begins a line about a value of the wrong type in its configuration.
const ISSUE: &str = "↳ ";

/// Leaves the text of configuration files out of a server's output, line by line.
#[derive(Debug, Default)]
pub struct Quotes {
    place: Place,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Input,
    Errors,
}

impl Quotes {
    /// The next line as it may be shown; none when it is not.
    pub fn pass(&mut self, line: String) -> Option<String> {
        let trimmed = line.trim();
        if let Some(at) = line.find(INPUT) {
            if trimmed == INPUT {
                self.place = Place::Input;
                return Some(format!("{INPUT} {LEFT_OUT}"));
            }
            // All of it in one line, as in a log.
            return Some(format!("{}{LEFT_OUT}", &line[..at]));
        }
        match (&self.place, trimmed) {
            (Place::Input, ERRORS) => self.place = Place::Errors,
            // The file itself; in the list of errors a line of it, and a mark below.
            (Place::Input, _) | (Place::Errors, "^") => return None,
            (Place::Errors, END) => self.place = Place::Outside,
            (Place::Errors, quoted) if quoted.starts_with("Line ") => return None,
            (Place::Outside, issue) if issue.starts_with(ISSUE) => return Some(conceal_received(line)),
            (Place::Outside | Place::Errors, _) => {}
        }
        Some(line)
    }
}
