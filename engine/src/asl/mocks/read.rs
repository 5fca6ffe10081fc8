//! From the JSON of a mock configuration file to its model, every fault found in one run.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Case, Fault, MockFile, Reply, Response};
use crate::advice;
use crate::asl::Payload;
use crate::asl::history::Failure;

type Fields = Map<String, Value>;

/// Reads a whole file.
pub fn file(value: &Value) -> Result<MockFile, Vec<Fault>> {
    let mut reader = Reader::default();
    let mut file = MockFile::default();
    if let Some(fields) = reader.object(value, "a mock configuration") {
        reader.only(fields, &["StateMachines", "MockedResponses"]);
        if let Some(responses) = fields.get("MockedResponses") {
            reader.inside("MockedResponses", |reader| file.responses = reader.responses(responses));
        }
        match fields.get("StateMachines") {
            Some(machines) => reader.inside("StateMachines", |reader| {
                file.machines = reader.machines(machines, &file.responses);
            }),
            None => reader.fault("a mock configuration needs `StateMachines`"),
        }
    }
    reader.finish(file)
}

/// Reads one case by itself: for each state the name of one of `responses`, or the response.
pub fn case(value: &Value, responses: &BTreeMap<String, Arc<Response>>) -> Result<Case, Vec<Fault>> {
    let mut reader = Reader::default();
    let case = reader.case(value, responses);
    reader.finish(case)
}

#[derive(Default)]
struct Reader {
    path: Vec<String>,
    faults: Vec<Fault>,
}

impl Reader {
    fn finish<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() { Ok(value) } else { Err(self.faults) }
    }

    fn inside<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let read = read(self);
        self.path.pop();
        read
    }

    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(Fault { path: self.path.clone(), is_name: false, message: message.into() });
    }

    fn fault_of_name(&mut self, name: &str, message: impl Into<String>) {
        let path = self.path.iter().cloned().chain([name.to_owned()]).collect();
        self.faults.push(Fault { path, is_name: true, message: message.into() });
    }

    fn object<'a>(&mut self, value: &'a Value, what: &str) -> Option<&'a Fields> {
        let fields = value.as_object();
        if fields.is_none() {
            self.fault(format!("{what} is an object"));
        }
        fields
    }

    fn only(&mut self, fields: &Fields, known: &[&str]) {
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let advice = advice(name, known.iter().copied());
            self.fault_of_name(name, format!("unknown field `{name}`{advice}"));
        }
    }

    fn machines(
        &mut self,
        value: &Value,
        responses: &BTreeMap<String, Arc<Response>>,
    ) -> Vec<(String, Vec<(String, Case)>)> {
        let mut machines = Vec::new();
        for (name, machine) in self.object(value, "`StateMachines`").into_iter().flatten() {
            let cases = self.inside(name, |reader| {
                let Some(fields) = reader.object(machine, "a machine") else { return Vec::new() };
                reader.only(fields, &["TestCases"]);
                let Some(cases) = fields.get("TestCases") else {
                    reader.fault("a machine needs `TestCases`");
                    return Vec::new();
                };
                reader.inside("TestCases", |reader| reader.cases(cases, responses))
            });
            machines.push((name.clone(), cases));
        }
        machines
    }

    fn cases(&mut self, value: &Value, responses: &BTreeMap<String, Arc<Response>>) -> Vec<(String, Case)> {
        let mut cases = Vec::new();
        for (name, case) in self.object(value, "`TestCases`").into_iter().flatten() {
            let case = self.inside(name, |reader| reader.case(case, responses));
            cases.push((name.clone(), case));
        }
        cases
    }

    fn case(&mut self, value: &Value, responses: &BTreeMap<String, Arc<Response>>) -> Case {
        let mut case = Case::default();
        for (state, response) in self.object(value, "a test case").into_iter().flatten() {
            let found = self.inside(state, |reader| match response {
                Value::String(name) => {
                    let found = responses.get(name).cloned();
                    if found.is_none() {
                        let advice = advice(name, responses.keys().map(String::as_str));
                        reader.fault(format!("there is no response `{name}` in `MockedResponses`{advice}"));
                    }
                    found
                }
                response => reader.response(response, None).map(Arc::new),
            });
            case.0.extend(found.map(|found| (state.clone(), found)));
        }
        case
    }

    fn responses(&mut self, value: &Value) -> BTreeMap<String, Arc<Response>> {
        let mut responses = BTreeMap::new();
        for (name, response) in self.object(value, "`MockedResponses`").into_iter().flatten() {
            let read = self.inside(name, |reader| reader.response(response, Some(name.clone())));
            // One that is wrong is there all the same: that it is not would only be found wrong once more.
            let read = read.unwrap_or(Response { name: Some(name.clone()), attempts: Vec::new() });
            responses.insert(name.clone(), Arc::new(read));
        }
        responses
    }

    fn response(&mut self, value: &Value, name: Option<String>) -> Option<Response> {
        let fields = self.object(value, "a mocked response")?;
        if fields.is_empty() {
            self.fault("a mocked response needs an attempt, as `\"0\"`");
        }
        let mut read = Vec::new();
        for (key, reply) in fields {
            match range(key) {
                Some(range) => {
                    let reply = self.inside(key, |reader| reader.reply(reply));
                    read.push((range, key, reply));
                }
                None => self.fault_of_name(
                    key,
                    format!("`{key}` is no attempt; those are numbers from 0 or ranges, as `\"1-2\"`"),
                ),
            }
        }
        read.sort_by_key(|(range, ..)| *range.start());
        let mut answered = None;
        for (range, key, _) in &read {
            if answered.is_some_and(|last| range.start() <= last) {
                self.fault_of_name(key, format!("attempt `{key}` is answered already"));
            }
            answered = answered.max(Some(range.end()));
        }
        let attempts = read.into_iter().filter_map(|(range, _, reply)| Some((range, reply?))).collect();
        Some(Response { name, attempts })
    }

    fn reply(&mut self, value: &Value) -> Option<Reply> {
        let fields = self.object(value, "an attempt")?;
        self.only(fields, &["Return", "Throw"]);
        match (fields.get("Return"), fields.get("Throw")) {
            (Some(output), None) => Some(Reply::Return(Payload::new(output.clone()))),
            (None, Some(failure)) => self.inside("Throw", |reader| reader.failure(failure)).map(Reply::Throw),
            _ => {
                self.fault("an attempt has either `Return` or `Throw`");
                None
            }
        }
    }

    fn failure(&mut self, value: &Value) -> Option<Failure> {
        let fields = self.object(value, "`Throw`")?;
        self.only(fields, &["Error", "Cause"]);
        let mut text = |name: &str| match fields.get(name) {
            None => None,
            Some(Value::String(text)) => Some(Arc::from(text.as_str())),
            Some(_) => {
                self.inside(name, |reader| reader.fault(format!("`{name}` is text")));
                None
            }
        };
        let (error, cause) = (text("Error"), text("Cause"));
        if !fields.contains_key("Error") {
            self.fault("`Throw` needs an `Error`");
        }
        Some(Failure { error, cause })
    }
}

/// `0` or `1-2`.
fn range(text: &str) -> Option<RangeInclusive<u64>> {
    let number = |text: &str| {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse().ok()).flatten()
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = number(first)?..=number(last)?;
    (!range.is_empty()).then_some(range)
}
