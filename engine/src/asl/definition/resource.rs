//! The `Resource` of a Task state: what its ARN asks for.

use std::sync::Arc;

use super::integrations::pattern;
use super::model::{Integration, Resource};

impl Resource {
    /// Reads the ARN of a resource; `None` when it is none that a task can call.
    pub fn parse(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [first, partition, service, _region, _account, rest] = parts.as_slice() else { return None };
        if *first != "arn" || !(*partition == "aws" || partition.starts_with("aws-")) || rest.is_empty() {
            return None;
        }
        match *service {
            "lambda" => rest.starts_with("function:").then(|| Resource::Lambda { arn: Arc::from(arn) }),
            "states" if rest.starts_with("activity:") => Some(Resource::Activity { arn: Arc::from(arn) }),
            "states" => Integration::parse(rest).map(Resource::Service),
            _ => None,
        }
    }
}

impl Integration {
    /// Reads `lambda:invoke.waitForTaskToken` or `aws-sdk:dynamodb:putItem`.
    fn parse(text: &str) -> Option<Self> {
        let (resource_type, resource) = text.rsplit_once(':').and_then(|(resource_type, resource)| {
            // The 2 of `.sync:2` belongs to the action.
            match resource_type.strip_suffix(".sync") {
                Some(_) => resource_type.rsplit_once(':').map(|(kind, _)| (kind, &text[kind.len() + 1..])),
                None => Some((resource_type, resource)),
            }
        })?;
        Some(Integration {
            resource_type: Arc::from(resource_type),
            resource: Arc::from(resource),
            pattern: pattern(resource_type, resource)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Pattern;
    use super::*;

    #[test]
    fn arns_name_functions_activities_and_services() {
        let service = |kind: &str, resource: &str, pattern| {
            Some(Resource::Service(Integration {
                resource_type: Arc::from(kind),
                resource: Arc::from(resource),
                pattern,
            }))
        };
        for (arn, expected) in [
            ("arn:aws:states:::lambda:invoke", service("lambda", "invoke", Pattern::RequestResponse)),
            (
                "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                service("sqs", "sendMessage.waitForTaskToken", Pattern::WaitForTaskToken),
            ),
            (
                "arn:aws:states:::states:startExecution.sync:2",
                service("states", "startExecution.sync:2", Pattern::Sync),
            ),
            ("arn:aws:states:::ecs:runTask.sync", service("ecs", "runTask.sync", Pattern::Sync)),
            (
                "arn:aws-cn:states:::aws-sdk:dynamodb:putItem",
                service("aws-sdk:dynamodb", "putItem", Pattern::RequestResponse),
            ),
            (
                "arn:aws:lambda:eu-west-1:111122223333:function:pay",
                Some(Resource::Lambda { arn: "arn:aws:lambda:eu-west-1:111122223333:function:pay".into() }),
            ),
            (
                "arn:aws:states:eu-west-1:111122223333:activity:sign",
                Some(Resource::Activity {
                    arn: "arn:aws:states:eu-west-1:111122223333:activity:sign".into(),
                }),
            ),
            ("arn:aws:states:::lambda", None),
            ("arn:aws:states:::lamda:invoke", None),
            ("arn:aws:states:::aws-sdk:putItem", None),
            ("arn:aws:states:::lambda:invoke.later", None),
            ("arn:aws:s3:::bucket", None),
            ("pay", None),
            ("", None),
            (".sync:2", None),
            ("arn:aws:states:::.sync:2", None),
        ] {
            assert_eq!(Resource::parse(arn), expected, "{arn}");
        }
    }
}
