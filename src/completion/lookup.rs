//! Where the candidates of an argument come from. A group offers its live names with one small function:
//!
//!     pub fn nodes() -> ArgValueCompleter {
//!         completion::live("ssm.nodes", async |aws| Ok(candidates(first_page(&aws.ssm()).await?)))
//!     }
//!
//! and `#[arg(add = complete::nodes())]` on the argument. Nothing is looked up before a shell asks.

use std::ffi::{OsStr, OsString};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use clap::Arg;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::cache::{Cache, Key};
use super::candidate::Candidate;
use crate::aws::Aws;
use crate::config::Check;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::Column;

/// The line that is completed by this process, if it completes one.
static ASKED: OnceLock<Asked> = OnceLock::new();

struct Asked {
    context: Context,
    words: Vec<OsString>,
    deadline: Instant,
}

/// What is completed: a word, and the line it stands in.
pub struct Typed<'a> {
    pub word: &'a str,
    words: &'a [OsString],
}

impl<'a> Typed<'a> {
    /// The value that an option has on the line, such as `--machine`.
    pub fn option(&self, name: &str) -> Option<&'a str> {
        let mut words = self.words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
        while let Some(word) = words.next() {
            if word == name {
                return words.next();
            }
            if let Some(value) = word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                return Some(value);
            }
        }
        None
    }

    /// The word that stands so many places behind another one, such as a verb; not the one that is completed.
    pub fn behind(&self, word: &str, places: usize) -> Option<&'a str> {
        let (_, before) = self.words.split_last()?;
        let at = before.iter().position(|other| other == word)?;
        before.get(at + places)?.to_str()
    }
}

/// From here on candidates of this line can be looked up, until the deadline.
pub(super) fn begin(context: Context, words: Vec<OsString>, deadline: Instant) {
    // A process completes one line.
    let _ = ASKED.set(Asked { context, words, deadline });
}

/// Values that are known.
pub fn fixed(values: impl Fn() -> Vec<Candidate> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| offered(values(), &typed.to_string_lossy()))
}

fn offered(candidates: Vec<Candidate>, typed: &str) -> Vec<CompletionCandidate> {
    let fitting = candidates.into_iter().filter(|candidate| candidate.fits(typed));
    fitting.filter_map(Candidate::into_engine).collect()
}

/// The columns of a list, for its `--columns` and its `--sort`:
/// `#[command(mut_args(completion::columns(view::NODES)))]` on the verb's arguments.
pub fn columns<T>(columns: &'static [Column<T>]) -> impl FnMut(Arg) -> Arg {
    let names = columns.iter().map(|column| (column.name, column.header));
    let names: Vec<(&str, &str)> = names.collect();
    move |arg| {
        let names = names.clone();
        let check = |prefix| Check::one_of(names.iter().map(|(name, _)| *name).collect(), prefix);
        let check = (check(""), check("-"));
        let ascending = move |names: &[(&str, &str)]| -> Vec<Candidate> {
            names.iter().map(|(name, header)| Candidate::new(*name).described(*header)).collect()
        };
        match arg.get_id().as_str() {
            "columns" => arg.add(check.0).add(fixed(move || ascending(&names))),
            "sort" => arg.add(check.1).add(fixed(move || {
                let turned = names.iter().map(|(name, header)| {
                    Candidate::new(format!("-{name}"))
                        .described(format!("{header}, turned round"))
                        .second_choice()
                });
                ascending(&names).into_iter().chain(turned).collect()
            })),
            _ => arg,
        }
    }
}

/// Names that lie on this machine: read each time.
pub fn local<F>(look_up: F) -> ArgValueCompleter
where
    F: AsyncFn(&Context) -> Result<Vec<Candidate>> + Send + Sync + 'static,
{
    bounded(|_| Some(String::new()), async move |context: &Context, _: &str| look_up(context).await)
}

/// Names that one page of calls tells, kept for about a minute. `name` tells them from those of other functions.
pub fn live<F>(name: &'static str, look_up: F) -> ArgValueCompleter
where
    F: AsyncFn(&Aws) -> Result<Vec<Candidate>> + Send + Sync + 'static,
{
    live_about(name, |_| Some(String::new()), async move |aws: &Aws, _: &str| look_up(aws).await)
}

/// The same for names that depend on what else is typed: `about` says on what, and where it says nothing, nothing is
/// looked up.
pub fn live_about<F>(
    name: &'static str,
    about: impl Fn(&Typed<'_>) -> Option<String> + Send + Sync + 'static,
    look_up: F,
) -> ArgValueCompleter
where
    F: AsyncFn(&Aws, &str) -> Result<Vec<Candidate>> + Send + Sync + 'static,
{
    bounded(about, async move |context: &Context, about: &str| {
        if matches!(context.env().text("OPSCTL_COMPLETION_LIVE"), Some("0" | "false")) {
            return Ok(Vec::new());
        }
        let aws = context.aws().await?;
        let cache = Cache::new(context.cache_dir(), context.now());
        let key = Key::new(name, about, aws, context.env()).await?;
        if let Some(candidates) = cache.read(&key) {
            return Ok(candidates);
        }
        let candidates = look_up(aws, about).await?;
        cache.write(&key, &candidates);
        Ok(candidates)
    })
}

/// On a thread of its own, so that nothing it waits for (a call, a name, a file of a lost server) is waited for longer
/// than until the deadline.
fn bounded<F>(
    about: impl Fn(&Typed<'_>) -> Option<String> + Send + Sync + 'static,
    look_up: F,
) -> ArgValueCompleter
where
    F: AsyncFn(&Context, &str) -> Result<Vec<Candidate>> + Send + Sync + 'static,
{
    let look_up = Arc::new(look_up);
    ArgValueCompleter::new(move |typed: &OsStr| -> Vec<CompletionCandidate> {
        let (Some(asked), Some(typed)) = (ASKED.get(), typed.to_str()) else { return Vec::new() };
        let Some(about) = about(&Typed { word: typed, words: &asked.words }) else { return Vec::new() };
        let look_up = Arc::clone(&look_up);
        let (sender, receiver) = channel();
        let work = move || {
            let found = run(look_up(&asked.context, &about));
            // Too late, nobody waits.
            let _ = sender.send(found.unwrap_or_default());
        };
        if std::thread::Builder::new().spawn(work).is_err() {
            return Vec::new();
        }
        let left = asked.deadline.saturating_duration_since(Instant::now());
        let mut found = receiver.recv_timeout(left).unwrap_or_default();
        // A name that begins with a dash would be read as an option.
        found.retain(|candidate| !candidate.is_option());
        offered(found, typed)
    })
}

fn run(look_up: impl Future<Output = Result<Vec<Candidate>>>) -> Result<Vec<Candidate>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed("cannot start").because(error))?;
    let found = runtime.block_on(look_up);
    runtime.shutdown_background();
    found
}
