//! Embeds the configuration, the capabilities and the icons, and says what a new build depends on.

use std::path::Path;

use tauri_build::{AppManifest, Attributes};

/// The built UI: `generate_context!` embeds it, but cargo sees only the files that existed at the last build.
const UI: &str = "ui/dist";

fn main() {
    for watched in ["src-tauri/capabilities", "src-tauri/permissions", "src-tauri/icons"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    // A watched path that does not exist counts as changed at every build.
    if std::env::var_os("CARGO_FEATURE_CUSTOM_PROTOCOL").is_some() && Path::new(UI).exists() {
        println!("cargo:rerun-if-changed={UI}");
    }

    // The commands are named in src-tauri/permissions. `AppManifest::commands` would write a folder `permissions`
    // beside Cargo.toml at every build.
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml"));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
