//! A condition as people read it: `$.n > 5 and not ($.tag is null)`.

use std::fmt;

use super::compare::Relation;
use super::{Comparison, Condition, Operand, Pattern, Test};

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::And(conditions) => joined(f, conditions, " and "),
            Condition::Or(conditions) => joined(f, conditions, " or "),
            Condition::Not(condition) => write!(f, "not ({condition})"),
            Condition::Test { variable, test } => write!(f, "{variable} {test}"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, conditions: &[Condition], word: &str) -> fmt::Result {
    for (number, condition) in conditions.iter().enumerate() {
        if number > 0 {
            f.write_str(word)?;
        }
        match condition {
            Condition::And(inside) | Condition::Or(inside) if inside.len() > 1 => write!(f, "({condition})")?,
            _ => write!(f, "{condition}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wanted, word) = match self {
            Test::IsPresent(wanted) => (*wanted, "present"),
            Test::IsNull(wanted) => (*wanted, "null"),
            Test::IsBoolean(wanted) => (*wanted, "a boolean"),
            Test::IsNumeric(wanted) => (*wanted, "a number"),
            Test::IsString(wanted) => (*wanted, "a string"),
            Test::IsTimestamp(wanted) => (*wanted, "a timestamp"),
            Test::StringMatches(pattern) => return write!(f, "matches {pattern}"),
            Test::Compare(comparison) => return write!(f, "{comparison}"),
        };
        write!(f, "is {}{word}", if wanted { "" } else { "not " })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.relation {
            Relation::Equals => "==",
            Relation::LessThan => "<",
            Relation::GreaterThan => ">",
            Relation::LessThanEquals => "<=",
            Relation::GreaterThanEquals => ">=",
        };
        match &self.with {
            Operand::Literal(literal) => write!(f, "{sign} {literal}"),
            Operand::Path(path) => write!(f, "{sign} {path}"),
        }
    }
}

/// With its stars, in quotes; a star that is one stays escaped.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pieces: Vec<String> =
            self.pieces().map(|piece| piece.replace('\\', "\\\\").replace('*', "\\*")).collect();
        write!(f, "\"{}\"", pieces.join("*"))
    }
}
