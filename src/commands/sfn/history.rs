//! `opsctl sfn history`.

mod event;
mod view;

use aws_sdk_sfn::types::HistoryEventType;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use opsctl_engine::asl::arn::StatesArn;
use opsctl_engine::asl::graph::{Timeline, Visits, timeline};

use self::event::HistoryEvent;
use super::api::{Order, RawEvent, Sfn};
use super::execution::{ExecutionArgs, missing};
use super::name_pattern::NamePattern;
use crate::cli::{ListArgs, SHAPING};
use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::context::Context;
use crate::error::{Outcome, Report, Result};
use crate::output::{ListWriter, advice};

/// Show what happened in an execution
///
/// Every event, the oldest first, with the seconds since the start, the state it belongs to and what
/// it says: the error, what was called, the data. As ndjson events are whole, as the service gives
/// them, and written as they arrive. --format timeline draws each visit of a state as a bar instead:
/// it shows where the time went, and fetches no data. --no-data fetches none for a list either. Of
/// Express machines no history is kept: it is said where their events are.
///
/// Examples:
///   opsctl sfn history orders:run-1
///   opsctl sfn history orders:run-1 --state Ship --type 'Task*' --columns seconds,type,detail
///   opsctl sfn history run-1 --machine orders --failed -o ndjson
///   opsctl sfn history orders:run-1 --format timeline
///
/// Exit codes:
///   0   the history is shown, however the execution ended
///   2   an option, a column or a query is wrong; several machines have an execution of this name
///   3   there is no such execution
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:GetExecutionHistory   the events
///   states:ListStateMachines     for an EXECUTION that is not an ARN
///   states:DescribeExecution     for a name without its machine
///   states:DescribeStateMachine  to say where an Express machine logs
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::EVENTS)))]
pub struct HistoryArgs {
    #[command(flatten)]
    execution: ExecutionArgs,

    /// Only events of this state; may be repeated
    #[arg(long = "state", value_name = "NAME", help_heading = "Target")]
    states: Vec<String>,

    /// Only events of types that begin so, or are like this: '*Failed'; several with commas
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', value_parser = event_type, help_heading = "Target", add = types())]
    types: Vec<NamePattern>,

    /// Only what failed, timed out or was aborted
    #[arg(long, help_heading = "Target")]
    failed: bool,

    /// Leave inputs, outputs and parameters out: it is quicker
    #[arg(long, help_heading = "Output")]
    no_data: bool,

    /// A drawing instead of a list
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with_all = SHAPING,
        conflicts_with_all = ["types", "failed"], help_heading = "Output")]
    format: Option<DrawingFormat>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DrawingFormat {
    /// A bar a visit of a state
    Timeline,
}

impl HistoryArgs {
    /// A drawing stands alone.
    pub fn fans_out(&self) -> bool {
        self.format.is_none()
    }
}

pub async fn run(args: &HistoryArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("sfn.event", view::EVENTS)?;
    let sfn = Sfn::open(ctx).await?;
    let arn = args.execution.find(&sfn, ctx).await?;
    let mut seen = Seen::default();
    match args.format {
        None => {
            each_page(&sfn, &arn, !args.no_data, &mut |events| seen.list(events, args, &mut writer)).await?;
            writer.finish()?;
        }
        Some(DrawingFormat::Timeline) => {
            each_page(&sfn, &arn, false, &mut |events| {
                for event in &events {
                    seen.observe(event);
                }
                Ok(true)
            })
            .await?;
            let stdout = &out.settings().stdout;
            if let Some(shows) = seen.span(ctx.now(), stdout.limit(), !stdout.unicode) {
                let is_shown = |name: &str| args.states.is_empty() || args.states.iter().any(|it| it == name);
                out.drawing(&timeline(&seen.visits, &shows, |visit| is_shown(&visit.name)))?;
            }
        }
    }
    seen.tell(args, ctx);
    Ok(Outcome::Done)
}

/// Hands every page to `page` until it wants no more.
async fn each_page(
    sfn: &Sfn,
    arn: &StatesArn,
    has_data: bool,
    page: &mut (dyn FnMut(Vec<RawEvent>) -> Result<bool> + Send),
) -> Result<()> {
    let mut token = None;
    loop {
        let came = match sfn.history(&arn.to_string(), Order::OldestFirst, has_data, token).await {
            Ok(came) => came,
            Err(error) => {
                let code = Report::new(&error).aws.and_then(|detail| detail.code);
                let is_missing = code.as_deref() == Some("ExecutionDoesNotExist");
                return Err(if is_missing { missing(sfn, arn).await } else { error });
            }
        };
        token = came.next;
        if !page(came.events)? || token.is_none() {
            return Ok(());
        }
    }
}

/// What the events up to now tell together.
#[derive(Default)]
struct Seen {
    visits: Visits,
    started: Option<Timestamp>,
    last: Option<Timestamp>,
    is_over: bool,
    /// Events whose data the service has cut off.
    cut: usize,
}

impl Seen {
    fn observe(&mut self, event: &RawEvent) {
        self.visits.observe(&event.event, &mut |_, _| {});
        self.started.get_or_insert(event.event.at);
        self.last = Some(event.event.at);
        self.is_over = event.event.happened.ends_the_execution();
    }

    fn list(
        &mut self,
        events: Vec<RawEvent>,
        args: &HistoryArgs,
        writer: &mut ListWriter<'_, HistoryEvent>,
    ) -> Result<bool> {
        for event in events {
            self.observe(&event);
            let event = HistoryEvent::new(event, &self.visits, self.started);
            if !args.takes(&event) {
                continue;
            }
            self.cut += usize::from(event.is_cut());
            if writer.push(event)?.is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Of one that goes on, up to now.
    fn span(&self, now: Timestamp, width: Option<usize>, is_ascii: bool) -> Option<Timeline> {
        let (from, last) = (self.started?, self.last?);
        let to = if self.is_over { last } else { last.max(now) };
        Some(Timeline { from, to, width, is_ascii })
    }

    fn tell(&self, args: &HistoryArgs, ctx: &Context) {
        let is_seen = |name: &str| self.visits.all().iter().any(|visit| *visit.name == *name);
        for name in args.states.iter().filter(|name| !is_seen(name)) {
            let names = self.visits.all().iter().map(|visit| &*visit.name);
            ctx.reporter().warn(format_args!("no state {name} was reached{}", advice(name, names)));
        }
        if self.cut > 0 && !args.no_data {
            let events = if self.cut == 1 { "1 event".to_owned() } else { format!("{} events", self.cut) };
            ctx.reporter().warn(format_args!("the service has left out data of {events}"));
        }
    }
}

impl HistoryArgs {
    fn takes(&self, event: &HistoryEvent) -> bool {
        let is_of_state = |name: &String| event.state.as_deref() == Some(name);
        (self.states.is_empty() || self.states.iter().any(is_of_state))
            && (self.types.is_empty() || self.types.iter().any(|pattern| pattern.fits(&event.kind)))
            && (!self.failed || event.is_failure())
    }
}

/// A pattern may be of types that are newer; a beginning that no known type has is mistyped.
fn event_type(text: &str) -> Result<NamePattern, String> {
    let pattern = NamePattern::from(text);
    let mut known = HistoryEventType::values().iter().copied();
    match text.contains(['*', '?']) || known.any(|kind| pattern.fits(kind)) {
        true => Ok(pattern),
        false => {
            let near = advice(text, HistoryEventType::values().iter().copied());
            Err(format!("no event has a type that begins so{near}"))
        }
    }
}

/// The types of events that are known.
fn types() -> ArgValueCompleter {
    completion::fixed(|| HistoryEventType::values().iter().copied().map(Candidate::new).collect())
}
