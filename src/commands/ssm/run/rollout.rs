//! The state of a command over a fleet: which nodes have it, how far each is, and what may be sent next. Run Command
//! takes 50 nodes a call; with more, one command follows the other so that what the user allows at a time, and may
//! fail, holds over the whole. Pure: it neither calls nor prints.

use std::ops::Range;

use super::model::{Invocation, State};
use super::rate::Rate;

/// The most nodes that one call names.
pub const MOST_IDS: usize = 50;
/// What Run Command does unless it is told.
const USUAL_CONCURRENCY: usize = 50;

/// A node of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub instance_id: String,
    pub name: Option<String>,
    /// None: it was not sent.
    pub command_id: Option<String>,
    pub state: State,
    pub response_code: i32,
    /// A list of the service has it.
    pub listed: bool,
    /// Its result was shown.
    pub told: bool,
    /// Looks that found no output yet.
    pub missed: u32,
}

impl Member {
    pub fn new(instance_id: String, name: Option<String>) -> Self {
        Member {
            instance_id,
            name,
            command_id: None,
            state: State::not_sent(),
            response_code: -1,
            listed: false,
            told: false,
            missed: 0,
        }
    }

    /// `web-1 (i-0abc)`, or the id alone.
    pub fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} ({})", self.instance_id),
            None => self.instance_id.clone(),
        }
    }
}

/// `--max-concurrency` and `--max-errors`, where they are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub concurrency: Option<Rate>,
    pub errors: Option<Rate>,
}

#[derive(Debug, Clone)]
pub struct Rollout {
    members: Vec<Member>,
    sent: Vec<Sent>,
    limits: Limits,
    /// Nothing more is sent.
    stopped: bool,
}

#[derive(Debug, Clone)]
struct Sent {
    id: String,
    /// Nodes it has, and may run on at a time.
    count: usize,
    at_once: usize,
}

/// The next call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub members: Range<usize>,
    pub max_concurrency: Option<String>,
    pub max_errors: Option<String>,
    at_once: usize,
}

impl Rollout {
    pub fn new(members: Vec<Member>, limits: Limits) -> Self {
        Rollout { members, sent: Vec::new(), limits, stopped: false }
    }

    /// Of commands that were sent before, with how many nodes each has.
    pub fn of_commands(commands: Vec<(String, usize)>) -> Self {
        let sent = commands.into_iter().map(|(id, count)| Sent { id, count, at_once: 0 }).collect();
        Rollout { members: Vec::new(), sent, limits: Limits::default(), stopped: true }
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    pub fn member_mut(&mut self, index: usize) -> Option<&mut Member> {
        self.members.get_mut(index)
    }

    /// How many nodes there are, those included that are not listed yet.
    pub fn count(&self) -> usize {
        self.members.len().max(self.expected())
    }

    fn expected(&self) -> usize {
        self.sent.iter().map(|sent| sent.count).sum()
    }

    /// How many nodes have the command, as far as it was sent, and are in no list yet.
    pub fn unlisted(&self) -> usize {
        let listed = self.members.iter().filter(|member| member.listed).count();
        self.expected().saturating_sub(listed)
    }

    /// The ids of what was sent.
    pub fn commands(&self) -> Vec<&str> {
        self.sent.iter().map(|sent| sent.id.as_str()).collect()
    }

    /// Of those that are not over everywhere.
    pub fn active(&self) -> Vec<String> {
        self.sent.iter().filter(|sent| !self.is_complete(sent)).map(|sent| sent.id.clone()).collect()
    }

    fn is_complete(&self, sent: &Sent) -> bool {
        let of_it = self.members.iter().filter(|member| member.command_id.as_deref() == Some(&sent.id));
        of_it.filter(|member| member.state.is_over()).count() >= sent.count
    }

    pub fn errors(&self) -> usize {
        self.members.iter().filter(|member| member.state.is_error()).count()
    }

    /// More failures than the user allows.
    pub fn has_failed(&self) -> bool {
        self.errors() > self.limits.errors.map_or(0, |rate| rate.of(self.members.len()))
    }

    /// What is to be sent now; none while it must wait, and in the end.
    pub fn next(&self) -> Option<Batch> {
        let start = self.members.iter().position(|member| member.command_id.is_none())?;
        let (total, left) = (self.members.len(), self.members.len() - start);
        if self.stopped {
            return None;
        }
        if total <= MOST_IDS {
            let text = |rate: Option<Rate>| rate.map(|rate| rate.to_string());
            return Some(Batch {
                members: 0..total,
                max_concurrency: text(self.limits.concurrency),
                max_errors: text(self.limits.errors),
                at_once: total,
            });
        }
        let allowed = self.limits.concurrency.map_or(USUAL_CONCURRENCY, |rate| rate.of(total)).max(1);
        let busy: usize =
            self.sent.iter().filter(|sent| !self.is_complete(sent)).map(|sent| sent.at_once).sum();
        let at_once = allowed.saturating_sub(busy).min(left).min(MOST_IDS);
        if at_once == 0 || self.has_failed() {
            return None;
        }
        let bearable = self.limits.errors.map_or(0, |rate| rate.of(total)).saturating_sub(self.errors());
        Some(Batch {
            members: start..start + left.min(MOST_IDS),
            max_concurrency: Some(at_once.to_string()),
            max_errors: Some(bearable.to_string()),
            at_once,
        })
    }

    pub fn sent(&mut self, batch: &Batch, id: String) {
        let members = self.members.get_mut(batch.members.clone()).unwrap_or_default();
        for member in members.iter_mut() {
            member.command_id = Some(id.clone());
            member.state = State::new(Some("Pending"), None);
        }
        self.sent.push(Sent { count: members.len(), id, at_once: batch.at_once });
    }

    /// As if it had been sent and all had gone well: for a look ahead.
    pub fn succeeded(&mut self, batch: &Batch, id: String) {
        self.sent(batch, id);
        for member in self.members.get_mut(batch.members.clone()).unwrap_or_default() {
            member.state = State::new(Some("Success"), None);
        }
    }

    /// Whether no call has to wait for another.
    pub fn goes_out_at_once(&self) -> bool {
        let mut ahead = self.clone();
        while let Some(batch) = ahead.next() {
            ahead.sent(&batch, format!("ahead-{}", ahead.sent.len()));
        }
        ahead.members.iter().all(|member| member.command_id.is_some())
    }

    /// Nothing more is sent.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// What a look has found; the index of the node if it is in another state now.
    pub fn update(&mut self, id: &str, found: Invocation) -> Option<usize> {
        let is_it = |member: &Member| {
            member.command_id.as_deref() == Some(id) && member.instance_id == found.instance_id
        };
        let index = match self.members.iter().position(is_it) {
            Some(index) => index,
            None => {
                let mut member = Member::new(found.instance_id, None);
                member.command_id = Some(id.to_owned());
                self.members.push(member);
                self.members.len() - 1
            }
        };
        let member = self.members.get_mut(index)?;
        member.listed = true;
        if member.name.is_none() {
            member.name = found.name;
        }
        // A look that overtook another tells of the past.
        let changed = !member.state.is_over() && member.state != found.state;
        if changed {
            member.state = found.state;
        }
        changed.then_some(index)
    }

    /// Those whose results are to be shown.
    pub fn due(&self) -> Vec<usize> {
        let is_due = |member: &&(usize, &Member)| member.1.state.is_over() && !member.1.told;
        self.members
            .iter()
            .enumerate()
            .collect::<Vec<_>>()
            .iter()
            .filter(is_due)
            .map(|(index, _)| *index)
            .collect()
    }

    /// Everything that was sent is over and was shown, and nothing more is to be sent.
    pub fn is_over(&self) -> bool {
        let shown =
            self.members.iter().filter(|member| member.command_id.is_some()).all(|member| member.told);
        shown && self.active().is_empty() && (self.stopped || self.next().is_none())
    }

    /// How many nodes are done with it.
    pub fn over(&self) -> usize {
        self.members.iter().filter(|member| member.state.is_over()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet(count: usize, concurrency: &str, errors: &str) -> Rollout {
        let members = (0..count).map(|number| Member::new(format!("i-{number}"), None)).collect();
        let rate = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        Rollout::new(members, Limits { concurrency: rate(concurrency), errors: rate(errors) })
    }

    fn found(number: usize, details: &str) -> Invocation {
        let status = if details == "Terminated" { "Cancelled" } else { details };
        Invocation {
            instance_id: format!("i-{number}"),
            name: None,
            state: State::new(Some(status), Some(details)),
        }
    }

    /// Sends all that may be sent; what each call says.
    fn send(rollout: &mut Rollout) -> Vec<(Range<usize>, Option<String>, Option<String>)> {
        let mut calls = Vec::new();
        while let Some(batch) = rollout.next() {
            let id = format!("c-{}", rollout.commands().len());
            rollout.sent(&batch, id);
            calls.push((batch.members, batch.max_concurrency, batch.max_errors));
        }
        calls
    }

    fn call(
        members: Range<usize>,
        concurrency: &str,
        errors: &str,
    ) -> (Range<usize>, Option<String>, Option<String>) {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (members, text(concurrency), text(errors))
    }

    #[test]
    fn fifty_nodes_are_one_call_in_the_words_of_the_user() {
        assert_eq!(send(&mut fleet(50, "", "")), [call(0..50, "", "")]);
        assert_eq!(send(&mut fleet(3, "50%", "1")), [call(0..3, "50%", "1")]);
    }

    #[test]
    fn with_more_nodes_no_more_run_at_a_time_than_may() {
        assert_eq!(send(&mut fleet(120, "", "")), [call(0..50, "50", "0")]);
        assert_eq!(send(&mut fleet(120, "1", "")), [call(0..50, "1", "0")]);
        assert_eq!(send(&mut fleet(120, "70", "10%")), [call(0..50, "50", "12"), call(50..100, "20", "12")]);
        assert_eq!(
            send(&mut fleet(120, "100%", "")),
            [call(0..50, "50", "0"), call(50..100, "50", "0"), call(100..120, "20", "0")]
        );
    }

    #[test]
    fn the_next_call_follows_when_one_is_over_and_bears_what_is_left() {
        let mut rollout = fleet(60, "10", "2");
        assert_eq!(send(&mut rollout), [call(0..50, "10", "2")]);
        for number in 0..50 {
            rollout.update("c-0", found(number, if number == 7 { "Failed" } else { "Success" }));
        }
        assert_eq!(send(&mut rollout), [call(50..60, "10", "1")]);
    }

    #[test]
    fn beyond_the_errors_that_are_allowed_nothing_is_sent() {
        let mut rollout = fleet(60, "", "");
        send(&mut rollout);
        for number in 0..50 {
            rollout.update("c-0", found(number, ["Failed", "Terminated"][usize::from(number > 0)]));
        }
        assert_eq!(rollout.next(), None);
        assert_eq!(rollout.due().len(), 50);
        assert!(!rollout.is_over(), "nobody has seen the results");
        (0..50).for_each(|index| rollout.member_mut(index).unwrap().told = true);
        assert!(rollout.is_over() && rollout.has_failed());
        assert_eq!(rollout.members()[55].state, State::not_sent());
    }

    #[test]
    fn a_command_of_before_is_over_when_all_its_nodes_are() {
        let mut rollout = Rollout::of_commands(vec![("c".into(), 2)]);
        assert_eq!((rollout.active(), rollout.count()), (vec!["c".to_owned()], 2));
        assert_eq!(rollout.update("c", found(1, "Success")), Some(0));
        assert_eq!(rollout.update("c", found(1, "InProgress")), None, "what is over stays so");
        assert!(!rollout.is_over());
        assert_eq!(rollout.unlisted(), 1);
        rollout.update("c", found(2, "Failed"));
        (0..2).for_each(|index| rollout.member_mut(index).unwrap().told = true);
        assert!(rollout.is_over());
    }
}
