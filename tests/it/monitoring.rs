//! CloudWatch of a sandbox, from outside: by the SDK and by the AWS CLI, through a kill, by a clock that is set, and fed by
//! the sandbox's own services.

use std::time::SystemTime;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, HistoryItemType, Metric, MetricDataQuery, MetricDatum,
    MetricStat, StandardUnit, StateValue, Statistic,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::machines::States;
use crate::support::{Sandbox, Sealed, until, with_the_aws_cli};

/// A client of the service in a sandbox.
struct CloudWatch {
    client: Client,
    runtime: Runtime,
}

impl CloudWatch {
    fn of(sandbox: &Sandbox) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(sandbox.aws()).cloudwatch();
        CloudWatch { client, runtime }
    }

    fn with_client<T>(&self, call: impl AsyncFnOnce(&Client) -> T) -> T {
        self.runtime.block_on(call(&self.client))
    }

    /// An alarm that is in ALARM above a threshold, and OK without data.
    fn watch(
        &self,
        name: &str,
        namespace: &str,
        metric: &str,
        dimension: Option<(&str, &str)>,
        action: &str,
    ) {
        let dimension =
            dimension.map(|(name, value)| vec![Dimension::builder().name(name).value(value).build()]);
        self.with_client(async |client| {
            client
                .put_metric_alarm()
                .alarm_name(name)
                .namespace(namespace)
                .metric_name(metric)
                .set_dimensions(dimension)
                .statistic(Statistic::Sum)
                .period(60)
                .evaluation_periods(1)
                .threshold(0.0)
                .comparison_operator(ComparisonOperator::GreaterThanThreshold)
                .treat_missing_data("notBreaching")
                .alarm_actions(action)
                .ok_actions(action)
                .send()
                .await
                .unwrap()
        });
    }

    fn state(&self, name: &str) -> Option<StateValue> {
        self.with_client(async |client| {
            let answer = client.describe_alarms().alarm_names(name).send().await.unwrap();
            answer.metric_alarms().first().and_then(|alarm| alarm.state_value().cloned())
        })
    }
}

/// The subjects of all messages.
fn subjects(sealed: &Sealed) -> Vec<String> {
    let words = ["--sandbox", "sandbox", "messages", "--columns", "subject", "-o", "text"];
    sealed.run(words).expect(0).stdout.lines().map(str::to_owned).collect()
}

fn forward(sealed: &Sealed, by: &str) -> Value {
    sealed.run(["--sandbox", "sandbox", "clock", by, "-o", "json"]).expect(0).json()["item"].clone()
}

#[test]
fn the_sdk_publishes_reads_and_is_refused_in_its_own_protocol() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some("page_size = 1000\n"));
    let cloudwatch = CloudWatch::of(&sandbox);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let minute = i64::try_from(now - now % 60).unwrap();
    cloudwatch.with_client(async |client| {
        // So many that the client packs them.
        let data = (1..=500).map(|number| {
            MetricDatum::builder()
                .metric_name("orders")
                .dimensions(Dimension::builder().name("shop").value("a / b").build())
                .timestamp(DateTime::from_secs(minute - 60 * number))
                .value(number as f64)
                .unit(StandardUnit::Count)
                .build()
        });
        let put = client.put_metric_data().namespace("Shop").set_metric_data(Some(data.collect()));
        put.send().await.unwrap();
        let listed = client.list_metrics().namespace("Shop").send().await.unwrap();
        assert_eq!(listed.metrics()[0].dimensions()[0].value(), Some("a / b"));

        let metric = Metric::builder()
            .namespace("Shop")
            .metric_name("orders")
            .dimensions(Dimension::builder().name("shop").value("a / b").build());
        let stat = MetricStat::builder().metric(metric.build()).period(60).stat("Sum").build();
        let mut pages = client
            .get_metric_data()
            .metric_data_queries(MetricDataQuery::builder().id("m").metric_stat(stat).build())
            .metric_data_queries(MetricDataQuery::builder().id("e").expression("m * 2").build())
            .start_time(DateTime::from_secs(minute - 600))
            .end_time(DateTime::from_secs(minute))
            .max_datapoints(15)
            .into_paginator()
            .send();
        let mut found: Vec<(String, DateTime, f64)> = Vec::new();
        while let Some(page) = pages.next().await {
            for result in page.unwrap().metric_data_results() {
                let points = result.timestamps().iter().zip(result.values());
                found.extend(points.map(|(at, value)| (result.id().unwrap().to_owned(), *at, *value)));
            }
        }
        assert_eq!(found.len(), 20);
        assert_eq!(found[0], ("m".to_owned(), DateTime::from_secs(minute - 60), 1.0));
        assert_eq!(found[19], ("e".to_owned(), DateTime::from_secs(minute - 600), 20.0));

        let refused =
            client.set_alarm_state().alarm_name("none").state_value(StateValue::Ok).state_reason("r");
        let refused = refused.send().await.unwrap_err();
        assert_eq!(refused.code(), Some("ResourceNotFound"));
        assert!(refused.as_service_error().unwrap().is_resource_not_found());
        let refused = client.put_metric_alarm().alarm_name("a").threshold(f64::NAN).send().await.unwrap_err();
        assert_eq!(refused.code(), Some("ValidationError"));
    });
}

#[test]
fn alarms_metrics_history_and_the_clock_outlive_a_kill() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::in_dir(&sealed, "kept", None);
    let cloudwatch = CloudWatch::of(&sandbox);
    cloudwatch.watch("cpu", "N", "m", None, "arn:aws:sns:us-east-1:111122223333:ops");
    cloudwatch.with_client(async |client| {
        let datum = MetricDatum::builder().metric_name("m").value(1.0).build();
        client.put_metric_data().namespace("N").metric_data(datum).send().await.unwrap();
    });
    assert_eq!(forward(&sealed, "+2m")["steps"], 2);
    assert_eq!(cloudwatch.state("cpu"), Some(StateValue::Alarm));
    kill_process(Pid::from_raw(sandbox.pid().try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
    sandbox.wait();

    let sandbox = Sandbox::in_dir(&sealed, "kept", None);
    let cloudwatch = CloudWatch::of(&sandbox);
    let shown = sealed.run(["--sandbox", "sandbox", "clock", "--columns", "ahead"]).expect(0);
    assert!(shown.stdout.contains("2m"), "{shown:?}");
    cloudwatch.with_client(async |client| {
        let history = client
            .describe_alarm_history()
            .alarm_types(AlarmType::MetricAlarm)
            .history_item_type(HistoryItemType::StateUpdate)
            .send()
            .await
            .unwrap();
        let newest = history.alarm_history_items()[0].history_summary();
        assert!(newest.unwrap().ends_with(" to ALARM"), "{newest:?}");
        let listed = client.list_metrics().namespace("N").send().await.unwrap();
        assert_eq!(listed.metrics().len(), 1);
    });
    forward(&sealed, "+10m");
    assert_eq!(cloudwatch.state("cpu"), Some(StateValue::Ok));
    let subjects = subjects(&sealed);
    assert_eq!(subjects.last().map(String::as_str), Some("OK: \"cpu\" in us-east-1"));
    let reset = forward(&sealed, "reset");
    assert_eq!((&reset["offsetMs"], &reset["steps"]), (&json!(0), &json!(0)));
}

#[test]
fn an_alarm_on_a_machine_that_fails_tells_a_topic_and_a_function() {
    let sealed = Sealed::new();
    let config = r#"
[[functions]]
name = "told"
timeout_ms = 60000
command = ["sh", "-c", "cat >>told; echo >>told"]
"#;
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    let (cloudwatch, states) = (CloudWatch::of(&sandbox), States::of(&sandbox));
    let machine =
        states.create("fails", &json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}));
    let on = Some(("StateMachineArn", machine.as_str()));
    let topic = "arn:aws:sns:us-east-1:111122223333:ops";
    cloudwatch.watch("failures", "AWS/States", "ExecutionsFailed", on, topic);
    let function = "arn:aws:lambda:us-east-1:111122223333:function:told";
    cloudwatch.watch("calls", "AWS/States", "ExecutionsStarted", on, function);
    states.ran(&machine, "e", &json!({}));
    forward(&sealed, "+2m");
    assert_eq!(cloudwatch.state("failures"), Some(StateValue::Alarm));
    assert_eq!(subjects(&sealed).last().map(String::as_str), Some("ALARM: \"failures\" in us-east-1"));
    let told = until(|| {
        let text = std::fs::read_to_string(sealed.path("told")).unwrap_or_default();
        let events = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.into_iter().find(|event| event["alarmData"]["state"]["value"] == "ALARM")
    });
    assert_eq!(
        (&told["source"], &told["alarmData"]["alarmName"]),
        (&json!("aws.cloudwatch"), &json!("calls"))
    );
    // The function's own invocations are published, too.
    let listed = until(|| {
        cloudwatch.with_client(async |client| {
            let listed =
                client.list_metrics().namespace("AWS/Lambda").metric_name("Errors").send().await.unwrap();
            listed.metrics().first().cloned()
        })
    });
    assert_eq!(listed.dimensions()[0].value(), Some("told"));
    forward(&sealed, "+10m");
    assert_eq!(cloudwatch.state("failures"), Some(StateValue::Ok));
}

#[test]
fn a_clock_is_of_a_sandbox_alone_and_set_in_known_ways() {
    let mut sealed = Sealed::new();
    let none = sealed.run(["--sandbox", "sandbox", "clock"]).expect(3);
    assert!(none.stderr.starts_with("error: no sandbox is running\n"), "{none:?}");
    let wrong = sealed.run(["--sandbox", "sandbox", "clock", "1h"]).expect(2);
    assert!(wrong.stderr.contains("a clock is set to +1h, -30m, 2026-11-22T10:00:00Z or reset"), "{wrong:?}");
    {
        let _sandbox = Sandbox::up(&sealed);
        let set = forward(&sealed, "-30m");
        assert_eq!((&set["offsetMs"], &set["steps"]), (&json!(-1_800_000), &json!(0)));
        let set = forward(&sealed, "2100-01-01T00:00:00Z");
        let now = set["now"].as_str().unwrap();
        assert!(now.starts_with("2100-01-01T00:") && now.len() <= "2100-01-01T00:00:00.000Z".len(), "{set}");
    }
    sealed.signed_in();
    let aws = sealed.run(["sandbox", "clock"]).expect(2);
    assert!(aws.stderr.starts_with("error: this is no sandbox, and no other clock can be set\n"), "{aws:?}");
}

/// Signed for by botocore, in the protocol that it picks.
#[test]
fn the_aws_cli_puts_alarms_and_metrics() {
    let sealed = Sealed::new();
    sealed.write("sandbox.toml", "page_size = 1000\n");
    let script = r#"set -e
aws() { command aws --output text "$@"; }
aws cloudwatch put-metric-data --namespace N --metric-name m --value 5 --dimensions a=b --unit Count
aws cloudwatch list-metrics --namespace N --query 'Metrics[].[MetricName,Dimensions[0].Value]'
aws cloudwatch put-metric-alarm --alarm-name 'a b' --namespace N --metric-name m --statistic Average --period 60 \
    --evaluation-periods 1 --threshold 80 --comparison-operator GreaterThanThreshold --treat-missing-data ignore \
    --tags Key=team,Value=blue
aws cloudwatch set-alarm-state --alarm-name 'a b' --state-value ALARM --state-reason why
aws cloudwatch describe-alarms --query 'MetricAlarms[].[AlarmName,StateValue,StateReason,Threshold]'
aws cloudwatch describe-alarms --query 'MetricAlarms[].StateUpdatedTimestamp' | cut -c1-2
aws cloudwatch describe-alarm-history --alarm-name 'a b' --history-item-type StateUpdate --query 'AlarmHistoryItems[].HistorySummary'
aws cloudwatch list-tags-for-resource --resource-arn 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:a b' --query 'Tags[].Value'
aws cloudwatch get-metric-statistics --namespace N --metric-name m --dimensions Name=a,Value=b --period 60 \
    --start-time "$(date -u -d '10 minutes ago' +%FT%TZ 2>/dev/null || date -u -v-10M +%FT%TZ)" \
    --end-time "$(date -u -d '10 minutes' +%FT%TZ 2>/dev/null || date -u -v+10M +%FT%TZ)" --statistics Sum --query 'Datapoints[].Sum'
aws cloudwatch put-metric-alarm --alarm-name x --namespace N --metric-name m --statistic Average --period 45 \
    --evaluation-periods 1 --threshold 80 --comparison-operator GreaterThanThreshold 2>&1 || true
"#;
    let words = ["sandbox", "run", "--config", "sandbox.toml", "--", "sh", "-c", script];
    let Some(ran) = with_the_aws_cli(&sealed, words) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| !line.is_empty()).collect();
    let expected = [
        "m\tb",
        "a b\tALARM\twhy\t80.0",
        // Seconds since 1970: this client shows times as they come.
        "17",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        "blue",
        "5.0",
    ];
    assert_eq!(lines[..6], expected, "{ran:#?}");
    assert!(lines[6].contains("(ValidationError) when calling the PutMetricAlarm operation"), "{ran:#?}");
}
