//! What an alarm should not watch: expressions that are valid, and that an alarm cannot use or gets wrong answers from.

use std::collections::BTreeMap;

use super::value::Kind;
use super::{Expression, Function, Node, Piece, Program, SyntaxError};

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lint {
    /// The result is no single series: the service refuses the alarm.
    NotOneSeries,
    /// A search finds several series: the service refuses the alarm.
    Search,
    /// A function of the whole window: an alarm fetches more datapoints than it evaluates, so the value shifts.
    WindowScalar,
    /// The newest datapoint of a metric that comes late is always the filler.
    FillOnLag,
}

/// One piece of an expression that a rule has something to say about, at `at..end` of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub lint: Lint,
    pub at: usize,
    pub end: usize,
    /// Lower case, no full stop.
    pub message: String,
}

impl Finding {
    pub fn error(self) -> SyntaxError {
        SyntaxError::new(self.at, self.end, self.message)
    }
}

impl Lint {
    pub fn id(self) -> &'static str {
        match self {
            Lint::NotOneSeries => "not-one-series",
            Lint::Search => "search",
            Lint::WindowScalar => "window-scalar",
            Lint::FillOnLag => "fill-on-lag",
        }
    }

    /// The service refuses the alarm; otherwise it takes it, and the answers are not what they seem.
    pub fn is_error(self) -> bool {
        matches!(self, Lint::NotOneSeries | Lint::Search)
    }
}

impl Program {
    /// What the rules say about an alarm's expressions, of which it watches one.
    pub fn lint_for_alarm(&self, watched: &str) -> Vec<(&str, Finding)> {
        let mut kinds: BTreeMap<&str, Option<Kind>> = BTreeMap::new();
        let mut findings = Vec::new();
        for (id, expression) in self.expressions() {
            let kind_of = |id: &str| kinds.get(id).copied().unwrap_or(Some(Kind::Series));
            let kind = expression.root.kind(&kind_of);
            let found = lint(expression, &kind_of);
            let counts = |finding: &Finding| id == watched || finding.lint != Lint::NotOneSeries;
            findings.extend(found.into_iter().filter(counts).map(|finding| (id, finding)));
            kinds.insert(id, kind);
        }
        findings
    }
}

/// What the rules say about one expression. `kind_of` tells what an Id stands for, where that is known.
fn lint(expression: &Expression, kind_of: &impl Fn(&str) -> Option<Kind>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |lint: Lint, node: &Node, message: String| {
        findings.push(Finding { lint, at: node.at, end: node.end, message });
    };
    let root = &expression.root;
    match root.kind(kind_of) {
        Some(Kind::Array) => {
            let message =
                "an alarm watches one series, and this is an array: SUM, MAX or FIRST makes one of it";
            add(Lint::NotOneSeries, root, message.to_owned());
        }
        Some(Kind::Number) => {
            let message = "an alarm watches a series, and this is a number: TIME_SERIES makes one of it";
            add(Lint::NotOneSeries, root, message.to_owned());
        }
        Some(Kind::Series) | None => {}
    }
    root.visit(&mut |node| {
        let Piece::Call(function, arguments) = &node.piece else { return };
        let name = function.name();
        match function {
            Function::Search => {
                add(Lint::Search, node, "an alarm cannot watch a search: it finds several series".to_owned());
            }
            Function::Fill => add(
                Lint::FillOnLag,
                node,
                "when the metric comes a minute late, its newest datapoint is always what FILL puts there: let \
                 DatapointsToAlarm be smaller than EvaluationPeriods"
                    .to_owned(),
            ),
            function if function.looks_at_window() => {
                let is_slotwise = arguments.first().and_then(|first| first.kind(kind_of)) == Some(Kind::Array);
                let always = matches!(function, Function::RunningSum | Function::RemoveEmpty);
                if always || !is_slotwise {
                    let message = format!(
                        "{name} looks at all datapoints that are fetched, and an alarm fetches more than it \
                         evaluates: its result shifts"
                    );
                    add(Lint::WindowScalar, node, message);
                }
            }
            _ => {}
        }
    });
    findings
}

impl Node {
    /// What the piece comes to, as far as that can be told without values.
    fn kind(&self, kind_of: &impl Fn(&str) -> Option<Kind>) -> Option<Kind> {
        use Function::*;
        match &self.piece {
            Piece::Number(_) => Some(Kind::Number),
            Piece::Id(id) => kind_of(id),
            Piece::List(_) => Some(Kind::Array),
            Piece::Negative(inner) => inner.kind(kind_of),
            Piece::Operation(_, left, right) => match (left.kind(kind_of)?, right.kind(kind_of)?) {
                (Kind::Array, _) | (_, Kind::Array) => Some(Kind::Array),
                (Kind::Series, _) | (_, Kind::Series) => Some(Kind::Series),
                (Kind::Number, Kind::Number) => Some(Kind::Number),
            },
            Piece::Call(function, arguments) => {
                let first = || arguments.first().and_then(|first| first.kind(kind_of));
                match function {
                    Abs | Ceil | Floor | Log | Log10 | Diff | DiffTime | Rate | RunningSum | Fill => first(),
                    Avg | DatapointCount | Max | Min | Stddev | Sum => match first()? {
                        Kind::Array => Some(Kind::Series),
                        Kind::Series | Kind::Number => Some(Kind::Number),
                    },
                    Metrics | RemoveEmpty | Slice | Sort | AnomalyDetectionBand => Some(Kind::Array),
                    MetricCount | Period => Some(Kind::Number),
                    Date | Day | Epoch | Hour | Minute | Month | Year | TimeSeries | First | Last | If => {
                        Some(Kind::Series)
                    }
                    InsightRuleMetric | ServiceQuota => Some(Kind::Series),
                    Search | DbPerfInsights | Lambda => None,
                }
            }
            Piece::Text(_) | Piece::Word(_) | Piece::Query => None,
        }
    }
}
