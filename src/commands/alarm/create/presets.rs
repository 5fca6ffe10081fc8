//! Alarms that many people want: the table, and nothing that is not in it. Metrics that are only published when something
//! happens are judged as not breaching where they are missing; the others keep the service's default.

use super::preset::Preset;

const ABOVE: &str = "GreaterThanThreshold";
const AT_LEAST: &str = "GreaterThanOrEqualToThreshold";
const BELOW: &str = "LessThanThreshold";

const GIB: f64 = 1_073_741_824.0;

/// Whether a metric is one of theirs.
pub fn have(namespace: &str, metric: &str) -> bool {
    PRESETS.iter().any(|preset| (preset.namespace, preset.metric) == (namespace, metric))
}

/// In which slot of a preset each value stands.
#[allow(clippy::too_many_arguments)]
const fn preset(
    name: &'static str,
    (namespace, metric): (&'static str, &'static str),
    dimensions: &'static [&'static str],
    (statistic, period): (&'static str, i64),
    (datapoints, periods): (i64, i64),
    (comparison, threshold): (&'static str, f64),
    missing: &'static str,
) -> Preset {
    Preset {
        name,
        namespace,
        metric,
        dimensions,
        statistic,
        period,
        datapoints,
        periods,
        comparison,
        threshold,
        missing,
    }
}

const EC2: &str = "AWS/EC2";
const INSTANCE: &[&str] = &["InstanceId"];
const LAMBDA: &str = "AWS/Lambda";
const FUNCTION: &[&str] = &["FunctionName"];
const ALB: &str = "AWS/ApplicationELB";
const BALANCER: &[&str] = &["LoadBalancer"];
const SQS: &str = "AWS/SQS";
const QUEUE: &[&str] = &["QueueName"];
const RDS: &str = "AWS/RDS";
const DATABASE: &[&str] = &["DBInstanceIdentifier"];
const DYNAMODB: &str = "AWS/DynamoDB";
const TABLE: &[&str] = &["TableName"];
const STATES: &str = "AWS/States";
const MACHINE: &[&str] = &["StateMachineArn"];
const ECS: &str = "AWS/ECS";
const SERVICE: &[&str] = &["ClusterName", "ServiceName"];

const QUIET: &str = "notBreaching";
const DEFAULT: &str = "missing";

#[rustfmt::skip]
pub const PRESETS: &[Preset] = &[
    preset("ec2/cpu", (EC2, "CPUUtilization"), INSTANCE, ("Average", 300), (3, 3), (ABOVE, 80.0), DEFAULT),
    preset("ec2/status", (EC2, "StatusCheckFailed"), INSTANCE, ("Maximum", 60), (2, 2), (AT_LEAST, 1.0), DEFAULT),
    preset("ec2/credits", (EC2, "CPUCreditBalance"), INSTANCE, ("Minimum", 300), (3, 3), (BELOW, 10.0), DEFAULT),
    preset("lambda/errors", (LAMBDA, "Errors"), FUNCTION, ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("lambda/throttles", (LAMBDA, "Throttles"), FUNCTION, ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("lambda/duration", (LAMBDA, "Duration"), FUNCTION, ("p99", 300), (3, 3), (ABOVE, 10_000.0), QUIET),
    preset("alb/5xx", (ALB, "HTTPCode_ELB_5XX_Count"), BALANCER, ("Sum", 60), (3, 5), (ABOVE, 10.0), QUIET),
    preset("alb/target-5xx", (ALB, "HTTPCode_Target_5XX_Count"), BALANCER, ("Sum", 60), (3, 5), (ABOVE, 10.0), QUIET),
    preset("alb/latency", (ALB, "TargetResponseTime"), BALANCER, ("p99", 60), (3, 5), (ABOVE, 1.0), QUIET),
    preset("alb/unhealthy", (ALB, "UnHealthyHostCount"), &["TargetGroup", "LoadBalancer"], ("Maximum", 60), (3, 3), (ABOVE, 0.0), DEFAULT),
    preset("sqs/age", (SQS, "ApproximateAgeOfOldestMessage"), QUEUE, ("Maximum", 60), (5, 5), (ABOVE, 600.0), QUIET),
    preset("sqs/depth", (SQS, "ApproximateNumberOfMessagesVisible"), QUEUE, ("Average", 300), (3, 3), (ABOVE, 1_000.0), QUIET),
    preset("sqs/dead-letters", (SQS, "ApproximateNumberOfMessagesVisible"), QUEUE, ("Maximum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("rds/cpu", (RDS, "CPUUtilization"), DATABASE, ("Average", 300), (3, 3), (ABOVE, 80.0), DEFAULT),
    preset("rds/storage", (RDS, "FreeStorageSpace"), DATABASE, ("Minimum", 300), (3, 3), (BELOW, 10.0 * GIB), DEFAULT),
    preset("rds/memory", (RDS, "FreeableMemory"), DATABASE, ("Average", 300), (3, 3), (BELOW, 0.25 * GIB), DEFAULT),
    preset("rds/connections", (RDS, "DatabaseConnections"), DATABASE, ("Maximum", 300), (3, 3), (ABOVE, 80.0), DEFAULT),
    preset("dynamodb/throttles", (DYNAMODB, "ThrottledRequests"), &["TableName", "Operation"], ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("dynamodb/read-throttles", (DYNAMODB, "ReadThrottleEvents"), TABLE, ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("dynamodb/write-throttles", (DYNAMODB, "WriteThrottleEvents"), TABLE, ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("sfn/failed", (STATES, "ExecutionsFailed"), MACHINE, ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("sfn/timed-out", (STATES, "ExecutionsTimedOut"), MACHINE, ("Sum", 300), (1, 1), (ABOVE, 0.0), QUIET),
    preset("sfn/throttled", (STATES, "ExecutionThrottled"), MACHINE, ("Sum", 300), (3, 3), (ABOVE, 0.0), QUIET),
    preset("ecs/cpu", (ECS, "CPUUtilization"), SERVICE, ("Average", 300), (3, 3), (ABOVE, 80.0), DEFAULT),
    preset("ecs/memory", (ECS, "MemoryUtilization"), SERVICE, ("Average", 300), (3, 3), (ABOVE, 80.0), DEFAULT),
];
