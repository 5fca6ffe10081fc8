//! What can go wrong, as a user meets it: a kind (and with it an exit code), one sentence, causes and
//! hints. Owns the exit code table. It must not print: `output` does, from a [`Report`].

use std::fmt;

/// The exit codes; `opsctl help exit-codes` is made from [`exit_codes`].
pub mod exit {
    pub const DONE: u8 = 0;
    pub const FAILED: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const NOT_FOUND: u8 = 3;
    pub const CREDENTIALS: u8 = 4;
    pub const DENIED: u8 = 5;
    pub const CONDITION_FALSE: u8 = 6;
    pub const PARTIAL: u8 = 7;
    pub const TIMED_OUT: u8 = 8;
    pub const CONFLICT: u8 = 9;
    pub const BUG: u8 = 70;
    pub const TEMPORARY: u8 = 75;
    pub const HUNG_UP: u8 = 129;
    pub const INTERRUPTED: u8 = 130;
    pub const TERMINATED: u8 = 143;
    /// A failure of opsctl itself where the exit code otherwise belongs to a child program.
    pub const OWN_FAILURE: u8 = 255;
}

/// The result type of everything that talks to a user in the end.
pub type Result<T, E = anyhow::Error> = std::result::Result<T, E>;

/// Why something failed; decides the exit code. What each means is said by [`Kind::meaning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Failed,
    Usage,
    NotFound,
    Credentials,
    Denied,
    ConditionFalse,
    Partial,
    TimedOut,
    Conflict,
    Bug,
    Temporary,
    HungUp,
    Interrupted,
    /// Stays the last one: the completeness of [`Kind::ALL`] is checked by it.
    Terminated,
}

impl Kind {
    /// Every kind, in the order of the exit codes.
    pub const ALL: [Kind; 14] = [
        Kind::Failed,
        Kind::Usage,
        Kind::NotFound,
        Kind::Credentials,
        Kind::Denied,
        Kind::ConditionFalse,
        Kind::Partial,
        Kind::TimedOut,
        Kind::Conflict,
        Kind::Bug,
        Kind::Temporary,
        Kind::HungUp,
        Kind::Interrupted,
        Kind::Terminated,
    ];

    pub const fn exit_code(self) -> u8 {
        match self {
            Kind::Failed => exit::FAILED,
            Kind::Usage => exit::USAGE,
            Kind::NotFound => exit::NOT_FOUND,
            Kind::Credentials => exit::CREDENTIALS,
            Kind::Denied => exit::DENIED,
            Kind::ConditionFalse => exit::CONDITION_FALSE,
            Kind::Partial => exit::PARTIAL,
            Kind::TimedOut => exit::TIMED_OUT,
            Kind::Conflict => exit::CONFLICT,
            Kind::Bug => exit::BUG,
            Kind::Temporary => exit::TEMPORARY,
            Kind::Interrupted => exit::INTERRUPTED,
            Kind::Terminated => exit::TERMINATED,
            Kind::HungUp => exit::HUNG_UP,
        }
    }

    /// The name in JSON errors.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::NotFound => "notFound",
            Kind::Credentials => "credentials",
            Kind::Denied => "denied",
            Kind::ConditionFalse => "conditionFalse",
            Kind::Partial => "partial",
            Kind::TimedOut => "timedOut",
            Kind::Conflict => "conflict",
            Kind::Bug => "bug",
            Kind::Temporary => "temporary",
            Kind::Interrupted => "interrupted",
            Kind::Terminated => "terminated",
            Kind::HungUp => "hungUp",
        }
    }

    /// What the exit code tells, in the table of exit codes.
    pub const fn meaning(self) -> &'static str {
        match self {
            Kind::Failed => "failed, and none of the below says why",
            Kind::Usage => "usage: a bad option, value, query or file, or a question without a terminal",
            Kind::NotFound => "the named thing does not exist",
            Kind::Credentials => "no credentials, an expired login, an unknown profile, no region",
            Kind::Denied => "denied by a policy, or by a guard rail of the profile",
            Kind::ConditionFalse => "the condition is false: what was asked about is not so",
            Kind::Partial => "partly failed: some targets, regions or accounts",
            Kind::TimedOut => "a time limit was reached while waiting; the thing itself goes on",
            Kind::Conflict => "conflict: it exists already, is in the wrong state, or has changed since",
            Kind::Bug => "a bug in opsctl",
            Kind::Temporary => "temporary, trying later makes sense: network, throttled, a lock is held",
            Kind::HungUp => "ended by SIGHUP",
            Kind::Interrupted => "ended by SIGINT, which Ctrl-C sends",
            Kind::Terminated => "ended by SIGTERM",
        }
    }
}

/// Every exit code that is opsctl's own, with its meaning.
pub fn exit_codes() -> impl Iterator<Item = (u8, &'static str)> {
    let done = (exit::DONE, "done; for a wait or a check: the good state");
    let failures = Kind::ALL.into_iter().map(|kind| (kind.exit_code(), kind.meaning()));
    let own =
        (exit::OWN_FAILURE, "a failure of opsctl itself, where the exit code belongs to another program");
    [done].into_iter().chain(failures).chain([own])
}

/// What AWS said when a call failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsDetail {
    pub code: Option<String>,
    pub message: Option<String>,
    pub request_id: Option<String>,
}

/// A failure with everything the user is told about it.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    aws: Option<Box<AwsDetail>>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// `message`: lower case, no full stop, names the object.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), hints: Vec::new(), aws: None, source: None }
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Error::new(Kind::Failed, message)
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Error::new(Kind::Usage, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Error::new(Kind::NotFound, message)
    }

    /// Adds a command that can be pasted, or what to change. At most two are shown.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what matters more than the other hints.
    #[must_use]
    pub fn first_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.insert(0, hint.into());
        self
    }

    /// Says each hint otherwise.
    pub fn reword_hints(&mut self, reword: impl Fn(&str) -> String) {
        for hint in &mut self.hints {
            *hint = reword(hint);
        }
    }

    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Several things, each a cause of its own.
    #[must_use]
    pub fn because_of(self, reasons: Vec<String>) -> Self {
        let link = |next: Option<Box<Reason>>, text| Some(Box::new(Reason { text, next }));
        match reasons.into_iter().rev().fold(None, link) {
            Some(first) => self.because(*first),
            None => self,
        }
    }

    #[must_use]
    pub fn aws(mut self, detail: AwsDetail) -> Self {
        self.aws = Some(Box::new(detail));
        self
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The same of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same once more, for a failure that somebody else keeps; its causes are texts from here on.
    #[must_use]
    pub fn retold(&self) -> Error {
        let first = std::error::Error::source(self);
        let causes = std::iter::successors(first, |cause| cause.source()).map(ToString::to_string).collect();
        let told = Error {
            hints: self.hints.clone(),
            aws: self.aws.clone(),
            ..Error::new(self.kind, &self.message)
        };
        told.because_of(causes)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// One of several reasons, and the next of them.
#[derive(Debug)]
struct Reason {
    text: String,
    next: Option<Box<Reason>>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Reason {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

/// An error chain flattened into what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub kind: Kind,
    pub message: String,
    pub causes: Vec<String>,
    pub hints: Vec<String>,
    pub aws: Option<AwsDetail>,
}

impl Report {
    /// The first [`Error`] in the chain decides kind and AWS detail; the hints of all are kept, outermost first.
    pub fn new(error: &anyhow::Error) -> Self {
        let ours: Vec<&Error> = error.chain().filter_map(|cause| cause.downcast_ref()).collect();
        let mut causes: Vec<String> = Vec::new();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            if causes.last() != Some(&cause) {
                causes.push(cause);
            }
        }
        let aws = ours.iter().find_map(|error| error.aws.as_deref().cloned());
        if let Some(detail) = &aws
            && let Some(code) = &detail.code
        {
            let request = detail.request_id.as_deref().map(|id| format!(" (request {id})"));
            let message = detail.message.as_deref().map(|text| format!(": {text}"));
            causes.push(format!("{code}{}{}", message.unwrap_or_default(), request.unwrap_or_default()));
        }
        Report {
            kind: ours.first().map_or(Kind::Failed, |error| error.kind),
            message: error.to_string(),
            causes,
            hints: ours.iter().flat_map(|error| error.hints.iter().cloned()).take(2).collect(),
            aws,
        }
    }

    /// What is told, in one line.
    pub fn line(&self) -> String {
        let causes = self.causes.iter().map(String::as_str);
        [self.message.as_str()].into_iter().chain(causes).collect::<Vec<_>>().join(": ")
    }
}

/// How a command ended when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// What was asked about is not so; the answer says why.
    ConditionFalse,
    /// A child program or a remote command ended with this code.
    ExitCode(u8),
}

impl Outcome {
    pub const fn exit_code(self) -> u8 {
        match self {
            Outcome::Done => exit::DONE,
            Outcome::ConditionFalse => exit::CONDITION_FALSE,
            Outcome::ExitCode(code) => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn a_report_takes_kind_from_the_first_error_and_causes_from_the_chain() {
        let inner = Error::not_found("no node web-9").hint("opsctl ssm list");
        let error = Err::<(), _>(inner).context("cannot start a session").unwrap_err();
        let report = Report::new(&error);
        assert_eq!(report.kind, Kind::NotFound);
        assert_eq!(report.message, "cannot start a session");
        assert_eq!(report.causes, ["no node web-9"]);
        assert_eq!(report.hints, ["opsctl ssm list"]);
    }

    #[test]
    fn several_reasons_are_several_causes() {
        let error = Error::failed("no").because_of(vec!["one".to_owned(), "two".to_owned()]);
        assert_eq!(Report::new(&error.into()).causes, ["one", "two"]);
        assert_eq!(Report::new(&Error::failed("no").because_of(Vec::new()).into()).causes, [""; 0]);
    }

    #[test]
    fn the_table_of_exit_codes_is_whole_and_in_order() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at, "{kind:?}");
        }
        assert_eq!(Kind::ALL.len(), Kind::Terminated as usize + 1);
        let codes: Vec<u8> = exit_codes().map(|(code, _)| code).collect();
        assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
        assert_eq!((codes.first(), codes.last(), codes.len()), (Some(&0), Some(&255), 16));
    }

    #[test]
    fn an_unclassified_error_is_a_failure() {
        let report = Report::new(&anyhow::anyhow!("disk full"));
        assert_eq!((report.kind, report.causes.len()), (Kind::Failed, 0));
    }
}
