//! The states of an invocation and of a whole command, as the service calls them: a coarse status, and details that
//! say why.

/// The state of a command on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    InProgress,
    /// The node could not be reached; the service tries again.
    Delayed,
    Cancelling,
    Success,
    Failed,
    ExecutionTimedOut,
    DeliveryTimedOut,
    Cancelled,
    /// The command had failed on more nodes than it bears.
    Terminated,
    Undeliverable,
    InvalidPlatform,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Status::Pending => "Pending",
            Status::InProgress => "InProgress",
            Status::Delayed => "Delayed",
            Status::Cancelling => "Cancelling",
            Status::Success => "Success",
            Status::Failed | Status::Undeliverable | Status::InvalidPlatform => "Failed",
            Status::ExecutionTimedOut | Status::DeliveryTimedOut => "TimedOut",
            Status::Cancelled | Status::Terminated => "Cancelled",
        }
    }

    pub const fn details(self) -> &'static str {
        match self {
            Status::ExecutionTimedOut => "ExecutionTimedOut",
            Status::DeliveryTimedOut => "DeliveryTimedOut",
            Status::Terminated => "Terminated",
            Status::Undeliverable => "Undeliverable",
            Status::InvalidPlatform => "InvalidPlatform",
            plain => plain.name(),
        }
    }

    pub const fn is_over(self) -> bool {
        !matches!(self, Status::Pending | Status::InProgress | Status::Delayed | Status::Cancelling)
    }

    /// What counts towards `MaxErrors`.
    pub const fn is_error(self) -> bool {
        matches!(self, Status::Failed | Status::ExecutionTimedOut)
    }
}

/// Status and details of a command, from those of its invocations.
pub fn of_command(all: &[Status], max_errors: usize, cancelled: bool) -> (&'static str, &'static str) {
    let count = |test: &dyn Fn(Status) -> bool| all.iter().filter(|status| test(**status)).count();
    let errors = count(&Status::is_error);
    if all.is_empty() {
        return ("Success", "NoInstancesInTag");
    }
    if count(&Status::is_over) < all.len() {
        return match (cancelled, count(&|status| status == Status::Pending) == all.len()) {
            (true, _) => ("Cancelling", "Cancelling"),
            (false, true) => ("Pending", "Pending"),
            (false, false) => ("InProgress", "InProgress"),
        };
    }
    if errors > max_errors {
        return match count(&|status| status == Status::ExecutionTimedOut) == errors {
            true => ("TimedOut", "ExecutionTimedOut"),
            false => ("Failed", "Failed"),
        };
    }
    if cancelled && count(&|status| status == Status::Cancelled) > 0 {
        return ("Cancelled", "Cancelled");
    }
    if count(&|status| status == Status::Success) == all.len() {
        return ("Success", "Success");
    }
    match count(&|status| status == Status::DeliveryTimedOut) == all.len() {
        true => ("TimedOut", "DeliveryTimedOut"),
        false => ("Failed", "Incomplete"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{
        Cancelled, DeliveryTimedOut, ExecutionTimedOut, Failed, InProgress, Pending, Success, Terminated,
        Undeliverable,
    };

    #[test]
    fn a_command_is_what_its_invocations_are() {
        for (name, all, max_errors, cancelled, details) in [
            ("no node", &[][..], 0, false, "NoInstancesInTag"),
            ("not begun", &[Pending, Pending], 0, false, "Pending"),
            ("begun", &[Success, Pending], 0, false, "InProgress"),
            ("asked to end", &[InProgress, Cancelled], 0, true, "Cancelling"),
            ("well", &[Success, Success], 0, false, "Success"),
            ("one failure too many", &[Success, Failed, Terminated], 0, false, "Failed"),
            ("a failure it bears", &[Success, Failed], 1, false, "Incomplete"),
            ("too slow", &[Success, ExecutionTimedOut], 0, false, "ExecutionTimedOut"),
            ("ended", &[Success, Cancelled], 0, true, "Cancelled"),
            ("never delivered", &[DeliveryTimedOut], 0, false, "DeliveryTimedOut"),
            ("not everywhere", &[Success, Undeliverable], 0, false, "Incomplete"),
        ] {
            assert_eq!(of_command(all, max_errors, cancelled).1, details, "{name}");
        }
    }
}
