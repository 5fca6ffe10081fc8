//! The service's own functions, and those of the library that read a clock or draw.
//! Only what an expression mentions is registered. Arguments are truncated towards zero (measured by others).

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;
use jsonata_core::evaluator::{Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::convert::to_jsonata;
use super::guard::{self, too_large};
use super::needs::Needs;
use super::work::Work;
use super::{dates, library, signature};
use crate::asl::intrinsic::hex_digest;
use crate::asl::java_random::JavaRandom;
use crate::random::Random;

/// Elements of `$range` (measured by others).
const MAX_RANGE: usize = 360_145;

type Function = fn(&[JValue]) -> HostFnResult;

pub(super) fn register(
    evaluator: &mut Evaluator,
    needs: &Needs,
    now: Timestamp,
    seed: [u8; 32],
) -> Result<(), EvaluatorError> {
    let work = Rc::new(Work::default());
    if needs.can_repeat() {
        guard::register(evaluator, &work)?;
    }
    library::register(evaluator, needs, &work)?;
    let plain: [(&str, Function); 4] =
        [("partition", partition), ("range", range), ("hash", hash), ("parse", parse)];
    for (name, function) in plain {
        if needs.mentions(name) {
            evaluator.register_fn_override(name, function)?;
        }
    }
    if needs.mentions("millis") {
        evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(millis(now)))?;
    }
    if needs.mentions("now") {
        evaluator.register_fn_override("now", move |args: &[JValue]| format_now(now, args))?;
    }
    if !needs.draws() {
        return Ok(());
    }
    let random = Rc::new(RefCell::new(Random::new(seed)));
    let drawn = Rc::clone(&random);
    evaluator
        .register_fn_override("random", move |args: &[JValue]| Ok(draw(args, &mut drawn.borrow_mut())))?;
    let drawn = Rc::clone(&random);
    evaluator.register_fn_override("uuid", move |_: &[JValue]| {
        Ok(JValue::string(drawn.borrow_mut().uuid().to_string()))
    })?;
    evaluator
        .register_fn_override("shuffle", move |args: &[JValue]| Ok(shuffle(args, &mut random.borrow_mut())))
}

fn refused(index: usize, name: &str) -> EvaluatorError {
    EvaluatorError::TypeError(format!(
        "T0410: Argument {index} of function \"{name}\" does not match function signature"
    ))
}

/// A number without its fraction; nothing when it is not given.
fn whole(args: &[JValue], index: usize, name: &str) -> Result<Option<f64>, EvaluatorError> {
    match args.get(index) {
        None | Some(JValue::Undefined) => Ok(None),
        Some(JValue::Number(number)) => Ok(Some(number.trunc())),
        Some(_) => Err(refused(index + 1, name)),
    }
}

/// A text; nothing when it is not given.
fn text<'a>(args: &'a [JValue], index: usize, name: &str) -> Result<Option<&'a str>, EvaluatorError> {
    match args.get(index) {
        None | Some(JValue::Undefined) => Ok(None),
        Some(JValue::String(text)) => Ok(Some(text)),
        Some(_) => Err(refused(index + 1, name)),
    }
}

fn partition(args: &[JValue]) -> HostFnResult {
    let size = whole(args, 1, "partition")?;
    let single;
    let items: &[JValue] = match args.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::Array(items)) => items,
        Some(value) => {
            single = [value.clone()];
            &single
        }
    };
    match size {
        Some(size) if size >= 1.0 && !items.is_empty() => {
            // A size beyond the length is one piece, whatever it is.
            let size = (size as usize).min(items.len());
            Ok(JValue::array(items.chunks(size).map(|piece| JValue::array(piece.to_vec())).collect()))
        }
        _ => Ok(JValue::Undefined),
    }
}

fn range(args: &[JValue]) -> HostFnResult {
    let (Some(first), Some(last), Some(step)) =
        (whole(args, 0, "range")?, whole(args, 1, "range")?, whole(args, 2, "range")?)
    else {
        return Ok(JValue::Undefined);
    };
    let steps = ((last - first) / step).floor();
    if step == 0.0 || !steps.is_finite() || steps < 0.0 {
        return Ok(JValue::Undefined);
    }
    if steps >= MAX_RANGE as f64 {
        return Err(too_large());
    }
    let count = steps as usize + 1;
    Ok(JValue::sequence((0..count).map(|index| JValue::Number(first + step * index as f64)).collect()))
}

fn hash(args: &[JValue]) -> HostFnResult {
    let Some(data) = text(args, 0, "hash")? else { return Ok(JValue::Undefined) };
    let algorithm = text(args, 1, "hash")?.unwrap_or("SHA-256");
    match hex_digest(data, algorithm) {
        Some(digest) => Ok(JValue::string(digest)),
        None => Err(refused(2, "hash")),
    }
}

fn parse(args: &[JValue]) -> HostFnResult {
    let Some(source) = text(args, 0, "parse")? else { return Ok(JValue::Undefined) };
    match crate::asl::json::parse(source.as_bytes()) {
        Ok(value) => Ok(to_jsonata(&value)),
        Err(error) => {
            Err(EvaluatorError::EvaluationError(format!("D3122: The text is not valid JSON: {error}")))
        }
    }
}

fn millis(now: Timestamp) -> JValue {
    JValue::Number(now.as_millisecond() as f64)
}

/// `$now()` is `$fromMillis()` of the instant, with its picture and zone.
fn format_now(now: Timestamp, args: &[JValue]) -> HostFnResult {
    let takes = signature::of_builtin("now").unwrap_or_default();
    signature::check(takes, "\"now\"", args, &JValue::Undefined).map_err(EvaluatorError::TypeError)?;
    let given: Vec<JValue> = std::iter::once(millis(now)).chain(args.iter().cloned()).collect();
    dates::from_millis(&given)
}

fn draw(args: &[JValue], random: &mut Random) -> JValue {
    let number = match args.first() {
        Some(JValue::Number(seed)) => JavaRandom::new(*seed as i64).double(),
        // 53 bits, as many as a number holds.
        _ => (u64::from_be_bytes(random.bytes()) >> 11) as f64 / (1_u64 << 53) as f64,
    };
    JValue::Number(number)
}

fn shuffle(args: &[JValue], random: &mut Random) -> JValue {
    let mut items = match args.first() {
        None | Some(JValue::Undefined) => return JValue::Undefined,
        Some(JValue::Array(items)) => items.to_vec(),
        Some(value) => vec![value.clone()],
    };
    for last in (1..items.len()).rev() {
        let bits = u128::from(u64::from_be_bytes(random.bytes()));
        let other = usize::try_from((bits * (last as u128 + 1)) >> 64).unwrap_or(last);
        items.swap(last, other.min(last));
    }
    JValue::array(items)
}
