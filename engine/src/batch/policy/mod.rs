//! What the role of a job must trust and be allowed to do: the two IAM documents, for exactly the buckets, prefixes and
//! keys that the job touches. Actions by operation as the guide lists them.

mod trust;

use serde_json::{Value, json};

pub use trust::{SERVICE, trust, trusts};

use super::arn::{self, Arn, Function};
use super::operation::{Operation, OperationKind};

/// A bucket, and the keys in it that begin with the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    pub bucket: String,
    pub prefix: String,
}

/// A manifest that is read, or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestAccess {
    /// One object.
    Object { bucket: String, key: String },
    /// An inventory: its manifest.json and all data files, which are below this prefix.
    Inventory { bucket: String, prefix: String },
    /// The service lists the bucket itself; `output` is where the list is kept.
    Generated { output: Option<Area> },
}

/// Everything the documents depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs<'a> {
    pub partition: &'a str,
    pub account: Option<&'a str>,
    pub region: &'a str,
    pub operation: &'a Operation,
    /// Where the objects are.
    pub objects: Vec<Area>,
    pub manifest: ManifestAccess,
    pub report: Option<Area>,
    /// Keys that objects, manifests and reports are encrypted with.
    pub kms_keys: Vec<String>,
}

/// The permissions document.
pub fn permissions(needs: &Needs<'_>) -> Value {
    let mut statements = Statements { partition: needs.partition, list: Vec::new() };
    statements.operation(needs);
    match &needs.manifest {
        ManifestAccess::Object { bucket, key } => {
            let object = [statements.object(bucket, key)];
            statements.allow("ReadManifest", &["s3:GetObject", "s3:GetObjectVersion"], object);
        }
        ManifestAccess::Inventory { bucket, prefix } => {
            let objects = [format!("{}*", statements.object(bucket, prefix))];
            statements.allow("ReadInventory", &["s3:GetObject", "s3:GetObjectVersion"], objects);
        }
        ManifestAccess::Generated { output } => {
            let buckets: Vec<String> =
                needs.objects.iter().map(|area| statements.bucket(&area.bucket)).collect();
            statements.allow("GenerateManifest", &["s3:PutInventoryConfiguration"], buckets);
            if let Some(output) = output {
                let objects = [statements.area(output)];
                let actions = ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"];
                statements.allow("KeepGeneratedManifest", &actions, objects);
            }
        }
    }
    if let Some(report) = &needs.report {
        let folder = Area { bucket: report.bucket.clone(), prefix: below(&report.prefix) };
        let objects = [statements.area(&folder)];
        statements.allow("WriteReport", &["s3:PutObject"], objects);
    }
    if !needs.kms_keys.is_empty() {
        let mut actions = vec!["kms:Decrypt", "kms:GenerateDataKey"];
        if needs.operation.kind() == OperationKind::Encrypt {
            actions.extend(["kms:Encrypt", "kms:ReEncrypt*"]);
        }
        statements.allow("UseKeys", &actions, needs.kms_keys.clone());
    }
    json!({ "Version": "2012-10-17", "Statement": statements.list })
}

/// A prefix in the sense of a folder, as reports and copies mean it.
fn below(prefix: &str) -> String {
    let folder = prefix.trim_end_matches('/');
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// What stands for other text in a resource of a policy, as the text that it is.
///
/// Source of the rule: the guide of IAM on policy variables, of which there are three for such characters.
fn escaped(key: &str) -> String {
    let mut escaped = String::with_capacity(key.len());
    for letter in key.chars() {
        match letter {
            '*' | '?' | '$' => escaped.extend(['$', '{', letter, '}']),
            other => escaped.push(other),
        }
    }
    escaped
}

struct Statements<'a> {
    partition: &'a str,
    list: Vec<Value>,
}

impl Statements<'_> {
    fn allow(&mut self, sid: &str, actions: &[&str], resources: impl IntoIterator<Item = String>) {
        let mut resources: Vec<String> = resources.into_iter().collect();
        resources.sort();
        resources.dedup();
        self.list.push(json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources }));
    }

    fn bucket(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition)
    }

    fn object(&self, bucket: &str, key: &str) -> String {
        format!("arn:{}:s3:::{bucket}/{}", self.partition, escaped(key))
    }

    fn area(&self, area: &Area) -> String {
        format!("{}*", self.object(&area.bucket, &area.prefix))
    }

    fn operation(&mut self, needs: &Needs<'_>) {
        let objects: Vec<String> = needs.objects.iter().map(|area| self.area(area)).collect();
        let buckets: Vec<String> = needs.objects.iter().map(|area| self.bucket(&area.bucket)).collect();
        let actions: &[&str] = match needs.operation {
            Operation::LambdaInvoke(lambda) => {
                let functions = self.functions(&lambda.function_arn, needs);
                return self.allow("InvokeFunction", &["lambda:InvokeFunction"], functions);
            }
            Operation::S3PutObjectCopy(copy) => return self.copy(copy, objects, buckets),
            Operation::S3PutObjectAcl(_) => &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
            Operation::S3PutObjectTagging(_) => &["s3:PutObjectTagging", "s3:PutObjectVersionTagging"],
            Operation::S3DeleteObjectTagging(_) => {
                &["s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"]
            }
            Operation::S3InitiateRestoreObject(_) => &["s3:RestoreObject"],
            Operation::S3PutObjectLegalHold(_) => {
                self.allow("ReadObjectLock", &["s3:GetBucketObjectLockConfiguration"], buckets.clone());
                &["s3:PutObjectLegalHold"]
            }
            Operation::S3PutObjectRetention(retention) => {
                self.allow("ReadObjectLock", &["s3:GetBucketObjectLockConfiguration"], buckets.clone());
                match retention.bypass_governance_retention {
                    Some(true) => &["s3:PutObjectRetention", "s3:BypassGovernanceRetention"],
                    _ => &["s3:PutObjectRetention"],
                }
            }
            Operation::S3ReplicateObject(_) => {
                self.allow("ReadReplication", &["s3:GetReplicationConfiguration"], buckets.clone());
                &["s3:InitiateReplication"]
            }
            Operation::S3ComputeObjectChecksum(_) => &["s3:GetObject", "s3:GetObjectVersion"],
            Operation::S3UpdateObjectEncryption(_) => {
                &["s3:GetObject", "s3:PutObject", "s3:UpdateObjectEncryption"]
            }
        };
        self.allow("Operate", actions, objects);
        // Without it a key that does not exist is told as denied.
        self.allow("TellMissingFromDenied", &["s3:ListBucket"], buckets);
    }

    fn copy(&mut self, copy: &super::Copy, objects: Vec<String>, buckets: Vec<String>) {
        let source = [
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:GetObjectAcl",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersionTagging",
        ];
        self.allow("ReadSource", &source, objects);
        self.allow("TellMissingFromDenied", &["s3:ListBucket"], buckets);
        if copy.is_to_directory_bucket() {
            return self.allow("WriteCopies", &["s3express:CreateSession"], [copy.target_resource.clone()]);
        }
        let mut target = vec!["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"];
        if copy.object_lock_mode.is_some() || copy.object_lock_event_hold.is_some() {
            target.push("s3:PutObjectRetention");
        }
        if copy.object_lock_legal_hold_status.is_some() {
            target.push("s3:PutObjectLegalHold");
        }
        let bucket = arn::bucket(&copy.target_resource).unwrap_or_default().to_owned();
        let prefix = below(copy.target_key_prefix.as_deref().unwrap_or_default());
        let copies = [self.area(&Area { bucket, prefix })];
        self.allow("WriteCopies", &target, copies);
    }

    /// With a version or an alias, that and the function itself.
    fn functions(&self, named: &str, needs: &Needs<'_>) -> Vec<String> {
        let Some(function) = Function::parse(named) else { return vec![named.to_owned()] };
        let partition = Arn::parse(named).map_or(needs.partition, |arn| arn.partition);
        let region = function.region.unwrap_or(needs.region);
        let account = function.account.or(needs.account).unwrap_or("*");
        let whole = format!("arn:{partition}:lambda:{region}:{account}:function:{}", function.name);
        match function.qualifier {
            Some(qualifier) => vec![format!("{whole}:{qualifier}"), whole],
            None => vec![format!("{whole}:*"), whole],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Copy, Encrypt, Lambda, Nothing, Retention, Tagging};

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c";

    fn area(bucket: &str, prefix: &str) -> Area {
        Area { bucket: bucket.into(), prefix: prefix.into() }
    }

    fn needs(operation: &Operation) -> Needs<'_> {
        Needs {
            partition: "aws",
            account: Some("111122223333"),
            region: "eu-west-1",
            operation,
            objects: vec![area("data", "logs/")],
            manifest: ManifestAccess::Object { bucket: "lists".into(), key: "one.csv".into() },
            report: Some(area("reports", "batch")),
            kms_keys: Vec::new(),
        }
    }

    /// "Sid: actions on resources", a line a statement.
    fn told(needs: &Needs<'_>) -> Vec<String> {
        let words = |value: &Value| {
            let words = value.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
            words.collect::<Vec<_>>().join(" ")
        };
        let line = |statement: &Value| {
            let sid = statement["Sid"].as_str().unwrap();
            format!("{sid}: {} on {}", words(&statement["Action"]), words(&statement["Resource"]))
        };
        permissions(needs)["Statement"].as_array().unwrap().iter().map(line).collect()
    }

    #[test]
    fn tagging_needs_its_objects_its_manifest_and_its_report() {
        let operation = Operation::S3PutObjectTagging(Tagging::default());
        assert_eq!(
            told(&needs(&operation)),
            [
                "Operate: s3:PutObjectTagging s3:PutObjectVersionTagging on arn:aws:s3:::data/logs/*",
                "TellMissingFromDenied: s3:ListBucket on arn:aws:s3:::data",
                "ReadManifest: s3:GetObject s3:GetObjectVersion on arn:aws:s3:::lists/one.csv",
                "WriteReport: s3:PutObject on arn:aws:s3:::reports/batch/*",
            ]
        );
    }

    /// Else a prefix with a star in it would open the keys of others.
    #[test]
    fn what_is_special_in_a_policy_stands_for_itself() {
        let operation = Operation::S3DeleteObjectTagging(Nothing {});
        let key = "what?/a*b/${aws:username}.csv";
        let object = Needs {
            objects: vec![area("data", "100$/*/")],
            manifest: ManifestAccess::Object { bucket: "lists".into(), key: key.into() },
            report: Some(area("reports", "why?")),
            ..needs(&operation)
        };
        let resources = |needs: &Needs<'_>| -> Vec<String> {
            told(needs).iter().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect()
        };
        assert_eq!(
            resources(&object),
            [
                "arn:aws:s3:::data/100${$}/${*}/*",
                "arn:aws:s3:::data",
                "arn:aws:s3:::lists/what${?}/a${*}b/${$}{aws:username}.csv",
                "arn:aws:s3:::reports/why${?}/*",
            ]
        );
        let manifest = ManifestAccess::Inventory { bucket: "lists".into(), prefix: "inv*/".into() };
        assert_eq!(resources(&Needs { manifest, ..object.clone() })[2], "arn:aws:s3:::lists/inv${*}/*");
        let output = Some(area("lists", "made?/"));
        let manifest = ManifestAccess::Generated { output };
        assert_eq!(resources(&Needs { manifest, ..object })[3], "arn:aws:s3:::lists/made${?}/*");
        let copy = Operation::S3PutObjectCopy(Box::new(Copy {
            target_resource: "arn:aws:s3:::copies".into(),
            target_key_prefix: Some("new*".into()),
            ..Copy::default()
        }));
        assert_eq!(resources(&needs(&copy))[2], "arn:aws:s3:::copies/new${*}/*");
    }

    #[test]
    fn a_copy_reads_here_and_writes_there_with_its_locks_and_keys() {
        let operation = Operation::S3PutObjectCopy(Box::new(Copy {
            target_resource: "arn:aws:s3:::copies".into(),
            target_key_prefix: Some("moved".into()),
            object_lock_mode: Some("GOVERNANCE".into()),
            object_lock_legal_hold_status: Some("ON".into()),
            ..Copy::default()
        }));
        let needs = Needs { report: None, kms_keys: vec![KEY.into()], ..needs(&operation) };
        assert_eq!(
            told(&needs),
            [
                "ReadSource: s3:GetObject s3:GetObjectVersion s3:GetObjectAcl s3:GetObjectVersionAcl \
                 s3:GetObjectTagging s3:GetObjectVersionTagging on arn:aws:s3:::data/logs/*",
                "TellMissingFromDenied: s3:ListBucket on arn:aws:s3:::data",
                "WriteCopies: s3:PutObject s3:PutObjectAcl s3:PutObjectTagging s3:PutObjectRetention \
                 s3:PutObjectLegalHold on arn:aws:s3:::copies/moved/*",
                "ReadManifest: s3:GetObject s3:GetObjectVersion on arn:aws:s3:::lists/one.csv",
                &format!("UseKeys: kms:Decrypt kms:GenerateDataKey on {KEY}"),
            ]
        );
    }

    #[test]
    fn a_function_is_allowed_with_its_version() {
        for (named, resources) in [
            (
                "f:3",
                "arn:aws:lambda:eu-west-1:111122223333:function:f arn:aws:lambda:eu-west-1:111122223333:function:f:3",
            ),
            (
                "arn:aws-cn:lambda:cn-north-1:999988887777:function:f",
                "arn:aws-cn:lambda:cn-north-1:999988887777:function:f arn:aws-cn:lambda:cn-north-1:999988887777:function:f:*",
            ),
        ] {
            let operation =
                Operation::LambdaInvoke(Lambda { function_arn: named.into(), ..Lambda::default() });
            assert_eq!(
                told(&needs(&operation))[0],
                format!("InvokeFunction: lambda:InvokeFunction on {resources}")
            );
        }
    }

    #[test]
    fn locks_replication_encryption_and_generated_manifests_need_the_bucket() {
        let retention = Operation::S3PutObjectRetention(Retention {
            bypass_governance_retention: Some(true),
            ..Retention::default()
        });
        assert_eq!(
            told(&needs(&retention))[..2],
            [
                "ReadObjectLock: s3:GetBucketObjectLockConfiguration on arn:aws:s3:::data",
                "Operate: s3:PutObjectRetention s3:BypassGovernanceRetention on arn:aws:s3:::data/logs/*",
            ]
        );
        let replicate = Operation::S3ReplicateObject(Nothing {});
        let generated = Needs {
            manifest: ManifestAccess::Generated { output: Some(area("lists", "made/")) },
            ..needs(&replicate)
        };
        assert_eq!(
            told(&generated)[..5],
            [
                "ReadReplication: s3:GetReplicationConfiguration on arn:aws:s3:::data",
                "Operate: s3:InitiateReplication on arn:aws:s3:::data/logs/*",
                "TellMissingFromDenied: s3:ListBucket on arn:aws:s3:::data",
                "GenerateManifest: s3:PutInventoryConfiguration on arn:aws:s3:::data",
                "KeepGeneratedManifest: s3:PutObject s3:GetObject s3:GetObjectVersion on arn:aws:s3:::lists/made/*",
            ]
        );
        let encrypt = Operation::S3UpdateObjectEncryption(Encrypt::default());
        let needs = Needs { kms_keys: vec![KEY.into()], ..needs(&encrypt) };
        let told = told(&needs);
        assert_eq!(
            told.last().map(String::as_str),
            Some(
                format!("UseKeys: kms:Decrypt kms:GenerateDataKey kms:Encrypt kms:ReEncrypt* on {KEY}")
                    .as_str()
            )
        );
    }
}
