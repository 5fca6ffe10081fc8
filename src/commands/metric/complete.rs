//! Candidates of the group: where the namespace and the name stand on a line.

use clap::Arg;

use crate::completion::{ArgValueCompleter, Typed};
use crate::metrics::complete;

pub use complete::namespaces;

/// Names of the namespace that stands behind a verb.
pub fn names(verb: &'static str) -> ArgValueCompleter {
    complete::names(move |typed: &Typed<'_>| typed.behind(verb, 1).map(str::to_owned))
}

/// Dimensions of the metric that stands behind a verb.
pub fn dimensions(verb: &'static str) -> ArgValueCompleter {
    complete::dimensions(move |typed: &Typed<'_>| {
        Some((typed.behind(verb, 1)?.to_owned(), typed.behind(verb, 2)?.to_owned()))
    })
}

/// The arguments of a verb that names a metric, completed by what stands behind the verb.
pub fn of_verb(verb: &'static str) -> impl FnMut(Arg) -> Arg {
    move |arg| match arg.get_id().as_str() {
        "metric" => arg.add(names(verb)),
        "dimensions" => arg.add(dimensions(verb)),
        _ => arg,
    }
}
