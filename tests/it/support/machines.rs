//! State machines in a sandbox: made and started by a client of the service, looked at by opsctl.

use std::ops::Deref;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::StateMachineType;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{Ran, Sandbox, Sealed, until};

pub const ROLE: &str = "arn:aws:iam::111122223333:role/machines";

/// A sandbox in eu-west-1 and account 111122223333.
pub struct Machines {
    pub sealed: Sealed,
    _sandbox: Sandbox,
    states: States,
}

/// A client of the service in a sandbox.
pub struct States {
    client: Client,
    runtime: Runtime,
}

impl Machines {
    pub fn new() -> Self {
        Machines::with("")
    }

    /// With `more` in its `sandbox.toml`.
    pub fn with(more: &str) -> Self {
        let sealed = Sealed::new();
        let sandbox = Sandbox::with_config(&sealed, Some(&format!("region = \"eu-west-1\"\n{more}")));
        let states = States::of(&sandbox);
        Machines { sealed, _sandbox: sandbox, states }
    }

    /// `opsctl sfn` with these words.
    pub fn sfn(&self, args: &[&str]) -> Ran {
        self.sealed.run([&["--sandbox", "sfn"], args].concat())
    }
}

impl Deref for Machines {
    type Target = States;

    fn deref(&self) -> &States {
        &self.states
    }
}

impl States {
    pub fn of(sandbox: &Sandbox) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(sandbox.aws()).sfn();
        States { client, runtime }
    }

    /// What a call with the client gives.
    pub fn with_client<T>(&self, call: impl AsyncFnOnce(&Client) -> T) -> T {
        self.runtime.block_on(call(&self.client))
    }

    /// The ARN of a new Standard machine.
    pub fn create(&self, name: &str, definition: &Value) -> String {
        self.with_client(async |client| {
            let call = client.create_state_machine().name(name).role_arn(ROLE);
            call.definition(definition.to_string()).send().await.unwrap().state_machine_arn
        })
    }

    /// The ARN of a new Express machine.
    pub fn create_express(&self, name: &str, definition: &Value) -> String {
        self.with_client(async |client| {
            let call = client.create_state_machine().name(name).role_arn(ROLE);
            let call = call.r#type(StateMachineType::Express).definition(definition.to_string());
            call.send().await.unwrap().state_machine_arn
        })
    }

    /// The ARN of a new execution of a machine, a version or an alias.
    pub fn start(&self, machine: &str, name: &str, input: &Value) -> String {
        self.with_client(async |client| {
            let call = client.start_execution().state_machine_arn(machine).name(name);
            call.input(input.to_string()).send().await.unwrap().execution_arn
        })
    }

    /// Starts an execution and waits until it is over.
    #[track_caller]
    pub fn ran(&self, machine: &str, name: &str, input: &Value) -> String {
        let arn = self.start(machine, name, input);
        self.until_over(&arn);
        arn
    }

    /// The status in which an execution ends.
    #[track_caller]
    pub fn until_over(&self, arn: &str) -> String {
        until(|| {
            let described =
                async |client: &Client| client.describe_execution().execution_arn(arn).send().await;
            let status = self.with_client(described).unwrap().status.as_str().to_owned();
            (status != "RUNNING").then_some(status)
        })
    }

    /// The task that an activity has for a worker: its token.
    pub fn token(&self, activity: &str) -> String {
        self.with_client(async |client| {
            let answer = client.get_activity_task().activity_arn(activity).send().await.unwrap();
            answer.task_token.unwrap()
        })
    }

    /// The ARN of a new activity.
    pub fn activity(&self, name: &str) -> String {
        self.with_client(async |client| {
            client.create_activity().name(name).send().await.unwrap().activity_arn
        })
    }
}
