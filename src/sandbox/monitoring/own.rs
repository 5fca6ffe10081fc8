//! What the sandbox's own services publish. They hand it over and go on: it waits, in limits, until somebody looks.

use super::Clock;
use super::metrics::{Datum, Line, MetricId, Values};
use opsctl_engine::asl::execution::Status;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More than that does not wait: it is lost.
const MOST: usize = 10_000;

/// Given to services that publish.
#[derive(Clone)]
pub struct Own {
    waiting: Waiting,
    clock: Arc<Clock>,
}

/// The other end. It takes no room for what does not wait: there is one in every region.
#[derive(Clone, Default)]
pub struct Waiting(Arc<Mutex<Vec<Line>>>);

impl Own {
    pub fn new(clock: Arc<Clock>) -> (Self, Waiting) {
        let waiting = Waiting::default();
        (Own { waiting: waiting.clone(), clock }, waiting)
    }

    pub fn execution_started(&self, machine_arn: &str) {
        self.put("AWS/States", "ExecutionsStarted", ("StateMachineArn", machine_arn), 1.0, "Count");
    }

    pub fn execution_ended(&self, machine_arn: &str, status: Status, took: Duration) {
        let name = match status {
            Status::Succeeded => "ExecutionsSucceeded",
            Status::Failed => "ExecutionsFailed",
            Status::TimedOut => "ExecutionsTimedOut",
            Status::Aborted => "ExecutionsAborted",
        };
        let of = ("StateMachineArn", machine_arn);
        self.put("AWS/States", name, of, 1.0, "Count");
        self.put("AWS/States", "ExecutionTime", of, took.as_secs_f64() * 1000.0, "Milliseconds");
    }

    pub fn function_ran(&self, function: &str, has_failed: bool, took: Duration) {
        let of = ("FunctionName", function);
        self.put("AWS/Lambda", "Invocations", of, 1.0, "Count");
        self.put("AWS/Lambda", "Errors", of, f64::from(u8::from(has_failed)), "Count");
        self.put("AWS/Lambda", "Duration", of, took.as_secs_f64() * 1000.0, "Milliseconds");
    }

    /// AWS publishes nothing of the jobs of S3 Batch Operations: these have a namespace of the sandbox's own.
    pub fn job_ended(&self, id: &str, has_failed: bool, failed_tasks: u64) {
        let of = ("JobId", id);
        for (name, value) in
            [("JobsFailed", f64::from(u8::from(has_failed))), ("TasksFailed", failed_tasks as f64)]
        {
            self.put("Sandbox/S3Batch", name, of, value, "Count");
            self.send("Sandbox/S3Batch", name, Vec::new(), value, "Count");
        }
    }

    fn put(&self, namespace: &str, name: &str, (key, value): (&str, &str), number: f64, unit: &str) {
        self.send(namespace, name, vec![(key.to_owned(), value.to_owned())], number, unit);
    }

    fn send(&self, namespace: &str, name: &str, dimensions: Vec<(String, String)>, number: f64, unit: &str) {
        let second = self.clock.now().as_second();
        let id = MetricId { namespace: namespace.to_owned(), name: name.to_owned(), dimensions };
        let datum = Datum {
            at: second - second.rem_euclid(60),
            unit: Some(unit.to_owned()),
            is_high: false,
            values: Values::One(number),
        };
        let mut waiting = self.waiting.lines();
        if waiting.len() < MOST {
            waiting.push(Line { id, datum });
        } else {
            tracing::debug!(?id, "a metric is lost");
        }
    }
}

impl Waiting {
    /// All that has come since.
    pub fn take(&self) -> Vec<Line> {
        std::mem::take(&mut *self.lines())
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
