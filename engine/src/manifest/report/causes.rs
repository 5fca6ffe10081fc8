//! Why tasks fail, by the error code in a report: the likely cause, what to do, and whether trying again may do by
//! itself.
//!
//! Source: the guide of Batch Operations on troubleshooting and on each operation, and the error codes of S3.

/// What is most likely behind an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    pub cause: &'static str,
    pub cure: &'static str,
    /// The same task may well succeed later, with nothing changed.
    pub is_passing: bool,
}

const fn stays(cause: &'static str, cure: &'static str) -> Explanation {
    Explanation { cause, cure, is_passing: false }
}

const fn passes(cause: &'static str, cure: &'static str) -> Explanation {
    Explanation { cause, cure, is_passing: true }
}

const RETRY: &str = "opsctl s3 job retry JOB";

/// By code, else by status; none when neither says anything.
pub fn explain(error_code: &str, http_status: Option<u16>) -> Option<Explanation> {
    by_code(error_code).or_else(|| by_status(http_status?))
}

fn by_code(code: &str) -> Option<Explanation> {
    Some(match code.strip_suffix("Exception").unwrap_or(code) {
        "AccessDenied" | "Forbidden" => stays(
            "the role, the bucket's policy or the key's policy denies it; without s3:ListBucket a missing key looks so too",
            "opsctl s3 job policy prints what the role needs",
        ),
        "NoSuchKey" => stays(
            "the object is gone, or the manifest has its key not encoded, or encoded twice",
            "opsctl s3 manifest check MANIFEST",
        ),
        "NoSuchVersion" => stays(
            "the version is gone, or is the empty one of an inventory, which must be null",
            "opsctl s3 manifest build writes null for it",
        ),
        "NoSuchBucket" => {
            stays("the bucket of the manifest or the target is gone", "look at the bucket column")
        }
        "MethodNotAllowed" => stays(
            "the version is a delete marker, on which no operation works",
            "opsctl s3 manifest build leaves delete markers out",
        ),
        "InvalidObjectState" => stays(
            "the object is in an archive class and must be restored first",
            "opsctl s3 job create restore, and this job again when the objects are back",
        ),
        "RestoreAlreadyInProgress" => stays(
            "a restore of the object is under way already",
            "nothing, unless other days or a faster tier are wanted: then when it is over",
        ),
        "EntityTooLarge" => stays(
            "no job copies an object of over 5 GiB",
            "opsctl s3 manifest build --max-size 5GiB leaves those out; a Lambda job can copy them in parts",
        ),
        "KeyTooLongError" => stays(
            "the key, with the prefix that the copy puts before it, has over 1024 bytes",
            "opsctl s3 job create copy with a shorter prefix in --to",
        ),
        "AccessControlListNotSupported" => stays(
            "the bucket has ACLs switched off (bucket owner enforced)",
            "give access by a bucket policy instead",
        ),
        "InvalidBucketState" | "ObjectLockConfigurationNotFoundError" => {
            stays("the bucket has no Object Lock or no versioning", "switch it on for the bucket first")
        }
        "ReplicationConfigurationNotFoundError" => {
            stays("the source bucket has no replication configuration", "configure replication first")
        }
        "InvalidTag" | "BadRequest" | "InvalidArgument" | "InvalidRequest" | "MalformedXML" => stays(
            "the operation's settings do not fit the object: tags, retention, encryption or class",
            "the message says which; create the job again with other settings",
        ),
        "PreconditionFailed" => {
            stays("the object was modified outside of the dates that the job has", "widen the job's dates")
        }
        "KMS.Throttling" => passes(
            "more calls to KMS than the account's quota allows",
            "opsctl s3 job retry JOB; a bucket key lowers the calls",
        ),
        "KMS.Disabled" | "KMS.NotFound" | "KMS.InvalidState" | "KMS.KMSInvalidState" => stays(
            "the KMS key is disabled, being deleted or gone",
            "enable the key, or encrypt with another one",
        ),
        "KMS.AccessDenied" => stays(
            "the key's policy does not let the role use it",
            "opsctl s3 job policy prints what the role needs",
        ),
        "SlowDown" | "ServiceUnavailable" | "Throttling" | "TooManyRequests" | "RequestLimitExceeded" => {
            passes("more requests than the prefix or the account may make", RETRY)
        }
        "InternalError" | "InternalFailure" | "RequestTimeout" | "OperationAborted" => {
            passes("a failure on the side of S3, or another change at the same time", RETRY)
        }
        "PermanentFailure" => stays(
            "the Lambda function said so, failed, ran out of time or did not answer in the form asked for",
            "the message and the function's log say why",
        ),
        "TemporaryFailure" => {
            passes("the Lambda function asked to be called again until the job had no more patience", RETRY)
        }
        _ => return None,
    })
}

fn by_status(status: u16) -> Option<Explanation> {
    match status {
        403 => by_code("AccessDenied"),
        404 => by_code("NoSuchKey"),
        405 => by_code("MethodNotAllowed"),
        412 => by_code("PreconditionFailed"),
        429 | 503 => by_code("SlowDown"),
        500..=599 => by_code("InternalError"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_explain_themselves_and_statuses_where_the_code_is_unknown() {
        for (code, status, begin) in [
            ("AccessDenied", Some(403), Some("the role, ")),
            ("AccessDeniedException", None, Some("the role, ")),
            ("NoSuchKey", Some(404), Some("the object is gone")),
            ("InvalidObjectState", Some(403), Some("the object is in an archive class")),
            ("KeyTooLongError", Some(400), Some("the key, with the prefix")),
            ("KMS.ThrottlingException", Some(400), Some("more calls to KMS")),
            ("Unheard", Some(404), Some("the object is gone")),
            ("Unheard", Some(503), Some("more requests than")),
            ("Unheard", Some(400), None),
            ("", None, None),
        ] {
            let cause = explain(code, status).map(|it| it.cause);
            assert!(cause.is_some() == begin.is_some(), "{code} {status:?}: {cause:?}");
            assert!(
                cause.unwrap_or_default().starts_with(begin.unwrap_or_default()),
                "{code} {status:?}: {cause:?}"
            );
        }
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        for (code, passing) in [
            ("SlowDown", true),
            ("InternalError", true),
            ("TemporaryFailure", true),
            ("NoSuchKey", false),
            ("PermanentFailure", false),
        ] {
            assert_eq!(explain(code, None).map(|it| it.is_passing), Some(passing), "{code}");
        }
    }
}
