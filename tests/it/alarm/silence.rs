//! `alarm silence` and `alarm unsilence`: what is held back, until when, and what is left alone.

use std::sync::Mutex;

use aws_sdk_cloudwatch::types::{MuteTargets, Rule, Schedule, StateValue};
use serde_json::json;

use super::sandbox::Place;
use super::{Alarm, CloudWatch};
use crate::support::Reply;

/// The clock of the tests, which is that of opsctl here.
const NOON: &str = "2026-11-22T12:00:00Z";

fn place(names: &[&str]) -> Place {
    let place = Place::with(None);
    place.clock(NOON);
    for name in names {
        place.alarms.put(name, 5.0);
        place.alarms.set_state(name, StateValue::Ok);
    }
    place
}

impl Place {
    /// How often an alarm has acted.
    fn acted(&self, name: &str) -> usize {
        let history = self.run(&["history", "--type", "action", "-o", "json"]).expect(0).json();
        history["items"].as_array().unwrap().iter().filter(|item| item["name"] == name).count()
    }

    /// The names of the mute rules.
    fn rules(&self) -> Vec<String> {
        let listed =
            self.alarms.with_client(async |client| client.list_alarm_mute_rules().send().await.unwrap());
        let arns = listed.alarm_mute_rule_summaries.unwrap_or_default().into_iter();
        let mut names: Vec<String> =
            arns.map(|it| it.alarm_mute_rule_arn.unwrap().rsplit(':').next().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// A mute rule of somebody else.
    fn rule(&self, name: &str, expression: &str, alarms: &[&str]) {
        let schedule = Schedule::builder().expression(expression).duration("PT4H").timezone("UTC").build();
        let targets = alarms.iter().map(|name| (*name).to_owned()).collect();
        self.alarms.with_client(async |client| {
            client
                .put_alarm_mute_rule()
                .name(name)
                .description("backups")
                .rule(Rule::builder().schedule(schedule).build())
                .mute_targets(MuteTargets::builder().set_alarm_names(Some(targets)).build())
                .send()
                .await
                .unwrap()
        });
    }

    /// The alarms of a mute rule.
    fn targets(&self, name: &str) -> Vec<String> {
        let call = self.alarms.with_client(async |client| {
            client.get_alarm_mute_rule().alarm_mute_rule_name(name).send().await.unwrap()
        });
        call.mute_targets.unwrap().alarm_names.unwrap()
    }
}

#[test]
fn a_silence_holds_back_what_is_due_and_ends_by_itself() {
    let place = place(&["api-5xx", "api-latency", "disk"]);
    let ran = place.run(&["silence", "api-*", "--for", "2h", "--reason", "deploy of 4.2", "-y"]).expect(0);
    assert_eq!(ran.stdout, "");
    let rule = place.rules().pop().unwrap();
    assert!(rule.starts_with("opsctl-silence-20261122T120000Z-"), "{rule}");
    assert_eq!(
        ran.stderr,
        format!(
            "api-5xx is silenced until 2026-11-22T14:00:00Z\napi-latency is silenced until 2026-11-22T14:00:00Z\n\
             hint: opsctl --sandbox alarm unsilence --rule {rule} ends it\n"
        )
    );
    for name in ["api-5xx", "disk"] {
        place.alarms.set_state(name, StateValue::Alarm);
    }
    assert_eq!((place.acted("api-5xx"), place.acted("disk")), (0, 1));
    place.clock("+1h");
    assert_eq!(place.acted("api-5xx"), 0);
    place.clock("+1h");
    assert_eq!((place.acted("api-5xx"), place.acted("api-latency")), (1, 0));
    // It is over, and is found no more.
    let ran = place.alarm("unsilence api-5xx -y").expect(0);
    assert_eq!(ran.stderr, "api-5xx is not silenced\n");
    let document = place.alarm("unsilence api-5xx -y -o json").expect(0).json();
    assert_eq!((&document["kind"], &document["items"]), (&json!("alarm.unsilence"), &json!([])));
}

#[test]
fn a_silence_ends_at_once_for_those_that_are_meant() {
    let place = place(&["api-5xx", "api-latency", "disk"]);
    let ran = place.alarm("silence * --for 8h --name night -y -o json").expect(0);
    let document = ran.json();
    assert_eq!(document["kind"], "alarm.silence");
    assert_eq!(
        document["items"][2],
        json!({ "alarm": "disk", "rule": "night", "from": NOON, "until": "2026-11-22T20:00:00Z",
            "schedule": null, "reason": null })
    );
    for name in ["api-5xx", "disk"] {
        place.alarms.set_state(name, StateValue::Alarm);
    }
    let plan = place.alarm("unsilence api-* --dry-run -o json").expect(0).json();
    assert_eq!(plan["items"][0]["action"], "cloudwatch:PutAlarmMuteRule");
    assert_eq!(plan["items"][0]["parameters"]["MuteTargets"], json!({ "AlarmNames": ["disk"] }));
    assert_eq!(place.acted("api-5xx"), 0);
    let ran = place.alarm("unsilence api-* -y").expect(0);
    assert_eq!(
        ran.stderr,
        "api-5xx is silenced by night no longer\napi-latency is silenced by night no longer\n"
    );
    assert_eq!((place.acted("api-5xx"), place.acted("disk")), (1, 0));
    assert_eq!(place.targets("night"), ["disk"]);
    // The name is taken as long as the rule is there.
    let ran = place.alarm("silence disk --for 1h --name night -y").expect(9);
    assert!(ran.stderr.contains("a mute rule is called night already"), "{ran:?}");
    place.alarm("unsilence disk -y -o json").expect(0);
    assert_eq!(place.acted("disk"), 1);
    assert!(place.rules().is_empty());
    place.alarm("silence disk --for 1h --name night -y").expect(0);
    place.alarm("unsilence --rule night -y").expect(0);
    assert!(place.rules().is_empty());
}

#[test]
fn a_schedule_follows_the_clocks_of_its_zone() {
    let place = place(&["api-5xx"]);
    let cron =
        ["silence", "api-5xx", "--for", "90m", "--cron", "0 9 * * *", "--timezone", "America/New_York"];
    let ran = place.run(&[&cron[..], &["--name", "backup", "-y"]].concat()).expect(0);
    assert!(
        ran.stderr.starts_with(
            "api-5xx is silenced from 2026-11-22T14:00:00Z until 2026-11-22T15:30:00Z, \
             and then by cron(0 9 * * *) in America/New_York\n"
        ),
        "{ran:?}"
    );
    place.alarms.set_state("api-5xx", StateValue::Alarm);
    assert_eq!(place.acted("api-5xx"), 1, "it is not time yet");
    place.clock("2026-11-22T14:10:00Z");
    for state in [StateValue::Ok, StateValue::Alarm] {
        place.alarms.set_state("api-5xx", state);
    }
    assert_eq!(place.acted("api-5xx"), 1);
    place.clock("2026-11-22T15:31:00Z");
    assert_eq!(place.acted("api-5xx"), 2);
    place.clock("2026-11-23T14:10:00Z");
    place.alarms.set_state("api-5xx", StateValue::Ok);
    place.alarms.set_state("api-5xx", StateValue::Alarm);
    assert_eq!(place.acted("api-5xx"), 2, "the next day it is silent again");
    place.alarm("unsilence api-5xx -y").expect(0);
    assert!(place.rules().is_empty());
}

#[test]
fn a_silence_can_begin_later_and_what_begins_later_can_be_called_off() {
    let place = place(&["api-5xx"]);
    let ran =
        place.alarm("silence api-5xx --for 30m --at 2026-11-23T02:00 --timezone Europe/Berlin -y").expect(0);
    assert!(
        ran.stderr.starts_with("api-5xx is silenced from 2026-11-23T01:00:00Z until 2026-11-23T01:30:00Z\n"),
        "{ran:?}"
    );
    place.alarm("unsilence api-5xx -y").expect(0);
    assert!(place.rules().is_empty());
}

#[test]
fn what_can_be_no_silence_is_told_before_anything_is_asked() {
    let cloudwatch = CloudWatch::of(vec![Alarm::metric("api", "OK")]);
    for (line, said) in [
        ("--for 59s", "a silence lasts from a minute to 15 days"),
        ("--for 15d1m", "a silence lasts from a minute to 15 days"),
        ("--for soon", "a duration is a number of seconds"),
        ("--for 1h --at 2026-11-23T02:00 --timezone Europe/Berln", "did you mean `Europe/Berlin`"),
        ("--for 1h --at 2026-11-23T02:00 --timezone +05:03", "a multiple of 5 minutes"),
        ("--for 1h --timezone UTC", "--timezone is that of --at or --cron"),
        ("--for 1h --at 2026-11-22T10:00", "this silence would be over"),
        ("--for 1h --at tomorrow", "a time looks like"),
        ("--for 1h --cron 0,2", "cron has five fields here"),
        ("--for 1h --fallback --at 2026-11-23T02:00", "cannot be used with"),
        ("", "--for <DURATION>"),
    ] {
        let words = ["alarm", "silence", "api", "-y"].into_iter().chain(line.split_whitespace());
        let ran = cloudwatch.sealed.run(words).expect(2);
        assert!(ran.stderr.contains(said), "{line}: {ran:?}");
    }
    let both =
        ["alarm", "silence", "api", "--for", "1h", "--cron", "0 2 * * *", "--at", "2026-11-23T02:00", "-y"];
    let ran = cloudwatch.sealed.run(both).expect(2);
    assert!(ran.stderr.contains("cannot be used with"), "{ran:?}");
    let long = "x".repeat(1003);
    let ran =
        cloudwatch.sealed.run(["alarm", "silence", "api", "--for", "1h", "--reason", &long, "-y"]).expect(2);
    assert!(ran.stderr.contains("a --reason has at most 1002 characters, and this has 1 more"), "{ran:?}");
    for verb in [&["silence", "api", "--for", "1h"][..], &["unsilence", "api"]] {
        let ran = cloudwatch.sealed.run(["alarm"].iter().chain(verb)).expect(2);
        assert!(ran.stderr.contains("this needs a yes"), "{ran:?}");
    }
    assert!(cloudwatch.aws.requests().is_empty());
}

#[test]
fn nothing_that_is_like_a_pattern_is_no_silence() {
    let place = place(&["api-5xx"]);
    for line in ["silence web-* --for 1h -y", "unsilence web-* -y"] {
        let ran = place.alarm(line).expect(3);
        assert_eq!(ran.stderr, "error: no alarm is like web-*\n  hint: opsctl --sandbox alarm list\n");
    }
    let ran = place.alarm("silence api-5xy --for 1h -y").expect(3);
    assert!(ran.stderr.contains("did you mean api-5xx?"), "{ran:?}");
    place.alarm("silence api-5xx --for 1h --name night -y").expect(0);
    let ran = place.alarm("unsilence --rule nigth -y").expect(3);
    assert_eq!(ran.stderr, "error: no mute rule is called nigth\n  hint: did you mean night?\n");
    assert_eq!(place.rules(), ["night"]);
}

#[test]
fn names_of_every_odd_character_are_silenced() {
    let odd = ["a b/c:d (prod)", "*", "why?", "é\u{1f600} \"x\" 'y'", "-x", "a,b\\c"];
    let place = place(&odd);
    for name in odd {
        let ran = place.run(&["silence", "--for", "1h", "-y", "-o", "json", "--", name]).expect(0);
        assert_eq!(ran.json()["items"].as_array().unwrap().len(), 1, "{name}");
        place.alarms.set_state(name, StateValue::Alarm);
        assert_eq!(place.acted(name), 0, "{name}");
        let ran = place.run(&["unsilence", "-y", "-o", "json", "--", name]).expect(0);
        assert_eq!(ran.json()["items"][0]["alarm"], name);
        assert_eq!(place.acted(name), 1, "{name}");
    }
}

#[test]
fn more_than_a_hundred_alarms_get_several_rules() {
    let place = place(&[]);
    for number in 0..103 {
        place.alarms.put(&format!("a{number:03}"), 5.0);
    }
    let ran = place.alarm("silence a* --for 1h --name big -y -o json").expect(0);
    assert_eq!(ran.json()["items"].as_array().unwrap().len(), 103);
    assert_eq!(place.rules(), ["big-1", "big-2"]);
    assert_eq!((place.targets("big-1").len(), place.targets("big-2").len()), (100, 3));
    place.alarm("unsilence a* -y").expect(0);
    assert!(place.rules().is_empty());
}

#[test]
fn rules_of_others_are_touched_where_they_are_named() {
    let place = place(&["api-5xx", "disk"]);
    place.rule("nightly", "cron(0 10 * * *)", &["api-5xx", "disk"]);
    place.rule("later", "cron(0 20 * * *)", &["api-5xx"]);
    place.alarm("silence api-5xx --for 1h -y").expect(0);
    let ran = place.alarm("unsilence api-5xx -y").expect(9);
    assert!(ran.stderr.starts_with("api-5xx is silenced by opsctl-silence-"), "{ran:?}");
    assert!(
        ran.stderr.ends_with(
            "error: mute rules that opsctl did not make are left as they are\n  \
             cause: api-5xx is silenced by the mute rule nightly\n  \
             hint: opsctl --sandbox alarm unsilence api-5xx --rule nightly\n"
        ),
        "{ran:?}"
    );
    assert_eq!(place.rules(), ["later", "nightly"]);
    place.alarm("unsilence api-5xx --rule nightly -y").expect(0);
    assert_eq!(place.targets("nightly"), ["disk"]);
    let ran = place.alarm("unsilence api-5xx -y").expect(0);
    assert_eq!(ran.stderr, "api-5xx is not silenced\n");
}

#[test]
fn who_is_above_goes_on_sending_and_that_is_told() {
    let place = place(&["api-5xx", "disk"]);
    place.alarms.with_client(async |client| {
        let call =
            client.put_composite_alarm().alarm_name("service").alarm_rule("ALARM(api-5xx) OR ALARM(disk)");
        call.alarm_actions("arn:aws:sns:us-east-1:111122223333:pager").send().await.unwrap()
    });
    let ran = place.alarm("silence api-5xx --for 1h -y").expect(0);
    assert!(
        ran.stderr.starts_with("service is above them, and goes on sending: it is not silenced\n"),
        "{ran:?}"
    );
    let ran = place.alarm("silence service --for 1h -y").expect(0);
    assert!(
        ran.stderr.starts_with("the alarms in the rule of service go on sending what they send\n"),
        "{ran:?}"
    );
}

#[test]
fn an_older_endpoint_disables_the_actions_when_that_is_wanted() {
    let place = Place::with(Some("[cloudwatch]\nolder = true\n"));
    for name in ["api-5xx", "api-latency"] {
        place.alarms.put(name, 5.0);
    }
    let ran = place.alarm("silence api-* --for 2h -y").expect(1);
    assert_eq!(
        ran.stderr,
        "error: this endpoint has no mute rules, and nothing is silenced\n  \
         hint: --fallback disables the actions instead, until opsctl --sandbox alarm unsilence\n"
    );
    let actions = || place.alarm("list --columns name,actions -o text").expect(0).stdout;
    assert_eq!(actions(), "api-5xx\tenabled\napi-latency\tenabled\n");
    let ran = place.alarm("silence api-* --for 2h --fallback -y").expect(0);
    assert!(
        ran.stderr.starts_with(
            "warning: this endpoint has no mute rules: the actions are disabled, and nothing enables them again \
             but opsctl --sandbox alarm unsilence api-5xx api-latency\n"
        ),
        "{ran:?}"
    );
    assert_eq!(actions(), "api-5xx\tdisabled\napi-latency\tdisabled\n");
    let none = |line: &str, said: &str| {
        let ran = place.alarm(line).expect(0);
        assert_eq!((&ran.json()["kind"], &ran.json()["items"]), (&json!("alarm"), &json!([])), "{ran:?}");
        assert!(ran.stderr.ends_with(&format!("the actions of api-latency are {said} already\n")), "{ran:?}");
    };
    none("silence api-* --for 2h --fallback -y -o json", "disabled");
    place.alarm("unsilence api-5xx api-latency -y").expect(0);
    assert_eq!(actions(), "api-5xx\tenabled\napi-latency\tenabled\n");
    none("unsilence api-* -y -o json", "enabled");
    let ran = place.alarm("unsilence --rule night -y").expect(1);
    assert!(ran.stderr.contains("this endpoint has no mute rules"), "{ran:?}");
    let ran = place.alarm("silence api-5xx --for 2h --at 2026-11-23T02:00 -y").expect(1);
    assert!(!ran.stderr.contains("--fallback"), "{ran:?}");
}

#[test]
fn a_dry_run_puts_nothing_and_who_is_throttled_tries_again() {
    let answers = Mutex::new(0);
    let cloudwatch = CloudWatch::answering(vec![Alarm::metric("api", "OK")], move |request| {
        match request.operation.as_str() {
            "GetAlarmMuteRule" => Some(Reply::cbor_error(404, "ResourceNotFoundException", "none")),
            "PutAlarmMuteRule" => {
                let mut answers = answers.lock().unwrap();
                *answers += 1;
                Some(match *answers {
                    1 => Reply::cbor_error(400, "Throttling", "Rate exceeded"),
                    _ => Reply::cbor(&json!({})),
                })
            }
            _ => None,
        }
    });
    let line = ["alarm", "silence", "api", "--for", "1h", "--name", "night", "--reason", "why"];
    let ran = cloudwatch.sealed.run([&line[..], &["--dry-run", "-o", "json"]].concat()).expect(0);
    let expected = json!({
        "Name": "night", "Description": "opsctl alarm silence: why", "MuteTargets": { "AlarmNames": ["api"] },
        "Rule": { "Schedule": { "Expression": "at(2026-11-22T12:00)", "Duration": "PT1H", "Timezone": "UTC" } },
        "ExpireDate": "2026-11-22T13:00:00Z",
    });
    assert_eq!(ran.json()["items"][0]["parameters"], expected);
    assert!(cloudwatch.inputs("PutAlarmMuteRule").is_empty());
    cloudwatch.sealed.run([&line[..], &["-y"]].concat()).expect(0);
    let sent = cloudwatch.inputs("PutAlarmMuteRule");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1]["MuteTargets"], json!({ "AlarmNames": ["api"] }));
}

#[test]
fn a_rule_that_cannot_be_put_is_named_and_the_others_are() {
    let alarms = (0..150).map(|number| Alarm::metric(&format!("a{number:03}"), "OK")).collect();
    let cloudwatch = CloudWatch::answering(alarms, |request| match request.operation.as_str() {
        "GetAlarmMuteRule" => Some(Reply::cbor_error(404, "ResourceNotFoundException", "none")),
        "PutAlarmMuteRule" if request.cbor()["Name"] == "big-1" => {
            Some(Reply::cbor_error(403, "AccessDenied", "not on a000"))
        }
        "PutAlarmMuteRule" => Some(Reply::cbor(&json!({}))),
        _ => None,
    });
    let ran =
        cloudwatch.sealed.run(["alarm", "silence", "a*", "--for", "1h", "--name", "big", "-y"]).expect(7);
    assert!(ran.stderr.contains("50 of 150 alarms silenced"), "{ran:?}");
    assert!(ran.stderr.contains("cannot put the mute rule big-1"), "{ran:?}");
    assert!(ran.stderr.contains("  hint: opsctl alarm silence 'a*' --for 3600s --name big\n"), "{ran:?}");
    // Whatever was given is given again: without its end, a schedule would go on for ever.
    let schedule = "--cron '0 2 * * *' --until 2026-12-01T00:00:00Z --timezone Europe/Berlin --name big";
    for options in [format!("--reason 'a b' {schedule}"), "--name big --fallback".to_owned()] {
        let line = format!("alarm silence 'a*' --for 3600s {options}");
        let words = words_of(&format!("{line} -y"));
        let ran = cloudwatch.sealed.run(words.iter().map(String::as_str)).expect(7);
        assert!(ran.stderr.ends_with(&format!("  hint: opsctl {line}\n")), "{ran:?}");
    }
}

/// The words of a line in which spaces are quoted.
fn words_of(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// A mute rule as GetAlarmMuteRule gives it.
fn rule(description: &str, status: &str, alarms: &[&str]) -> Reply {
    let schedule = json!({ "Expression": "at(2026-11-22T10:00)", "Duration": "PT4H", "Timezone": "UTC" });
    Reply::cbor(&json!({
        "Name": "night", "Description": description, "Status": status, "Rule": { "Schedule": schedule },
        "MuteTargets": { "AlarmNames": alarms },
    }))
}

#[test]
fn a_rule_that_others_change_while_it_is_asked_about_is_left_to_them() {
    let deleted = || Reply::cbor_error(404, "ResourceNotFoundException", "none");
    let changed = || rule("opsctl alarm silence", "ACTIVE", &["api", "disk", "web"]);
    for (then, done) in [(changed as fn() -> Reply, "changed"), (deleted, "deleted")] {
        for line in ["api --rule night", "--rule night", "api"] {
            let reads = Mutex::new(0);
            let cloudwatch = CloudWatch::answering(vec![Alarm::metric("api", "OK")], move |request| {
                match request.operation.as_str() {
                    "ListAlarmMuteRules" => {
                        let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:night";
                        Some(Reply::cbor(&json!({ "AlarmMuteRuleSummaries": [{ "AlarmMuteRuleArn": arn }] })))
                    }
                    "GetAlarmMuteRule" => {
                        let mut reads = reads.lock().unwrap();
                        *reads += 1;
                        let first = || rule("opsctl alarm silence", "ACTIVE", &["api", "disk"]);
                        Some(if *reads == 1 { first() } else { then() })
                    }
                    "PutAlarmMuteRule" | "DeleteAlarmMuteRule" => Some(Reply::cbor(&json!({}))),
                    _ => None,
                }
            });
            let words = ["alarm", "unsilence"].into_iter().chain(line.split(' ')).chain(["-y"]);
            let ran = cloudwatch.sealed.run(words).expect(9);
            assert_eq!(
                ran.stderr,
                format!(
                    "error: somebody else has {done} the mute rule night meanwhile\n  \
                     hint: the same command again shows what there is now\n"
                )
            );
            for operation in ["PutAlarmMuteRule", "DeleteAlarmMuteRule"] {
                assert!(cloudwatch.inputs(operation).is_empty(), "{line}");
            }
        }
    }
}

#[test]
fn only_a_rule_of_ours_that_is_over_makes_room_for_another() {
    for (description, status, code, puts) in [
        ("opsctl alarm silence: why", "EXPIRED", 0, 1),
        ("opsctl alarm silence: why", "SCHEDULED", 9, 0),
        ("backups", "EXPIRED", 9, 0),
    ] {
        let cloudwatch =
            CloudWatch::answering(vec![Alarm::metric("api", "OK")], move |request| {
                match request.operation.as_str() {
                    "GetAlarmMuteRule" => Some(rule(description, status, &["disk"])),
                    "PutAlarmMuteRule" => Some(Reply::cbor(&json!({}))),
                    _ => None,
                }
            });
        let line = ["alarm", "silence", "api", "--for", "1h", "--name", "night", "-y"];
        let ran = cloudwatch.sealed.run(line).expect(code);
        assert_eq!(cloudwatch.inputs("PutAlarmMuteRule").len(), puts, "{ran:?}");
        let is_told = ran.stderr.contains("a mute rule is called night already, which opsctl did not make\n");
        assert_eq!(is_told, description == "backups", "{ran:?}");
    }
}
