//! What an execution has asked for and is under way: tasks of the runtime for calls, tokens and offers for what others
//! answer. All of it ends with the execution.

use super::replay::Open;
use super::run::Run;
use crate::sandbox::account::Account;
use crate::sandbox::states::world::{self, Desk, Follows};
use crate::sandbox::states::{Offer, Tokens};
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::definition::{Pattern, Resource};
use opsctl_engine::asl::execution::{Answer, Demand, DemandId, TaskRequest, What};
use opsctl_engine::asl::history::Failure;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinSet};

pub struct Errands {
    account: Arc<Account>,
    run: Arc<Run>,
    calls: JoinSet<()>,
    open: HashMap<DemandId, Errand>,
}

#[derive(Default)]
struct Errand {
    call: Option<AbortHandle>,
    token: Option<Arc<str>>,
    follows: Follows,
}

impl Errands {
    pub fn new(account: &Arc<Account>, run: &Arc<Run>) -> Self {
        Errands {
            account: Arc::clone(account),
            run: Arc::clone(run),
            calls: JoinSet::new(),
            open: HashMap::new(),
        }
    }

    pub fn begin(&mut self, open: Open) {
        while self.calls.try_join_next().is_some() {}
        match &open.demand {
            Demand::Cancel(number) => self.cancel(*number),
            Demand::Task(number, request) => {
                let number = *number;
                let is_known = open.before.iter().any(|answer| !matches!(answer, Answer::Heartbeat));
                match &request.resource {
                    Resource::Activity { arn } => {
                        self.expect(number, request);
                        if !is_known {
                            self.offer(number, arn, request);
                        }
                    }
                    Resource::Service(service) if service.pattern == Pattern::WaitForTaskToken => {
                        self.expect(number, request);
                        let is_sent = open.before.iter().any(|answer| matches!(answer, Answer::Submitted(_)));
                        if !is_sent {
                            self.call(number, open);
                        }
                    }
                    Resource::Service(service) if service.pattern == Pattern::Sync => {
                        // Whoever has the token may end a job before it is over.
                        self.expect(number, request);
                        self.call(number, open);
                    }
                    _ => self.call(number, open),
                }
            }
            Demand::Read(number, _) | Demand::List(number, _) | Demand::Write(number, _) => {
                self.call(*number, open);
            }
        }
    }

    /// Nobody waits for this any longer: what was started for it alone ends too.
    fn cancel(&mut self, number: DemandId) {
        if let Some(followed) = self.open.get(&number).and_then(|errand| errand.follows.get()) {
            followed.stop(Failure::default());
        }
        self.end(number);
    }

    /// The execution is over.
    pub fn cancel_all(mut self) {
        let numbers: Vec<DemandId> = self.open.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.cancel(number));
    }

    /// This is answered, or left where it is.
    pub fn end(&mut self, number: DemandId) {
        let Some(errand) = self.open.remove(&number) else { return };
        if let Some(call) = errand.call {
            call.abort();
        }
        if let Some(token) = errand.token {
            self.tokens().remove(&token);
        }
    }

    fn expect(&mut self, number: DemandId, request: &TaskRequest) {
        let Some(token) = &request.token else { return };
        self.tokens().add(token, &self.run, number);
        self.open.entry(number).or_default().token = Some(Arc::clone(token));
    }

    fn offer(&self, number: DemandId, arn: &str, request: &TaskRequest) {
        let states = &self.account.states;
        let parsed = StatesArn::parse(arn).ok();
        let name = match parsed.as_ref().and_then(|arn| states.named(arn)) {
            Some(Named::Activity { name }) => Some(name),
            _ => None,
        };
        let token = request.token.clone().unwrap_or_default();
        let offer = Offer { token, input: request.input.clone() };
        if !name.is_some_and(|name| {
            states.activities.offer(name, offer, |offer| self.tokens().is_open(&offer.token))
        }) {
            let failure = Failure {
                error: Some("States.Runtime".into()),
                cause: Some(format!("Activity Does Not Exist: '{arn}'").into()),
            };
            self.run.send(What::Answer(number, Answer::Failed(failure)));
        }
    }

    fn call(&mut self, number: DemandId, open: Open) {
        let account = Arc::clone(&self.account);
        let follows = Arc::clone(&self.open.entry(number).or_default().follows);
        let desk = Desk::new(&self.run, number, follows);
        let call = self.calls.spawn(async move {
            if let Some(answer) = world::answer(&account, &open, &desk).await {
                desk.tell(answer);
            }
        });
        self.open.entry(number).or_default().call = Some(call);
    }

    fn tokens(&self) -> &Tokens {
        &self.account.states.tokens
    }
}

impl Drop for Errands {
    fn drop(&mut self) {
        let numbers: Vec<DemandId> = self.open.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.end(number));
    }
}
