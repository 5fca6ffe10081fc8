//! The shapes of the job calls as the service's model has them: which members a structure has, what they are called on
//! the wire, and how lists and maps are written. Data only; `xml` reads and writes by it.

/// What stands in an element.
pub enum Shape {
    Text,
    /// A whole number.
    Number,
    Boolean,
    Structure(&'static [Member]),
    /// The name of the element that holds one.
    List(&'static str, &'static Shape),
    /// Text by text, in elements `entry` of `key` and `value`.
    Map,
}

pub struct Member {
    /// In the API's JSON.
    pub name: &'static str,
    /// In XML.
    pub element: &'static str,
    pub shape: &'static Shape,
}

const fn member(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, element: name, shape }
}

const fn text(name: &'static str) -> Member {
    member(name, &Shape::Text)
}

const fn number(name: &'static str) -> Member {
    member(name, &Shape::Number)
}

const fn boolean(name: &'static str) -> Member {
    member(name, &Shape::Boolean)
}

const fn renamed(name: &'static str, element: &'static str, shape: &'static Shape) -> Member {
    Member { name, element, shape }
}

pub const CREATE_JOB: Shape = Shape::Structure(&[
    boolean("ConfirmationRequired"),
    member("Operation", &OPERATION),
    member("Report", &REPORT),
    text("ClientRequestToken"),
    member("Manifest", &MANIFEST),
    text("Description"),
    number("Priority"),
    text("RoleArn"),
    member("Tags", &TAGS),
    member("ManifestGenerator", &GENERATOR),
]);

pub const PUT_JOB_TAGGING: Shape = Shape::Structure(&[member("Tags", &TAGS)]);

pub const CREATE_JOB_RESULT: Shape = Shape::Structure(&[text("JobId")]);

pub const DESCRIBE_JOB_RESULT: Shape = Shape::Structure(&[member(
    "Job",
    &Shape::Structure(&[
        text("JobId"),
        boolean("ConfirmationRequired"),
        text("Description"),
        text("JobArn"),
        text("Status"),
        member("Manifest", &MANIFEST),
        member("Operation", &OPERATION),
        number("Priority"),
        member("ProgressSummary", &PROGRESS),
        text("StatusUpdateReason"),
        member("FailureReasons", &Shape::List("member", &FAILURE)),
        member("Report", &REPORT),
        text("CreationTime"),
        text("TerminationDate"),
        text("RoleArn"),
        text("SuspendedDate"),
        text("SuspendedCause"),
        member("ManifestGenerator", &GENERATOR),
        member(
            "GeneratedManifestDescriptor",
            &Shape::Structure(&[text("Format"), member("Location", &MANIFEST_LOCATION)]),
        ),
    ]),
)]);

pub const LIST_JOBS_RESULT: Shape =
    Shape::Structure(&[text("NextToken"), member("Jobs", &Shape::List("member", &LISTED_JOB))]);

pub const UPDATE_JOB_PRIORITY_RESULT: Shape = Shape::Structure(&[text("JobId"), number("Priority")]);

pub const UPDATE_JOB_STATUS_RESULT: Shape =
    Shape::Structure(&[text("JobId"), text("Status"), text("StatusUpdateReason")]);

pub const GET_JOB_TAGGING_RESULT: Shape = PUT_JOB_TAGGING;

pub const NOTHING: Shape = Shape::Structure(&[]);

const TEXTS: Shape = Shape::List("member", &Shape::Text);
const TAGS: Shape = Shape::List("member", &Shape::Structure(&[text("Key"), text("Value")]));

const LISTED_JOB: Shape = Shape::Structure(&[
    text("JobId"),
    text("Description"),
    text("Operation"),
    number("Priority"),
    text("Status"),
    text("CreationTime"),
    text("TerminationDate"),
    member("ProgressSummary", &PROGRESS),
]);

const PROGRESS: Shape = Shape::Structure(&[
    number("TotalNumberOfTasks"),
    number("NumberOfTasksSucceeded"),
    number("NumberOfTasksFailed"),
    member("Timers", &Shape::Structure(&[number("ElapsedTimeInActiveSeconds")])),
]);

const FAILURE: Shape = Shape::Structure(&[text("FailureCode"), text("FailureReason")]);

const REPORT: Shape = Shape::Structure(&[
    text("Bucket"),
    text("Format"),
    boolean("Enabled"),
    text("Prefix"),
    text("ReportScope"),
    text("ExpectedBucketOwner"),
]);

const MANIFEST: Shape = Shape::Structure(&[
    member("Spec", &Shape::Structure(&[text("Format"), member("Fields", &TEXTS)])),
    member("Location", &MANIFEST_LOCATION),
]);

const MANIFEST_LOCATION: Shape =
    Shape::Structure(&[text("ObjectArn"), text("ObjectVersionId"), text("ETag")]);

const GENERATOR: Shape = Shape::Structure(&[member(
    "S3JobManifestGenerator",
    &Shape::Structure(&[
        text("ExpectedBucketOwner"),
        text("SourceBucket"),
        member(
            "ManifestOutputLocation",
            &Shape::Structure(&[
                text("ExpectedManifestBucketOwner"),
                text("Bucket"),
                text("ManifestPrefix"),
                member(
                    "ManifestEncryption",
                    &Shape::Structure(&[
                        renamed("SSES3", "SSE-S3", &NOTHING),
                        renamed("SSEKMS", "SSE-KMS", &Shape::Structure(&[text("KeyId")])),
                    ]),
                ),
                text("ManifestFormat"),
            ]),
        ),
        member("Filter", &FILTER),
        boolean("EnableManifestOutput"),
    ]),
)]);

const FILTER: Shape = Shape::Structure(&[
    boolean("EligibleForReplication"),
    text("CreatedAfter"),
    text("CreatedBefore"),
    member("ObjectReplicationStatuses", &TEXTS),
    member(
        "KeyNameConstraint",
        &Shape::Structure(&[
            member("MatchAnyPrefix", &TEXTS),
            member("MatchAnySuffix", &TEXTS),
            member("MatchAnySubstring", &TEXTS),
        ]),
    ),
    number("ObjectSizeGreaterThanBytes"),
    number("ObjectSizeLessThanBytes"),
    member("MatchAnyStorageClass", &TEXTS),
    member(
        "MatchAnyObjectEncryption",
        &Shape::List(
            "ObjectEncryption",
            &Shape::Structure(&[
                renamed("SSES3", "SSE-S3", &NOTHING),
                renamed(
                    "SSEKMS",
                    "SSE-KMS",
                    &Shape::Structure(&[text("KmsKeyArn"), boolean("BucketKeyEnabled")]),
                ),
                renamed("DSSEKMS", "DSSE-KMS", &Shape::Structure(&[text("KmsKeyArn")])),
                renamed("SSEC", "SSE-C", &NOTHING),
                renamed("NOTSSE", "NOT-SSE", &NOTHING),
            ]),
        ),
    ),
]);

const OPERATION: Shape = Shape::Structure(&[
    member(
        "LambdaInvoke",
        &Shape::Structure(&[
            text("FunctionArn"),
            text("InvocationSchemaVersion"),
            member("UserArguments", &Shape::Map),
        ]),
    ),
    member("S3PutObjectCopy", &COPY),
    member(
        "S3PutObjectAcl",
        &Shape::Structure(&[member(
            "AccessControlPolicy",
            &Shape::Structure(&[
                member(
                    "AccessControlList",
                    &Shape::Structure(&[
                        member("Owner", &Shape::Structure(&[text("ID"), text("DisplayName")])),
                        member("Grants", &GRANTS),
                    ]),
                ),
                text("CannedAccessControlList"),
            ]),
        )]),
    ),
    member("S3PutObjectTagging", &Shape::Structure(&[member("TagSet", &TAGS)])),
    member("S3DeleteObjectTagging", &NOTHING),
    member(
        "S3InitiateRestoreObject",
        &Shape::Structure(&[number("ExpirationInDays"), text("GlacierJobTier")]),
    ),
    member(
        "S3PutObjectLegalHold",
        &Shape::Structure(&[member("LegalHold", &Shape::Structure(&[text("Status")]))]),
    ),
    member(
        "S3PutObjectRetention",
        &Shape::Structure(&[
            boolean("BypassGovernanceRetention"),
            member(
                "Retention",
                &Shape::Structure(&[
                    text("RetainUntilDate"),
                    text("Mode"),
                    text("EventHold"),
                    member("EventHoldDuration", &HOLD_DURATION),
                ]),
            ),
        ]),
    ),
    member("S3ReplicateObject", &NOTHING),
    member("S3ComputeObjectChecksum", &Shape::Structure(&[text("ChecksumAlgorithm"), text("ChecksumType")])),
    member(
        "S3UpdateObjectEncryption",
        &Shape::Structure(&[member(
            "ObjectEncryption",
            &Shape::Structure(&[renamed(
                "SSEKMS",
                "SSE-KMS",
                &Shape::Structure(&[text("KMSKeyArn"), boolean("BucketKeyEnabled")]),
            )]),
        )]),
    ),
]);

const COPY: Shape = Shape::Structure(&[
    text("TargetResource"),
    text("CannedAccessControlList"),
    member("AccessControlGrants", &GRANTS),
    text("MetadataDirective"),
    text("AnnotationDirective"),
    text("ModifiedSinceConstraint"),
    member(
        "NewObjectMetadata",
        &Shape::Structure(&[
            text("CacheControl"),
            text("ContentDisposition"),
            text("ContentEncoding"),
            text("ContentLanguage"),
            member("UserMetadata", &Shape::Map),
            number("ContentLength"),
            text("ContentMD5"),
            text("ContentType"),
            text("HttpExpiresDate"),
            boolean("RequesterCharged"),
            text("SSEAlgorithm"),
        ]),
    ),
    member("NewObjectTagging", &TAGS),
    text("RedirectLocation"),
    boolean("RequesterPays"),
    text("StorageClass"),
    text("UnModifiedSinceConstraint"),
    text("SSEAwsKmsKeyId"),
    text("TargetKeyPrefix"),
    text("ObjectLockLegalHoldStatus"),
    text("ObjectLockMode"),
    text("ObjectLockRetainUntilDate"),
    boolean("BucketKeyEnabled"),
    text("ChecksumAlgorithm"),
    text("ObjectLockEventHold"),
    member("ObjectLockEventHoldDuration", &HOLD_DURATION),
]);

const HOLD_DURATION: Shape = Shape::Structure(&[number("Days"), number("Years")]);

const GRANTS: Shape = Shape::List(
    "member",
    &Shape::Structure(&[
        member(
            "Grantee",
            &Shape::Structure(&[text("TypeIdentifier"), text("Identifier"), text("DisplayName")]),
        ),
        text("Permission"),
    ]),
);
