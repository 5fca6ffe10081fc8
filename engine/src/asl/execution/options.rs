//! What an execution is given beside its definition and input.

use std::sync::Arc;

use jiff::Timestamp;

/// Events a standard execution may have.
pub const MAX_EVENTS: u64 = 25_000;
/// Seconds an express execution may take, and a standard one: a year.
pub(super) const EXPRESS_SECONDS: u64 = 300;
pub(super) const STANDARD_SECONDS: u64 = 31_536_000;

#[derive(Debug, Clone)]
pub struct Options {
    /// When the execution starts.
    pub now: Timestamp,
    /// Decides jitter, tokens, UUIDs and every other random value of the run.
    pub seed: [u8; 32],
    pub identity: Identity,
    pub express: bool,
    /// Events a run may have, the one that ends it counted. A run that wants more fails with `States.Runtime`.
    pub max_events: u64,
    /// Whether the events are kept; they are counted in any case.
    pub keep_history: bool,
    /// Whether the children of distributed Maps are kept when they are over: for lists of them, and for a redrive.
    pub keep_children: bool,
    /// The name of the child whose history is kept, too.
    pub tell_of: Option<Arc<str>>,
}

/// The names the context object and the history give.
#[derive(Debug, Clone)]
pub struct Identity {
    pub execution_arn: Arc<str>,
    pub execution_name: Arc<str>,
    pub role_arn: Arc<str>,
    pub machine_arn: Arc<str>,
    pub machine_name: Arc<str>,
    pub region: Arc<str>,
}

impl Identity {
    /// The identity of an execution in an account and region.
    pub fn new(region: &str, account: &str, machine: &str, execution: &str, role_arn: &str) -> Self {
        let partition = match region {
            _ if region.starts_with("cn-") => "aws-cn",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let arn = |rest: String| Arc::from(format!("arn:{partition}:states:{region}:{account}:{rest}"));
        Identity {
            execution_arn: arn(format!("execution:{machine}:{execution}")),
            execution_name: Arc::from(execution),
            role_arn: Arc::from(role_arn),
            machine_arn: arn(format!("stateMachine:{machine}")),
            machine_name: Arc::from(machine),
            region: Arc::from(region),
        }
    }
}
