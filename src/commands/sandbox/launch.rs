//! What `run` and `up` share: the options that say what a sandbox is like, and its start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::aws::REGIONS;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::input::Mistake;
use crate::sandbox::config::Settings;
use crate::sandbox::state::{CONFIG, Folder};
use crate::sandbox::{Running, Surroundings, start};

const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

#[derive(Debug, Args)]
pub struct LaunchArgs {
    /// What it is like; its shells are run: see `sandbox init`
    #[arg(long, value_name = "FILE", help_heading = "Sandbox")]
    config: Option<PathBuf>,

    /// Its folder, kept; without --config a sandbox.toml in it is read
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, help_heading = "Sandbox")]
    pub dir: Option<PathBuf>,
}

impl LaunchArgs {
    /// Never from the current folder: the file decides which programs run.
    pub fn settings(&self) -> Result<Settings> {
        if let Some(file) = &self.config {
            let text = fs::read(file).map_err(|error| unreadable(file, error))?;
            return parse(file, text);
        }
        let Some(file) = self.dir.as_ref().map(|dir| dir.join(CONFIG)) else {
            return Ok(Settings::default());
        };
        match fs::read(&file) {
            Ok(text) => parse(&file, text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
            Err(error) => Err(unreadable(&file, error).into()),
        }
    }
}

fn unreadable(file: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot read {}", file.display())).because(error)
}

fn parse(file: &Path, text: Vec<u8>) -> Result<Settings> {
    let name = file.display().to_string();
    let text = String::from_utf8(text)
        .map_err(|error| Error::usage(format!("{name} is not UTF-8 text")).because(error.utf8_error()))?;
    Settings::parse(&name, &text).map_err(|mistakes| wrong(&name, mistakes).into())
}

fn wrong(name: &str, mistakes: Vec<Mistake>) -> Error {
    let error = match mistakes.len() {
        1 => Error::usage(format!("{name} has a mistake")),
        count => Error::usage(format!("{name} has {count} mistakes")),
    };
    match Mistake::chain(mistakes) {
        Some(first) => error.because(first),
        None => error,
    }
}

/// Starts a sandbox in `folder` and writes down how it is reached.
pub async fn launch(settings: Settings, folder: &Folder, port: u16, ctx: &Context) -> Result<Running> {
    let env = ctx.env();
    let path = env.iter().find(|(name, _)| *name == "PATH").map(|(_, value)| value.to_owned());
    let surroundings = Surroundings {
        folder: folder.path().to_owned(),
        program: program()?,
        user: env.text("USER").or_else(|| env.text("LOGNAME")).unwrap_or("user").to_owned(),
        path: path.unwrap_or_else(|| DEFAULT_PATH.into()),
        is_region: |region| REGIONS.iter().any(|(known, _)| *known == region),
    };
    let running = start(settings, surroundings, port).await?;
    folder.publish(&running.connection(), &running.profiles(), ctx.now())?;
    Ok(running)
}

/// The running opsctl.
pub fn program() -> Result<PathBuf> {
    let unknown = |error| Error::failed("cannot tell where opsctl itself is").because(error);
    Ok(std::env::current_exe().map_err(unknown)?)
}
