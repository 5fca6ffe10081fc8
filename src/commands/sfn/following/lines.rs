//! Events as lines, for logs and other places that are no terminal: what a state begins, how it ends, and what fails.
//! States inside of a Map state are counted, not told, unless they fail.

use jiff::Timestamp;
use opsctl_engine::asl::explain::failure_of;
use opsctl_engine::asl::graph::{Items, Outcome, Visits, duration};
use opsctl_engine::asl::history::{Event, Happened, StateType, time};

/// Nothing for events that tell nothing new. The event is the last one that `visits` has observed.
pub fn line(event: &Event, visits: &Visits) -> Option<String> {
    let text = words(event, visits)?;
    Some(format!("{}  {text}", time(event.at)))
}

fn words(event: &Event, visits: &Visits) -> Option<String> {
    use Happened as H;
    let visit = visits.last();
    if let Some(failure) = failure_of(&event.happened) {
        let error = failure.error.as_deref().unwrap_or("no error is named");
        return Some(match visit {
            Some(visit) if visit.attempts > 1 => {
                format!("{} failed in its attempt {}: {error}", visit.name, visit.attempts)
            }
            Some(visit) => format!("{} failed: {error}", visit.name),
            None => format!("{}: {error}", event.happened.name()),
        });
    }
    let is_item = visit.is_some_and(|visit| visits.is_of_item(visit));
    match &event.happened {
        H::ExecutionStarted { .. } => Some("started".to_owned()),
        H::ExecutionRedriven { .. } => Some("redriven".to_owned()),
        H::StateEntered { name, state: StateType::Fail, .. } => {
            Some(format!("{name} is reached, a Fail state"))
        }
        H::StateEntered { name, state, .. } if !is_item && takes_time(*state) => {
            Some(format!("{name} begins"))
        }
        H::StateExited { name, state, .. } if !is_item => {
            let is_caught = visit.is_some_and(|visit| visit.outcome == Outcome::Caught);
            let timed = visit.filter(|_| takes_time(*state));
            let took = timed.map(|visit| after(visit.entered, event.at)).unwrap_or_default();
            let how = if is_caught { "goes on with the error caught" } else { "is done" };
            Some(format!("{name} {how}{took}"))
        }
        H::MapRunStarted { arn } | H::MapRunRedriven { arn, .. } => Some(format!("a map run begins: {arn}")),
        H::StateFailed { .. } if !is_item => visit.map(|visit| format!("{} failed", visit.name)),
        _ => None,
    }
}

fn takes_time(state: StateType) -> bool {
    matches!(state, StateType::Task | StateType::Wait | StateType::Map | StateType::Parallel)
}

fn after(from: Timestamp, to: Timestamp) -> String {
    format!(" after {}", duration(to.duration_since(from)))
}

pub fn items(name: &str, items: Items) -> String {
    let failed = if items.failed > 0 { format!(", {} failed", items.failed) } else { String::new() };
    format!("{name}: {} of {} items{failed}", items.succeeded, items.total)
}
