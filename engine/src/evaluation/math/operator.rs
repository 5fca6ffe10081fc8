//! Operators: how strongly they bind, and what they make of two values of one slot, either of which may be missing.

use super::value::{Series, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// As they are written; those that begin with another come first.
pub(super) const SIGNS: [(&str, Operator); 13] = [
    ("||", Operator::Or),
    ("&&", Operator::And),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("+", Operator::Add),
    ("-", Operator::Subtract),
    ("*", Operator::Multiply),
    ("/", Operator::Divide),
    ("^", Operator::Power),
];

impl Operator {
    /// Larger binds stronger. The guide gives no order: this is the usual one.
    pub fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal
            | Operator::NotEqual
            | Operator::LessOrEqual
            | Operator::GreaterOrEqual
            | Operator::Less
            | Operator::Greater => 3,
            Operator::Add | Operator::Subtract => 4,
            Operator::Multiply | Operator::Divide => 5,
            Operator::Power => 7,
        }
    }

    /// How strongly a minus in front binds: `-m1^2` is `-(m1^2)`.
    pub const NEGATIVE: u8 = 6;

    pub fn is_right_associative(self) -> bool {
        self == Operator::Power
    }

    /// `None` where there is no number: division by zero, and what is too large.
    fn apply(self, left: f64, right: f64) -> Option<f64> {
        let truth = |holds: bool| Some(f64::from(u8::from(holds)));
        let number = match self {
            Operator::Or => return truth(left != 0.0 || right != 0.0),
            Operator::And => return truth(left != 0.0 && right != 0.0),
            Operator::Equal => return truth(left == right),
            Operator::NotEqual => return truth(left != right),
            Operator::LessOrEqual => return truth(left <= right),
            Operator::GreaterOrEqual => return truth(left >= right),
            Operator::Less => return truth(left < right),
            Operator::Greater => return truth(left > right),
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide => left / right,
            Operator::Power => left.powf(right),
        };
        number.is_finite().then_some(number)
    }

    /// Two values of one slot. What is missing on one side is 0; a slot that has neither has no result.
    fn slot(self, left: Option<f64>, right: Option<f64>) -> Option<f64> {
        if left.is_none() && right.is_none() {
            return None;
        }
        self.apply(left.unwrap_or(0.0), right.unwrap_or(0.0))
    }

    /// Series by series through arrays; two arrays have no common order, so there is no result. With a number, gaps of a
    /// series stay gaps, and a number that is none leaves nothing.
    pub fn values<'a>(self, left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, &'static str> {
        Ok(match (left, right) {
            (Value::Number(left), Value::Number(right)) => {
                Value::Number(left.zip(*right).and_then(|(left, right)| self.apply(left, right)))
            }
            (Value::Series(left), Value::Series(right)) => Value::Series(self.pair(left, right)),
            (Value::Series(series), Value::Number(number)) => Value::Series(self.after(series, *number)),
            (Value::Number(number), Value::Series(series)) => Value::Series(self.before(*number, series)),
            (Value::Array(array), Value::Number(number)) => {
                Value::Array(array.iter().map(|series| self.after(series, *number)).collect())
            }
            (Value::Number(number), Value::Array(array)) => {
                Value::Array(array.iter().map(|series| self.before(*number, series)).collect())
            }
            (Value::Array(array), Value::Series(right)) => {
                Value::Array(array.iter().map(|left| self.pair(left, right)).collect())
            }
            (Value::Series(left), Value::Array(array)) => {
                let named = |right: &Series<'a>| right.with(self.pair(left, right).values);
                Value::Array(array.iter().map(named).collect())
            }
            (Value::Array(_), Value::Array(_)) => {
                return Err("two arrays cannot be combined: make one of them a series first, as SUM does");
            }
        })
    }

    fn pair<'a>(self, left: &Series<'a>, right: &Series<'a>) -> Series<'a> {
        let slots = left.values.iter().zip(right.values.iter());
        left.with(slots.map(|(left, right)| self.slot(*left, *right)).collect())
    }

    fn after<'a>(self, series: &Series<'a>, number: Option<f64>) -> Series<'a> {
        series.each(|value| self.apply(value, number?))
    }

    fn before<'a>(self, number: Option<f64>, series: &Series<'a>) -> Series<'a> {
        series.each(|value| self.apply(number?, value))
    }
}
