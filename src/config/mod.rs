//! The config files of opsctl, and with them the layers that stand behind the command line: the environment, a file
//! named by `--config`, the user's own file. Values are checked against the tree of commands, which comes in as an
//! argument: this room knows no option by name. It must not print.

pub mod alias;
mod check;
mod file;
mod guard;
pub mod layers;
pub mod names;
mod values;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Command;

use crate::error::{Error, Kind, Result};
use crate::input::Mistake;
use crate::settings::Environment;
use alias::Alias;
pub use check::Check;
pub use guard::{DEFAULT_PROFILE, Guard, Guards};
use layers::Given;

/// Far beyond any config file; `/dev/zero` has no end.
const LARGEST: u64 = 1 << 20;

/// What the config files say.
#[derive(Debug, Default)]
pub struct Config {
    /// The files that were read, the one that wins first.
    pub files: Vec<PathBuf>,
    /// A layer a file.
    pub layers: Vec<Vec<Given>>,
    /// Of two with the same name the first counts.
    pub aliases: Vec<Alias>,
    pub guards: Guards,
    pub warnings: Vec<Mistake>,
    pub mistakes: Vec<Mistake>,
}

impl Config {
    /// Reads the file that was named, which must exist, and the user's own, which need not. `root` makes the built tree;
    /// where there is no file it is not asked for.
    pub fn read(named: Option<&Path>, user: Option<&Path>, root: impl FnOnce() -> Command) -> Result<Self> {
        let mut config = Config::default();
        let named = named.map(|path| (path, read(path, true)));
        let user = user.map(|path| (path, read(path, false)));
        let mut texts = Vec::new();
        for (path, bytes) in named.into_iter().chain(user) {
            texts.extend(bytes?.map(|bytes| (path, bytes)));
        }
        if texts.is_empty() {
            return Ok(config);
        }
        let root = root();
        let files: Vec<String> = texts.iter().map(|(path, _)| path.display().to_string()).collect();
        for (path, bytes) in texts {
            config.add(path, &bytes, &root);
        }
        config.mistakes.extend(alias::faults(&config.aliases, &root));
        config.aliases.retain(|alias| !alias::is_command(&alias.name, &root));
        let order = |mistake: &Mistake| {
            (files.iter().position(|file| *file == mistake.file), mistake.line, mistake.column)
        };
        config.mistakes.sort_by_key(order);
        config.warnings.sort_by_key(order);
        Ok(config)
    }

    fn add(&mut self, path: &Path, bytes: &[u8], root: &Command) {
        let name = path.display().to_string();
        let contents = match std::str::from_utf8(bytes) {
            Ok(text) => file::parse(&name, text, root),
            Err(error) => {
                let good = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
                let end = good.len()..good.len();
                let mistake =
                    crate::input::toml::Reader::new(&name, &good).at(&end, "this is not UTF-8 text");
                file::Contents { mistakes: vec![mistake], ..file::Contents::default() }
            }
        };
        let new =
            contents.aliases.into_iter().filter(|alias| !self.aliases.iter().any(|it| it.name == alias.name));
        let new: Vec<Alias> = new.collect();
        self.aliases.extend(new);
        self.guards.extend(contents.guards);
        self.files.push(path.to_owned());
        self.layers.push(contents.layer);
        self.warnings.extend(contents.warnings);
        self.mistakes.extend(contents.mistakes);
    }

    /// Nothing, if the files are sound; all their mistakes otherwise.
    pub fn check(&self) -> Result<()> {
        let message = match self.mistakes.as_slice() {
            [] => return Ok(()),
            [_] => "the config has a mistake".to_owned(),
            several => format!("the config has {} mistakes", several.len()),
        };
        let error = Error::usage(message).hint("opsctl config check");
        Err(match Mistake::chain(self.mistakes.clone()) {
            Some(first) => error.because(first),
            None => error,
        }
        .into())
    }
}

fn read(path: &Path, required: bool) -> Result<Option<Vec<u8>>> {
    let unreadable =
        |error| Error::new(Kind::Usage, format!("cannot read the config {}", path.display())).because(error);
    let file = match std::fs::File::open(path) {
        Err(error) if !required && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(unreadable)?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::usage(format!("the config {} is larger than 1 MiB", path.display())).into());
    }
    Ok(Some(bytes))
}

/// The user's own file; `None` where there is no home.
pub fn user_file(env: &Environment) -> Option<PathBuf> {
    Some(env.folder("XDG_CONFIG_HOME", ".config")?.join("opsctl").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_file_is_where_xdg_says() {
        let of = |env: &[(&str, &str)]| {
            user_file(&env.iter().copied().collect()).map(|path| path.display().to_string())
        };
        assert_eq!(of(&[("HOME", "/home/ann")]).as_deref(), Some("/home/ann/.config/opsctl/config.toml"));
        let both = [("HOME", "/home/ann"), ("XDG_CONFIG_HOME", "/cfg")];
        assert_eq!(of(&both).as_deref(), Some("/cfg/opsctl/config.toml"));
        assert_eq!(of(&[("HOME", "relative"), ("XDG_CONFIG_HOME", "relative")]), None);
        assert_eq!(of(&[]), None);
    }
}
