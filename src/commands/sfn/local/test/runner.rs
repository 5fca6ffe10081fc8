//! All tests, several at once, each on a thread of its own; coverage is put together by definition.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use opsctl_engine::asl::coverage::{Coverage, Ground};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::file::{self, Suite};
use super::find;
use super::one::{self, Ran, Surroundings};
use super::view::{DefinitionCoverage, TestResult};
use crate::error::{Error, Report, Result};
use crate::input::files;
use crate::signals::Signals;

pub struct Results {
    /// In the order of the files.
    pub tests: Vec<TestResult>,
    pub coverage: Vec<DefinitionCoverage>,
}

/// The files of tests, with the tests that are wanted.
pub async fn suites(place: &Path, filter: Option<&str>) -> Result<Vec<Suite>> {
    let (place, filter) = (place.to_owned(), filter.map(str::to_owned));
    files::apart("read the tests", move || wanted(&place, filter.as_deref())).await
}

fn wanted(place: &Path, filter: Option<&str>) -> Result<Vec<Suite>> {
    let (mut suites, mut wrong) = (Vec::new(), Vec::new());
    for path in find::files(place)? {
        match file::read(&path) {
            Ok(suite) => suites.push(suite),
            Err(error) => wrong.push((path, error)),
        }
    }
    if let Some(error) = all_of(wrong) {
        return Err(error.into());
    }
    if let Some(filter) = filter {
        for suite in &mut suites {
            suite.tests.retain(|test| test.name.contains(filter));
        }
        if suites.iter().all(|suite| suite.tests.is_empty()) {
            return Err(Error::not_found(format!("no test has {filter:?} in its name")).into());
        }
    }
    Ok(suites)
}

/// What is wrong in several files, as one.
fn all_of(mut errors: Vec<(PathBuf, Error)>) -> Option<Error> {
    if errors.len() < 2 {
        return errors.pop().map(|(_, error)| error);
    }
    let count = errors.len();
    let lines = errors
        .into_iter()
        .flat_map(|(path, error)| {
            let report = Report::new(&error.into());
            let first = format!("{}: {}", path.display(), report.message);
            [first].into_iter().chain(report.causes)
        })
        .collect();
    Some(Error::usage(format!("{count} files of tests cannot be used")).because_of(lines))
}

/// Gives up all tests when a signal comes: what they run is ended before this returns. With the results of those that
/// were done then comes why the others were not.
pub async fn run(
    suites: Vec<Suite>,
    surroundings: Surroundings,
    at_once: Option<usize>,
    signals: &mut Signals,
    mut done: impl FnMut(u64),
) -> Result<(Results, Option<anyhow::Error>)> {
    let at_once = at_once.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let numbers = suites.iter().enumerate();
    let mut open = numbers
        .flat_map(|(suite, it)| (0..it.tests.len()).map(move |test| (suite, test)))
        .rev()
        .collect::<Vec<_>>();
    let shared = Arc::new((suites, surroundings));
    let (give_up, given_up) = watch::channel(false);
    let mut running: JoinSet<((usize, usize), Result<Ran>)> = JoinSet::new();
    let mut ran: BTreeMap<(usize, usize), Ran> = BTreeMap::new();
    let mut ended = None;
    loop {
        while ended.is_none()
            && running.len() < at_once
            && let Some(number) = open.pop()
        {
            let (shared, given_up, handle) = (Arc::clone(&shared), given_up.clone(), Handle::current());
            running.spawn_blocking(move || {
                (number, handle.block_on(unless_given_up(number, &shared, given_up)))
            });
        }
        tokio::select! {
            joined = running.join_next() => match joined {
                None => break,
                Some(Ok((number, Ok(result)))) => {
                    ran.insert(number, result);
                    done(ran.len() as u64);
                }
                Some(Ok((_, Err(error)))) => {
                    ended.get_or_insert(error);
                    let _ = give_up.send(true);
                }
                Some(Err(panicked)) => {
                    ended.get_or_insert(Error::failed("a test could not be run").because(panicked).into());
                }
            },
            signal = signals.next(), if ended.is_none() => {
                ended = Some(signal.as_error().into());
                let _ = give_up.send(true);
            }
        }
    }
    Ok((together(&shared.0, ran), ended))
}

async fn unless_given_up(
    (suite, test): (usize, usize),
    (suites, surroundings): &(Vec<Suite>, Surroundings),
    mut given_up: watch::Receiver<bool>,
) -> Result<Ran> {
    let lost = || Error::failed("a test was lost");
    let suite = suites.get(suite).ok_or_else(lost)?;
    let test = suite.tests.get(test).ok_or_else(lost)?;
    tokio::select! {
        biased;
        _ = given_up.wait_for(|given_up| *given_up) => Err(Error::failed("given up").into()),
        ran = one::run(suite, test, surroundings) => ran,
    }
}

/// A definition that several files test is covered by all of them.
fn together(suites: &[Suite], ran: BTreeMap<(usize, usize), Ran>) -> Results {
    let mut seen: BTreeMap<&Path, (&Ground, Coverage)> = BTreeMap::new();
    let mut tests = Vec::new();
    for ((suite, _), Ran { result, coverage }) in ran {
        tests.push(result);
        if let Some(suite) = suites.get(suite) {
            let (_, seen) =
                seen.entry(&suite.definition).or_insert_with(|| (&suite.ground, Coverage::default()));
            seen.add(&coverage);
        }
    }
    let coverage = seen
        .into_iter()
        .map(|(definition, (ground, coverage))| DefinitionCoverage::new(definition, ground, &coverage));
    Results { coverage: coverage.collect(), tests }
}
