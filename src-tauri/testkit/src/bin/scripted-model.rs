//! Runs the scripted model by itself, for the demo and for trying things by hand.

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use outrider_testkit::{Place, ScriptedModel, demo, place::ServerConfig};
use tokio::{io::AsyncReadExt, signal};

const USAGE: &str = "usage: scripted-model [--demo] [--port N] [--port-file FILE] [--place DIRECTORY]

Serves a chat model on loopback that follows the directives in the prompt.
  --demo            answers prompts without directives as the demo does
  --port N          listens on port N (default: a free one)
  --port-file FILE  writes the port to FILE when the model listens
  --place DIRECTORY makes DIRECTORY a place to run the app in with this model: home and settings of its own, the
                    sample project in code/todo-service, and environment.json with the variables to start it with
It ends when its standard input closes, or on a signal.";

#[derive(Default)]
struct Options {
    demo: bool,
    port: u16,
    port_file: Option<PathBuf>,
    place: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match options(env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("scripted-model: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scripted-model: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = OsString>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--demo") => options.demo = true,
            Some("--port") => {
                let port = arguments.next().and_then(|port| port.to_str()?.parse().ok());
                options.port = port.ok_or("--port needs a number from 0 to 65535")?;
            }
            Some("--port-file") => {
                options.port_file = Some(arguments.next().ok_or("--port-file needs a file")?.into());
            }
            Some("--place") => options.place = Some(arguments.next().ok_or("--place needs a directory")?.into()),
            Some("--help" | "-h") => return Ok(None),
            _ => return Err(format!("unknown argument {}", argument.display())),
        }
    }
    Ok(Some(options))
}

async fn serve(options: &Options) -> io::Result<()> {
    let model = if options.demo {
        ScriptedModel::start_demo(options.port).await?
    } else {
        ScriptedModel::start_on(options.port).await?
    };
    if let Some(file) = &options.port_file {
        fs::write(file, model.port().to_string())?;
    }
    if let Some(directory) = &options.place {
        prepare(directory, &model)?;
    }
    println!("scripted model on {}", model.base_url());
    tokio::select! {
        () = input_closed() => {}
        signal = ended_by_signal() => signal?,
    }
    model.stop().await;
    // The runtime would wait for the thread that still reads standard input.
    std::process::exit(0)
}

fn prepare(directory: &Path, model: &ScriptedModel) -> io::Result<()> {
    let place = Place::at(directory)?;
    place.sample_folder();
    let config = ServerConfig::new(&model.base_url()).permission(demo::permission());
    let environment = serde_json::to_string_pretty(&place.environment(&config))?;
    fs::write(place.root().join("environment.json"), environment)
}

async fn input_closed() {
    let mut input = tokio::io::stdin();
    let mut buffer = [0; 1024];
    while matches!(input.read(&mut buffer).await, Ok(1..)) {}
}

#[cfg(unix)]
async fn ended_by_signal() -> io::Result<()> {
    use signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        interrupt = signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn ended_by_signal() -> io::Result<()> {
    signal::ctrl_c().await
}
