//! The options that every list and every detail view takes.

use clap::Args;

/// Options of every command that answers with a list.
#[derive(Debug, Clone, Default, Args)]
pub struct ListArgs {
    /// The columns to show, in this order
    #[arg(
        long,
        value_name = "A,B,C",
        value_delimiter = ',',
        overrides_with = "columns",
        help_heading = "Output"
    )]
    pub columns: Option<Vec<String>>,

    /// The column to sort by; a dash in front turns the order round
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true, help_heading = "Output")]
    pub sort: Option<String>,

    /// Leave the header line out
    #[arg(long, help_heading = "Output")]
    pub no_header: bool,

    /// Stop after this many items
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub limit: Option<usize>,
}

/// The options that shape a list. A document in a form of its own has none of them, and refuses them.
pub const SHAPING: [&str; 6] = ["output", "query", "columns", "sort", "no_header", "limit"];

/// Options of every command that answers with the details of one thing.
#[derive(Debug, Clone, Default, Args)]
pub struct DetailArgs {
    /// The fields to show, in this order
    #[arg(
        long,
        value_name = "A,B,C",
        value_delimiter = ',',
        overrides_with = "columns",
        help_heading = "Output"
    )]
    pub columns: Option<Vec<String>>,

    /// Leave the header line out
    #[arg(long, help_heading = "Output")]
    pub no_header: bool,
}
