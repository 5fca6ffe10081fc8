//! Alarms in a sandbox: made and moved by a client of the service, looked at by opsctl.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{ComparisonOperator, StateValue, Statistic};
use tokio::runtime::Runtime;

use super::Sandbox;

/// A client of CloudWatch in a sandbox.
pub struct Alarms {
    client: Client,
    runtime: Runtime,
}

impl Alarms {
    pub fn of(sandbox: &Sandbox) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(sandbox.aws()).cloudwatch();
        Alarms { client, runtime }
    }

    /// What a call with the client gives.
    pub fn with_client<T>(&self, call: impl AsyncFnOnce(&Client) -> T) -> T {
        self.runtime.block_on(call(&self.client))
    }

    /// A metric alarm that goes off above a threshold.
    pub fn put(&self, name: &str, threshold: f64) {
        self.with_client(async |client| {
            client
                .put_metric_alarm()
                .alarm_name(name)
                .namespace("Shop")
                .metric_name("Errors")
                .statistic(Statistic::Sum)
                .period(60)
                .evaluation_periods(1)
                .threshold(threshold)
                .comparison_operator(ComparisonOperator::GreaterThanThreshold)
                .treat_missing_data("ignore")
                .alarm_actions("arn:aws:sns:us-east-1:111122223333:pager")
                .send()
                .await
                .unwrap()
        });
    }

    pub fn put_composite(&self, name: &str, rule: &str) {
        self.with_client(async |client| {
            client.put_composite_alarm().alarm_name(name).alarm_rule(rule).send().await.unwrap()
        });
    }

    pub fn set_state(&self, name: &str, state: StateValue) {
        self.with_client(async |client| {
            let call = client.set_alarm_state().alarm_name(name).state_value(state);
            call.state_reason("it was set").send().await.unwrap()
        });
    }
}
