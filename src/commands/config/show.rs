//! `opsctl config show`.

use clap::{Args, Command};
use serde::Serialize;

use crate::aws::{Profiles, configured_region};
use crate::cli::{self, ListArgs};
use crate::config::layers::{self, Given};
use crate::config::{Config, Guard, names};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;
use crate::settings::{Origin, Setting};

/// Show the settings in effect
///
/// Lists every option that has a value without being typed: from its OPSCTL_ variable, from the
/// file named by --config, from the user's own file (~/.config/opsctl/config.toml), and the profile
/// and the region of the AWS configuration; the aliases and the guard rails of profiles too. --origin
/// says where each came from, --all adds the options that nothing sets.
///
/// Examples:
///   opsctl config show
///   opsctl config show --origin
///   opsctl config show --all -o json
///
/// Exit codes:
///   0  the settings are shown
///   2  a config file cannot be read
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    /// Say where each value came from
    #[arg(long, help_heading = "Output")]
    origin: bool,

    /// The options that nothing sets, too
    #[arg(short, long, help_heading = "Output")]
    all: bool,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Serialize)]
struct Shown {
    option: String,
    value: Option<String>,
    origin: String,
}

const COLUMNS: &[Column<Shown>] = &[
    Column::new("option", "OPTION", |shown: &Shown| shown.option.as_str().into()),
    Column::new("value", "VALUE", |shown: &Shown| shown.value.as_deref().into()).cut(),
    Column::new("origin", "ORIGIN", |shown: &Shown| shown.origin.as_str().into()).hidden().cut(),
];
const WITH_ORIGIN: [&str; 3] = ["option", "value", "origin"];

pub async fn run(args: &ShowArgs, ctx: &Context) -> Result<Outcome> {
    let mut list = args.list.clone();
    if args.origin && ctx.global().query.is_none() {
        list.columns.get_or_insert_with(|| WITH_ORIGIN.map(str::to_owned).to_vec());
    }
    let out = ctx.list_out(&list);
    let mut writer = out.stream("setting", COLUMNS)?;
    let config = cli::load(ctx.global().config.as_deref(), ctx.env())?;
    if !config.mistakes.is_empty() {
        let count = config.mistakes.len();
        ctx.reporter().warn(format_args!("the config has mistakes ({count}), which are left out here"));
        ctx.reporter().hint("opsctl config check");
    }
    let mut shown = of_the_tool(ctx).await;
    shown.extend(of_verbs(ctx, &config));
    shown.extend(config.aliases.iter().map(|alias| Shown {
        option: names::key(&["alias"], &alias.name),
        value: Some(alias.words.join(" ")),
        origin: Origin::File { path: alias.place.file.clone(), line: alias.place.line }.to_string(),
    }));
    shown.extend(config.guards.iter().flat_map(rails));
    if args.all {
        let root = cli::built();
        let unset: Vec<Shown> = defaults(&root, &shown).collect();
        shown.extend(unset);
    }
    // There is nothing more to fetch either way.
    let _ = writer.extend(shown)?;
    writer.finish()?;
    Ok(Outcome::Done)
}

/// The options of the whole tool, and what the AWS configuration says where they are silent.
async fn of_the_tool(ctx: &Context) -> Vec<Shown> {
    let mut shown: Vec<Shown> = ctx.origins().of_tool().map(given).collect();
    if ctx.global().sandbox.is_some() {
        return shown;
    }
    let profiles = match Profiles::load(ctx.aws_options(), ctx.env()).await {
        Ok(profiles) => profiles,
        Err(error) => {
            ctx.reporter().warn(error);
            return shown;
        }
    };
    let aws = [
        ("profile", profiles.selected().cloned()),
        ("region", configured_region(ctx.aws_options(), ctx.env(), &profiles)),
    ];
    for (option, setting) in aws {
        let Some(Setting { value, origin }) = setting else { continue };
        // A variable of AWS may have won over a file.
        shown.retain(|shown| shown.option != option);
        shown.push(Shown { option: option.to_owned(), value: Some(value), origin: origin.to_string() });
    }
    shown.sort_by(|one, other| one.option.cmp(&other.option));
    shown
}

/// The guard rails of a profile.
fn rails(guard: &Guard) -> Vec<Shown> {
    let rule = |(key, value, origin): (&str, String, &Origin)| Shown {
        option: names::key(&["profile", &guard.profile], key),
        value: Some(value),
        origin: origin.to_string(),
    };
    guard.rules().map(rule).collect()
}

fn of_verbs(ctx: &Context, config: &Config) -> Vec<Shown> {
    let root = cli::built();
    let commands = names::commands(&root);
    let (variables, _) = layers::environment(commands.clone(), ctx.env());
    let mut shown = Vec::new();
    for (path, command) in commands.iter().filter(|(path, _)| !path.is_empty()) {
        let layers = std::iter::once(variables.as_slice()).chain(config.layers.iter().map(Vec::as_slice));
        // What contradicts itself is a mistake, and said to be one.
        let values = layers::effective(command, path, |_| false, layers).unwrap_or_default();
        shown.extend(values.into_iter().filter(|it| !it.path.is_empty()).map(given));
    }
    shown
}

fn defaults<'a>(root: &'a Command, shown: &'a [Shown]) -> impl Iterator<Item = Shown> + 'a {
    let options = names::commands(root).into_iter().flat_map(|(path, command)| {
        let named: Vec<_> = names::own_options(&path, command)
            .map(|(option, arg)| {
                let value =
                    arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
                (names::key(&path, option), value)
            })
            .collect();
        named
    });
    let unset = options.filter(|(option, _)| shown.iter().all(|shown| shown.option != *option));
    unset.map(|(option, value)| Shown { option, value, origin: Origin::Default.to_string() })
}

fn given(given: &Given) -> Shown {
    let path: Vec<&str> = given.path.iter().map(String::as_str).collect();
    let values: Vec<_> = given.values.iter().map(|value| value.to_string_lossy()).collect();
    Shown {
        option: names::key(&path, &given.option),
        value: Some(values.join(",")),
        origin: given.origin.to_string(),
    }
}
