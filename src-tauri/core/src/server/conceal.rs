//! Takes the server's password out of the environment that its tools get.
//!
//! The server reads the password once, before it listens, and hands its environment on to shells, terminals and MCP
//! servers as it is then. A plugin of ours, named in the configuration of this one process, takes the password out
//! before any of them starts (seen on 1.18.33, where requests are checked as before). It is no wall: whoever runs as
//! the same user can read the environment that the process was started with.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Environment;

/// The configuration that is for one process only.
const CONTENT: &str = "OPENCODE_CONFIG_CONTENT";

/// The plugin's file in the profile.
const FILE: &str = "opencode-plugin.js";

const PLUGIN: &str = "\
// Written by Outrider: keeps the server's password from the tools that the server starts.
export const Outrider = async () => {
  delete process.env.OPENCODE_SERVER_PASSWORD;
  return {};
};
";

/// What OpenCode installs into each of its configuration folders, in the background; but where there is any plugin, it
/// waits for that, for minutes when there is no network (seen on 1.18.33).
const INSTALLED: &str = "@opencode-ai/plugin";

/// Keeps the plugin in a folder of ours.
#[derive(Debug, Clone)]
pub struct Concealment {
    folder: PathBuf,
}

impl Concealment {
    /// The plugin is written into this folder when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The environment with the plugin in it; as it is where the plugin would hold up the server's start, or the
    /// configuration in it cannot be read.
    pub async fn apply(&self, environment: Environment, folder: &Path) -> Environment {
        for config in config_folders(&environment, folder) {
            if !is_installed(&config).await {
                return environment;
            }
        }
        let file = self.folder.join(FILE);
        let Some(content) = with_plugin(&environment, &file) else { return environment };
        if let Err(error) = self.write(&file).await {
            tracing::warn!(%error, "the plugin that conceals the password could not be written");
            return environment;
        }
        let mut environment = environment;
        environment.variables.insert(CONTENT.into(), content.into());
        environment
    }

    async fn write(&self, file: &Path) -> std::io::Result<()> {
        if tokio::fs::read(file).await.is_ok_and(|there| there == PLUGIN.as_bytes()) {
            return Ok(());
        }
        tokio::fs::create_dir_all(&self.folder).await?;
        let new = self.folder.join(format!("{FILE}.new"));
        tokio::fs::write(&new, PLUGIN).await?;
        tokio::fs::rename(&new, file).await
    }
}

/// The configuration of the process with the plugin added; none when it is not plain JSON.
fn with_plugin(environment: &Environment, file: &Path) -> Option<String> {
    let url = reqwest::Url::from_file_path(file).ok()?;
    let mut content: Value = match environment.get(CONTENT) {
        Some(content) => serde_json::from_str(content.to_str()?).ok()?,
        None => json!({}),
    };
    content.as_object_mut()?.entry("plugin").or_insert_with(|| json!([])).as_array_mut()?.push(json!(url.as_str()));
    Some(content.to_string())
}

/// Where OpenCode looks for configuration, and installs into: its folder in the person's, and `.opencode` in the
/// opened folder and those above it.
fn config_folders(environment: &Environment, folder: &Path) -> Vec<PathBuf> {
    let path = |name: &str| environment.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = path("HOME").or_else(|| path("USERPROFILE"));
    let config = path("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    let hidden = folder.ancestors().map(Path::to_owned).chain(home).map(|above| above.join(".opencode"));
    let hidden = hidden.filter(|hidden| hidden.is_dir());
    config.map(|config| config.join("opencode")).into_iter().chain(path("OPENCODE_CONFIG_DIR")).chain(hidden).collect()
}

async fn is_installed(config: &Path) -> bool {
    let modules = config.join("node_modules").join(INSTALLED);
    let lock = tokio::fs::read_to_string(config.join("package-lock.json")).await;
    lock.is_ok_and(|lock| lock.contains(INSTALLED)) && tokio::fs::try_exists(modules).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Environment { variables, path_source: String::new() }
    }

    fn content(environment: &Environment) -> Option<Value> {
        environment.get(CONTENT).map(|content| serde_json::from_str(content.to_str().unwrap()).unwrap())
    }

    fn install(config: &Path) {
        std::fs::create_dir_all(config.join("node_modules").join(INSTALLED)).unwrap();
        std::fs::write(config.join("package-lock.json"), format!("{{\"x\": \"{INSTALLED}\"}}")).unwrap();
    }

    #[tokio::test]
    async fn it_is_used_where_it_does_not_hold_up_the_start() {
        let place = tempfile::tempdir().unwrap();
        let (home, project) = (place.path().join("home"), place.path().join("project/inner"));
        std::fs::create_dir_all(&project).unwrap();
        let before = environment(&[("HOME", home.to_str().unwrap())]);
        let concealment = Concealment::new(place.path().join("profile"));
        assert!(concealment.apply(before.clone(), &project).await == before, "nothing is installed yet");

        install(&home.join(".config/opencode"));
        let after = concealment.apply(before.clone(), &project).await;
        let file = place.path().join("profile").join(FILE);
        let url = format!("file://{}", file.display());
        assert_eq!(content(&after), Some(json!({ "plugin": [url] })));
        assert_eq!(std::fs::read_to_string(file).unwrap(), PLUGIN);

        std::fs::create_dir(place.path().join("project/.opencode")).unwrap();
        assert!(concealment.apply(before.clone(), &project).await == before, "it would install into that one");
        install(&place.path().join("project/.opencode"));
        assert!(concealment.apply(before.clone(), &project).await == after);
    }

    #[test]
    fn what_is_configured_stays_and_what_cannot_be_read_is_left_alone() {
        let with = |text: &str| with_plugin(&environment(&[(CONTENT, text)]), Path::new("/p/x y.js"));
        let added: Value = serde_json::from_str(&with(r#"{"model": "m", "plugin": ["theirs"]}"#).unwrap()).unwrap();
        assert_eq!(added, json!({ "model": "m", "plugin": ["theirs", "file:///p/x%20y.js"] }));
        for text in ["{ // a comment\n}", "[]", "{\"plugin\": 5}", "", "{"] {
            assert_eq!(with(text), None, "{text}");
        }
    }
}
