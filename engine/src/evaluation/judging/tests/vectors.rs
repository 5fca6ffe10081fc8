//! Scores of everything that is judged: metric alarms, several series, PromQL, logs, warm-ups and windows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::evaluation::StateValue;
use crate::evaluation::alarm::{LogAlarm, MetricAlarm, PromqlCriteria, check_metric, few_samples_below};
use crate::evaluation::contributors::Contributors;
use crate::evaluation::judging::{Band, Criteria, Datapoint, Evaluation, EvaluationRange, evaluate};
use crate::evaluation::promql::PromqlAlarm;
use crate::evaluation::tests::vectors::score;
use crate::evaluation::timing::Timing;
use crate::evaluation::warm_up::WarmUp;

type Verdict = Result<(), String>;

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Verdict {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} is {found:?}, expected {expected:?}")),
    }
}

fn state(value: &Value) -> StateValue {
    value.as_str().unwrap().parse().unwrap()
}

fn datapoints(values: &Value) -> Vec<Option<Datapoint>> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().map(Datapoint::from)).collect()
}

fn metric(case: &Value) -> (MetricAlarm, Criteria) {
    let alarm = MetricAlarm::read(&case["alarm"]).unwrap();
    let criteria = Criteria::of_metric(&alarm).unwrap();
    (alarm, criteria)
}

/// The range that the case names, or that an alarm is assumed to have.
fn range(case: &Value, alarm: &MetricAlarm) -> EvaluationRange {
    match case["evaluation_range"].as_u64() {
        Some(range) => {
            EvaluationRange::new(range as usize, alarm.evaluation_periods.unwrap() as usize).unwrap()
        }
        None => alarm.assumed_range(),
    }
}

fn judge_range(case: &Value) -> Verdict {
    let (alarm, criteria) = metric(case);
    let mut points = datapoints(&case["range"]);
    if let Some(band) = case.get("band") {
        for (at, point) in points.iter_mut().enumerate() {
            let edge = |name: &str| band[name][at].as_f64().unwrap();
            point.as_mut().unwrap().band = Some(Band { lower: edge("lower"), upper: edge("upper") });
        }
    }
    let Evaluation { state: found, filled, .. } =
        evaluate(&criteria, &points, range(case, &alarm), state(&case["prior_state"]));
    let accepted = case["accept_states"].as_array().map(|states| states.iter().map(state).collect());
    let accepted: Vec<StateValue> = accepted.unwrap_or_else(|| vec![state(&case["expect_state"])]);
    if !accepted.contains(&found) {
        return Err(format!("{found} is none of {accepted:?}"));
    }
    match case["expect_filled"].as_u64() {
        Some(expected) => expect("filled", filled as u64, expected),
        None => Ok(()),
    }
}

#[test]
fn missing_data_3_of_3() {
    score("missing-data-3-of-3", judge_range);
}

#[test]
fn missing_data_2_of_3() {
    score("missing-data-2-of-3", judge_range);
}

#[test]
fn premature_transitions() {
    score("premature-transitions", judge_range);
}

#[test]
fn m_of_n_complete_data() {
    score("m-of-n-complete-data", judge_range);
}

#[test]
fn comparison_operators() {
    score("comparison-operators", judge_range);
}

#[test]
fn rolling_series() {
    score("rolling-series", |case| {
        let (alarm, criteria) = metric(case);
        let range = range(case, &alarm);
        let points = datapoints(&case["values"]);
        let mut now = state(&case["initial_state"]);
        let mut transitions = Vec::new();
        for step in 0..points.len() {
            let next = evaluate(&criteria, &points[..=step], range, now).state;
            if next != now {
                transitions.push(json!({ "step": step, "from": now, "to": next }));
            }
            now = next;
            let others = case["accept_states_at"][step.to_string()].as_array();
            let accepted = others.is_some_and(|states| states.iter().map(state).any(|state| state == now));
            if !accepted {
                expect(&format!("step {step}"), now, state(&case["expect_states"][step]))?;
            }
        }
        expect("the transitions", Value::from(transitions), case["expect_transitions"].clone())
    });
}

#[test]
fn percentile_low_sample() {
    score("percentile-low-sample", |case| {
        let statistic = case["ExtendedStatistic"].as_str().unwrap();
        let samples = case["samples"].as_f64().unwrap();
        let fewest = few_samples_below(statistic[1..].parse().unwrap());
        expect("few samples", samples < fewest, case["expect_low_sample"].as_bool().unwrap())?;
        expect("the fewest", fewest.ceil(), case["min_samples"].as_f64().unwrap())?;
        for choice in ["evaluate", "ignore"] {
            let alarm = json!({
                "ExtendedStatistic": statistic, "EvaluateLowSampleCountPercentile": choice, "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1,
            });
            let criteria = Criteria::of_metric(&MetricAlarm::read(&alarm).unwrap()).unwrap();
            let point = Datapoint { value: 2.0, samples: Some(samples), band: None };
            let prior = StateValue::InsufficientData;
            let found = evaluate(&criteria, &[Some(point)], EvaluationRange::assumed(1), prior).state;
            let expected = match case["expect"][choice].as_str().unwrap() {
                "state kept" => prior,
                _ => StateValue::Alarm,
            };
            expect(choice, found, expected)?;
        }
        Ok(())
    });
}

/// An alarm that is right but for what the case brings.
fn document(case: &Value) -> Value {
    let mut alarm = json!({
        "AlarmName": "a", "Namespace": "N", "MetricName": "m", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
    });
    for field in ["Period", "EvaluationPeriods", "DatapointsToAlarm", "WarmUpConfiguration"] {
        if let Some(value) = case.get(field) {
            alarm[field] = value.clone();
        }
    }
    alarm
}

fn expect_valid(case: &Value, alarm: &Value) -> Verdict {
    let faults = check_metric(alarm);
    match faults.is_empty() == case["expect_valid"].as_bool().unwrap() {
        true => Ok(()),
        false => Err(format!("faults are {faults:?}")),
    }
}

#[test]
fn periods_and_frequency() {
    score("periods-and-frequency", |case| {
        let document = document(case);
        expect_valid(case, &document)?;
        let Some(interval) = case["expect_interval_seconds"].as_i64() else { return Ok(()) };
        let timing = Timing::of(&MetricAlarm::read(&document).unwrap()).unwrap();
        expect("the interval", timing.interval(), interval)?;
        expect("multi-day", Some(timing.is_multi_day()), case["multi_day"].as_bool())
    });
}

#[test]
fn multi_day_timeline() {
    score("multi-day-timeline", |case| {
        let (alarm, criteria) = metric(case);
        let timing = Timing::of(&alarm).unwrap();
        let at = |day: &str, time: &str| -> Timestamp { format!("{day}T{time}:00Z").parse().unwrap() };
        let today = |time: &Value| at("2026-03-12", time.as_str().unwrap());
        // The job of three days ago was in time; since then only a success is published.
        let succeeded =
            case["events"].as_array().unwrap().iter().filter(|event| event["what"] == "job succeeds");
        let mut successes = vec![at("2026-03-09", "10:01")];
        successes.extend(succeeded.map(|event| today(&event["at"])));
        let mut now = StateValue::Ok;
        for evaluation in case["evaluations"].as_array().unwrap() {
            let time = today(&evaluation["at"]);
            let until = timing.data_until(time);
            expect("the end of the data", until, today(&evaluation["data_until"]))?;
            let range = alarm.assumed_range();
            let slots = timing.slots(time, range.len());
            let sum = |slot: &crate::evaluation::timing::Stretch| {
                let runs = successes.iter().filter(|at| (slot.start..slot.end).contains(at)).count();
                (runs > 0).then(|| Datapoint::from(runs as f64))
            };
            let points: Vec<_> = slots.iter().map(sum).collect();
            now = evaluate(&criteria, &points, range, now).state;
            expect(&format!("at {time}"), now, state(&evaluation["expect_state"]))?;
        }
        Ok(())
    });
}

#[test]
fn wall_clock_windows() {
    score("wall-clock-windows", |case| {
        let mut alarm = document(case);
        if case["metrics_insights"] == true {
            for field in ["Namespace", "MetricName", "Statistic", "Period"] {
                alarm.as_object_mut().unwrap().remove(field);
            }
            let select = "SELECT AVG(m) FROM \"N\"";
            alarm["Metrics"] = json!([{ "Id": "q1", "Expression": select, "Period": case["Period"] }]);
        }
        alarm["EvaluationWindow"] = match case.get("EvaluationWindow") {
            Some(window) => window.clone(),
            None if case["window"] == "sliding" => json!({ "SlidingWindow": {} }),
            None => json!({ "WallClockWindow": { "Timezone": case["Timezone"] } }),
        };
        if case.get("expect_valid").is_some() {
            return expect_valid(case, &alarm);
        }
        let time = |name: &str| -> Timestamp { case[name].as_str().unwrap().parse().unwrap() };
        let timing = Timing::of(&MetricAlarm::read(&alarm).unwrap()).unwrap();
        let count = case["EvaluationPeriods"].as_u64().unwrap() as usize;
        let slots = timing.slots(time("evaluate_at"), count);
        expect("slots", slots.len(), count)?;
        expect("the start", slots[0].start, time("expect_window_start"))?;
        let end = slots[count - 1].end;
        expect("the end", end, time("expect_window_end"))?;
        let hours = end.duration_since(slots[0].start).as_secs_f64() / 3_600.0;
        expect("the length", Some(hours), case["window_hours"].as_f64())
    });
}

#[test]
fn multi_series() {
    score("multi-series", |case| {
        let (alarm, criteria) = metric(case);
        let prior = case.get("prior_state").map_or(StateValue::Ok, state);
        let mut contributors = Contributors::new(prior);
        for (id, prior) in case["prior_contributors"].as_object().into_iter().flatten() {
            contributors.states.insert(id.clone(), state(prior));
        }
        let series: Vec<_> = case["series"].as_object().unwrap().iter().collect();
        let series: Vec<_> = series.iter().map(|(id, values)| (id.as_str(), datapoints(values))).collect();
        let series = series.iter().map(|(id, points)| (*id, points.as_slice()));
        let changes = contributors.evaluate(&criteria, range(case, &alarm), series);
        expect("the state", contributors.state, state(&case["expect_state"]))?;
        let states = serde_json::to_value(&contributors.states).unwrap();
        expect("contributors", states, case["expect_contributors"].clone())?;
        let Some(actions) = case.get("expect_actions") else { return Ok(()) };
        let alarm_level: Vec<StateValue> = changes.alarm.into_iter().collect();
        expect("actions of the alarm", json!(alarm_level), actions["alarm_level"].clone())?;
        let ids: Vec<&String> = changes.contributors.iter().map(|(id, _)| id).collect();
        expect("actions of contributors", json!(ids), actions["contributor_level"].clone())
    });
}

#[test]
fn promql() {
    score("promql", |case| {
        let criteria = &case["alarm"]["EvaluationCriteria"]["PromQLCriteria"];
        let criteria: PromqlCriteria = serde_json::from_value(criteria.clone()).unwrap();
        let interval = case["alarm"]["EvaluationInterval"].as_i64().unwrap();
        let mut alarm = PromqlAlarm::default();
        for (step, returned) in case["results"].as_array().unwrap().iter().enumerate() {
            let now = Timestamp::from_second(interval * step as i64).unwrap();
            let ids = returned.as_array().unwrap().iter().map(|id| id.as_str().unwrap());
            alarm.evaluate(&criteria, now, ids);
            expect(&format!("step {step}"), alarm.state(), state(&case["expect_states"][step]))?;
        }
        Ok(())
    });
}

#[test]
fn log_alarms() {
    score("log-alarms", |case| {
        let alarm = LogAlarm::read(&case["alarm"]).unwrap();
        let criteria = Criteria::of_log(&alarm).unwrap();
        let results = datapoints(&case["results"]);
        let found = evaluate(&criteria, &results, alarm.assumed_range(), state(&case["prior_state"])).state;
        expect("the state", found, state(&case["expect_state"]))
    });
}

#[test]
fn warm_up() {
    score("warm-up", |case| {
        if case.get("expect_valid").is_some() {
            return expect_valid(case, &document(case));
        }
        let mut alarm = MetricAlarm::read(&case["alarm"]).unwrap();
        alarm.warm_up_configuration =
            Some(serde_json::from_value(case["WarmUpConfiguration"].clone()).unwrap());
        let criteria = Criteria::of_metric(&alarm).unwrap();
        let created = Timestamp::UNIX_EPOCH;
        let from = case["minutes_of_data_from"].as_i64();
        let mut warm_up = WarmUp::new(created);
        let mut now = StateValue::InsufficientData;
        let mut expected = case["expect"].as_array().unwrap().iter().peekable();
        for minute in 0..=40 {
            let points: Vec<_> =
                (0..minute).map(|at| from.filter(|from| at >= *from).map(|_| Datapoint::from(1.0))).collect();
            let range = alarm.assumed_range();
            let newest = points.iter().rev().take(criteria.evaluation_periods);
            let is_full = newest.filter(|point| point.is_some()).count() == criteria.evaluation_periods;
            let time = created + SignedDuration::from_mins(minute);
            let lasts = warm_up.lasts(alarm.warm_up_configuration.as_ref().unwrap(), time, is_full);
            if !lasts {
                now = evaluate(&criteria, &points, range, now).state;
            }
            if let Some(row) = expected.next_if(|row| row["minute"] == minute) {
                expect(&format!("minute {minute}"), now, state(&row["state"]))?;
                let in_warm_up = row["evaluation_state"] == "IN_WARM_UP";
                expect(&format!("warm-up in minute {minute}"), lasts, in_warm_up)?;
            }
        }
        expect("rows left", expected.count(), 0)
    });
}
