use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
};

/// Variables of an environment by name.
pub type Variables = BTreeMap<OsString, OsString>;

/// What a login shell has only because it is one; of no use to a server.
#[cfg(unix)]
const SHELLS_OWN: [&str; 4] = ["SHLVL", "PWD", "OLDPWD", "_"];

/// The environment that servers are started in.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment {
    /// All variables.
    pub variables: Variables,
    /// Where PATH comes from, in words.
    pub path_source: String,
}

/// Names only: values hold secrets.
impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        formatter.debug_struct("Environment").field("names", &names).field("path_source", &self.path_source).finish()
    }
}

impl Environment {
    /// The environment of this process as it is.
    pub fn own() -> Self {
        Self::plain(env::vars_os().collect(), "the environment Outrider was started in")
    }

    pub(super) fn plain(variables: Variables, path_source: &str) -> Self {
        Self { variables, path_source: path_source.to_owned() }
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// PATH. Windows writes its name in any case.
    pub fn path(&self) -> Option<&OsStr> {
        let is_path = |name: &OsStr| if cfg!(windows) { name.eq_ignore_ascii_case("PATH") } else { name == "PATH" };
        self.variables.iter().find(|(name, _)| is_path(name)).map(|(_, value)| value.as_os_str())
    }

    /// This environment, filled up from a login shell's: our own variables win, but PATH is the shell's, followed by
    /// those of our entries that it lacks.
    #[cfg(unix)]
    pub(super) fn completed_by(self, login: Variables, path_source: String) -> Self {
        let path = joined_path(login.get(OsStr::new("PATH")), self.variables.get(OsStr::new("PATH")));
        let mut variables = login;
        variables.retain(|name, _| !SHELLS_OWN.iter().any(|own| name == own));
        variables.extend(self.variables);
        if let Some(path) = path {
            variables.insert(OsString::from("PATH"), path);
        }
        Self { variables, path_source }
    }
}

#[cfg(unix)]
fn joined_path(first: Option<&OsString>, second: Option<&OsString>) -> Option<OsString> {
    let mut folders = Vec::new();
    for folder in [first, second].into_iter().flatten().flat_map(env::split_paths) {
        if !folder.as_os_str().is_empty() && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    (!folders.is_empty()).then(|| env::join_paths(folders).ok()).flatten()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn variables(list: &[(&str, &str)]) -> Variables {
        list.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
    }

    #[test]
    fn our_variables_win_except_path() {
        let own = Environment::plain(variables(&[("A", "ours"), ("PATH", "/usr/bin:/ours"), ("_", "x")]), "own");
        let login = variables(&[("A", "login"), ("B", "login"), ("PATH", "/login::/usr/bin"), ("SHLVL", "1")]);
        let joined = own.completed_by(login, "login".to_owned());
        let expected = [("A", "ours"), ("B", "login"), ("PATH", "/login:/usr/bin:/ours"), ("_", "x")];
        assert_eq!(joined.variables, variables(&expected));
        assert_eq!(joined.path().unwrap(), "/login:/usr/bin:/ours");
    }

    #[test]
    fn values_are_not_printed() {
        let environment = Environment::plain(variables(&[("TOKEN", "hunter2")]), "own");
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}
