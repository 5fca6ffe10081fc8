//! `opsctl sfn graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use opsctl_engine::asl::definition::MachineType;
use opsctl_engine::asl::graph::{Graph, dot, mermaid, svg, terminal};

use super::definition;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::input::files;

/// Draw the states of a definition
///
/// Boxes are states, in the order they are reached; rules of a Choice and catchers are listed in the
/// box and numbered where they leave it, the ways of errors are dashed. A drawing is as wide as the
/// terminal at most: names are cut, and a machine that is wider still is told as a list of states and
/// where they go. Written elsewhere it is as wide as it needs. Without a UTF-8 locale the terminal
/// gets ASCII too. For what stands open until it is deployed, such as ${Seconds}, something of its
/// kind is drawn.
///
/// Examples:
///   opsctl sfn graph order.asl.json
///   opsctl sfn graph order.asl.json --format mermaid
///   opsctl sfn graph - --format svg < order.asl.json > order.svg
///
/// Exit codes:
///   0  it is drawn
///   1  it is too large for this format
///   2  an option is wrong, or the file is no definition: each fault is told with its line and column
///   3  there is no such file
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct GraphArgs {
    /// A definition in JSON or YAML; - is stdin
    // A drawing is no list: --format has its forms.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["output", "query"],
        help_heading = "Target")]
    file: PathBuf,

    /// What to draw it in
    #[arg(long, value_name = "FORMAT", default_value = "terminal", help_heading = "Output")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Boxes and lines of Unicode
    Terminal,
    /// Boxes and lines of ASCII
    Ascii,
    /// A flowchart of Mermaid, as Markdown on GitHub shows it
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// An SVG document, light or dark as its reader is
    Svg,
}

pub async fn run(args: &GraphArgs, ctx: &Context) -> Result<Outcome> {
    // Standard machines may hold all that Express ones may.
    let (machine, open) = definition::load_open(&args.file, MachineType::Standard).await?;
    let graph = Graph::of(&machine);
    let out = ctx.out();
    let stdout = &out.settings().stdout;
    match args.format {
        Format::Terminal => out.drawing(&terminal(&graph, None, stdout.limit(), !stdout.unicode))?,
        Format::Ascii => out.drawing(&terminal(&graph, None, stdout.limit(), true))?,
        Format::Mermaid => out.text(&mermaid(&graph, None))?,
        Format::Dot => out.text(&dot(&graph, None))?,
        Format::Svg => {
            let drawn = svg(&graph, None).ok_or_else(|| {
                Error::failed(format!(
                    "cannot draw {}: it has too many states and ways between them",
                    files::named(&args.file)
                ))
                .hint(format!("opsctl sfn graph {} --format dot", args.file.display()))
            })?;
            out.text(&drawn)?;
        }
    }
    if let Some(names) = open.named() {
        let file = files::named(&args.file);
        ctx.reporter().warn(format!("{names} stand open in {file}; what is drawn for them stands in"));
    }
    Ok(Outcome::Done)
}
