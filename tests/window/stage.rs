//! What a test needs before the window opens: a place, a model, settings, and the app's environment.

use std::{fs, path::Path};

use outrider_testkit::{Place, ScriptedModel, opencode_binary, place::ServerConfig};
use serde_json::{Map, Value};

use crate::{
    driver::{Driver, write_program},
    window::Window,
};

/// A place of its own, with a scripted model.
pub struct Stage {
    pub place: Place,
    pub model: ScriptedModel,
    config: ServerConfig,
    settings: Map<String, Value>,
    variables: Vec<(String, Option<String>)>,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with_model(ScriptedModel::start().await)
    }

    pub fn with_model(model: ScriptedModel) -> Self {
        let place = Place::new();
        let config = ServerConfig::new(&model.base_url());
        // Stands in for the desktop's browser, and keeps what it was asked to open.
        let opened = place.root().join("opened");
        write_program(
            &place.root().join("bin/xdg-open"),
            &format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", opened.display()),
        );
        let opencode = opencode_binary().display().to_string();
        let variables = vec![("OUTRIDER_OPENCODE".to_owned(), Some(opencode))];
        Self { place, model, config, settings: Map::new(), variables }
    }

    /// What the server allows, asks and denies.
    pub fn permission(mut self, permission: Value) -> Self {
        self.config = self.config.permission(permission);
        self
    }

    /// A setting of the app's.
    pub fn setting(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(key.to_owned(), value.into());
        self
    }

    /// A variable of the app's environment.
    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), Some(value.into())));
        self
    }

    /// Takes a variable out of the app's environment.
    pub fn without_variable(mut self, name: &str) -> Self {
        self.variables.push((name.to_owned(), None));
        self
    }

    /// The environment of the app, or of a server that is to see what the app's servers see.
    pub fn environment(&self) -> std::collections::BTreeMap<String, String> {
        let mut environment = self.place.environment(&self.config);
        let path = environment.get("PATH").cloned().unwrap_or_default();
        environment.insert("PATH".to_owned(), format!("{}:{path}", self.place.root().join("bin").display()));
        for (name, value) in &self.variables {
            match value {
                Some(value) => environment.insert(name.clone(), value.clone()),
                None => environment.remove(name),
            };
        }
        environment
    }

    /// Opens the app with these folders.
    pub async fn open(&self, folders: &[&Path]) -> Window {
        let profile = self.place.root().join("profile");
        fs::create_dir_all(&profile).unwrap();
        if !self.settings.is_empty() {
            let settings = Value::Object(self.settings.clone()).to_string();
            fs::write(profile.join("settings.json"), settings).unwrap();
        }
        let driver = Driver::start(&self.place.root().join("window"), &self.environment()).await;
        let mut arguments = vec!["--profile".to_owned(), profile.display().to_string()];
        arguments.extend(folders.iter().map(|folder| folder.display().to_string()));
        Window::open(driver, &arguments).await
    }

    /// The addresses that were given to the desktop's browser.
    pub fn opened_links(&self) -> Vec<String> {
        let opened = fs::read_to_string(self.place.root().join("opened")).unwrap_or_default();
        opened.lines().map(str::to_owned).collect()
    }
}
