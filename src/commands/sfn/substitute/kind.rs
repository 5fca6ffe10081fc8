//! Which kind of value each field of a definition has, and what stands in for one of that kind.

/// What an object or a list of a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole, a branch or a processor: what has `States`.
    Machine,
    States,
    State,
    Branches,
    /// `Choices`, `Retry`, `Catch`, `And` and `Or`.
    Rules,
    Rule,
    /// `ErrorEquals` and the like.
    Words,
    /// An object whose fields mean something, such as `ItemReader`.
    Settings,
    /// What belongs to the author: parameters, results, anything that is handed on.
    Free,
}

impl Role {
    /// What the field of this name is; the name says nothing in lists.
    pub(super) fn inside(self, name: &str) -> Self {
        match (self, name) {
            (Role::Machine, "States") => Role::States,
            (Role::States, _) => Role::State,
            (Role::State, "ItemProcessor" | "Iterator") | (Role::Branches, _) => Role::Machine,
            (Role::State, "Branches") => Role::Branches,
            (Role::State, "Choices" | "Retry" | "Catch") | (Role::Rule, "And" | "Or") => Role::Rules,
            (Role::Rules, _) | (Role::Rule, "Not") => Role::Rule,
            (Role::Rule, "ErrorEquals") | (Role::Settings, "CSVHeaders") => Role::Words,
            (Role::Machine, "ProcessorConfig")
            | (Role::State, "ItemReader" | "ItemBatcher" | "ResultWriter" | "Credentials")
            | (Role::Settings, "ReaderConfig" | "WriterConfig") => Role::Settings,
            _ => Role::Free,
        }
    }
}

/// The kind of value that a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number(u64),
    Truth,
    List,
    Object,
    State,
    /// A text that is one of a few; this is one of them.
    Word(&'static str),
    Path,
    /// The name of a state.
    Target,
    Resource,
    /// Any text will do.
    Any,
}

/// The kind of the field `name` of an object that is `role`, or of an element of such a list.
pub(super) fn kind(role: Role, name: &str) -> Kind {
    match role {
        Role::Free if name.ends_with(".$") => Kind::Path,
        Role::Free | Role::Words => Kind::Any,
        Role::States => Kind::State,
        Role::Rules | Role::Branches => Kind::Object,
        Role::Machine | Role::State | Role::Rule | Role::Settings => field(role, name),
    }
}

fn field(role: Role, name: &str) -> Kind {
    match name {
        "StartAt" | "Next" | "Default" => Kind::Target,
        "Resource" if role == Role::State => Kind::Resource,
        "Type" => Kind::Word("Pass"),
        "JitterStrategy" => Kind::Word("FULL"),
        "Mode" => Kind::Word("DISTRIBUTED"),
        "ExecutionType" => Kind::Word("STANDARD"),
        "Version" => Kind::Word("1.0"),
        "Condition" => Kind::Word("{% open %}"),
        "Retry" | "Catch" | "Choices" | "Branches" | "And" | "Or" | "ErrorEquals" | "CSVHeaders" => {
            Kind::List
        }
        "States" | "ItemProcessor" | "Iterator" | "ProcessorConfig" | "ItemReader" | "ReaderConfig"
        | "ItemBatcher" | "ResultWriter" | "WriterConfig" | "Assign" | "Credentials" | "Not" => Kind::Object,
        "Variable" => Kind::Path,
        _ if name.ends_with(".$") || name.ends_with("Path") => Kind::Path,
        "MaxDelaySeconds" => Kind::Number(31_622_400),
        // No heartbeat is too long for it.
        "TimeoutSeconds" if role == Role::State => Kind::Number(99_999_999),
        "TimeoutSeconds" => Kind::Number(300),
        "MaxAttempts" => Kind::Number(0),
        "BackoffRate"
        | "MaxConcurrency"
        | "MaxInputBytesPerBatch"
        | "MaxItems"
        | "MaxItemsPerBatch"
        | "ToleratedFailureCount"
        | "ToleratedFailurePercentage" => Kind::Number(1),
        _ if name.ends_with("Seconds") => Kind::Number(1),
        "End" | "BooleanEquals" => Kind::Truth,
        "Timestamp" => Kind::Word("2030-01-01T00:00:00Z"),
        _ if role == Role::Rule && name.starts_with("Timestamp") => Kind::Word("2030-01-01T00:00:00Z"),
        _ if role == Role::Rule && name.starts_with("Numeric") => Kind::Number(0),
        _ if role == Role::Rule && name.starts_with("Is") => Kind::Truth,
        _ => Kind::Any,
    }
}
