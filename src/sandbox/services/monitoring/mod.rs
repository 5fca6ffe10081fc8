//! CloudWatch: metrics and alarms. The SDK's types of this service carry no schema, so the members of requests are
//! written here, a struct each, and answers are values; both protocols, CBOR and JSON, read and write the same ones. What
//! requests act on is `sandbox::monitoring`'s business.

mod alarms;
mod cbor;
mod changes;
mod configuration;
mod data;
mod describe;
mod errors;
mod history;
mod labels;
mod metrics;
mod mutes;
mod publish;
mod queries;
mod statistics;
mod tags;
#[cfg(test)]
mod tests;
mod wire;

pub use errors::names;
pub use wire::{Codec, refusal};

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;
use serde_json::Value;

/// Where its operations are in the protocol of CBOR, and how the target of the JSON one begins.
pub const PATH: &str = "/service/GraniteServiceVersion20100801/operation/";
pub const TARGET: &str = "GraniteServiceVersion20100801.";

pub fn answer(account: &Account, operation: &str, codec: Codec, body: &[u8]) -> Result<Reply, ServiceError> {
    let output = act(account, operation, codec.read(body)?)?;
    Ok(codec.reply(output))
}

fn act(account: &Account, operation: &str, input: Value) -> Result<Value, ServiceError> {
    use wire::read;
    let resource = resource(account, &input);
    let allowed = || account.authorize(&format!("cloudwatch:{operation}"), &resource);
    match operation {
        "PutMetricData" => allowed().and_then(|()| publish::put(account, read(input)?)),
        "ListMetrics" => allowed().and_then(|()| metrics::list(account, read(input)?)),
        "GetMetricData" => allowed().and_then(|()| data::get(account, read(input)?)),
        "GetMetricStatistics" => allowed().and_then(|()| statistics::get(account, read(input)?)),
        "PutMetricAlarm" => allowed().and_then(|()| alarms::put_metric(account, input)),
        "PutCompositeAlarm" => allowed().and_then(|()| alarms::put_composite(account, input)),
        "PutLogAlarm" => allowed().and_then(|()| alarms::put_log(account, input)),
        "DescribeAlarms" => allowed().and_then(|()| describe::alarms(account, read(input)?)),
        "DescribeAlarmsForMetric" => allowed().and_then(|()| describe::for_metric(account, read(input)?)),
        "DescribeAlarmContributors" => allowed().and_then(|()| describe::contributors(account, read(input)?)),
        "DescribeAlarmHistory" => allowed().and_then(|()| history::describe(account, read(input)?)),
        "DeleteAlarms" => allowed().and_then(|()| changes::delete(account, read(input)?)),
        "EnableAlarmActions" => allowed().and_then(|()| changes::enable(account, read(input)?, true)),
        "DisableAlarmActions" => allowed().and_then(|()| changes::enable(account, read(input)?, false)),
        "SetAlarmState" => allowed().and_then(|()| changes::set_state(account, read(input)?)),
        "PutAlarmMuteRule" => allowed().and_then(|()| mutes::put(account, read(input)?)),
        "GetAlarmMuteRule" => allowed().and_then(|()| mutes::get(account, read(input)?)),
        "ListAlarmMuteRules" => allowed().and_then(|()| mutes::list(account, read(input)?)),
        "DeleteAlarmMuteRule" => allowed().and_then(|()| mutes::delete(account, read(input)?)),
        "TagResource" => allowed().and_then(|()| tags::tag(account, read(input)?)),
        "UntagResource" => allowed().and_then(|()| tags::untag(account, read(input)?)),
        "ListTagsForResource" => allowed().and_then(|()| tags::list(account, read(input)?)),
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}

/// What a call is authorized for.
fn resource(account: &Account, input: &Value) -> String {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let of_rule = || text("AlarmMuteRuleName").or_else(|| input.get("Rule").and(text("Name")));
    if let Some(name) = text("AlarmName") {
        account.monitoring.alarms.arn(name)
    } else if let Some(name) = of_rule() {
        account.monitoring.mutes.arn(name)
    } else {
        text("ResourceARN").unwrap_or("*").to_owned()
    }
}
