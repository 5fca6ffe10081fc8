//! Computes an expression: walks it, checks that every function gets the kinds it takes, and leaves the work to the
//! families of functions. Nothing that the service alone knows is guessed.

use super::list::{is_order, is_sorted_by};
use super::value::{Frame, Inputs, Kind, Named, Series, Value};
use super::{
    Expression, Function, MAX_SERIES, Node, Piece, SyntaxError, calendar, change, condition, fill, list,
    reduce,
};
use crate::near::advice;

impl Expression {
    /// What the expression comes to: a series or an array of them. A number is refused, as the service refuses it.
    pub fn evaluate<'a>(&self, inputs: &Inputs<'a>) -> Result<Value<'a>, SyntaxError> {
        let value = Walk { inputs }.value(&self.root)?;
        if value.kind() == Kind::Number {
            let message = "the result is a number, and must be a series: TIME_SERIES makes one of it";
            return Err(self.root.fault(message));
        }
        Ok(value)
    }

    /// What an alarm watches: exactly one series.
    pub fn one_series<'a>(&self, inputs: &Inputs<'a>) -> Result<Series<'a>, SyntaxError> {
        match self.evaluate(inputs)? {
            Value::Series(series) => Ok(series),
            Value::Array(_) | Value::Number(_) => {
                Err(self.root.fault("the result is an array, and an alarm watches one series"))
            }
        }
    }
}

struct Walk<'i, 'a> {
    inputs: &'i Inputs<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn frame(&self) -> Frame {
        self.inputs.frame
    }

    fn value(&self, node: &Node) -> Result<Value<'a>, SyntaxError> {
        match &node.piece {
            Piece::Number(number) => Ok(Value::Number(Some(*number))),
            Piece::Id(id) => self.named(node, id).map(|named| named.value.clone()),
            Piece::List(members) => self.list(members),
            Piece::Negative(inner) => Ok(self.value(inner)?.negative()),
            Piece::Operation(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                operator.values(&left, &right).map_err(|message| node.fault(message))
            }
            Piece::Call(function, arguments) => self.call(node, *function, arguments),
            Piece::Text(_) => Err(node.fault("a text is an argument of some functions, not a value")),
            Piece::Word(word) => Err(node.fault(format!(
                "`{word}` is no metric: an Id begins with a lower-case letter, a function with ("
            ))),
            Piece::Query => Err(service(node)),
        }
    }

    fn named(&self, node: &Node, id: &str) -> Result<&Named<'a>, SyntaxError> {
        let unknown = || {
            let near = advice(id, self.inputs.named.keys().copied());
            node.fault(format!("there is no metric or expression with the Id `{id}`{near}"))
        };
        self.inputs.named.get(id).ok_or_else(unknown)
    }

    /// Series and arrays, all in one array.
    fn list(&self, members: &[Node]) -> Result<Value<'a>, SyntaxError> {
        let mut array = Vec::new();
        for member in members {
            match self.value(member)? {
                Value::Series(series) => array.push(series),
                Value::Array(more) => array.extend(more),
                Value::Number(_) => return Err(member.fault("a list has series, not numbers")),
            }
            if array.len() > MAX_SERIES {
                return Err(member.fault(format!("an array has {MAX_SERIES} series at most")));
            }
        }
        Ok(Value::Array(array))
    }

    fn call(&self, node: &Node, function: Function, arguments: &[Node]) -> Result<Value<'a>, SyntaxError> {
        use Function::*;
        let name = function.name();
        // The table has checked how many there are.
        let Some((first, rest)) = arguments.split_first() else {
            return match function {
                Metrics => Ok(self.metrics("")),
                _ => Err(node.fault(format!("{name} takes arguments"))),
            };
        };
        match function {
            Abs => self.each(first, name, |value| Some(value.abs())),
            Ceil => self.each(first, name, |value| Some(value.ceil())),
            Floor => self.each(first, name, |value| Some(value.floor())),
            Log => self.each(first, name, |value| Some(value.ln())),
            Log10 => self.each(first, name, |value| Some(value.log10())),
            Avg | DatapointCount | Max | Min | Stddev | Sum => Ok(match self.value(first)? {
                Value::Series(series) => Value::Number(reduce::series(function, &series)),
                Value::Array(array) => Value::Series(reduce::array(function, &array, self.frame())),
                Value::Number(_) => return Err(wants(first, name, "a series or an array", Kind::Number)),
            }),
            Diff | DiffTime | Rate | RunningSum => {
                let frame = self.frame();
                Ok(self.some_series(first, name)?.through(|series| change::series(function, series, frame)))
            }
            Fill => self.fill(first, rest),
            First => Ok(Value::Series(list::end(self.array(first, name)?.first(), self.frame()))),
            Last => Ok(Value::Series(list::end(self.array(first, name)?.last(), self.frame()))),
            If => condition::choose(
                (first, self.value(first)?),
                rest.iter().map(|node| Ok((node, self.value(node)?))).collect::<Result<Vec<_>, _>>()?,
                self.frame(),
            ),
            MetricCount => Ok(Value::Number(Some(self.array(first, name)?.len() as f64))),
            Metrics => match &first.piece {
                Piece::Text(part) => Ok(self.metrics(part)),
                _ => Err(first.fault("METRICS takes a part of Ids as a text, in quotes")),
            },
            Date | Day | Epoch | Hour | Minute | Month | Year => match self.value(first)? {
                Value::Series(series) => Ok(Value::Series(calendar::series(function, &series, self.frame()))),
                other => Err(wants(first, name, "a series", other.kind())),
            },
            Period => match &first.piece {
                Piece::Id(id) if self.named(first, id)?.is_metric => {
                    Ok(Value::Number(Some(f64::from(self.frame().period))))
                }
                _ => Err(first.fault("PERIOD takes a metric, not the result of an expression")),
            },
            RemoveEmpty => Ok(Value::Array(list::without_empty(self.array(first, name)?))),
            Slice => {
                let array = self.array(first, name)?;
                let mut bounds = rest.iter().map(|bound| self.number(bound, name));
                let from = bounds.next().transpose()?;
                Ok(Value::Array(list::slice(array, from, bounds.next().transpose()?)))
            }
            Sort => self.sort(first, rest),
            TimeSeries => {
                let number = self.number(first, name)?;
                Ok(Value::Series(Series::new("", vec![number; self.frame().length])))
            }
            AnomalyDetectionBand | DbPerfInsights | InsightRuleMetric | Lambda | Search | ServiceQuota => {
                Err(service(node))
            }
        }
    }

    fn metrics(&self, part: &str) -> Value<'a> {
        let matching = self.inputs.order.iter().filter(|id| id.contains(part));
        let series = matching.filter_map(|id| self.inputs.named.get(id));
        Value::Array(series.flat_map(|named| named.value.series().iter().cloned()).collect())
    }

    fn each(
        &self,
        node: &Node,
        name: &str,
        change: impl Fn(f64) -> Option<f64>,
    ) -> Result<Value<'a>, SyntaxError> {
        let finite = |value| change(value).filter(|result| result.is_finite());
        Ok(self.some_series(node, name)?.through(|series| series.each(finite)))
    }

    fn fill(&self, first: &Node, rest: &[Node]) -> Result<Value<'a>, SyntaxError> {
        let value = self.some_series(first, "FILL")?;
        let Some(filler) = rest.first() else { return Ok(value) };
        match &filler.piece {
            Piece::Word(word) if word == "REPEAT" => Ok(value.through(fill::repeat)),
            Piece::Word(word) if word == "LINEAR" => Ok(value.through(fill::linear)),
            Piece::Word(word) => {
                Err(filler.fault(format!("FILL takes a number, a series, REPEAT or LINEAR, not `{word}`")))
            }
            _ => match self.value(filler)? {
                Value::Number(number) => Ok(value.through(|series| fill::with(series, |_| number))),
                Value::Series(other) => {
                    let at = |slot: usize| other.values.get(slot).copied().flatten();
                    Ok(value.through(|series| fill::with(series, at)))
                }
                Value::Array(_) => Err(wants(filler, "FILL", "a number or a series", Kind::Array)),
            },
        }
    }

    fn sort(&self, first: &Node, rest: &[Node]) -> Result<Value<'a>, SyntaxError> {
        let array = self.array(first, "SORT")?;
        let word = |node: &Node, fits: fn(&str) -> bool, expected: &str| match &node.piece {
            Piece::Word(word) if fits(word) => Ok(word.clone()),
            _ => Err(node.fault(format!("SORT takes {expected} here"))),
        };
        let [by, order, limit @ ..] = rest else { return Ok(Value::Array(array)) };
        let by_word = word(by, is_sorted_by, "AVG, MIN, MAX or SUM")?;
        let order = word(order, is_order, "ASC or DESC")?;
        let limit = limit.first().map(|limit| self.number(limit, "SORT")).transpose()?;
        let Some(by) = Function::of(&by_word) else { return Err(by.fault("unknown function")) };
        Ok(Value::Array(list::sort(array, by, order == "DESC", limit)))
    }

    /// A series or an array.
    fn some_series(&self, node: &Node, name: &str) -> Result<Value<'a>, SyntaxError> {
        match self.value(node)? {
            Value::Number(_) => Err(wants(node, name, "a series or an array", Kind::Number)),
            value => Ok(value),
        }
    }

    fn array(&self, node: &Node, name: &str) -> Result<Vec<Series<'a>>, SyntaxError> {
        match self.value(node)? {
            Value::Array(array) => Ok(array),
            other => Err(wants(node, name, "an array", other.kind())),
        }
    }

    fn number(&self, node: &Node, name: &str) -> Result<Option<f64>, SyntaxError> {
        match self.value(node)? {
            Value::Number(number) => Ok(number),
            other => Err(wants(node, name, "a number", other.kind())),
        }
    }
}

pub(super) fn wants(node: &Node, name: &str, wanted: &str, found: Kind) -> SyntaxError {
    node.fault(format!("{name} takes {wanted} here, and this is {}", found.name()))
}

fn service(node: &Node) -> SyntaxError {
    node.unsupported().unwrap_or_else(|| node.fault("this is computed by CloudWatch alone"))
}
