//! Calls of the service, as clients make them: its own cases, and the recorded sequences where they are at hand.

mod calls;
mod map_runs;
mod recorded;
mod redrive;
mod test_state;
mod world;

use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::{Call, Reply, ServiceError, answer_later, testing};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ROLE: &str = "arn:aws:iam::111111111111:role/r";

fn machine(states: Value) -> Value {
    let start = states.as_object().unwrap().keys().next().unwrap().clone();
    json!({"StartAt": start, "States": states})
}

/// A sandbox with a folder of its own, which is gone when this is dropped.
struct Sandbox {
    account: Arc<Account>,
    folder: PathBuf,
    settings: &'static str,
}

impl Sandbox {
    fn new() -> Self {
        Sandbox::with("account = \"111111111111\"\npage_size = 1000")
    }

    fn with(settings: &'static str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsctl-states-{}", random::hex(16).unwrap()));
        Sandbox::in_folder(folder, settings)
    }

    fn in_folder(folder: PathBuf, settings: &'static str) -> Self {
        let account = Arc::new(testing::account_in(&folder, settings));
        account.states.resume(&account);
        Sandbox { account, folder, settings }
    }

    /// Ends it and starts another one in the same folder.
    async fn again(self) -> Self {
        self.again_after(|_| ()).await
    }

    /// The same, with something done to the folder meanwhile.
    async fn again_after(self, change: impl FnOnce(&Path)) -> Self {
        self.account.states.shutdown().await;
        let (folder, settings) = (self.folder.clone(), self.settings);
        std::mem::forget(self);
        change(&folder);
        Sandbox::in_folder(folder, settings)
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, ServiceError> {
        let (target, body) = (format!("AWSStepFunctions.{operation}"), input.to_string());
        let call = Call { service: "states", target: Some(&target), body: body.as_bytes() };
        match answer_later(&self.account, &call).await? {
            Reply::Json(body) => Ok(serde_json::from_slice(&body).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// Until an execution is over.
    async fn end(&self, arn: &str) {
        if let Some(known) = self.account.states.executions.get(arn) {
            known.end().await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Sandbox {
    async fn make(&self, name: &str, definition: Value, kind: &str) -> String {
        let request =
            json!({"name": name, "roleArn": ROLE, "definition": definition.to_string(), "type": kind});
        let made = self.call("CreateStateMachine", request).await.unwrap();
        made["stateMachineArn"].as_str().unwrap().to_owned()
    }

    async fn start(&self, machine: &str, name: &str, input: Value) -> Result<String, ServiceError> {
        let request = json!({"stateMachineArn": machine, "name": name, "input": input.to_string()});
        let started = self.call("StartExecution", request).await?;
        Ok(started["executionArn"].as_str().unwrap().to_owned())
    }

    async fn describe(&self, arn: &str) -> Value {
        self.call("DescribeExecution", json!({"executionArn": arn})).await.unwrap()
    }

    async fn types(&self, arn: &str) -> Vec<String> {
        let history = self.call("GetExecutionHistory", json!({"executionArn": arn})).await.unwrap();
        let events = history["events"].as_array().unwrap();
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

/// A worker of an activity.
struct Worker<'a> {
    sandbox: &'a Sandbox,
    activity: String,
}

impl Sandbox {
    async fn worker(&self, name: &str) -> Worker<'_> {
        let made = self.call("CreateActivity", json!({"name": name})).await.unwrap();
        Worker { sandbox: self, activity: made["activityArn"].as_str().unwrap().to_owned() }
    }
}

impl Worker<'_> {
    /// A task of it, as a state.
    fn task(&self) -> Value {
        json!({"Type": "Task", "Resource": self.activity, "End": true})
    }

    /// Takes the next task: its input and its token.
    async fn take(&self) -> (Value, Value) {
        let request = json!({"activityArn": self.activity});
        let task = self.sandbox.call("GetActivityTask", request).await.unwrap();
        (serde_json::from_str(task["input"].as_str().unwrap()).unwrap(), task["taskToken"].clone())
    }

    /// Takes the next task and gives its input back.
    async fn succeed(&self) -> Value {
        let (input, token) = self.take().await;
        let request = json!({"taskToken": token, "output": input.to_string()});
        self.sandbox.call("SendTaskSuccess", request).await.unwrap();
        input
    }

    /// Takes the next task and fails.
    async fn fail(&self) -> Value {
        let (input, token) = self.take().await;
        let request = json!({"taskToken": token, "error": "Broken", "cause": "as told"});
        self.sandbox.call("SendTaskFailure", request).await.unwrap();
        input
    }
}

fn code(result: Result<Value, ServiceError>) -> String {
    result.unwrap_err().code.into_owned()
}
