//! What is printed of each node as it ends: its output as it is, under a header where there are several, or a record in
//! the asked format.

use super::model::{KEPT_CHARACTERS, Output, Record};
use super::rollout::Member;
use super::view;
use crate::context::Context;
use crate::error::Result;
use crate::output::{Failure, ListWriter, Progress};

pub struct Results<'a> {
    ctx: &'a Context,
    /// A record a node, where a format was asked for.
    records: Option<ListWriter<'a, Record>>,
    /// How many nodes there are: the output of one stands alone.
    several: bool,
    /// Something was cut.
    cut: bool,
}

impl<'a> Results<'a> {
    /// `out`: the output, if records are wanted.
    pub fn new(ctx: &'a Context, out: Option<&'a crate::output::Output>) -> Result<Self> {
        let records = out.map(|out| out.stream("ssm.commandInvocation", view::RECORDS)).transpose()?;
        Ok(Results { ctx, records, several: false, cut: false })
    }

    pub fn are_several(&mut self, several: bool) {
        self.several = several;
    }

    /// A node that has ended.
    pub fn ended(&mut self, member: &Member, output: Output, progress: &Progress) -> Result<()> {
        let reporter = self.ctx.reporter();
        let silent = output.stdout.is_empty() && output.stderr.is_empty();
        // Where a table is drawn, the header of an output is enough for a success.
        if !progress.is_drawn() || self.several && (silent || !member.state.is_success()) {
            let ending = view::ending(&member.state, member.response_code);
            reporter.status(format_args!("{}: {ending}", member.label()));
        }
        if output.truncated {
            self.cut = true;
            reporter.warn(format_args!(
                "the output of {} is cut: Run Command keeps {KEPT_CHARACTERS} characters of each stream",
                member.label()
            ));
        }
        if self.records.is_some() {
            return self.record(member, output);
        }
        self.print(&output.stdout, member, |text| self.ctx.out().transcript(text))?;
        self.print(&output.stderr, member, |text| {
            reporter.transcript(text);
            Ok(())
        })
    }

    fn print(&self, text: &str, member: &Member, write: impl Fn(&str) -> Result<()>) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        match self.several {
            false => write(text),
            true => {
                let end = if text.ends_with('\n') { "" } else { "\n" };
                write(&format!("{}{text}{end}", view::header(member)))
            }
        }
    }

    /// A node that is told of without an end, or without an output.
    pub fn record(&mut self, member: &Member, output: Output) -> Result<()> {
        let Some(records) = &mut self.records else { return Ok(()) };
        let record = Record {
            instance_id: member.instance_id.clone(),
            name: member.name.clone(),
            command_id: member.command_id.clone(),
            status: member.state.status.clone(),
            status_details: member.state.details.clone(),
            response_code: member.response_code,
            stdout: output.stdout,
            stderr: output.stderr,
            truncated: output.truncated,
        };
        // Nobody reads any more: what runs is watched to its end all the same.
        let _ = records.push(record)?;
        Ok(())
    }

    pub fn failed(&mut self, failure: Failure) {
        if let Some(records) = &mut self.records {
            records.failed(failure);
        }
    }

    pub fn finish(self) -> Result<()> {
        if let Some(records) = self.records {
            records.finish()?;
        }
        if self.cut {
            self.ctx
                .reporter()
                .hint("opsctl ssm exec TARGET -- CMD streams everything; or write to a file on the node");
        }
        Ok(())
    }
}
