//! One state: the fields that states have in common, then those of its type.

use std::sync::Arc;

use serde_json::Value;

use super::super::model::{Flow, Next, QueryLanguage, State, Template, Text, Work};
use super::fields::{Fields, is_expression};
use super::{Names, Reader};
use crate::asl::Payload;
use crate::asl::history::StateType;
use crate::asl::template::PathQuery;

const COMMON: &[&str] = &["Type", "Comment", "QueryLanguage"];
const TRANSITION: &[&str] = &["Next", "End"];
const ASSIGN: &[&str] = &["Assign"];
const HANDLERS: &[&str] = &["Retry", "Catch"];
/// What becomes of the work of a state, said in paths.
const RESULT: &[&str] = &["Parameters", "ResultSelector", "ResultPath"];
const TASK: &[&str] = &["Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"];
const MAP: &[&str] = &[
    "ItemProcessor",
    "ItemSelector",
    "MaxConcurrency",
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
];
const MAP_OF_PATHS: &[&str] = &[
    "Iterator",
    "ItemsPath",
    "MaxConcurrencyPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
];

impl StateType {
    fn of(name: &str) -> Option<Self> {
        StateType::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The fields a state of this type may have beside the common ones.
    fn fields(self, language: QueryLanguage) -> Vec<&'static str> {
        let (own, of_paths): (&[&[&str]], &[&[&str]]) = match self {
            StateType::Pass => (&[TRANSITION, ASSIGN], &[&["Parameters", "ResultPath", "Result"]]),
            StateType::Succeed => (&[], &[]),
            StateType::Fail => (&[&["Error", "Cause"]], &[&["ErrorPath", "CausePath"]]),
            StateType::Wait => {
                (&[TRANSITION, ASSIGN, &["Seconds", "Timestamp"]], &[&["SecondsPath", "TimestampPath"]])
            }
            StateType::Choice => (&[ASSIGN, &["Choices", "Default"]], &[]),
            StateType::Task => (
                &[TRANSITION, ASSIGN, HANDLERS, TASK],
                &[RESULT, &["TimeoutSecondsPath", "HeartbeatSecondsPath"]],
            ),
            StateType::Parallel => (&[TRANSITION, ASSIGN, HANDLERS, &["Branches"]], &[RESULT]),
            StateType::Map => (&[TRANSITION, ASSIGN, HANDLERS, MAP], &[RESULT, MAP_OF_PATHS]),
        };
        let of_expressions: &[&str] = match self {
            StateType::Task | StateType::Parallel => &["Arguments", "Output"],
            StateType::Map => &["Output", "Items"],
            StateType::Fail => &[],
            _ => &["Output"],
        };
        let paths: &[&str] = if self == StateType::Fail { &[] } else { &["InputPath", "OutputPath"] };
        match language {
            QueryLanguage::JsonPath => [own.concat(), of_paths.concat(), paths.to_vec()].concat(),
            QueryLanguage::Jsonata => [own.concat(), of_expressions.to_vec()].concat(),
        }
    }
}

impl Reader {
    pub(super) fn state(&mut self, name: &str, value: &Value, at: &str, names: &Names) -> Option<State> {
        let fields = self.element(value, at.to_owned())?;
        self.require(&fields, &["Type"]);
        let types: Vec<&str> =
            ["Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"].to_vec();
        let kind = StateType::of(self.word(&fields, "Type", &types)?)?;
        let language = self.language_of(&fields).unwrap_or(self.machine_language);
        if language == QueryLanguage::JsonPath && self.machine_language == QueryLanguage::Jsonata {
            let message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
            self.refuse(Some(fields.here()), message.to_owned());
            return None;
        }
        let known = [COMMON, &kind.fields(language)].concat();
        self.only(&fields, &known);
        let _: Option<&str> = self.text(&fields, "Comment");
        let next = self.next(&fields, kind, names);
        let flow = self.flow(&fields, kind, language);
        let assign = self.assign(&fields, language);
        let retry = self.retriers(&fields);
        let catch = self.catchers(&fields, language, names);
        let work = match kind {
            StateType::Pass => Some(Work::Pass { result: fields.get("Result").cloned().map(Payload::new) }),
            StateType::Succeed => Some(Work::Succeed),
            StateType::Fail => {
                let error = self.failure_text(&fields, "Error", language);
                let cause = self.failure_text(&fields, "Cause", language);
                Some(Work::Fail { error: error.map(Box::new), cause: cause.map(Box::new) })
            }
            StateType::Wait => self.wait(&fields, language).map(Work::Wait),
            StateType::Choice => self.choice(&fields, language, names),
            StateType::Task => self.task(&fields, language).map(|task| Work::Task(Box::new(task))),
            StateType::Parallel => self.parallel(&fields),
            StateType::Map => self.map(&fields, language).map(|map| Work::Map(Box::new(map))),
        };
        let reads_context =
            fields.names().any(|name| !INNER.contains(&name) && fields.get(name).is_some_and(reads_context));
        let name = Arc::from(name);
        Some(State {
            name,
            kind,
            language,
            next: next?,
            flow,
            assign,
            work: work?,
            retry,
            catch,
            reads_context,
        })
    }

    pub(super) fn require(&mut self, fields: &Fields<'_>, names: &[&str]) {
        let missing: Vec<&str> = names.iter().copied().filter(|name| !fields.has(name)).collect();
        if !missing.is_empty() {
            self.refuse(Some(fields.here()), format!("These fields are required: [{}]", missing.join(", ")));
        }
    }

    fn next(&mut self, fields: &Fields<'_>, kind: StateType, names: &Names) -> Option<Next> {
        if matches!(kind, StateType::Choice | StateType::Succeed | StateType::Fail) {
            return Some(Next::End);
        }
        let end = self.truth(fields, "End").unwrap_or(false);
        match (fields.has("Next"), end) {
            (true, false) => {
                let next = self.name(fields, "Next")?;
                self.target(fields, "Next", next, names).map(Next::State)
            }
            (false, true) => Some(Next::End),
            _ => {
                let message = "Exactly one of these fields is required: [Next, End]".to_owned();
                self.refuse(Some(fields.here()), message);
                None
            }
        }
    }

    fn flow(&mut self, fields: &Fields<'_>, kind: StateType, language: QueryLanguage) -> Flow {
        match language {
            QueryLanguage::JsonPath => Flow {
                input_path: self.selector(fields, "InputPath"),
                arguments: match kind {
                    StateType::Map => None,
                    _ => self.template(fields, "Parameters", language),
                },
                result_selector: self.template(fields, "ResultSelector", language),
                result_path: self.result_path(fields),
                output_path: self.selector(fields, "OutputPath"),
                output: None,
            },
            QueryLanguage::Jsonata => Flow {
                arguments: self.template(fields, "Arguments", language),
                output: self.template(fields, "Output", language),
                ..Flow::default()
            },
        }
    }

    /// `Assign`: a template whose names are names of variables.
    pub(super) fn assign(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Template> {
        self.assign_as(fields, language, "Assign")
    }

    pub(super) fn assign_as(
        &mut self,
        fields: &Fields<'_>,
        language: QueryLanguage,
        field: &str,
    ) -> Option<Template> {
        let names = self.object(fields, "Assign")?;
        self.variables(fields, names, language);
        self.template_as(fields, "Assign", language, field)
    }

    fn failure_text(&mut self, fields: &Fields<'_>, name: &str, language: QueryLanguage) -> Option<Text> {
        let by_path = format!("{name}Path");
        if fields.has(&by_path) {
            if fields.has(name) {
                let message = format!("Only one of these fields is allowed: [{name}, {by_path}]");
                self.refuse(Some(fields.here()), message);
            }
            let text = self.text(fields, &by_path)?;
            let refusal = match PathQuery::parse(text) {
                Ok(query) => match gives_text(&query) {
                    true => return Some(Text::Query(query)),
                    false => format!(
                        "Value is neither a Reference Path nor a call of one of these intrinsic functions: [{}]",
                        TEXTS.join(", ")
                    ),
                },
                Err(fault) => format!("Value is not a valid JSONPath or intrinsic function call: {fault}"),
            };
            self.refuse(Some(fields.at(&by_path)), refusal);
            return None;
        }
        let text = self.text(fields, name)?;
        if language == QueryLanguage::Jsonata && is_expression(text) {
            return self.expression(text, &fields.at(name)).map(Text::Expression);
        }
        Some(Text::Fixed(Arc::from(text)))
    }

    fn parallel(&mut self, fields: &Fields<'_>) -> Option<Work> {
        self.require(fields, &["Branches"]);
        let list = self.list(fields, "Branches")?;
        if list.is_empty() {
            self.refuse(Some(fields.at("Branches")), "Value cannot be empty".to_owned());
        }
        let branches: Vec<_> = list
            .iter()
            .enumerate()
            .map(|(number, branch)| {
                let fields = self.element(branch, format!("{}/{number}", fields.at("Branches")))?;
                self.only(&fields, &["Comment", "StartAt", "States", "QueryLanguage"]);
                self.states(&fields, false).map(Arc::new)
            })
            .collect();
        Some(Work::Parallel { branches: branches.into_iter().collect::<Option<Vec<_>>>()? })
    }
}

/// The intrinsic functions that `ErrorPath` and `CausePath` may call.
const TEXTS: [&str; 7] = [
    "States.Format",
    "States.JsonToString",
    "States.ArrayGetItem",
    "States.Base64Encode",
    "States.Base64Decode",
    "States.Hash",
    "States.UUID",
];

/// Whether a query can be an `ErrorPath` or a `CausePath`.
fn gives_text(query: &PathQuery) -> bool {
    match query {
        PathQuery::Path(path) => path.is_reference(),
        PathQuery::Call(call) => TEXTS.iter().any(|name| name.strip_prefix("States.") == Some(call.name())),
    }
}

/// The fields of a state with states of their own, which are looked at as such.
const INNER: [&str; 3] = ["Branches", "ItemProcessor", "Iterator"];

/// Whether a text in a field of a state may read the context object: any mention of it counts, whatever quotes it.
fn reads_context(value: &Value) -> bool {
    match value {
        Value::String(text) if is_expression(text) => {
            // A parent of the input may be all of `$states`.
            let climbs = text.matches('%').count() > 2;
            climbs
                || text.split("$states").skip(1).any(|after| {
                    !["input", "result", "errorOutput"]
                        .iter()
                        .any(|field| after.strip_prefix('.').is_some_and(|rest| rest.starts_with(field)))
                })
        }
        Value::String(text) => text.contains("$$"),
        Value::Array(items) => items.iter().any(reads_context),
        Value::Object(fields) => fields.values().any(reads_context),
        _ => false,
    }
}
