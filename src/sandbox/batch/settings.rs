//! What `sandbox.toml` says of jobs: roles, functions, and what goes wrong on purpose. Data only.

/// Who a role's trust policy lets assume it, for a role that says nothing.
pub const BATCH_OPERATIONS: &str = "batchoperations.s3.amazonaws.com";

#[derive(Debug, Clone, PartialEq)]
pub struct JobSettings {
    /// As many jobs have tasks that run; those of lower priority pause.
    pub at_once: usize,
    /// Of each job; None is as fast as can be.
    pub tasks_per_second: Option<u32>,
    /// Rows of a report's file; more go into further ones.
    pub rows_per_file: u64,
    /// So many calls of CreateJob answer 500 although they made the job.
    pub create_job_500: u64,
    /// Tasks that fail; the first that fits an object counts.
    pub fail: Vec<PlantedFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedFailure {
    /// Of keys.
    pub prefix: String,
    pub code: String,
    pub status: u16,
    pub message: String,
}

/// A role of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    /// The services that may assume it.
    pub trust: Vec<String>,
    /// Whether it is assumed with a code of a device only.
    pub mfa: bool,
    /// What who assumes it must know.
    pub external_id: Option<String>,
    /// The longest a session of it may last, in seconds.
    pub max_duration: u32,
}

impl Default for JobSettings {
    fn default() -> Self {
        JobSettings {
            at_once: 5,
            tasks_per_second: None,
            rows_per_file: 100_000,
            create_job_500: 0,
            fail: Vec::new(),
        }
    }
}

impl Role {
    /// The role that every sandbox has unless its file names others.
    pub fn default_one() -> Self {
        Role { trust: vec![BATCH_OPERATIONS.into()], ..Role::named("opsctl-batch") }
    }

    /// One that no service may assume.
    pub fn named(name: &str) -> Self {
        Role { name: name.into(), trust: Vec::new(), mfa: false, external_id: None, max_duration: 3600 }
    }

    pub fn trusts(&self, service: &str) -> bool {
        self.trust.iter().any(|trusted| trusted == service)
    }

    /// Its AssumeRolePolicyDocument; `root` is the ARN of the account, whose users may assume it.
    pub fn trust_policy(&self, root: &str) -> String {
        let statement = |service: &String| {
            serde_json::json!({
                "Effect": "Allow",
                "Principal": { "Service": service },
                "Action": "sts:AssumeRole",
            })
        };
        let mut users = serde_json::json!({
            "Effect": "Allow",
            "Principal": { "AWS": root },
            "Action": "sts:AssumeRole",
        });
        if self.mfa {
            users["Condition"]["Bool"]["aws:MultiFactorAuthPresent"] = "true".into();
        }
        if let Some(id) = &self.external_id {
            users["Condition"]["StringEquals"]["sts:ExternalId"] = id.as_str().into();
        }
        let statements: Vec<_> = self.trust.iter().map(statement).chain([users]).collect();
        serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
    }
}

impl JobSettings {
    /// What is to go wrong with the object of this key.
    pub fn planted(&self, key: &str) -> Option<&PlantedFailure> {
        self.fail.iter().find(|failure| key.starts_with(&failure.prefix))
    }
}
