//! One test, run on a thread of its own until its end or until it is given up.

use std::time::Instant;

use opsctl_engine::asl::coverage::Coverage;
use opsctl_engine::asl::execution::{Execution, Options};
use opsctl_engine::asl::mocks::Mocks;

use super::super::super::definition;
use super::super::drive::{self, Pace};
use super::super::objects::Objects;
use super::super::options;
use super::super::world::{Advice, Local};
use super::expect::{Ended, differences};
use super::file::{Suite, Test};
use super::view::TestResult;
use crate::error::{Report, Result};
use crate::functions::Place;

const ADVICE: Advice = Advice {
    objects: "`objects: DIR`, a folder whose folders are the buckets",
    functions: "the file that `functions` names",
    mocks: |state| format!("in the `mocks` of the test add {state}: {{\"0\": {{\"Return\": {{}}}}}}"),
};

/// What all tests share.
pub struct Surroundings {
    pub place: Place,
    pub region: String,
    pub now: jiff::Timestamp,
}

/// What came of a test.
pub struct Ran {
    pub result: TestResult,
    pub coverage: Coverage,
}

pub async fn run(suite: &Suite, test: &Test, surroundings: &Surroundings) -> Result<Ran> {
    let started = Instant::now();
    let name = definition::name(&suite.definition);
    let seed = options::seed(Some(test.seed))?;
    let options = Options {
        keep_history: true,
        ..options::execution(&name, &surroundings.region, suite.kind, seed, surroundings.now)
    };
    let objects = suite.objects.as_deref().map(Objects::untouched);
    let mut world = Local::new(&ADVICE, Mocks::new(test.case.clone()), &suite.functions, objects);
    world.requests = Some(Vec::new());
    let mut execution = Execution::start(&suite.machine, test.input.clone(), options);
    execution.note_coverage();
    let pace = Pace {
        place: &surroundings.place,
        real_time: false,
        is_watched: false,
        seed: options::apart(seed, 2),
    };
    let driven = drive::drive(&mut execution, &mut world, &pace, |_, _, _| {}).await;
    let (failures, hints) = match (driven, execution.outcome()) {
        (Ok(()), Some(outcome)) => {
            let requests = world.requests.as_deref().unwrap_or_default();
            let ended = Ended { outcome, events: execution.history().events(), requests };
            (differences(&test.expect, &ended), Vec::new())
        }
        (Ok(()), None) => (vec!["the execution did not end".to_owned()], Vec::new()),
        (Err(error), _) => told(&error),
    };
    let status = execution.outcome().map(|outcome| outcome.status.name());
    let coverage = execution.coverage().cloned().unwrap_or_default();
    let seconds = started.elapsed().as_secs_f64();
    let result = TestResult::new(&suite.path, &test.name, seconds, status, (failures, hints));
    Ok(Ran { result, coverage })
}

/// What kept a test from its end, and what to do.
fn told(error: &anyhow::Error) -> (Vec<String>, Vec<String>) {
    let report = Report::new(error);
    ([report.message].into_iter().chain(report.causes).collect(), report.hints)
}
