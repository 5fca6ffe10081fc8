//! What the members of a job document are called on the command line: who typed an option is told of the option.

use opsctl_engine::batch::Fault;

/// By the member that is wrong, or the nearest one around it.
const OPTIONS: [(&str, &str); 45] = [
    ("AccessControlPolicy", "ACL"),
    ("AnnotationDirective", "--annotations"),
    ("BucketKeyEnabled", "--bucket-key"),
    ("BypassGovernanceRetention", "--bypass-governance"),
    ("CacheControl", "--cache-control"),
    ("ChecksumType", "--type"),
    ("ClientRequestToken", "--token"),
    ("ContentDisposition", "--content-disposition"),
    ("ContentEncoding", "--content-encoding"),
    ("ContentLanguage", "--content-language"),
    ("ContentType", "--content-type"),
    ("CreatedAfter", "--created-after"),
    ("CreatedBefore", "--created-before"),
    ("Description", "--description"),
    ("ExpirationInDays", "--days"),
    ("FunctionArn", "FUNCTION"),
    ("Grants", "--grant"),
    ("InvocationSchemaVersion", "--schema"),
    ("KMSKeyArn", "--kms-key"),
    ("ManifestOutputLocation", "--keep-manifest"),
    ("MatchAnyPrefix", "--generate"),
    ("MatchAnyStorageClass", "--of-class"),
    ("MatchAnySubstring", "--substring"),
    ("MatchAnySuffix", "--suffix"),
    ("ModifiedSinceConstraint", "--modified-since"),
    ("NewObjectTagging", "--set-tag"),
    ("ObjectLockEventHold", "--event-hold"),
    ("ObjectLockLegalHoldStatus", "--legal-hold"),
    ("ObjectLockMode", "--lock-mode"),
    ("ObjectLockRetainUntilDate", "--retain-until"),
    ("ObjectSizeGreaterThanBytes", "--larger-than"),
    ("ObjectSizeLessThanBytes", "--smaller-than"),
    ("Owner", "--owner"),
    ("RedirectLocation", "--redirect"),
    ("Report", "--report"),
    ("RequesterPays", "--requester-pays"),
    ("RetainUntilDate", "--until"),
    ("RoleArn", "--role"),
    ("SSEAlgorithm", "--sse"),
    ("SSEAwsKmsKeyId", "--kms-key"),
    ("TagSet", "KEY=VALUE"),
    ("Tags", "--tag"),
    ("UnModifiedSinceConstraint", "--unmodified-since"),
    ("UserArguments", "--argument"),
    ("UserMetadata", "--metadata"),
];

/// Members of one name that are several options.
const AMBIGUOUS: [(&str, &str, &str); 7] = [
    ("S3PutObjectCopy", "CannedAccessControlList", "--acl"),
    ("S3PutObjectCopy", "ChecksumAlgorithm", "--checksum"),
    ("S3PutObjectCopy", "StorageClass", "--storage-class"),
    ("S3PutObjectCopy", "TargetKeyPrefix", "--to"),
    ("S3PutObjectCopy", "TargetResource", "--to"),
    ("S3ComputeObjectChecksum", "ChecksumAlgorithm", "--algorithm"),
    ("S3PutObjectRetention", "EventHold", "--event-hold"),
];

/// Members that the text of a fault may name beside the one that it is about.
const BESIDE: [&str; 5] = [
    "ExpirationInDays",
    "UnModifiedSinceConstraint",
    "CreatedBefore",
    "SSEAlgorithm",
    "BypassGovernanceRetention",
];

/// A fault in the words of the command line, as far as it has some.
pub fn told(fault: &Fault) -> String {
    let mut message = fault.message.clone();
    for name in BESIDE {
        if let Some(option) = by_name(name) {
            message = message.replace(&format!("`{name}`"), option).replace(name, option);
        }
    }
    match option(&fault.path) {
        Some(option) => format!("{option}: {message}"),
        None if fault.path.is_empty() => message,
        None => format!("{}: {message}", fault.field()),
    }
}

fn option(path: &[String]) -> Option<&'static str> {
    path.iter().rev().find_map(|step| {
        let ambiguous = AMBIGUOUS
            .iter()
            .find(|(around, name, _)| step == name && path.iter().any(|other| other == around));
        ambiguous.map(|(_, _, option)| *option).or_else(|| by_name(step))
    })
}

fn by_name(name: &str) -> Option<&'static str> {
    OPTIONS.iter().find(|(known, _)| *known == name).map(|(_, option)| *option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_of_the_option() {
        let fault = |path: &[&str], message: &str| Fault {
            path: path.iter().map(|step| (*step).to_owned()).collect(),
            message: message.to_owned(),
            is_of_name: false,
        };
        for (path, message, expected) in [
            (
                &["Operation", "S3PutObjectTagging", "TagSet", "1", "Key"][..],
                "`a` is given twice",
                "KEY=VALUE: `a` is given twice",
            ),
            (
                &["Operation", "S3PutObjectCopy", "ObjectLockRetainUntilDate"],
                "is in the past",
                "--retain-until: is in the past",
            ),
            (&["Operation", "S3PutObjectCopy", "ChecksumAlgorithm"], "no", "--checksum: no"),
            (&["Operation", "S3ComputeObjectChecksum", "ChecksumAlgorithm"], "no", "--algorithm: no"),
            (&["Report", "Prefix"], "is empty", "--report: is empty"),
            (&[], "restores GLACIER, which needs ExpirationInDays", "restores GLACIER, which needs --days"),
            (&["Priority"], "no", "Priority: no"),
        ] {
            assert_eq!(told(&fault(path, message)), expected);
        }
    }

    /// No option is named that nobody can type.
    #[test]
    fn every_option_is_one_of_an_operation() {
        let root = crate::cli::built();
        let create = ["s3", "job", "create"]
            .into_iter()
            .fold(&root, |command, word| command.find_subcommand(word).unwrap());
        let has = |option: &str| {
            create.get_subcommands().flat_map(clap::Command::get_arguments).any(|arg| {
                match option.strip_prefix("--") {
                    Some(long) => arg.get_long() == Some(long),
                    None => {
                        arg.get_value_names().is_some_and(|names| names.iter().any(|name| name == option))
                    }
                }
            })
        };
        let ambiguous = AMBIGUOUS.iter().map(|(_, _, option)| option);
        for option in OPTIONS.iter().map(|(_, option)| option).chain(ambiguous) {
            assert!(has(option), "{option}");
        }
        assert!(OPTIONS.is_sorted());
    }
}
