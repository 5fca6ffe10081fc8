//! StateReason: the sentence. Written by `Display`, read by `Reason::read`.

use std::fmt;

use jiff::Timestamp;

use super::{moment, number};
use crate::evaluation::StateValue;
use crate::evaluation::judging::{
    ComparisonOperator, Criteria, DecidedBy, Evaluation, Grade, Judged, TreatMissingData,
};
use crate::evaluation::timing::Stretch;

const INITIAL: &str = "Unchecked: Initial alarm creation";
const NO_DATA: &str = "Threshold Crossed: no datapoints were received for ";
const INSUFFICIENT: &str = "Insufficient Data: ";

/// Why an alarm is in its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Enough datapoints are on one side of the threshold or band.
    Crossing(Crossing),
    /// No datapoint came, and the gaps were taken for something.
    NoData { periods: u64, treated_as: String },
    /// No datapoint came.
    Insufficient { unknown: u64 },
    /// It was just made.
    Initial,
    /// A child of a composite alarm, by its ARN, changed.
    Composite { child: String, to: StateValue, at: Option<Timestamp> },
    /// What somebody wrote, or a form that is not known.
    Other(String),
}

/// `3 out of the last 3 datapoints [...] were greater than the threshold (80.0) ...`
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// How many datapoints are on that side, of how many.
    pub count: u64,
    pub of: u64,
    /// Newest first.
    pub points: Vec<Point>,
    /// They are not across: the alarm is OK.
    pub is_negated: bool,
    pub operator: ComparisonOperator,
    /// None of a band.
    pub threshold: Option<f64>,
    /// Edges of the band, one for each point; empty where the operator does not look at them.
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
    pub filled: Option<Filled>,
    /// How many are needed for the change, from and to.
    pub minimum: Option<u64>,
    pub change: Option<(StateValue, StateValue)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub value: f64,
    pub at: Option<Timestamp>,
}

/// Gaps and what they were taken for: `Breaching` or `NonBreaching`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub count: u64,
    pub treated_as: String,
}

impl Reason {
    /// The reason of an evaluation, whose slots were these. None where the state was kept: then the reason is too.
    pub fn of(criteria: &Criteria, evaluation: &Evaluation, slots: &[Stretch]) -> Option<Self> {
        let n = criteria.evaluation_periods as u64;
        match evaluation.decided_by {
            DecidedBy::FewSamples | DecidedBy::PrematureIgnored => return None,
            DecidedBy::NoDatapoints => {
                return match criteria.treat_missing_data {
                    TreatMissingData::Missing => Some(Reason::Insufficient { unknown: n }),
                    TreatMissingData::Ignore => None,
                    treat => Some(Reason::NoData { periods: n, treated_as: treated_as(treat).to_owned() }),
                };
            }
            _ => {}
        }
        let is_alarm = evaluation.state == StateValue::Alarm;
        let side = if is_alarm { Grade::Breaching } else { Grade::Within };
        let seen: Vec<(usize, &Judged)> =
            evaluation.counted().filter(|(_, slot)| slot.grade == side).collect();
        // The slots of a range may begin before those that times are known of.
        let missing = evaluation.slots.len().saturating_sub(slots.len());
        let time = |at: usize| at.checked_sub(missing).and_then(|at| slots.get(at)).map(|slot| slot.start);
        let point = |(at, slot): &(usize, &Judged)| {
            slot.datapoint.map(|datapoint| Point { value: datapoint.value, at: time(*at) })
        };
        let edges = |is_used: bool, edge: fn(crate::evaluation::judging::Band) -> f64| -> Vec<f64> {
            let bands = seen.iter().filter_map(|(_, slot)| slot.datapoint?.band).map(edge);
            bands.filter(|_| is_used && criteria.threshold.is_none()).collect()
        };
        let (lower, upper) = sides(criteria.operator);
        let (minimum, change) = match is_alarm {
            true => (criteria.datapoints_to_alarm, (StateValue::Ok, StateValue::Alarm)),
            false => (
                criteria.evaluation_periods - criteria.datapoints_to_alarm + 1,
                (StateValue::Alarm, StateValue::Ok),
            ),
        };
        Some(Reason::Crossing(Crossing {
            count: seen.len() as u64,
            of: n,
            points: seen.iter().filter_map(point).collect(),
            is_negated: !is_alarm,
            operator: criteria.operator,
            threshold: criteria.threshold,
            lower: edges(lower, |band| band.lower),
            upper: edges(upper, |band| band.upper),
            filled: (evaluation.decided_by == DecidedBy::Filled && evaluation.filled > 0).then(|| Filled {
                count: evaluation.filled as u64,
                treated_as: treated_as(criteria.treat_missing_data).to_owned(),
            }),
            minimum: Some(minimum as u64),
            change: Some(change),
        }))
    }

    /// Out of a sentence. One of another form is `Other`, whole.
    pub fn read(text: &str) -> Self {
        read(text).unwrap_or_else(|| Reason::Other(text.to_owned()))
    }
}

/// Which edges of a band an operator looks at: lower, upper.
fn sides(operator: ComparisonOperator) -> (bool, bool) {
    match operator {
        ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold => (true, true),
        ComparisonOperator::LessThanLowerThreshold => (true, false),
        ComparisonOperator::GreaterThanUpperThreshold => (false, true),
        _ => (false, false),
    }
}

fn treated_as(treat: TreatMissingData) -> &'static str {
    match treat {
        TreatMissingData::Breaching => "Breaching",
        TreatMissingData::NotBreaching => "NonBreaching",
        TreatMissingData::Ignore => "Ignore",
        TreatMissingData::Missing => "Missing",
    }
}

fn read(text: &str) -> Option<Reason> {
    if text == INITIAL {
        return Some(Reason::Initial);
    }
    if let Some(rest) = text.strip_prefix(INSUFFICIENT) {
        return Some(Reason::Insufficient { unknown: leading(rest)? });
    }
    if let Some(rest) = text.strip_prefix(NO_DATA) {
        let treated_as = between(rest, "treated as [", "]")?.to_owned();
        return Some(Reason::NoData { periods: leading(rest)?, treated_as });
    }
    let rest = text.strip_prefix("Threshold Crossed: ").or_else(|| text.strip_prefix("Thresholds Crossed: "));
    match rest {
        Some(rest) => crossing(rest).map(Reason::Crossing),
        None => composite(text),
    }
}

fn crossing(text: &str) -> Option<Crossing> {
    let (count, rest) = text.split_once(" out of the last ")?;
    let (of, rest) = rest.split_once(" datapoint")?;
    let (points, rest) = rest.split_once('[')?.1.split_once(']')?;
    let verb = rest.strip_prefix(" was ").or_else(|| rest.strip_prefix(" were "))?;
    let is_negated = verb.starts_with("not ");
    let verb = verb.strip_prefix("not ").unwrap_or(verb);
    let threshold = between(verb, "the threshold (", ")").and_then(|number| number.parse().ok());
    let edges = |before: &str| -> Vec<f64> {
        let numbers = between(verb, before, "]").unwrap_or_default().split(", ");
        numbers.filter_map(|number| number.parse().ok()).collect()
    };
    let (lower, upper) = (edges("lower thresholds ["), edges("upper thresholds ["));
    let operator = match (threshold, lower.is_empty(), upper.is_empty()) {
        (Some(_), ..) => {
            let words = verb.split_once(" the threshold (")?.0;
            ComparisonOperator::ALL
                .into_iter()
                .find(|operator| !operator.needs_band() && operator.words() == words)?
        }
        (None, false, false) => ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold,
        (None, false, true) => ComparisonOperator::LessThanLowerThreshold,
        (None, true, false) => ComparisonOperator::GreaterThanUpperThreshold,
        (None, true, true) => return None,
    };
    let filled =
        verb.split_once(" and ").filter(|(_, rest)| rest.contains("treated as [")).and_then(|(_, rest)| {
            Some(Filled { count: leading(rest)?, treated_as: between(rest, "treated as [", "]")?.to_owned() })
        });
    let change = between(verb, " for ", " transition").and_then(|change| {
        let (from, to) = change.split_once(" -> ")?;
        Some((from.parse().ok()?, to.parse().ok()?))
    });
    Some(Crossing {
        count: count.parse().ok()?,
        of: of.parse().ok()?,
        points: points.split(", ").filter_map(point).collect(),
        is_negated,
        operator,
        threshold,
        lower,
        upper,
        filled,
        minimum: verb.split_once("(minimum ").and_then(|(_, rest)| leading(rest)),
        change,
    })
}

/// `87.5 (02/03/26 09:15:00)`, with or without the time.
fn point(text: &str) -> Option<Point> {
    match text.split_once(" (") {
        Some((value, at)) => {
            Some(Point { value: value.parse().ok()?, at: moment::read_short(at.strip_suffix(')')?) })
        }
        None => Some(Point { value: text.parse().ok()?, at: None }),
    }
}

fn composite(text: &str) -> Option<Reason> {
    let (child, rest) = text.split_once(" transitioned to ")?;
    let (to, at) = rest.split_once(" at ")?;
    let child = Some(child).filter(|child| child.starts_with("arn:"))?;
    Some(Reason::Composite { child: child.to_owned(), to: to.parse().ok()?, at: moment::read_long(at) })
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<u64> {
    text.split(' ').next()?.parse().ok()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Crossing(crossing) => crossing.fmt(f),
            Reason::NoData { periods, treated_as } => {
                let missing = Filled { count: *periods, treated_as: treated_as.clone() };
                write!(f, "{NO_DATA}{periods} period{} and {missing}.", plural(*periods))
            }
            Reason::Insufficient { unknown } => {
                write!(f, "{INSUFFICIENT}{unknown} datapoint{} {} unknown.", plural(*unknown), was(*unknown))
            }
            Reason::Initial => f.write_str(INITIAL),
            Reason::Composite { child, to, at } => {
                write!(f, "{child} transitioned to {to}")?;
                at.map_or(Ok(()), |at| write!(f, " at {}", moment::long(at)))
            }
            Reason::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.is_negated { "not " } else { "" };
        let points = self.points.iter().map(|point| match point.at {
            Some(at) => format!("{} ({})", number::write(point.value), moment::short(at)),
            None => number::write(point.value),
        });
        let points: Vec<String> = points.collect();
        let crossed = if self.threshold.is_some() { "Threshold" } else { "Thresholds" };
        write!(f, "{crossed} Crossed: {} out of the last {} datapoints ", self.count, self.of)?;
        write!(f, "[{}] {} ", points.join(", "), was(self.count))?;
        match self.threshold {
            Some(threshold) => {
                write!(f, "{not}{} the threshold ({})", self.operator.words(), number::write(threshold))?;
            }
            None => {
                let edges =
                    |edges: &[f64]| edges.iter().copied().map(number::write).collect::<Vec<_>>().join(", ");
                let (lower, upper) = sides(self.operator);
                let lower =
                    lower.then(|| format!("{not}less than the lower thresholds [{}]", edges(&self.lower)));
                let upper =
                    upper.then(|| format!("{not}greater than the upper thresholds [{}]", edges(&self.upper)));
                f.write_str(&[lower, upper].into_iter().flatten().collect::<Vec<_>>().join(" or "))?;
            }
        }
        if let Some(filled) = &self.filled {
            write!(f, " and {filled}")?;
        }
        if let Some((minimum, (from, to))) = self.minimum.zip(self.change) {
            write!(f, " (minimum {minimum} datapoint{} for {from} -> {to} transition)", plural(minimum))?;
        }
        f.write_str(".")
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Filled { count, treated_as } = self;
        write!(f, "{count} missing datapoint{} {} treated as [{treated_as}]", plural(*count), was(*count))
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}
