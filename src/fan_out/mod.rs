//! One command in many places at once, a place being a region of an account: `--profiles` and `--regions`. Everybody
//! signs in before anything runs, one after the other, since a sign-in may ask for something. Then the places run side
//! by side, each with a context of its own, and their lists become one. It knows no command.

mod ended;
mod regions;
mod sign_in;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::future::try_join_all;
use futures_util::stream;

use self::ended::{Ended, Missing};
use self::regions::Regions;
use self::sign_in::SignIn;
use crate::aws;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::Gathering;
use crate::settings::{Origin, Setting};

/// So many places are at work at the same time.
const AT_ONCE: usize = 16;

/// Whether the command is to run in several places. Where that is asked for on the line, and is nothing that the command
/// does, it is refused; a variable or a file means the commands that do.
pub fn is_wanted(ctx: &Context, fans_out: bool) -> Result<bool> {
    let profiles = ctx.origins().setting("profiles", ctx.global().profiles.as_ref().map(drop));
    let regions = ctx.origins().setting("regions", ctx.global().regions.as_ref().map(drop));
    let asked = [profiles, regions];
    let mut asked = asked.iter().flatten();
    if fans_out {
        return Ok(asked.next().is_some());
    }
    match asked.find(|asked| matches!(asked.origin, Origin::Option(_))) {
        None => Ok(false),
        Some(Setting { origin, .. }) => {
            let option = origin.to_string();
            let option = option.trim_start_matches("option ");
            Err(Error::usage(format!(
                "{option} is for commands that list or show; this one works in one place"
            ))
            .hint("--profile and --region name it")
            .into())
        }
    }
}

/// Runs the command in every place.
pub async fn run(ctx: &Context, command: impl AsyncFn(&Context) -> Result<Outcome>) -> Result<Outcome> {
    let regions = Regions::of(ctx)?;
    let mut sign_ins = Vec::new();
    let mut missing = Vec::new();
    for profile in profiles(ctx).await? {
        match SignIn::new(profile.clone(), &regions, ctx).await {
            Ok(sign_in) => sign_ins.push(sign_in),
            // Whoever is asked has had enough.
            Err(error) if Report::new(&error).kind == Kind::Interrupted => return Err(error),
            Err(error) => missing.push(Missing::profile(profile, error)),
        }
    }
    let gathering = Gathering::new(ctx.out());
    let places = sign_ins.iter().enumerate();
    let places = places.flat_map(|(number, it)| it.regions.iter().map(move |region| (number, it, region)));
    let places: Vec<(usize, &SignIn, &Setting<String>)> = places.collect();
    let accounts = try_join_all(sign_ins.iter().enumerate().map(async |(number, sign_in)| {
        let account = sign_in.account().await.ok().map(str::to_owned);
        gathering.account(number, account)
    }));
    let runs = places.iter().enumerate().map(async |(place, (number, sign_in, region))| {
        if sign_in.is_guarded() && sign_in.account().await.is_err() {
            return None;
        }
        let out = gathering.part(ctx.out(), place, *number, &region.value);
        let own = sign_in.place(region, out);
        Some((place, command(&own).await))
    });
    let runs = stream::iter(runs).buffer_unordered(AT_ONCE).collect::<Vec<_>>();
    let (told, mut runs) = tokio::join!(accounts, runs);
    told?;
    runs.sort_by_key(|run| run.as_ref().map(|(place, _)| *place));
    let mut ended = Ended::without(missing);
    for (place, outcome) in runs.into_iter().flatten() {
        if let Some((_, sign_in, region)) = places.get(place) {
            ended.add(sign_in, &region.value, outcome);
        }
    }
    for sign_in in &sign_ins {
        ended.add_account(sign_in, ctx.reporter());
    }
    for (account, profiles) in shared(&sign_ins) {
        let profiles = profiles.join(", ");
        ctx.reporter().status(format_args!("{profiles}: all in {account}, whose things are listed for each"));
    }
    ended.finish(&gathering, ctx.reporter())
}

/// Accounts that several profiles lead to, with these, where they are in the same region.
fn shared(sign_ins: &[SignIn]) -> BTreeSet<(&str, Vec<&str>)> {
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for sign_in in sign_ins {
        let (Some(Ok(account)), Some(profile)) = (sign_in.known_account(), &sign_in.profile) else {
            continue;
        };
        for region in &sign_in.regions {
            places.entry((account, &region.value)).or_default().push(profile);
        }
    }
    let several = places.into_iter().filter(|(_, profiles)| profiles.len() > 1);
    several.map(|((account, _), profiles)| (account, profiles)).collect()
}

/// Those that were asked for, each as if it alone were; one, without a name, where none were.
async fn profiles(ctx: &Context) -> Result<Vec<Option<Setting<String>>>> {
    match ctx.origins().setting("profiles", ctx.global().profiles.clone()) {
        None => Ok(vec![None]),
        Some(wanted) => Ok(aws::meant_profiles(&wanted).await?.into_iter().map(Some).collect()),
    }
}
