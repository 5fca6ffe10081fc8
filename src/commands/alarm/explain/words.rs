//! The rules of missing data in words. Pure.

use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::judging::{
    Criteria, DecidedBy, Evaluation, Grade, Judged, Next, Prospect, TreatMissingData,
};

use super::model::Role;

/// `1 period`, `3 periods`
pub fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// When it goes off: `3 of 5 datapoints greater than 80`.
pub fn condition(criteria: &Criteria) -> String {
    let limit = criteria.threshold.map_or("the band".to_owned(), |threshold| threshold.to_string());
    let (m, n) = (criteria.datapoints_to_alarm, criteria.evaluation_periods);
    format!("{m} of {n} datapoints {} {limit}", criteria.operator.words())
}

/// What an alarm takes a gap for.
pub fn gap(treat: TreatMissingData) -> &'static str {
    match treat {
        TreatMissingData::Breaching => "counts as breaching",
        TreatMissingData::NotBreaching => "counts as not breaching",
        TreatMissingData::Ignore => "keeps the state",
        TreatMissingData::Missing => "counts for nothing",
    }
}

pub fn name(decided_by: DecidedBy) -> &'static str {
    match decided_by {
        DecidedBy::Datapoints => "datapoints",
        DecidedBy::Filled => "filled",
        DecidedBy::BreachesAlone => "breachesAlone",
        DecidedBy::Premature => "premature",
        DecidedBy::PrematureIgnored => "prematureIgnored",
        DecidedBy::TooFewBreaches => "tooFewBreaches",
        DecidedBy::NoDatapoints => "noDatapoints",
        DecidedBy::FewSamples => "fewSamples",
    }
}

/// The rule that made the state, with its numbers.
pub fn why(criteria: &Criteria, evaluation: &Evaluation) -> String {
    let tally = evaluation.tally;
    let (n, m) = (criteria.evaluation_periods, criteria.datapoints_to_alarm);
    let needed = format!("{m} make ALARM");
    let breach = |breaching: usize| if breaching == 1 { "breaches" } else { "breach" };
    let gaps = count(evaluation.filled, "gap");
    let of = |all: usize| {
        format!("{} of {} {}", tally.breaching, count(all, "datapoint"), breach(tally.breaching))
    };
    match evaluation.decided_by {
        DecidedBy::Datapoints => {
            format!(
                "{} of the newest {} {}; {needed}",
                tally.breaching,
                count(n, "datapoint"),
                breach(tally.breaching)
            )
        }
        DecidedBy::Filled => {
            let count = match criteria.treat_missing_data {
                TreatMissingData::Breaching => "breaching",
                _ => "not breaching",
            };
            format!("{}, and {gaps} filled as {count}; {needed}", of(tally.present))
        }
        DecidedBy::BreachesAlone => {
            format!("{}; {needed}, whatever the gaps would have been", of(tally.present))
        }
        DecidedBy::Premature => format!(
            "every datapoint breaches and the oldest is {} old, no less than the {m} that make ALARM: it does not wait \
             for the others",
            count(tally.oldest, "period")
        ),
        DecidedBy::PrematureIgnored => format!(
            "every datapoint breaches, but {gaps} would have to be breaches too: gaps are ignored, and the state is kept"
        ),
        DecidedBy::TooFewBreaches => format!("{}; {needed}, and {gaps} do not count", of(tally.present)),
        DecidedBy::NoDatapoints => {
            let slots = count(evaluation.slots.len(), "period");
            format!("there is no datapoint in {slots}, and a gap {}", gap(criteria.treat_missing_data))
        }
        DecidedBy::FewSamples => {
            let below = criteria.ignore_samples_below.unwrap_or_default();
            format!("the newest percentile is of fewer than {below} samples: the state is kept")
        }
    }
}

pub fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Missing => "missing",
        Grade::Within => "within",
        Grade::Breaching => "breaching",
    }
}

/// What each slot was to the evaluation, in their order. Which of several gaps are filled is not told by the service:
/// here the newest are.
pub fn roles(criteria: &Criteria, evaluation: &Evaluation) -> Vec<Role> {
    let fills = match evaluation.decided_by {
        DecidedBy::Filled => true,
        DecidedBy::NoDatapoints => matches!(
            criteria.treat_missing_data,
            TreatMissingData::Breaching | TreatMissingData::NotBreaching
        ),
        _ => false,
    };
    let mut left = if fills { evaluation.filled } else { 0 };
    let mut roles: Vec<Role> = evaluation
        .slots
        .iter()
        .rev()
        .map(|slot| match slot.grade {
            Grade::Missing if left > 0 => {
                left -= 1;
                Role::Filled
            }
            Grade::Missing => Role::Gap,
            _ if slot.counted => Role::Counted,
            _ => Role::Older,
        })
        .collect();
    roles.reverse();
    roles
}

pub fn slot(criteria: &Criteria, slot: &Judged, role: Role) -> String {
    let few = if slot.few_samples { ", of few samples" } else { "" };
    match role {
        Role::Counted if slot.grade == Grade::Breaching => format!("breaches{few}"),
        Role::Counted => format!("does not breach{few}"),
        Role::Older => "does not count: newer ones are enough".to_owned(),
        Role::Filled if criteria.treat_missing_data == TreatMissingData::Breaching => {
            "missing, filled as breaching".to_owned()
        }
        Role::Filled => "missing, filled as not breaching".to_owned(),
        Role::Gap => "missing".to_owned(),
    }
}

pub fn when(next: Next) -> &'static str {
    match next {
        Next::Breaching => "breaching",
        Next::Within => "within",
        Next::Missing => "missing",
    }
}

/// `OK at TIME if the next datapoint does not breach`
pub fn prospect(prospect: &Prospect, now: StateValue, at: Option<&str>) -> String {
    let Some((state, periods)) = prospect.change else {
        let what = match prospect.next {
            Next::Breaching => "however many datapoints breach",
            Next::Within => "however many datapoints do not breach",
            Next::Missing => "if no more datapoints come",
        };
        return format!("stays {now} {what}");
    };
    let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
    let datapoints = match periods {
        1 => "the next datapoint".to_owned(),
        many => format!("the next {many} datapoints"),
    };
    let one = periods == 1;
    let what = match prospect.next {
        Next::Breaching => format!("{datapoints} {}", if one { "breaches" } else { "breach" }),
        Next::Within => format!("{datapoints} {} not breach", if one { "does" } else { "do" }),
        Next::Missing => format!("{datapoints} {} missing", if one { "is" } else { "are" }),
    };
    format!("{state}{at} if {what}")
}
