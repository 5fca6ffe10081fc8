//! What is about to be changed: the calls one by one, what they are done to, where and how many. A dry run prints just
//! this, and the question before the change shows it. Plain data; nothing is sent from here.

use serde::Serialize;
use serde_json::Value;

use crate::error::Result;
use crate::output::{Column, Output};

/// A thing that cannot be taken back is named or counted by hand, and so are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Ordinary,
    /// What is gone is gone: data, history, a name.
    Irreversible,
}

/// How a change is spoken of.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// "terminate".
    pub verb: &'static str,
    /// "terminated".
    pub done: &'static str,
    /// "session".
    pub one: &'static str,
    /// "sessions".
    pub many: &'static str,
}

impl Words {
    /// "1 session", "3 sessions".
    pub fn count(&self, count: usize) -> String {
        format!("{count} {}", if count == 1 { self.one } else { self.many })
    }
}

/// One call that changes something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// As IAM names it: "ssm:TerminateSession".
    pub action: &'static str,
    /// What it is done to: an id, a name, an ARN.
    pub resource: String,
    /// What a person knows it by.
    pub description: String,
    /// The input of the call.
    pub parameters: Value,
}

/// All steps of a change, and where they are done.
#[derive(Debug, Clone)]
pub struct Plan {
    pub words: Words,
    pub weight: Weight,
    /// As far as it is known: no call is made to find it out.
    pub account: Option<String>,
    pub region: String,
    pub steps: Vec<Step>,
}

/// A step as it is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    #[serde(flatten)]
    step: Step,
    account: Option<String>,
    region: String,
}

const COLUMNS: &[Column<Planned>] = &[
    Column::new("action", "ACTION", |planned: &Planned| planned.step.action.into()),
    Column::new("resource", "RESOURCE", |planned: &Planned| planned.step.resource.as_str().into()),
    Column::new("account", "ACCOUNT", |planned: &Planned| planned.account.as_deref().into()),
    Column::new("region", "REGION", |planned: &Planned| planned.region.as_str().into()),
    Column::new("description", "DESCRIPTION", |planned: &Planned| planned.step.description.as_str().into())
        .cut(),
    Column::new("parameters", "PARAMETERS", |planned: &Planned| planned.step.parameters.to_string().into())
        .cut(),
];

impl Plan {
    /// "in account 111122223333, region us-east-1".
    pub fn place(&self) -> String {
        match &self.account {
            Some(account) => format!("in account {account}, region {}", self.region),
            None => format!("in region {}", self.region),
        }
    }

    /// "terminate 3 sessions".
    pub fn headline(&self) -> String {
        format!("{} {}", self.words.verb, self.words.count(self.steps.len()))
    }

    /// In the asked format.
    pub fn print(&self, out: &Output) -> Result<()> {
        let planned = |step: &Step| Planned {
            step: step.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
        };
        // Exactly what would be sent: nothing of it is cut or left out to fit a terminal.
        out.whole().list("plan", COLUMNS, self.steps.iter().map(planned).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const WORDS: Words =
        Words { verb: "terminate", done: "terminated", one: "session", many: "sessions" };

    pub fn plan(count: usize) -> Plan {
        let step = |number| Step {
            action: "ssm:TerminateSession",
            resource: format!("me-{number}"),
            description: format!("on web-{number}"),
            parameters: serde_json::json!({ "SessionId": format!("me-{number}") }),
        };
        Plan {
            words: WORDS,
            weight: Weight::Ordinary,
            account: Some("111122223333".into()),
            region: "us-east-1".into(),
            steps: (1..=count).map(step).collect(),
        }
    }

    #[test]
    fn a_plan_says_what_where_and_how_many() {
        assert_eq!(plan(1).headline(), "terminate 1 session");
        assert_eq!(plan(3).headline(), "terminate 3 sessions");
        assert_eq!(plan(1).place(), "in account 111122223333, region us-east-1");
        assert_eq!(Plan { account: None, ..plan(1) }.place(), "in region us-east-1");
    }
}
