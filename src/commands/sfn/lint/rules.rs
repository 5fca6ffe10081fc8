//! Everything that a finding may be: the linter's rules, the command's own, and what the service refuses.

use opsctl_engine::asl::lint::{CODES, RULES, Rule, Severity};

/// About templates, of which the linter knows nothing.
pub static MISSING_DEFINITION: Rule = Rule {
    id: "missing-definition",
    severity: Severity::Error,
    summary: "A template has a state machine whose definition is not there",
};

pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().chain([&MISSING_DEFINITION]).chain(CODES)
}
