//! Schedules, time zones and the days on which clocks change, rules and their faults; and the recorded cases.

use jiff::Timestamp;
use jiff::civil::DateTime;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::evaluation::StateValue;
use crate::evaluation::tests::vectors::score;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rule(expression: &str, duration: &str, timezone: &str) -> MuteRule {
    let schedule = ScheduleText {
        expression: expression.to_owned(),
        duration: duration.to_owned(),
        timezone: Some(timezone.to_owned()),
    };
    let targets = MuteTargets { alarm_names: vec!["cpu".to_owned()] };
    MuteRule {
        name: "night".to_owned(),
        rule: Rule { schedule },
        mute_targets: Some(targets),
        ..MuteRule::default()
    }
}

fn schedule(expression: &str, duration: &str, timezone: &str) -> Schedule {
    rule(expression, duration, timezone).rule.schedule.read().unwrap()
}

#[test]
fn recorded_rules_mute_and_run_what_they_did() {
    score("mute-rules", |case| {
        let text = |name: &str, other: &str| case[name].as_str().unwrap_or(other).to_owned();
        if case["Expression"].is_string() {
            let rule = rule(&text("Expression", ""), &text("Duration", ""), &text("Timezone", "UTC"));
            let schedule = rule.rule.schedule.read();
            return match (schedule, case["expect_valid"].as_bool()) {
                (schedule, Some(expected)) if schedule.is_ok() == expected => Ok(()),
                (Ok(schedule), None) => {
                    let status = rule.status(&schedule, at(&text("at", "")));
                    if case["expect_status"] == status.name() {
                        Ok(())
                    } else {
                        Err(status.name().to_owned())
                    }
                }
                (schedule, _) => Err(format!("{schedule:?}")),
            };
        }
        let runs = replay(case);
        if runs == case["expect_actions"] { Ok(()) } else { Err(runs.to_string()) }
    });
}

/// One unit of time after the other: windows end and begin, then what happened is looked at.
fn replay(case: &Value) -> Value {
    let number = |value: &Value| value.as_i64().unwrap();
    let mut windows: Vec<(i64, i64)> = case["mute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|window| (number(&window[0]), number(&window[1])))
        .collect();
    let mut state: StateValue = case["initial"].as_str().unwrap().parse().unwrap();
    let mut actions = case["actions"].clone();
    let (mut muting, mut was_muted, mut runs) = (Muting::default(), false, Vec::new());
    let run = |time: i64, state: StateValue, actions: &Value, after: bool| {
        let list = actions.get(state.name())?;
        Some(json!({"t": time, "state": state.name(), "actions": list, "after_mute": after}))
    };
    for time in 0..20 {
        for change in case["mute_changes"].as_array().into_iter().flatten() {
            if number(&change["t"]) == time {
                windows[0].1 = number(&change["end"]);
            }
        }
        let is_muted = windows.iter().any(|(start, end)| (*start..*end).contains(&time));
        if was_muted && !is_muted {
            runs.extend(muting.unmuted(state).and_then(|state| run(time, state, &actions, true)));
        }
        was_muted = is_muted;
        for event in case["events"].as_array().unwrap().iter().filter(|event| number(&event["t"]) == time) {
            if event["actions"].is_object() {
                actions = event["actions"].clone();
            } else {
                state = event["state"].as_str().unwrap().parse().unwrap();
                if muting.changed_to(state, is_muted) {
                    runs.extend(run(time, state, &actions, false));
                }
            }
        }
    }
    Value::Array(runs)
}

#[test]
fn what_was_held_back_for_another_state_does_not_run() {
    let mut muting = Muting::default();
    assert!(!muting.changed_to(StateValue::Alarm, true));
    assert_eq!(muting.unmuted(StateValue::Ok), None);
    assert!(!muting.changed_to(StateValue::Alarm, true));
    assert!(muting.changed_to(StateValue::Ok, false));
    assert_eq!(muting.unmuted(StateValue::Ok), None);
}

#[test]
fn cron_finds_the_moments_around() {
    let cases = [
        ("0 2 * * *", "2026-04-15T01:00", "2026-04-15T02:00", "2026-04-14T02:00"),
        ("0 2 * * *", "2026-04-15T02:00", "2026-04-15T02:00", "2026-04-15T02:00"),
        ("*/20 9-17 * * MON-FRI", "2026-04-17T17:41", "2026-04-20T09:00", "2026-04-17T17:40"),
        ("30 8,20 1 * *", "2026-01-01T12:00", "2026-01-01T20:30", "2026-01-01T08:30"),
        ("0 0 29 2 ?", "2026-01-01T00:00", "2028-02-29T00:00", "2024-02-29T00:00"),
        ("0 0 31 * *", "2026-04-01T00:00", "2026-05-31T00:00", "2026-03-31T00:00"),
        ("0 0 * jan,DEC *", "2026-03-01T00:00", "2026-12-01T00:00", "2026-01-31T00:00"),
        ("0 0 1 * 7", "2026-06-02T00:00", "2026-06-07T00:00", "2026-06-01T00:00"),
        ("0 0 * * 0", "2026-06-02T00:00", "2026-06-07T00:00", "2026-05-31T00:00"),
        ("5/30 * * * *", "2026-06-02T00:06", "2026-06-02T00:35", "2026-06-02T00:05"),
    ];
    for (fields, from, next, last) in cases {
        let cron = Cron::parse(fields).unwrap();
        let time = |text: &str| text.parse::<DateTime>().unwrap();
        assert_eq!(cron.next(time(from)), Some(time(next)), "{fields}");
        assert_eq!(cron.last(time(from)), Some(time(last)), "{fields}");
    }
    let late = "2026-06-02T00:05:00.5".parse().unwrap();
    assert_eq!(Cron::parse("5 * * * *").unwrap().next(late).unwrap().hour(), 1);
}

#[test]
fn what_is_wrong_with_a_schedule_is_said() {
    let cases = [
        ("cron(0 2 * *)", "five fields here (minutes hours day-of-month month day-of-week), this has 4"),
        ("cron(0 2 * * ? *)", "this has 6"),
        ("cron(60 2 * * *)", "`60` is no minutes: it goes from 0 to 59"),
        ("cron(0 2 0 * *)", "`0` is no day of month: it goes from 1 to 31"),
        ("cron(0 2 * FOO *)", "1 to 12 or JAN to DEC"),
        ("cron(0 2 * * FRI-MON)", "5 comes after 1"),
        ("cron(0 2 L * *)", "`L` is no day of month"),
        ("cron(*/0 2 * * *)", "a step is from 1 to 59"),
        ("cron(1,,2 2 * * *)", "`1,,2` is no minutes"),
        ("cron(0 2 30 2 *)", "no month has such a day"),
        ("rate(5 minutes)", "neither cron(0 2 * * *) nor at("),
        ("at(2026-05-10)", "no time such as 2027-01-31T14:00"),
        ("at(2026-05-10T14:00:00)", "no time such as"),
        ("at(2026-13-10T14:00)", "no time such as"),
        ("", "neither"),
    ];
    for (expression, message) in cases {
        let error = Expression::parse(expression).unwrap_err();
        assert!(error.contains(message), "{expression}: {error}");
    }
}

#[test]
fn durations_are_read_and_written() {
    let cases = [
        ("PT1M", 60),
        ("PT4H", 14_400),
        ("P2DT12H", 216_000),
        ("P15D", 1_296_000),
        ("PT1H30M5S", 5_405),
        ("PT0S", 0),
        ("P1DT1S", 86_401),
    ];
    for (text, seconds) in cases {
        assert_eq!(iso_seconds(text), Some(seconds), "{text}");
        assert_eq!(iso_duration(seconds), text);
    }
    assert_eq!(iso_seconds("PT90M"), Some(5_400));
    let wrong = [
        "",
        "P",
        "PT",
        "P1DT",
        "4H",
        "PT4",
        "PTH",
        "P1M",
        "P1Y",
        "P1W",
        "PT1M1H",
        "PT-1H",
        "PT1.5H",
        "pt1h",
        "P99999999999999999999D",
        "P999999999999999999D",
        "PTé",
    ];
    for text in wrong {
        assert_eq!(iso_seconds(text), None, "{text}");
    }
}

#[test]
fn windows_begin_by_the_clock_of_the_zone_on_every_day() {
    let nightly = schedule("cron(30 2 * * *)", "PT1H", "America/New_York");
    // Put forward on 8 March from 2:00 to 3:00: that window begins at 3:30. Put back on 1 November.
    let starts: Vec<String> = nightly
        .windows_from(at("2026-03-07T00:00:00Z"))
        .take(3)
        .map(|window| format!("{} {}", window.start, window.end))
        .collect();
    assert_eq!(
        starts,
        [
            "2026-03-07T07:30:00Z 2026-03-07T08:30:00Z",
            "2026-03-08T07:30:00Z 2026-03-08T08:30:00Z",
            "2026-03-09T06:30:00Z 2026-03-09T07:30:00Z",
        ]
    );
    assert_eq!(nightly.window_at(at("2026-03-08T07:15:00Z")), None);
    assert!(nightly.window_at(at("2026-03-08T07:30:00Z")).is_some());

    // 1:30 comes twice on 1 November, at 5:30 and at 6:30 UTC: the window begins the first time and lasts an hour.
    let early = schedule("cron(30 1 * * *)", "PT1H", "America/New_York");
    let window = |time| early.window_at(at(time)).map(|window| window.start.to_string());
    assert_eq!(window("2026-11-01T05:29:59Z"), None);
    assert_eq!(window("2026-11-01T05:30:00Z").as_deref(), Some("2026-11-01T05:30:00Z"));
    assert_eq!(window("2026-11-01T06:15:00Z").as_deref(), Some("2026-11-01T05:30:00Z"));
    assert_eq!(window("2026-11-01T06:30:00Z"), None);
    let next = early.windows_from(at("2026-11-01T06:00:00Z")).next().unwrap();
    assert_eq!(next.start, at("2026-11-02T06:30:00Z"));

    let once = schedule("at(2026-07-01T09:00)", "PT2H", "+05:30");
    assert_eq!(once.windows_from(at("2026-01-01T00:00:00Z")).count(), 1);
    assert_eq!(once.window_at(at("2026-07-01T03:30:00Z")).unwrap().end, at("2026-07-01T05:30:00Z"));
    assert_eq!(once.windows_from(at("2026-07-01T03:30:01Z")).next(), None);
}

#[test]
fn windows_that_follow_each_other_are_one_silence() {
    let until = |expression, duration, time| {
        schedule(expression, duration, "UTC").muted_until(at(time)).map(|end| end.to_string())
    };
    let noon = "2026-04-17T12:00:00Z";
    assert_eq!(until("cron(0 10 * * *)", "PT4H", noon).as_deref(), Some("2026-04-17T14:00:00Z"));
    assert_eq!(until("cron(0 9-17 * * *)", "PT1H", noon).as_deref(), Some("2026-04-17T18:00:00Z"));
    assert_eq!(until("cron(0 9-17 * * *)", "PT3H", noon).as_deref(), Some("2026-04-17T20:00:00Z"));
    assert_eq!(until("cron(0 0 * * *)", "P1D", noon), None);
    assert_eq!(until("cron(0 10 * * *)", "PT1H", noon), None);
}

#[test]
fn a_rule_keeps_to_its_start_and_its_expiry() {
    let mut rule = rule("cron(0 2 * * *)", "PT4H", "UTC");
    rule.start_date = Some(at("2026-04-15T03:00:00Z"));
    rule.expire_date = Some(at("2026-04-17T03:00:00Z"));
    let schedule = rule.rule.schedule.read().unwrap();
    let status = |time| rule.status(&schedule, at(time));
    assert_eq!(status("2026-04-14T03:00:00Z"), MuteStatus::Scheduled);
    assert_eq!(status("2026-04-15T02:59:59Z"), MuteStatus::Scheduled);
    assert_eq!(status("2026-04-15T03:00:00Z"), MuteStatus::Active);
    assert_eq!(status("2026-04-15T06:00:00Z"), MuteStatus::Scheduled);
    assert_eq!(status("2026-04-17T02:30:00Z"), MuteStatus::Active);
    assert_eq!(status("2026-04-17T03:00:00Z"), MuteStatus::Expired);
    let next = rule.next_window(&schedule, at("2026-04-14T03:00:00Z")).unwrap();
    assert_eq!((next.start, next.end), (at("2026-04-15T03:00:00Z"), at("2026-04-15T06:00:00Z")));
    let last = rule.window_at(&schedule, at("2026-04-17T02:30:00Z")).unwrap();
    assert_eq!(last.end, at("2026-04-17T03:00:00Z"));
    assert_eq!(rule.mute_type(), MuteType::Recurring);
}

#[test]
fn all_faults_of_a_rule_come_at_once() {
    let now = at("2026-04-15T00:00:00Z");
    let mut wrong = rule("cron(0 2 * *)", "PT30S", "Europe/Lodnon");
    wrong.name = "x".repeat(256);
    wrong.mute_targets =
        Some(MuteTargets { alarm_names: vec!["a".to_owned(), String::new(), "a".to_owned()] });
    wrong.start_date = Some(now);
    wrong.expire_date = Some(now);
    let faults: Vec<String> = check(&wrong, now).iter().map(ToString::to_string).collect();
    let expected = [
        "Name: has 256 characters",
        "MuteTargets.AlarmNames[1]: has 0 characters",
        "MuteTargets.AlarmNames[2]: `a` is given more than once",
        "ExpireDate: 2026-04-15T00:00:00Z is in the past (now is 2026-04-15T00:00:00Z)",
        "ExpireDate: 2026-04-15T00:00:00Z is not after StartDate",
        "Rule.Schedule.Expression: cron has five fields",
        "Rule.Schedule.Duration: PT30S is not from PT1M",
        "Rule.Schedule.Timezone: `Europe/Lodnon` is no time zone",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.starts_with(expected), "{fault}");
    }
    let past = rule("at(2026-04-14T00:00)", "PT1H", "UTC");
    assert!(check(&past, now)[0].message.contains("no window of the schedule is left"));
    let mut nobody = rule("cron(0 2 * * *)", "PT1H", "UTC");
    assert_eq!(check(&nobody, now), []);
    nobody.mute_targets = None;
    assert!(check(&nobody, now)[0].message.contains("1 to 100"));
}

#[test]
fn a_rule_is_in_the_words_of_the_api() {
    let text = json!({
        "Name": "night", "Rule": {"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT4H", "Timezone": "UTC"}},
        "MuteTargets": {"AlarmNames": ["cpu"]}, "ExpireDate": "2026-05-01T00:00:00Z",
    });
    let read: MuteRule = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), text);
    assert_eq!(json!([MuteStatus::Active, MuteType::OneTime]), json!(["ACTIVE", "ONE_TIME"]));
    let open: MuteRule = serde_json::from_value(json!({"Name": "x", "Status": "ACTIVE"})).unwrap();
    assert_eq!(check(&open, at("2026-04-15T00:00:00Z")).len(), 3);
}

proptest! {
    /// Windows come in order, each contains its beginning, and a time is in a window exactly when one of them covers it.
    #[test]
    fn windows_are_the_same_from_before_and_from_inside(
        hour in 0_u8..24, minute in 0_u8..60, minutes in 1_u64..3_000, day in 0_i64..366, second in 0_i64..86_400
    ) {
        let expression = format!("cron({minute} {hour} * * *)");
        let schedule = schedule(&expression, &iso_duration(minutes * 60), "America/New_York");
        let time = Timestamp::from_second(at("2026-01-01T00:00:00Z").as_second() + day * 86_400 + second).unwrap();
        let from = Timestamp::from_second(time.as_second() - 4 * 86_400).unwrap();
        let windows: Vec<Window> = schedule.windows_from(from).take(6).collect();
        prop_assert!(windows.is_sorted_by_key(|window| window.start));
        let covering = windows.iter().filter(|window| window.contains(time)).max_by_key(|window| window.start);
        prop_assert_eq!(schedule.window_at(time), covering.copied());
    }

    #[test]
    fn any_text_is_a_schedule_or_refused(text in r"(cron\(|at\(|[0-9]|[*/,? -]|SUN|JAN|T|:|é|\)){0,20}") {
        if let Ok(expression) = Expression::parse(&text) {
            let zone = jiff::tz::TimeZone::UTC;
            let schedule = Schedule { expression, duration: jiff::SignedDuration::from_mins(1), zone };
            let _ = schedule.window_at(at("2026-04-15T00:00:00Z"));
            let _ = schedule.windows_from(at("2026-04-15T00:00:00Z")).take(3).count();
        }
    }
}
