//! The optimized integrations: which actions of which services a task can call by a name of their own, and how it can
//! wait for them. Everything else is called through `aws-sdk`, of which only the form is known here.
//!
//! Source: the guide of Step Functions, "Integrating optimized services", and its page on each service. Where the pages
//! of a service do not agree, what one of them allows is taken.

use super::model::Pattern;

/// What a task can wait for beside the answer to its call.
#[derive(Debug, Clone, Copy)]
struct Waits {
    /// `.sync`
    job: bool,
    /// `.sync:2`
    decoded_job: bool,
    /// `.waitForTaskToken`
    callback: bool,
}

const CALL: Waits = Waits { job: false, decoded_job: false, callback: false };
const JOB: Waits = Waits { job: true, ..CALL };
const CALLBACK: Waits = Waits { callback: true, ..CALL };
const BOTH: Waits = Waits { job: true, ..CALLBACK };
const EXECUTION: Waits = Waits { decoded_job: true, ..BOTH };

/// Service, how its actions can be waited for, and the actions.
const INTEGRATIONS: &[(&str, Waits, &[&str])] = &[
    ("apigateway", CALLBACK, &["invoke"]),
    ("athena", JOB, &["startQueryExecution"]),
    ("athena", CALL, &["getQueryExecution", "getQueryResults", "stopQueryExecution"]),
    ("batch", JOB, &["submitJob"]),
    ("bedrock", BOTH, &["createModelCustomizationJob"]),
    ("bedrock", CALLBACK, &["invokeModel"]),
    ("bedrockagentcore", CALL, &["invokeHarness"]),
    ("codebuild", JOB, &["retryBuildBatch", "startBuild", "startBuildBatch"]),
    (
        "codebuild",
        CALL,
        &["batchDeleteBuilds", "batchGetReports", "deleteBuildBatch", "stopBuild", "stopBuildBatch"],
    ),
    ("databrew", JOB, &["startJobRun"]),
    ("dynamodb", CALL, &["deleteItem", "getItem", "putItem", "updateItem"]),
    ("ecs", BOTH, &["runTask"]),
    ("eks", CALLBACK, &["call"]),
    (
        "eks",
        BOTH,
        &[
            "createCluster",
            "createFargateProfile",
            "createNodegroup",
            "deleteCluster",
            "deleteFargateProfile",
            "deleteNodegroup",
            "runJob",
        ],
    ),
    ("elasticmapreduce", JOB, &["addStep", "createCluster", "terminateCluster"]),
    (
        "elasticmapreduce",
        CALL,
        &[
            "cancelStep",
            "modifyInstanceFleetByName",
            "modifyInstanceGroupByName",
            "setClusterTerminationProtection",
        ],
    ),
    ("emr-containers", JOB, &["deleteVirtualCluster", "startJobRun"]),
    ("emr-containers", CALL, &["createVirtualCluster"]),
    (
        "emr-serverless",
        JOB,
        &[
            "cancelJobRun",
            "createApplication",
            "deleteApplication",
            "startApplication",
            "startJobRun",
            "stopApplication",
        ],
    ),
    ("events", CALLBACK, &["putEvents"]),
    ("glue", JOB, &["startJobRun"]),
    ("http", CALL, &["invoke"]),
    ("lambda", CALLBACK, &["invoke"]),
    ("mediaconvert", JOB, &["createJob"]),
    (
        "sagemaker",
        JOB,
        &[
            "createHyperParameterTuningJob",
            "createLabelingJob",
            "createProcessingJob",
            "createTrainingJob",
            "createTransformJob",
        ],
    ),
    ("sagemaker", CALL, &["createEndpoint", "createEndpointConfig", "createModel", "updateEndpoint"]),
    ("sns", CALLBACK, &["publish"]),
    ("sqs", CALLBACK, &["sendMessage"]),
    ("states", EXECUTION, &["startExecution"]),
];

/// The pattern that `SERVICE:RESOURCE` asks for, as `sqs` and `sendMessage.waitForTaskToken`; `None` when there is
/// nothing that could be called so.
pub(super) fn pattern(service: &str, resource: &str) -> Option<Pattern> {
    let (action, suffix) = match resource.split_once('.') {
        Some((action, suffix)) => (action, Some(suffix)),
        None => (resource, None),
    };
    let waits = match service.strip_prefix("aws-sdk:") {
        Some(service) => is_sdk_call(service, action).then_some(CALLBACK)?,
        None => {
            let (_, waits, _) = INTEGRATIONS
                .iter()
                .find(|(name, _, actions)| *name == service && actions.contains(&action))?;
            *waits
        }
    };
    match suffix {
        None => Some(Pattern::RequestResponse),
        Some("sync") if waits.job => Some(Pattern::Sync),
        Some("sync:2") if waits.decoded_job => Some(Pattern::Sync),
        Some("waitForTaskToken") if waits.callback => Some(Pattern::WaitForTaskToken),
        Some(_) => None,
    }
}

/// Whether a name could be one of an SDK's service and its action, which begins with a small letter.
fn is_sdk_call(service: &str, action: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_word(service) && is_word(action) && action.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_called_and_waited_for_as_they_can_be() {
        for (service, resource, expected) in [
            ("lambda", "invoke", Some(Pattern::RequestResponse)),
            ("lambda", "invoke.waitForTaskToken", Some(Pattern::WaitForTaskToken)),
            ("lambda", "invoke.sync", None),
            ("lambda", "foo", None),
            ("lambda", "Invoke", None),
            ("sns", "publish.sync", None),
            ("dynamodb", "putItem", Some(Pattern::RequestResponse)),
            ("dynamodb", "putItem.waitForTaskToken", None),
            ("dynamodb", "query", None),
            ("states", "startExecution.sync", Some(Pattern::Sync)),
            ("states", "startExecution.sync:2", Some(Pattern::Sync)),
            ("states", "startExecution.sync:3", None),
            ("ecs", "runTask.sync", Some(Pattern::Sync)),
            ("ecs", "runTask.sync:2", None),
            ("codebuild", "startBuild.sync", Some(Pattern::Sync)),
            ("codebuild", "stopBuild.sync", None),
            ("emr-serverless", "startJobRun.sync", Some(Pattern::Sync)),
            ("http", "invoke", Some(Pattern::RequestResponse)),
            ("nope", "doIt", None),
            ("aws-sdk:s3", "getObject", Some(Pattern::RequestResponse)),
            ("aws-sdk:sfn", "startExecution.waitForTaskToken", Some(Pattern::WaitForTaskToken)),
            ("aws-sdk:sfn", "startExecution.sync", None),
            ("aws-sdk:s3", "GetObject", None),
            ("aws-sdk:", "getObject", None),
            ("aws-sdk", "getObject", None),
        ] {
            assert_eq!(pattern(service, resource), expected, "{service}:{resource}");
        }
    }
}
