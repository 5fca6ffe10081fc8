//! The nodes that the targets of a command mean. All of them must hold; of a target's values one is enough. What matches
//! nothing is no error.

use super::ServiceError;
use crate::sandbox::account::{Account, ManagedNode};
use crate::sandbox::services::ssm::filters::{self, Filter, Operator, PROPERTIES};

const MOST_TARGETS: usize = 5;
const MOST_VALUES: usize = 50;

pub fn resolve<'a>(
    account: &'a Account,
    targets: &[(String, Vec<String>)],
) -> Result<Vec<&'a ManagedNode>, ServiceError> {
    if targets.len() > MOST_TARGETS {
        let constraint = format!("have length less than or equal to {MOST_TARGETS}");
        return Err(ServiceError::constraint(format!("{} targets", targets.len()), "targets", constraint));
    }
    let filters = targets.iter().map(filter).collect::<Result<Vec<_>, _>>()?;
    filters::select(account, PROPERTIES, &filters)
}

fn filter((key, values): &(String, Vec<String>)) -> Result<Filter, ServiceError> {
    let known = key == "InstanceIds" || key == "tag-key" || key.starts_with("tag:");
    if !known {
        return Err(ServiceError::new("InvalidTarget", format!("this sandbox knows no target {key}")));
    }
    if values.is_empty() || values.len() > MOST_VALUES {
        let constraint = format!("have 1 to {MOST_VALUES} elements");
        return Err(ServiceError::constraint(
            format!("{} values", values.len()),
            "targets.values",
            constraint,
        ));
    }
    Filter::new(PROPERTIES, key, values.clone(), Operator::Equal)
}
