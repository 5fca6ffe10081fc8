//! From a rule of a definition to a condition. All faults of a rule are found in one go.

use serde_json::{Map, Value};

use super::compare::Relation;
use super::{Comparison, Condition, Kind, Operand, Path, Pattern, Test, timestamp};
use crate::asl::failure::{Fault, SCHEMA_VALIDATION_FAILED};

/// And, Or and Not inside each other.
const MAX_NESTING: usize = 100;

/// Fields of a rule that are none of the condition's.
const OTHER_FIELDS: [&str; 3] = ["Next", "Comment", "Assign"];

const KINDS: [(&str, Kind); 4] = [
    ("String", Kind::String),
    ("Numeric", Kind::Numeric),
    ("Boolean", Kind::Boolean),
    ("Timestamp", Kind::Timestamp),
];

const RELATIONS: [(&str, Relation); 5] = [
    ("Equals", Relation::Equals),
    ("LessThan", Relation::LessThan),
    ("GreaterThan", Relation::GreaterThan),
    ("LessThanEquals", Relation::LessThanEquals),
    ("GreaterThanEquals", Relation::GreaterThanEquals),
];

type TypeTest = fn(bool) -> Test;

const TYPE_TESTS: [(&str, TypeTest); 6] = [
    ("IsPresent", Test::IsPresent),
    ("IsNull", Test::IsNull),
    ("IsBoolean", Test::IsBoolean),
    ("IsNumeric", Test::IsNumeric),
    ("IsString", Test::IsString),
    ("IsTimestamp", Test::IsTimestamp),
];

impl Condition {
    /// Compiles a rule: an object with `Variable` and one operator, or with one of `And`, `Or` and `Not`. Its `Next`,
    /// `Assign` and `Comment` are left to the state; the places of the faults count from the rule.
    pub fn compile(rule: &Value) -> Result<Self, Vec<Fault>> {
        let mut compiler = Compiler { faults: Vec::new() };
        let condition = compiler.rule(rule, "", 0);
        match condition {
            Some(condition) if compiler.faults.is_empty() => Ok(condition),
            _ => Err(compiler.faults),
        }
    }
}

struct Compiler {
    faults: Vec<Fault>,
}

impl Compiler {
    fn fault<T>(&mut self, pointer: &str, message: impl Into<String>) -> Option<T> {
        self.faults.push(Fault {
            pointer: pointer.to_owned(),
            code: SCHEMA_VALIDATION_FAILED,
            message: message.into(),
        });
        None
    }

    fn rule(&mut self, rule: &Value, pointer: &str, depth: usize) -> Option<Condition> {
        if depth > MAX_NESTING {
            return self.fault(pointer, format!("Conditions nest {MAX_NESTING} deep at most"));
        }
        let Value::Object(fields) = rule else {
            return self.fault(pointer, "Expected value of type [OBJECT]");
        };
        let mut conditions = Vec::new();
        let mut is_found = false;
        for (name, value) in fields {
            let below = format!("{pointer}/{name}");
            let condition = match name.as_str() {
                "Variable" => continue,
                other if depth == 0 && OTHER_FIELDS.contains(&other) || other == "Comment" => continue,
                "And" => self.rules(value, &below, depth).map(Condition::And),
                "Or" => self.rules(value, &below, depth).map(Condition::Or),
                "Not" => self.rule(value, &below, depth + 1).map(|rule| Condition::Not(Box::new(rule))),
                operator => self.test(fields, operator, value, pointer),
            };
            is_found = true;
            conditions.extend(condition);
        }
        match conditions.len() {
            1 => conditions.pop(),
            0 if is_found => None,
            0 => self.fault(pointer, "A rule needs a Variable with an operator, or And, Or or Not"),
            _ => self.fault(pointer, "A rule has one operator only"),
        }
    }

    fn rules(&mut self, value: &Value, pointer: &str, depth: usize) -> Option<Vec<Condition>> {
        let Value::Array(rules) = value else {
            return self.fault(pointer, "Expected value of type [ARRAY]");
        };
        if rules.is_empty() {
            return self.fault(pointer, "Value cannot be empty");
        }
        let compiled: Vec<_> = rules
            .iter()
            .enumerate()
            .filter_map(|(index, rule)| self.rule(rule, &format!("{pointer}[{index}]"), depth + 1))
            .collect();
        (compiled.len() == rules.len()).then_some(compiled)
    }

    fn test(
        &mut self,
        fields: &Map<String, Value>,
        operator: &str,
        value: &Value,
        pointer: &str,
    ) -> Option<Condition> {
        let test = self.operator(operator, value, &format!("{pointer}/{operator}"));
        let variable = match fields.get("Variable") {
            Some(Value::String(text)) => self.path(text, &format!("{pointer}/Variable")),
            Some(_) => self.fault(&format!("{pointer}/Variable"), "Expected value of type [STRING]"),
            None => self.fault(pointer, "The field 'Variable' is required but was missing"),
        };
        Some(Condition::Test { variable: variable?, test: test? })
    }

    fn path(&mut self, text: &str, pointer: &str) -> Option<Path> {
        match Path::parse(text) {
            Ok(path) => Some(path),
            Err(error) => self.fault(pointer, format!("Value is not a valid JSONPath: {error}")),
        }
    }

    fn operator(&mut self, operator: &str, value: &Value, pointer: &str) -> Option<Test> {
        if let Some((_, test)) = TYPE_TESTS.iter().find(|(name, _)| *name == operator) {
            return match value {
                Value::Bool(wanted) => Some(test(*wanted)),
                _ => self.fault(pointer, "Expected value of type [BOOLEAN]"),
            };
        }
        if operator == "StringMatches" {
            return match value {
                Value::String(pattern) => Some(Test::StringMatches(Pattern::new(pattern))),
                _ => self.fault(pointer, "Expected value of type [STRING]"),
            };
        }
        let (name, is_path) = match operator.strip_suffix("Path") {
            Some(name) => (name, true),
            None => (operator, false),
        };
        let known = KINDS.iter().find_map(|(prefix, kind)| {
            let relation = name.strip_prefix(prefix)?;
            let (_, relation) = RELATIONS.iter().find(|(name, _)| *name == relation)?;
            (*kind != Kind::Boolean || *relation == Relation::Equals).then_some((*kind, *relation))
        });
        let Some((kind, relation)) = known else {
            return self.fault(pointer, format!("Field '{operator}' is not supported"));
        };
        let with = match (is_path, value) {
            (true, Value::String(text)) => Operand::Path(self.path(text, pointer)?),
            (true, _) => return self.fault(pointer, "Expected value of type [STRING]"),
            (false, literal) => Operand::Literal(self.literal(kind, literal, pointer)?),
        };
        Some(Test::Compare(Comparison { kind, relation, with }))
    }

    fn literal(&mut self, kind: Kind, literal: &Value, pointer: &str) -> Option<Value> {
        let wanted = match (kind, literal) {
            (Kind::String, Value::String(_))
            | (Kind::Numeric, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_)) => {
                return Some(literal.clone());
            }
            (Kind::Timestamp, Value::String(text)) if timestamp::is_timestamp(text) => {
                return Some(literal.clone());
            }
            (Kind::Timestamp, Value::String(_)) => {
                return self.fault(pointer, "String does not match RFC3339 timestamp");
            }
            (Kind::String | Kind::Timestamp, _) => "STRING",
            (Kind::Numeric, _) => "NUMBER",
            (Kind::Boolean, _) => "BOOLEAN",
        };
        self.fault(pointer, format!("Expected value of type [{wanted}]"))
    }
}
