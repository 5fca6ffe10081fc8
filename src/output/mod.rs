//! Everything opsctl writes: [`Output`] owns stdout (the answer and nothing else), [`Reporter`] owns stderr
//! (status, warnings, errors, progress). Plain settings come in; no environment, no clock, no argument
//! parsing here. A command supplies a model and its columns, and calls nothing else to be read in every format.

mod cell;
pub mod chart;
mod columns;
mod delimited;
mod details;
mod drawing;
mod escape;
mod failure;
mod gathering;
mod graphemes;
mod json;
mod lines;
mod list;
mod pager;
mod progress;
mod query;
mod reporter;
mod selected;
mod settings;
mod sink;
mod stdout;
mod table;
mod time;
mod yaml;

#[cfg(test)]
mod tests;

pub use cell::{Cell, Column, Tone};
pub use details::Details;
pub use escape::escape;
pub use failure::{Failure, Place};
pub use gathering::Gathering;
pub use graphemes::fitting;
pub use lines::{Lines, line_prefixes};
pub use list::ListWriter;
pub use opsctl_engine::{advice, nearest};
pub use pager::{Pager, PagerEnvironment};
pub use progress::Progress;
pub use query::Query;
pub use reporter::{LogWriter, RawMode, Reporter, ReporterSettings};
pub use settings::{ColorChoice, ColorEnvironment, Format, OutputSettings, Stream};
pub use sink::RawOutput;
pub use stdout::Output;
