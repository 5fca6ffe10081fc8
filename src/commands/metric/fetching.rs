//! Values as they were asked for, and what is to be said where there are none.

use jiff::Timestamp;

use super::select::Selection;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::metrics::{Metrics, Series, Window, in_a_line};
use crate::output::Failure;

/// Metrics that are looked for by their names where there is no data of them.
const LOOKED_FOR: usize = 5;

/// What came, some of it perhaps with a fault.
pub struct Values {
    pub series: Vec<Series>,
    faults: Vec<anyhow::Error>,
}

/// Fails where a metric is asked for that there is not, or where nothing can be had.
pub async fn fetch(selection: &Selection, ctx: &Context) -> Result<Values> {
    let metrics = Metrics::of(ctx.aws().await?);
    let fetched = metrics.data(&selection.queries, selection.window).await?;
    for note in &fetched.notes {
        ctx.reporter().warn(note);
    }
    let mut faults: Vec<anyhow::Error> = fetched.faults.into_iter().map(Into::into).collect();
    if fetched.series.is_empty() && !faults.is_empty() {
        return Err(faults.swap_remove(0));
    }
    let is_empty = |series: &Series| series.points.is_empty();
    if fetched.series.iter().any(is_empty) || fetched.series.is_empty() {
        let is_all = fetched.series.iter().all(is_empty);
        for metric in selection.metrics().iter().take(LOOKED_FOR) {
            match metrics.missing(metric).await {
                Ok(Some(why)) if is_all => return Err(why.into()),
                Ok(Some(why)) => ctx.reporter().warn(in_a_line(why)),
                Ok(None) => {}
                // The values are what was asked for; their names were only to help.
                Err(error) => {
                    let why = Report::new(&error).line();
                    ctx.reporter().verbose(1, format_args!("the metrics cannot be looked for: {why}"));
                    break;
                }
            }
        }
        for series in fetched.series.iter().filter(|series| is_empty(series)) {
            let (name, span) = (selection.name(series), span(selection.window));
            ctx.reporter().warn(format_args!("{name} has no data {span}"));
        }
        if fetched.series.is_empty() {
            ctx.reporter().warn(format_args!("there is no data {}", span(selection.window)));
        }
    }
    Ok(Values { series: fetched.series, faults })
}

fn span(window: Window) -> String {
    let time = |at| Timestamp::from_second(at).map(|time| time.to_string()).unwrap_or_default();
    format!("from {} to {}", time(window.from), time(window.to))
}

impl Values {
    /// For `errors` of the documents.
    pub fn failures(&self, ctx: &Context) -> Vec<Failure> {
        self.faults.iter().map(|error| Failure::new(&Report::new(error), &ctx.place())).collect()
    }

    /// After the rest was shown.
    pub fn outcome(self) -> Result<Outcome> {
        if self.faults.is_empty() {
            return Ok(Outcome::Done);
        }
        let (failed, all) = (self.faults.len(), self.faults.len() + self.series.len());
        let told = self.faults.iter().map(ToString::to_string).collect();
        let message = format!("{failed} of {all} series are missing");
        Err(Error::new(Kind::Partial, message).because_of(told).into())
    }
}
