//! What a distributed Map is told before it begins: its reader, its batches, its tolerance, its name.

use std::sync::Arc;

use serde_json::Value;

use super::{Batches, Tolerance};
use crate::asl::definition::{Batcher, Distributed, Reader, State};
use crate::asl::execution::Execution;
use crate::asl::execution::demand::{Demand, DemandId, ObjectRequest};
use crate::asl::execution::evaluate::Problem;
use crate::asl::execution::frame::Frame;
use crate::asl::{PAYLOAD_LIMIT, Payload};

/// What an ItemReader asks for, and how many items of it are wanted.
pub(super) struct Reading<D> {
    pub demand: D,
    pub most_items: Option<usize>,
    /// The bucket that is listed or the object that is read, as `$$.Map.Item.Source` has it.
    pub origin: Arc<str>,
}

impl Execution {
    /// The demand of an ItemReader; an error is the cause of `States.ItemReaderFailed`.
    pub(super) fn reading(
        &mut self,
        frame: &Frame,
        state: &State,
        reader: &Reader,
        effective: &Payload,
    ) -> Result<Result<Reading<impl FnOnce(DemandId) -> Demand + use<>>, String>, Problem> {
        let arguments = match &reader.arguments {
            Some(template) => {
                let mut sight = self.sight(frame, state, frame.input.value(), None);
                sight.dollar = effective.value();
                sight.template(template, &mut self.random)?
            }
            None => Value::Object(serde_json::Map::new()),
        };
        let most_items = match self.whole_field(frame, state, reader.max_items.as_ref(), "MaxItems")? {
            Some(most) if most < 0 => return Ok(Err("field MaxItems must be positive".to_owned())),
            // None is no bound.
            most => most.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0),
        };
        if reader.flattens {
            return Ok(Err("The transformation LOAD_AND_FLATTEN is not supported here.".to_owned()));
        }
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let origin = match reader.listing {
            true => Arc::from(format!("S3://{}", text("Bucket"))),
            false => Arc::from(format!("S3://{}/{}", text("Bucket"), text("Key"))),
        };
        let request = ObjectRequest { state: Arc::clone(&state.name), arguments };
        let listing = reader.listing;
        let demand = move |id| if listing { Demand::List(id, request) } else { Demand::Read(id, request) };
        Ok(Ok(Reading { demand, most_items, origin }))
    }

    pub(super) fn tolerance(
        &mut self,
        frame: &Frame,
        state: &State,
        distributed: &Distributed,
    ) -> Result<Tolerance, Problem> {
        let count = distributed.tolerated_count.as_ref();
        let count = match self.whole_field(frame, state, count, "ToleratedFailureCount")? {
            Some(count) => match u64::try_from(count) {
                Ok(count) => Some(count),
                Err(_) => return Err(Problem::runtime("ToleratedFailureCount cannot be negative.")),
            },
            None => None,
        };
        let percentage = distributed.tolerated_percentage.as_ref();
        let percentage = self.number_field(frame, state, percentage, "ToleratedFailurePercentage")?;
        if percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
            return Err(Problem::runtime("ToleratedFailurePercentage must be between 0 and 100."));
        }
        if let Some(count) = count {
            self.note_number("toleratedFailureCount", count);
        }
        if let Some(percentage) = percentage {
            self.note_number("toleratedFailurePercentage", percentage);
        }
        Ok(Tolerance { count, percentage })
    }

    pub(super) fn batches(
        &mut self,
        frame: &Frame,
        state: &State,
        batcher: Option<&Batcher>,
        effective: &Payload,
    ) -> Result<Option<Batches>, Problem> {
        let Some(batcher) = batcher else { return Ok(None) };
        let most_items = self.whole_field(frame, state, batcher.max_items.as_ref(), "MaxItemsPerBatch")?;
        let most_bytes =
            self.whole_field(frame, state, batcher.max_bytes.as_ref(), "MaxInputBytesPerBatch")?;
        let positive = |name: &str, most: Option<i64>| match most {
            None => Ok(usize::MAX),
            Some(most) => match usize::try_from(most) {
                Ok(most) if most > 0 => Ok(most),
                _ => Err(Problem::runtime(format!("field {name} must be positive"))),
            },
        };
        let most_items = positive("MaxItemsPerBatch", most_items)?;
        let most_bytes = positive("MaxInputBytesPerBatch", most_bytes)?;
        if most_bytes != usize::MAX && most_bytes > PAYLOAD_LIMIT {
            let cause = format!("field MaxInputBytesPerBatch must not be greater than {PAYLOAD_LIMIT}");
            return Err(Problem::runtime(cause));
        }
        let input = match &batcher.input {
            Some(template) => {
                let mut sight = self.sight(frame, state, frame.input.value(), None);
                sight.dollar = effective.value();
                Some(sight.template(template, &mut self.random)?)
            }
            None => None,
        };
        Ok(Some(Batches { most_items, most_bytes, input }))
    }

    pub(super) fn map_run_arn(&self, distributed: &Distributed, uuid: &str) -> Arc<str> {
        let machine = &self.options.identity.machine_arn;
        let base = machine.replacen(":stateMachine:", ":mapRun:", 1);
        let label = distributed.label.as_deref().unwrap_or(uuid);
        Arc::from(format!("{base}/{label}:{uuid}"))
    }
}
