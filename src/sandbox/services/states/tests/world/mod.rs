//! What tasks, readers and writers call, by whole executions.

mod functions;
mod messages;
mod nested;
mod objects;

use super::Sandbox;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const SETTINGS: &str = "\
account = \"111111111111\"
topics = [\"done\", \"orders.fifo\"]
[[buckets]]
name = \"data\"
versioning = \"enabled\"
denied_prefixes = [\"secret/\"]
objects = [
  { key = \"in/a.json\", body = \"[1,2]\", content_type = \"application/json\", tags = { t = \"1\" } },
  { key = \"in/b.csv\", body = \"n,m\\n1,x\\n2,y\\n\" },
  { key = \"cold\", body = \"x\", storage_class = \"GLACIER\" },
  { key = \"large\", body = \"0123456789\", count = 1 },
  { key = \"huge\", size = 5000000000 },
]
[[functions]]
name = \"echo\"
timeout_ms = 20000
command = [\"cat\"]
[[functions]]
name = \"fails\"
timeout_ms = 20000
command = [\"sh\", \"-c\", \"echo '{\\\"errorType\\\":\\\"Refused\\\",\\\"errorMessage\\\":\\\"no\\\"}'; exit 1\"]
[[functions]]
name = \"slow\"
timeout_ms = 50
command = [\"sleep\", \"1000\"]
";

/// A machine of one task.
fn task(resource: &str, parameters: Value) -> Value {
    let resource = format!("arn:aws:states:::{resource}");
    json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true},
    }})
}

impl Sandbox {
    async fn machine(&self, name: &str, definition: Value) -> String {
        let role = "arn:aws:iam::111111111111:role/r";
        let call = json!({"name": name, "definition": definition.to_string(), "roleArn": role});
        let made = self.call("CreateStateMachine", call).await.unwrap();
        made["stateMachineArn"].as_str().unwrap().to_owned()
    }

    async fn begin(&self, machine: &str, name: &str, input: Value) -> String {
        let call = json!({"stateMachineArn": machine, "name": name, "input": input.to_string()});
        let started = self.call("StartExecution", call).await.unwrap();
        started["executionArn"].as_str().unwrap().to_owned()
    }

    async fn described(&self, execution: &str) -> Value {
        self.call("DescribeExecution", json!({"executionArn": execution})).await.unwrap()
    }

    /// The output of a machine that is run once, or its error and cause.
    async fn run(&self, definition: Value) -> Result<Value, (String, String)> {
        let number = self.account.states.executions.list_of(|_| true).len();
        let machine = self.machine(&format!("m{number}"), definition).await;
        let execution = self.begin(&machine, "e", json!({})).await;
        self.end(&execution).await;
        let described = self.described(&execution).await;
        match described["status"].as_str() {
            Some("SUCCEEDED") => Ok(serde_json::from_str(described["output"].as_str().unwrap()).unwrap()),
            _ => {
                let text = |field: &str| described[field].as_str().unwrap_or_default().to_owned();
                Err((text("error"), text("cause")))
            }
        }
    }

    async fn call_of(&self, resource: &str, parameters: Value) -> Result<Value, (String, String)> {
        self.run(task(resource, parameters)).await
    }

    /// Until an execution has events of this type.
    async fn has(&self, execution: &str, kind: &str) -> Value {
        loop {
            let call = json!({"executionArn": execution, "maxResults": 1000});
            let history = self.call("GetExecutionHistory", call).await.unwrap();
            let event =
                history["events"].as_array().unwrap().iter().find(|event| event["type"] == kind).cloned();
            if let Some(event) = event {
                return event;
            }
            tokio::task::yield_now().await;
        }
    }

    fn messages(&self) -> Vec<(String, String)> {
        let (messages, _) = self.account.messages.after(0);
        messages.into_iter().map(|message| (message.to, message.message)).collect()
    }
}

/// Takes the last lines of this kind out of the journals, as if the sandbox had been killed before them.
fn forget(folder: &Path, execution: &str, kind: &str) {
    for entry in fs::read_dir(folder.join("states/executions")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if !text.contains(execution) {
            continue;
        }
        let kept: Vec<&str> =
            text.lines().take_while(|line| !line.starts_with(&format!("{{\"{kind}\""))).collect();
        assert!(kept.len() < text.lines().count(), "{text}");
        fs::write(path, kept.join("\n") + "\n").unwrap();
    }
}
