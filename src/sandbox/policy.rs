//! What the caller may do: everything, except the actions that `sandbox.toml` denies. Owns the list of actions that
//! the sandbox knows, and AWS's sentence for a denial.

use super::services::ServiceError;

/// Every action a denial can name.
pub const ACTIONS: &[&str] = &[
    "cloudwatch:DeleteAlarmMuteRule",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarmContributors",
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:DisableAlarmActions",
    "cloudwatch:EnableAlarmActions",
    "cloudwatch:GetAlarmMuteRule",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListAlarmMuteRules",
    "cloudwatch:ListMetrics",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutAlarmMuteRule",
    "cloudwatch:PutCompositeAlarm",
    "cloudwatch:PutLogAlarm",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:PutMetricData",
    "cloudwatch:SetAlarmState",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
    "iam:GetRole",
    "iam:PassRole",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:InvokeFunction",
    "lambda:ListFunctions",
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionTagging",
    "s3:GetReplicationConfiguration",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:PutReplicationConfiguration",
    "s3:RestoreObject",
    "s3:CreateJob",
    "s3:DeleteJobTagging",
    "s3:DescribeJob",
    "s3:GetJobTagging",
    "s3:ListJobs",
    "s3:PutJobTagging",
    "s3:UpdateJobPriority",
    "s3:UpdateJobStatus",
    "sns:Publish",
    "sqs:GetQueueUrl",
    "sqs:SendMessage",
    "ssm:CancelCommand",
    "ssm:DescribeDocument",
    "ssm:DescribeInstanceInformation",
    "ssm:DescribeInstanceProperties",
    "ssm:DescribeSessions",
    "ssm:GetCommandInvocation",
    "ssm:GetConnectionStatus",
    "ssm:GetDocument",
    "ssm:ListCommandInvocations",
    "ssm:ListCommands",
    "ssm:ListDocuments",
    "ssm:ResumeSession",
    "ssm:SendCommand",
    "ssm:StartSession",
    "ssm:TerminateSession",
    "ssmmessages:OpenDataChannel",
    "states:CreateActivity",
    "states:CreateStateMachine",
    "states:CreateStateMachineAlias",
    "states:DeleteActivity",
    "states:DeleteStateMachine",
    "states:DeleteStateMachineAlias",
    "states:DeleteStateMachineVersion",
    "states:DescribeActivity",
    "states:DescribeExecution",
    "states:DescribeMapRun",
    "states:DescribeStateMachine",
    "states:DescribeStateMachineAlias",
    "states:DescribeStateMachineForExecution",
    "states:GetActivityTask",
    "states:GetExecutionHistory",
    "states:ListActivities",
    "states:ListExecutions",
    "states:ListMapRuns",
    "states:ListStateMachineAliases",
    "states:ListStateMachineVersions",
    "states:ListStateMachines",
    "states:ListTagsForResource",
    "states:PublishStateMachineVersion",
    "states:RedriveExecution",
    "states:SendTaskFailure",
    "states:SendTaskHeartbeat",
    "states:SendTaskSuccess",
    "states:StartExecution",
    "states:StartSyncExecution",
    "states:StopExecution",
    "states:TagResource",
    "states:TestState",
    "states:UntagResource",
    "states:UpdateMapRun",
    "states:UpdateStateMachine",
    "states:UpdateStateMachineAlias",
    "states:ValidateStateMachineDefinition",
    "sts:AssumeRole",
    "sts:GetSessionToken",
];

/// Whether a pattern of a policy names an action: in any case of letters, with `*` for the rest at its end.
pub fn matches(pattern: &str, action: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => action.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)),
        None => pattern.eq_ignore_ascii_case(action),
    }
}

#[derive(Debug, Default)]
pub struct Policy {
    denied: Vec<String>,
}

impl Policy {
    pub fn new(denied: Vec<String>) -> Self {
        Policy { denied }
    }

    /// `caller` is the ARN of who wants to.
    pub fn check(&self, caller: &str, action: &str, resource: &str) -> Result<(), ServiceError> {
        if !self.denied.iter().any(|pattern| matches(pattern, action)) {
            return Ok(());
        }
        Err(ServiceError::new(
            "AccessDeniedException",
            format!(
                "User: {caller} is not authorized to perform: {action} on resource: {resource} \
                 with an explicit deny in an identity-based policy"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_policy() {
        for (pattern, action, expected) in [
            ("ssm:StartSession", "ssm:StartSession", true),
            ("SSM:startsession", "ssm:StartSession", true),
            ("ssm:Start", "ssm:StartSession", false),
            ("ssm:Describe*", "ssm:DescribeSessions", true),
            ("ssm:Describe*", "ssm:StartSession", false),
            ("*", "kms:Decrypt", true),
            ("ssm:StartSession*", "ssm:Start", false),
        ] {
            assert_eq!(matches(pattern, action), expected, "{pattern} {action}");
        }
    }

    #[test]
    fn a_denial_names_caller_action_and_resource() {
        let caller = "arn:aws:iam::111122223333:user/rehearsal";
        let policy = Policy::new(vec!["ssm:StartSession".into()]);
        assert!(policy.check(caller, "ssm:ResumeSession", "*").is_ok());
        let denial = policy.check(caller, "ssm:StartSession", "arn:x").unwrap_err();
        assert_eq!(denial.code, "AccessDeniedException");
        assert_eq!(
            denial.message,
            "User: arn:aws:iam::111122223333:user/rehearsal is not authorized to perform: ssm:StartSession \
             on resource: arn:x with an explicit deny in an identity-based policy"
        );
    }
}
