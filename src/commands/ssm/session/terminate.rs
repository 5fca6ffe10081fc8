//! `opsctl ssm session terminate`.

use aws_sdk_ssm::Client;
use clap::Args;
use serde_json::json;

use super::super::api::terminate_session;
use super::api::{self, Selection};
use super::model::{Session, Status};
use super::select::{self, Owner, SelectArgs};
use super::{complete, view};
use crate::change::{self, Changes, Consent, Plan, Step, Wait, Weight, Words};
use crate::cli::{ChangeArgs, WaitArgs};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;
use crate::terminal::Prompter;

/// End sessions
///
/// Ends the sessions named, or with --all or --target every open one that matches: one's own,
/// unless --owner says whose. With none of these, a list to choose from opens. Shows what it is
/// about to end and asks first; ten or more are agreed to by typing how many they are.
///
/// A session that has ended already is no error, and neither is an --all that finds none. The
/// sessions are the answer on stdout only if -o or --query asks for one.
///
/// Examples:
///   opsctl ssm session terminate --all --dry-run
///   opsctl ssm session terminate --all --until 8h --dry-run
///   opsctl ssm session terminate --target web-1 --owner anyone --yes --wait --timeout 1m
///
/// Exit codes:
///   0    the sessions have ended, or are about to; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes or a name is needed, and there is no terminal to ask on
///   3    there is no such session or node
///   5    denied by a policy
///   7    some could not be ended; each is named
///   8    --timeout was reached while waiting; they end all the same
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not ended yet is told
///
/// IAM:
///   ssm:TerminateSession            on the sessions
///   ssm:DescribeSessions            to find them, and to see them end
///   ssm:DescribeInstanceProperties  for a --target that is not an id
///   sts:GetCallerIdentity           for one's own, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TerminateArgs {
    /// The sessions: ids or ARNs
    #[arg(value_name = "SESSION", conflicts_with_all = ["target", "all"], add = complete::sessions())]
    sessions: Vec<String>,

    /// Every open session that the options below leave
    #[arg(long, help_heading = "Target")]
    all: bool,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    change: ChangeArgs,

    #[command(flatten)]
    wait: WaitArgs,
}

const WORDS: Words = Words { verb: "terminate", done: "terminated", one: "session", many: "sessions" };

impl TerminateArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &TerminateArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let picker = picker(args, ctx)?;
    let mut signals = Signals::listen()?;
    let client = ctx.aws().await?.ssm();
    let (over, open) = signals.race(selected(args, picker, &client, ctx)).await?;
    for session in &over {
        ctx.reporter().status(format_args!("{} has ended already", session.session_id));
    }
    let plan = plan(&open, ctx).await?;
    let nothing = plan.steps.is_empty() && !args.change.dry_run;
    if !nothing && !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        Ok(terminate_session(&client, &step.resource).await?)
    })
    .await;
    let (ended, left) = applied.split(open);
    if left.is_empty() && (over.is_empty() || !ended.is_empty()) {
        ctx.reporter().status(format_args!("{} terminated", WORDS.count(ended.len())));
    }
    let mut told = [over, ended].concat();
    told.iter_mut().filter(|session| !session.status.is_over()).for_each(Session::is_ending);
    let is_ending = |session: &Session| session.status == Status::Terminating;
    let waited = if args.wait.wait && applied.stopped.is_none() && told.iter().any(is_ending) {
        wait(&mut told, args, &client, &mut signals, ctx).await
    } else {
        Ok(())
    };
    if change::is_answered(ctx) {
        ctx.out().list_with_errors("ssm.session", view::SESSIONS, told, applied.failures(ctx))?;
    }
    applied.result(&plan, &again(&left, args, ctx))?;
    waited?;
    Ok(Outcome::Done)
}

/// Who asks which one, where none is named.
fn picker(args: &TerminateArgs, ctx: &Context) -> Result<Option<Prompter>> {
    if !args.sessions.is_empty() || args.all || args.select.target.is_some() {
        return Ok(None);
    }
    let instead = "opsctl ssm session terminate SESSION, or --all; opsctl ssm session list shows them";
    ctx.prompter("no session is given", instead).map(Some)
}

/// Those that are over already, and those that are open.
async fn selected(
    args: &TerminateArgs,
    picker: Option<Prompter>,
    client: &Client,
    ctx: &Context,
) -> Result<(Vec<Session>, Vec<Session>)> {
    let mut sessions = match args.sessions.as_slice() {
        [] => api::all(client, &args.select.selection(Owner::Me, ctx).await?).await?,
        names => select::find(client, names).await?,
    };
    if let Some(picker) = picker {
        sessions = vec![select::choose(&picker, sessions).await?];
    }
    Ok(sessions.into_iter().partition(|session| session.status.is_over()))
}

async fn plan(sessions: &[Session], ctx: &Context) -> Result<Plan> {
    let step = |session: &Session| Step {
        action: "ssm:TerminateSession",
        resource: session.session_id.clone(),
        description: view::description(session),
        parameters: json!({ "SessionId": session.session_id }),
    };
    Ok(Plan {
        words: WORDS,
        // Its programs end with it, but nothing that was kept does.
        weight: Weight::Ordinary,
        account: sessions.iter().find_map(Session::account).map(str::to_owned),
        region: ctx.aws().await?.region().value.clone(),
        steps: sessions.iter().map(step).collect(),
    })
}

/// Until none of them is open or ending any more.
async fn wait(
    sessions: &mut [Session],
    args: &TerminateArgs,
    client: &Client,
    signals: &mut Signals,
    ctx: &Context,
) -> Result<()> {
    let waited = Wait {
        what: format!("{} to end", WORDS.count(sessions.len())),
        total: u64::try_from(sessions.len()).ok(),
        again: again(sessions, args, ctx),
        args: &args.wait,
    };
    change::until(&waited, ctx, signals, async |progress| {
        let ending = Selection { history: true, status: Some(Status::Terminating), ..Selection::default() };
        let mut left = api::all(client, &Selection::default()).await?;
        left.extend(api::all(client, &ending).await?);
        let is_left = |id: &str| left.iter().any(|other| other.session_id == id);
        for session in sessions.iter_mut().filter(|session| !is_left(&session.session_id)) {
            session.has_ended();
        }
        let ended = sessions.iter().filter(|session| session.status != Status::Terminating).count();
        progress.set(ended as u64);
        Ok((ended == sessions.len()).then_some(()))
    })
    .await
}

/// The command that ends these, or goes on to wait for their end.
fn again(sessions: &[Session], args: &TerminateArgs, ctx: &Context) -> String {
    let ids = sessions.iter().map(|session| session.session_id.as_str());
    let words = ["ssm", "session", "terminate"].into_iter().chain(ids).chain(["--yes"]);
    change::again(ctx.global(), words.chain(args.wait.wait.then_some("--wait")))
}
