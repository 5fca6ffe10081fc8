//! A chart as one SVG document that needs nothing else: its fonts are the reader's, its colours follow a light or a dark
//! look and can be told apart by the colour-blind; lines differ in their dashes too, states in their height and letter.

use std::fmt::Write as _;

use opsctl_engine::asl::graph::cut;
use opsctl_engine::evaluation::StateValue;
use quick_xml::escape::escape;

use super::scale::{Times, Values, float};
use super::{Chart, Limit, Line, axis, letter};

const WIDTH: usize = 960;
/// Around the values.
const LEFT: usize = 72;
const RIGHT: usize = 16;
const TOP: usize = 64;
const PLOT: usize = WIDTH - LEFT - RIGHT;
const HEIGHT: usize = 260;
const STRIP: usize = 18;
const ROW: usize = 18;
/// Letters that fit across.
const LETTERS: usize = 115;
/// As many lines look different.
const LINES: usize = 6;

/// Plain rules, no variables: not every program that shows SVG knows those.
const LOOK: &str = "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1f;white-space:pre}\
.title{font-size:14px;font-weight:600}.faint{fill:#5f6368}.right{text-anchor:end}.middle{text-anchor:middle}\
.paper{fill:#fff}.grid{stroke:#e2e4e8}.axis{stroke:#6b7280}\
.line,.limit{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}\
.l0{stroke:#0072b2}.l1{stroke:#d55e00;stroke-dasharray:7 3}.l2{stroke:#009e73;stroke-dasharray:2 3}\
.l3{stroke:#cc79a7;stroke-dasharray:9 3 2 3}.l4{stroke:#56b4e9;stroke-dasharray:4 2}.l5{stroke:#8a6d00;stroke-dasharray:1 4}\
.limit{stroke:#b3261e;stroke-dasharray:6 4}.band{fill:#b3261e;fill-opacity:.12}\
.breach{fill:#b3261e;fill-opacity:.16}.mark{fill:#b3261e}\
.ALARM{fill:#b3261e}.OK{fill:#0072b2}.INSUFFICIENT_DATA{fill:#a0a6b0}.on{fill:#fff;font-weight:600}\
@media(prefers-color-scheme:dark){text{fill:#e8eaed}.faint{fill:#a0a6b0}.paper{fill:#16181d}.grid{stroke:#2c313a}\
.axis{stroke:#8b93a1}.l0{stroke:#56b4e9}.l4{stroke:#9ad4f5}.l5{stroke:#f0e442}.limit{stroke:#f2b8b5}\
.band,.breach,.mark,.ALARM{fill:#f2b8b5}.OK{fill:#56b4e9}.INSUFFICIENT_DATA{fill:#6b7280}.on{fill:#16181d}}";

/// The whole document.
pub fn svg(chart: &Chart) -> String {
    let values = Values::of(chart, 6);
    let picture = Picture { chart, values, times: Times::of(chart) };
    let mut body = String::new();
    picture.words(LEFT, 24, "title", &chart.title, &mut body);
    picture.words(LEFT, 44, "faint", &axis::span(chart.from, chart.to, &chart.zone), &mut body);
    picture.axes(&mut body);
    picture.limits(&mut body);
    picture.breaches(&mut body);
    let lines = chart.lines.iter().enumerate();
    lines.for_each(|(number, line)| picture.line(number, line, &mut body));
    let mut bottom = TOP + HEIGHT + 40;
    picture.states(&mut bottom, &mut body);
    picture.legend(&mut bottom, &mut body);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {bottom}\" width=\"{WIDTH}\" \
         height=\"{bottom}\" role=\"img\">\n<style>{LOOK}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{bottom}\"/>\n{body}</svg>\n"
    )
}

struct Picture<'a> {
    chart: &'a Chart,
    values: Values,
    times: Times,
}

impl Picture<'_> {
    /// A tenth of a pixel is enough.
    fn x(&self, at: i64) -> f64 {
        let tenths = self.times.place(at, PLOT * 10).clamp(0, 10 * i64::try_from(PLOT).unwrap_or(i64::MAX));
        float(LEFT * 10 + usize::try_from(tenths).unwrap_or_default()) / 10.0
    }

    fn y(&self, value: f64) -> f64 {
        let place = self.values.place(value, HEIGHT * 10 + 1);
        float(TOP * 10 + usize::try_from(place).unwrap_or_default()) / 10.0
    }

    fn axes(&self, into: &mut String) {
        let (right, bottom) = (LEFT + PLOT, TOP + HEIGHT);
        for tick in &self.values.ticks {
            let y = self.y(*tick);
            _ = writeln!(into, "<path class=\"grid\" d=\"M{LEFT} {y}H{right}\"/>");
            let text = axis::value(*tick, self.values.step());
            _ = writeln!(
                into,
                "<text class=\"faint right\" x=\"{}\" y=\"{:.1}\">{text}</text>",
                LEFT - 8,
                y + 4.0
            );
        }
        _ = writeln!(into, "<path class=\"axis\" d=\"M{LEFT} {bottom}H{right}\"/>");
        for (at, text) in axis::time_ticks(self.times.from, self.times.to, 9, &self.chart.zone) {
            let x = self.x(at);
            _ = writeln!(into, "<path class=\"axis\" d=\"M{x} {bottom}v5\"/>");
            _ = writeln!(into, "<text class=\"faint middle\" x=\"{x}\" y=\"{}\">{text}</text>", bottom + 20);
        }
    }

    fn limits(&self, into: &mut String) {
        for limit in &self.chart.limits {
            match limit {
                Limit::Threshold { value, .. } if !value.is_finite() => {}
                Limit::Threshold { value, .. } => {
                    let (y, right) = (self.y(*value), LEFT + PLOT);
                    _ = writeln!(into, "<path class=\"limit\" d=\"M{LEFT} {y}H{right}\"/>");
                }
                Limit::Band { lower, upper, .. } => {
                    let corner = |(at, value): &(i64, f64)| format!("{} {}", self.x(*at), self.y(*value));
                    let inside = |line: &Line| -> Vec<(i64, f64)> {
                        line.steps(self.times.from, self.times.to).map(|(_, point)| point).collect()
                    };
                    let (low, high) = (inside(lower), inside(upper));
                    let around: Vec<String> = high.iter().chain(low.iter().rev()).map(corner).collect();
                    if around.len() > 2 {
                        _ = writeln!(into, "<path class=\"band\" d=\"M{}z\"/>", around.join("L"));
                    }
                    for line in [lower, upper] {
                        self.path("limit", line, into);
                    }
                }
            }
        }
    }

    /// Over the values, and as marks below the axis.
    fn breaches(&self, into: &mut String) {
        for (from, to) in self.chart.breaches.iter().flatten() {
            if *to <= self.times.from || *from >= self.times.to {
                continue;
            }
            let (left, right) = (self.x(*from), self.x(*to));
            let wide = (right - left).max(1.0);
            _ = writeln!(
                into,
                "<rect class=\"breach\" x=\"{left}\" y=\"{TOP}\" width=\"{wide:.1}\" height=\"{HEIGHT}\"/>\n\
                 <rect class=\"mark\" x=\"{left}\" y=\"{}\" width=\"{wide:.1}\" height=\"4\"/>",
                TOP + HEIGHT + 1
            );
        }
    }

    fn line(&self, number: usize, line: &Line, into: &mut String) {
        self.path(&format!("line l{}", number % LINES), line, into);
    }

    fn path(&self, class: &str, line: &Line, into: &mut String) {
        let mut way = String::new();
        // Of many points in one column of pixels, the first, the last and the outermost are all that can be seen.
        let mut column = Column::default();
        for (before, (at, value)) in line.steps(self.times.from, self.times.to) {
            let x = self.x(at);
            let point = (x, self.y(value));
            if before.is_none() || x.floor() != column.x {
                column.end(before.is_some(), &mut way);
                column = Column::begin(point, before.is_some());
            } else {
                column.add(point);
            }
        }
        column.end(false, &mut way);
        if !way.is_empty() {
            _ = writeln!(into, "<path class=\"{class}\" d=\"{way}\"/>");
        }
    }

    fn states(&self, bottom: &mut usize, into: &mut String) {
        let Some(states) = &self.chart.states else { return };
        let top = *bottom;
        self.words(8, top + 13, "faint", "state", into);
        for stay in states.iter().filter(|stay| stay.to > self.times.from && stay.from < self.times.to) {
            let (left, right) = (self.x(stay.from), self.x(stay.to));
            let wide = (right - left).max(1.0);
            let (high, sign) = match stay.state {
                StateValue::Alarm => (STRIP, "A"),
                StateValue::InsufficientData => (STRIP / 2, "?"),
                StateValue::Ok => (STRIP / 4, ""),
            };
            let name = stay.state.name();
            _ = writeln!(
                into,
                "<rect class=\"{name}\" x=\"{left}\" y=\"{}\" width=\"{wide:.1}\" height=\"{high}\"><title>{name}</title></rect>",
                top + STRIP - high
            );
            if stay.state == StateValue::Alarm && wide > 10.0 {
                _ = writeln!(
                    into,
                    "<text class=\"on middle\" x=\"{:.1}\" y=\"{}\">{sign}</text>",
                    left + wide / 2.0,
                    top + 13
                );
            }
        }
        *bottom += STRIP + 12;
    }

    fn legend(&self, bottom: &mut usize, into: &mut String) {
        let mut row = |shape: String, text: &str| {
            let y = *bottom + ROW / 2;
            _ = writeln!(into, "{}", shape.replace("@", &y.to_string()));
            self.words(LEFT + 40, y + 4, "", text, into);
            *bottom += ROW;
        };
        if self.chart.lines.len() > 1 {
            for (number, line) in self.chart.lines.iter().enumerate() {
                let class = number % LINES;
                let shape = format!("<path class=\"line l{class}\" d=\"M{LEFT} @h30\"/>");
                row(shape, &format!("{} {}", letter(number), line.name));
            }
        }
        for limit in &self.chart.limits {
            row(format!("<path class=\"limit\" d=\"M{LEFT} @h30\"/>"), limit.name());
        }
        if self.chart.breaches.as_ref().is_some_and(|breaches| !breaches.is_empty()) {
            row(
                format!("<rect class=\"mark\" x=\"{LEFT}\" y=\"@\" width=\"30\" height=\"4\"/>"),
                "breaching",
            );
        }
        for state in StateValue::ALL {
            if self.chart.states.iter().flatten().any(|stay| stay.state == state) {
                let shape =
                    format!("<rect class=\"{state}\" x=\"{LEFT}\" y=\"@\" width=\"30\" height=\"5\"/>");
                let sign = if state == StateValue::Alarm { " (A)" } else { "" };
                row(shape, &format!("{state}{sign}"));
            }
        }
        *bottom += 10;
    }

    fn words(&self, x: usize, y: usize, class: &str, text: &str, into: &mut String) {
        if text.is_empty() {
            return;
        }
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        // What is no character of XML 1.0 is left out; control characters are shown as escapes before.
        let text = cut(text, LETTERS, '…').replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        _ = writeln!(into, "<text{class} x=\"{x}\" y=\"{y}\">{}</text>", escape(text.as_str()));
    }
}

/// The points of a line in one column of pixels.
#[derive(Default)]
struct Column {
    x: f64,
    is_joined: bool,
    points: Vec<(f64, f64)>,
}

impl Column {
    fn begin(point: (f64, f64), is_joined: bool) -> Self {
        Column { x: point.0.floor(), is_joined, points: vec![point] }
    }

    /// Keeps four: first, lowest, highest, last.
    fn add(&mut self, point: (f64, f64)) {
        self.points.push(point);
        if self.points.len() > 5 {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let by_height = |number: &usize| self.points.get(*number).map_or(0.0, |point| point.1);
        let numbers = 0..self.points.len();
        let lowest = numbers.clone().min_by(|a, b| by_height(a).total_cmp(&by_height(b)));
        let highest = numbers.clone().max_by(|a, b| by_height(a).total_cmp(&by_height(b)));
        let mut kept: Vec<usize> =
            [numbers.clone().next(), lowest, highest, numbers.last()].into_iter().flatten().collect();
        kept.sort_unstable();
        kept.dedup();
        self.points = kept.into_iter().filter_map(|number| self.points.get(number).copied()).collect();
    }

    fn end(&mut self, goes_on: bool, way: &mut String) {
        if self.points.len() > 4 {
            self.thin();
        }
        for (number, (x, y)) in self.points.iter().enumerate() {
            let step = if number == 0 && !self.is_joined { 'M' } else { 'L' };
            _ = write!(way, "{step}{x} {y}");
        }
        // A point alone is a dot.
        if self.points.len() == 1 && !self.is_joined && !goes_on {
            way.push_str("h.1");
        }
    }
}
