//! What a build has listed so far, in a private file of the state folder: the engine's journal, behind a first line that
//! says of which build. Keys come from many requests at once, but a manifest is in the order of its sources and of their
//! keys, whatever came first: the rows wait here, and are put in order when all of them are there. So every row is written
//! twice; in exchange a build that was killed loses at most the pages in flight, and ends in the same bytes as one that
//! was not. Sources that are files are simply read again.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use opsctl_engine::listing::{Event, Journal, Plan};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::files;

/// How long the build of before may take to end.
const DYING: Duration = Duration::from_secs(3);

/// Of which build a file is.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// A digest of what was asked for.
    pub asked: String,
    /// Against which times are compared, in milliseconds since 1970: of the first run.
    pub now: i64,
}

pub struct Checkpoint {
    pub journal: Journal<File>,
    pub identity: Identity,
    /// How many rows an earlier run has left.
    pub rows: u64,
    /// Whether there was an earlier run.
    pub resumed: bool,
    path: PathBuf,
    /// Whether a later run finds it.
    is_found: bool,
}

impl Checkpoint {
    /// The file of this build. With `resume`, what an earlier run has done is told to the plan. Where there is no state
    /// folder, a file that nobody finds again.
    pub async fn open(identity: Identity, resume: bool, plan: &mut Plan, ctx: &Context) -> Result<Self> {
        let path = match ctx.state_dir() {
            Ok(state) => path(state, &identity.asked)?,
            Err(homeless) if resume => {
                return Err(Error::usage("--resume has nothing to go on with").because(homeless).into());
            }
            Err(_) => return Checkpoint::unfound(identity, ctx),
        };
        let unusable = |error| Error::failed(format!("cannot use {}", path.display())).because(error);
        let file = files::open_private(&path).map_err(unusable)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(unusable(error).into()),
                // One that was just killed may not have let go of it yet.
                Err(TryLockError::WouldBlock) if began.elapsed() < DYING => sleep(DYING / 50).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(
                        Error::new(Kind::Temporary, "the same manifest is being built already").into()
                    );
                }
            }
        }
        let handle = file.try_clone().map_err(unusable)?;
        if resume {
            let mut split = Ok(());
            let read = Journal::read(file, |event| match event {
                Event::Split(cut) => {
                    if plan.replay_split(&cut).is_none() {
                        split = Err(());
                    }
                }
                Event::Page { range, next } => plan.replay_page(range, next),
            });
            let of = |text: &str| serde_json::from_str::<Identity>(text).ok();
            match read.map_err(unusable)? {
                Some((journal, begun)) => {
                    let known = of(&begun).filter(|known| known.asked == identity.asked && split.is_ok());
                    let Some(identity) = known else {
                        return Err(Error::failed(format!("{} is not of this build", path.display()))
                            .hint("the same command without --resume begins again")
                            .into());
                    };
                    handle.set_len(journal.end()).map_err(unusable)?;
                    let rows = journal.total_rows();
                    return Ok(Checkpoint { journal, identity, rows, resumed: true, path, is_found: true });
                }
                None => {
                    ctx.reporter().status("there is nothing to resume: the build begins at the beginning")
                }
            }
        }
        handle.set_len(0).map_err(unusable)?;
        let begun = serde_json::to_string(&identity).unwrap_or_default();
        let journal = Journal::begin(handle, &begun).map_err(|error| full(&path, error))?;
        Ok(Checkpoint { journal, identity, rows: 0, resumed: false, path, is_found: true })
    }

    fn unfound(identity: Identity, ctx: &Context) -> Result<Self> {
        let path = ctx.temporary_dir().to_owned();
        ctx.reporter().warn(format_args!(
            "HOME is not set: what is listed is in {} until the end, and no --resume goes on with it",
            path.display()
        ));
        let file = files::open_unlinked(&path).map_err(|error| {
            Error::failed(format!("cannot use {}", path.display()))
                .because(error)
                .hint("set HOME, or TMPDIR to a folder that can be written to")
        })?;
        let begun = serde_json::to_string(&identity).unwrap_or_default();
        let journal = Journal::begin(file, &begun).map_err(|error| full(&path, error))?;
        Ok(Checkpoint { journal, identity, rows: 0, resumed: false, path, is_found: false })
    }

    /// What is said when the file cannot grow.
    pub fn failed(&self, error: std::io::Error) -> Error {
        full(&self.path, error)
    }

    /// Beyond this run.
    pub fn kept(&self) -> Kept {
        Kept(self.is_found.then(|| self.path.clone()))
    }
}

/// What was listed, for as long as somebody may go on with it: it is gone with the value.
#[derive(Debug, Default)]
pub struct Kept(Option<PathBuf>);

impl Kept {
    /// Leaves it to a later run, and says how that begins; where nothing was listed, nothing is said. `is_passing`: the
    /// same command may do better by itself.
    pub fn for_later(&mut self, is_passing: bool, ctx: &Context) {
        if self.0.take().is_some() {
            ctx.reporter().status("what was listed so far is kept");
            let when = if is_passing { "" } else { "once that is mended, " };
            ctx.reporter().hint(format!("{when}the same command with --resume goes on from there"));
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // What stays is written over by the next build of this kind.
            let _ = fs::remove_file(path);
        }
    }
}

fn path(state: PathBuf, asked: &str) -> Result<PathBuf> {
    let folder = state.join("builds");
    files::make_private_folder(&folder).map_err(|error| {
        Error::failed(format!("cannot make {}", folder.display())).because(error).hint(
            "XDG_STATE_HOME names another folder for what is not yet in the manifest; --to - needs none",
        )
    })?;
    Ok(folder.join(format!("{}.listing", asked.get(..16).unwrap_or(asked))))
}

/// What cannot grow, and where there may be room.
pub fn full(path: &Path, error: std::io::Error) -> Error {
    Error::failed(format!("cannot write to {}", path.display()))
        .because(error)
        .hint("XDG_STATE_HOME names a folder with more room for what is not yet in the manifest")
}
