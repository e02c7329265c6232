//! The shell: windows, commands and events around the core. The only Rust that names `tauri`.

mod arguments;
mod bridge;
mod bundled;
#[cfg(target_os = "linux")]
mod caret;
mod commands;
mod diagrams;
mod guardian;
mod lifecycle;
mod links;
mod panics;
mod pictures;
mod quitting;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use outrider_core::app::{App, AppStart};
use tauri::{Manager, Runtime};

use arguments::{Arguments, Parsed};
use bridge::Bridge;

/// Where settings and state are kept.
struct Profile(PathBuf);

/// Runs the app until the person quits it.
pub fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Parsed::Run(arguments) => arguments,
        Parsed::Say(text) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Parsed::Refuse(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("OUTRIDER_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    window::avoid_broken_rendering();
    let panics = panics::watch();

    let context = tauri::generate_context!();
    let app = match build(tauri::Builder::default(), arguments).build(context) {
        Ok(app) => app,
        Err(error) => {
            eprintln!("Outrider could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut panics = Some(panics);
    let code = app.run_return(move |app, event| {
        // The core is there once the set-up has run; panics wait until then.
        if matches!(event, tauri::RunEvent::Ready)
            && let Some(panics) = panics.take()
        {
            tauri::async_runtime::spawn(panics::report(panics, app.state::<App>().inner().clone()));
        }
        lifecycle::on_event(app, event);
    });
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The app on any runtime, so that tests run it without a window system.
pub fn build<R: Runtime>(builder: tauri::Builder<R>, arguments: Arguments) -> tauri::Builder<R> {
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_shell::init())
        .invoke_handler(commands::handler())
        .register_asynchronous_uri_scheme_protocol(diagrams::SCHEME, |context, request, responder| {
            diagrams::answer(&context, &request, responder);
        })
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, |context, request, responder| {
            pictures::answer(&context, request, responder);
        })
        .setup(move |app| {
            let profile = match &arguments.profile {
                Some(profile) => std::path::absolute(profile)?,
                None => app.path().app_config_dir()?,
            };
            let core = start_core(app.handle(), profile.clone());
            app.manage(core.clone());
            app.manage(quitting::Quitting::default());
            app.manage(diagrams::Diagrams::default());
            app.manage(Profile(profile.clone()));
            lifecycle::end_on_signals(app.handle());
            // Servers take longest to start: they do while the window is made.
            tauri::async_runtime::spawn(open_all(core, arguments.folders));
            window::open_main(app.handle(), &profile)?;
            Ok(())
        })
}

fn start_core<R: Runtime>(app: &tauri::AppHandle<R>, profile: PathBuf) -> App {
    let windows = Arc::new(Bridge::new(app.clone()));
    let (bundled, guardian) = (bundled::opencode(app), guardian::command());
    let start = AppStart { profile, bundled, environment: None, guardian, windows };
    // The core's tasks need the runtime to be entered where they start.
    tauri::async_runtime::block_on(async { start.start() })
}

/// Opens the folders named on the command line, in order; what is wrong with one is shown in the window.
async fn open_all(core: App, folders: Vec<PathBuf>) {
    for folder in folders {
        if let Err(problem) = core.open_folder(None, folder).await {
            core.report(problem).await;
        }
    }
}

pub use arguments::Arguments as StartArguments;
