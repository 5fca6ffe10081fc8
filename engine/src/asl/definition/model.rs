//! A checked definition. Names are resolved, templates and paths compiled; nothing here is looked up by text again
//! while it runs.

use std::collections::HashMap;
use std::sync::Arc;

use crate::asl::Payload;
use crate::asl::choice::Condition;
use crate::asl::history::StateType;
use crate::asl::jsonata::Expression;
use crate::asl::path::{Path, ReferencePath};
use crate::asl::template::{PathQuery, PathTemplate, QueryTemplate};

#[derive(Debug)]
pub struct Machine {
    pub comment: Option<String>,
    pub states: Arc<States>,
    /// How long an execution may take, in seconds.
    pub timeout: Option<u64>,
}

/// The states of a machine, a branch or an item processor.
#[derive(Debug)]
pub struct States {
    pub start: usize,
    pub list: Vec<State>,
    pub names: HashMap<Arc<str>, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryLanguage {
    JsonPath,
    Jsonata,
}

impl QueryLanguage {
    pub fn name(self) -> &'static str {
        match self {
            QueryLanguage::JsonPath => "JSONPath",
            QueryLanguage::Jsonata => "JSONata",
        }
    }
}

#[derive(Debug)]
pub struct State {
    pub name: Arc<str>,
    pub kind: StateType,
    pub language: QueryLanguage,
    pub next: Next,
    pub flow: Flow,
    pub assign: Option<Template>,
    pub work: Work,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    /// Whether anything in the state reads the context object, which is made only then.
    pub reads_context: bool,
}

/// A template in the query language of its state.
#[derive(Debug)]
pub enum Template {
    Path(PathTemplate),
    Query(QueryTemplate),
}

/// Where a state goes when its work is done. Choice goes by its rules, Succeed and Fail end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    State(usize),
    End,
}

/// The data flow of a state, for both query languages: absent fields are the language's defaults.
#[derive(Debug, Default)]
pub struct Flow {
    pub input_path: Selector,
    /// `Parameters` or `Arguments`.
    pub arguments: Option<Template>,
    pub result_selector: Option<Template>,
    pub result_path: ResultPath,
    pub output_path: Selector,
    /// `Output` of JSONata.
    pub output: Option<Template>,
}

/// `InputPath` and `OutputPath`.
#[derive(Debug, Default)]
pub enum Selector {
    #[default]
    Whole,
    /// The path is `null`: an empty object.
    Nothing,
    Path(Path),
}

#[derive(Debug, Default)]
pub enum ResultPath {
    #[default]
    Replace,
    Discard,
    Merge(ReferencePath),
}

/// A field of one value that may be computed.
#[derive(Debug)]
pub enum Field<T> {
    Fixed(T),
    /// The form `…Path`.
    Path(Path),
    Expression(Expression),
}

#[derive(Debug)]
pub enum Work {
    Pass { result: Option<Payload> },
    Succeed,
    Fail { error: Option<Box<Text>>, cause: Option<Box<Text>> },
    Wait(Wait),
    Choice { rules: Vec<ChoiceRule>, default: Option<usize> },
    Task(Box<Task>),
    Parallel { branches: Vec<Arc<States>> },
    Map(Box<Map>),
}

/// `Error` and `Cause` of a Fail state.
#[derive(Debug)]
pub enum Text {
    Fixed(Arc<str>),
    Query(PathQuery),
    Expression(Expression),
}

#[derive(Debug)]
pub enum Wait {
    Seconds(Field<u64>),
    Timestamp(Field<jiff::Timestamp>),
}

#[derive(Debug)]
pub struct ChoiceRule {
    pub test: Test,
    pub next: usize,
    pub assign: Option<Template>,
    pub output: Option<Template>,
}

#[derive(Debug)]
pub enum Test {
    Rule(Condition),
    Condition(Expression),
    /// A condition that is `true` or `false` as it stands.
    Always(bool),
}

#[derive(Debug)]
pub struct Task {
    pub resource: Resource,
    pub timeout: Option<Field<u64>>,
    pub heartbeat: Option<Field<u64>>,
    pub credentials: Option<Template>,
}

/// What a task calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A function by its plain ARN.
    Lambda {
        arn: Arc<str>,
    },
    Activity {
        arn: Arc<str>,
    },
    /// `arn:aws:states:::SERVICE:ACTION[.PATTERN]`.
    Service(Integration),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// `lambda`, `sqs`, `aws-sdk:dynamodb`.
    pub resource_type: Arc<str>,
    /// The action with its pattern: `invoke.waitForTaskToken`.
    pub resource: Arc<str>,
    pub pattern: Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    RequestResponse,
    /// `.sync` and `.sync:2`.
    Sync,
    WaitForTaskToken,
}

#[derive(Debug)]
pub struct Map {
    pub processor: Arc<States>,
    pub mode: Mode,
    pub items: Items,
    pub selector: Option<Template>,
    pub max_concurrency: Option<Field<u64>>,
}

#[derive(Debug)]
pub enum Mode {
    Inline,
    Distributed(Box<Distributed>),
}

#[derive(Debug)]
pub enum Items {
    /// The whole input.
    Input,
    Path(Path),
    Template(Template),
}

#[derive(Debug)]
pub struct Distributed {
    pub express: bool,
    pub label: Option<Arc<str>>,
    pub reader: Option<Reader>,
    pub batcher: Option<Batcher>,
    pub writer: Option<Writer>,
    pub tolerated_count: Option<Field<u64>>,
    pub tolerated_percentage: Option<Field<f64>>,
}

#[derive(Debug)]
pub struct Reader {
    pub listing: bool,
    pub arguments: Option<Template>,
    pub format: Format,
    pub max_items: Option<Field<u64>>,
    /// A pointer (`/a/b`) to the list inside a JSON object.
    pub items_pointer: Option<String>,
    /// `Transformation: LOAD_AND_FLATTEN`: the items are those inside the listed objects.
    pub flattens: bool,
}

/// What an object holds, by `InputType`.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    Json,
    Jsonl,
    Csv { headers: Option<Vec<String>>, delimiter: u8 },
    Manifest,
    Parquet,
}

#[derive(Debug)]
pub struct Batcher {
    pub max_items: Option<Field<u64>>,
    pub max_bytes: Option<Field<u64>>,
    pub input: Option<Template>,
}

#[derive(Debug)]
pub struct Writer {
    pub arguments: Option<Template>,
    pub transformation: Transformation,
    pub jsonl: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transformation {
    None,
    Compact,
    Flatten,
}

#[derive(Debug)]
pub struct Retrier {
    pub errors: Vec<Arc<str>>,
    /// Seconds before the first retry.
    pub interval: u64,
    pub max_attempts: u64,
    pub backoff_rate: f64,
    pub max_delay: Option<u64>,
    pub full_jitter: bool,
}

#[derive(Debug)]
pub struct Catcher {
    pub errors: Vec<Arc<str>>,
    pub next: usize,
    pub result_path: ResultPath,
    pub assign: Option<Template>,
    pub output: Option<Template>,
}

impl Map {
    pub fn is_distributed(&self) -> bool {
        matches!(self.mode, Mode::Distributed(_))
    }
}
