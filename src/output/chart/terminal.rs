//! A chart in letters: braille dots where the terminal has them, ASCII elsewhere.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style};
use opsctl_engine::asl::graph::cut;
use opsctl_engine::evaluation::StateValue;
use unicode_width::UnicodeWidthStr as _;

use super::canvas::{Canvas, Ink};
use super::scale::{Times, Values};
use super::{Chart, Limit, Line, axis, letter};
use crate::output::Stream;

/// What a chart is drawn for.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Columns of the whole.
    pub width: usize,
    /// Rows for the values alone.
    pub rows: usize,
    pub color: bool,
    pub is_ascii: bool,
}

/// Narrower, values and times are not written at the axes.
const NARROW: usize = 24;
/// For a time at the axis, and what keeps it from the next one.
const TIME_ROOM: usize = 13;
const LINES: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Green,
    AnsiColor::BrightCyan,
    AnsiColor::BrightMagenta,
];
const LIMIT: Style = AnsiColor::Yellow.on_default();
const BREACH: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().effects(Effects::DIMMED);
const PLAIN: Style = Style::new();

/// The lines of the drawing, each ended, and none wider than the frame.
pub fn terminal(chart: &Chart, frame: &Frame) -> String {
    let values = Values::of(chart, (frame.rows / 3).clamp(2, 6));
    let margin = margin(chart, frame, &values);
    let columns = frame.width.saturating_sub(margin + 1).max(1);
    let mut pen = Pen { text: String::new(), color: frame.color, style: PLAIN };
    if !chart.title.is_empty() {
        pen.line(PLAIN, &frame.cut(&chart.title));
    }
    pen.line(FAINT, &frame.cut(&axis::span(chart.from, chart.to, &chart.zone)));
    let drawing = Drawing { chart, frame, values: &values, times: Times::of(chart), margin, columns };
    drawing.plot(&mut pen);
    drawing.time_axis(&mut pen);
    drawing.strips(&mut pen);
    drawing.legend(&mut pen);
    pen.text
}

/// Columns before the axis.
fn margin(chart: &Chart, frame: &Frame, values: &Values) -> usize {
    if frame.width < NARROW {
        return 0;
    }
    let ticks = values.ticks.iter().map(|tick| axis::value(*tick, values.step()));
    let limits = chart.limits.iter().filter_map(threshold).map(axis::exact);
    let longest = ticks.chain(limits).map(|text| text.width()).max().unwrap_or_default();
    // What stands before the strips.
    longest.max("breach".len()).min(frame.width / 3) + 1
}

fn threshold(limit: &Limit) -> Option<f64> {
    match limit {
        Limit::Threshold { value, .. } => Some(*value).filter(|value| value.is_finite()),
        Limit::Band { .. } => None,
    }
}

/// Where nothing says how wide a reader is.
const WIDTH: usize = 100;
const ROWS: usize = 14;
/// What stands above and below the values, and the prompt that comes after.
const AROUND: usize = 11;

impl Frame {
    /// As wide as the terminal, and no higher than it where that can be.
    pub fn of(stream: &Stream) -> Self {
        let height = stream.height.filter(|_| stream.terminal);
        Frame {
            width: stream.limit().unwrap_or(WIDTH),
            rows: height.map_or(ROWS, |height| height.saturating_sub(AROUND).clamp(5, ROWS)),
            color: stream.color,
            is_ascii: !stream.unicode,
        }
    }

    fn cut(&self, text: &str) -> String {
        self.cut_to(text, self.width)
    }

    fn cut_to(&self, text: &str, room: usize) -> String {
        cut(text, room, if self.is_ascii { '~' } else { '…' })
    }
}

struct Drawing<'a> {
    chart: &'a Chart,
    frame: &'a Frame,
    values: &'a Values,
    times: Times,
    margin: usize,
    columns: usize,
}

impl Drawing<'_> {
    fn plot(&self, pen: &mut Pen) {
        let rows = self.frame.rows.max(2);
        let mut canvas = Canvas::new(self.columns, rows, self.frame.is_ascii);
        let (across, down) = canvas.size();
        for limit in &self.chart.limits {
            match limit {
                Limit::Threshold { value, .. } if !value.is_finite() => {}
                Limit::Threshold { value, .. } => {
                    let y = self.values.place(*value, down);
                    canvas.line((0, y), (i64::try_from(across).unwrap_or(i64::MAX) - 1, y), Ink::Limit);
                }
                Limit::Band { lower, upper, .. } => {
                    self.trace(&mut canvas, lower, Ink::Limit);
                    self.trace(&mut canvas, upper, Ink::Limit);
                }
            }
        }
        for (number, line) in self.chart.lines.iter().enumerate() {
            self.trace(&mut canvas, line, Ink::Line(number));
        }
        let marks = self.marks(&canvas);
        let breaches = self.breaches();
        let row_height = down / rows;
        for row in 0..rows {
            self.value_at_axis(row, down, row_height, pen);
            for (column, (shown, ink)) in canvas.row(row).enumerate() {
                let mark = marks.iter().find(|mark| (mark.row, mark.column) == (row, column));
                match (mark, ink) {
                    (Some(mark), _) => pen.put(mark.style, mark.letter),
                    (None, Ink::None) => pen.put(PLAIN, ' '),
                    (None, Ink::Limit) => pen.put(LIMIT, shown),
                    (None, Ink::Line(0)) if breaches.get(column) == Some(&true) => pen.put(BREACH, shown),
                    (None, Ink::Line(number)) => pen.put(color_of(number), shown),
                }
            }
            pen.end();
        }
    }

    fn trace(&self, canvas: &mut Canvas, line: &Line, ink: Ink) {
        let (across, down) = canvas.size();
        let place = |(at, value): (i64, f64)| (self.times.place(at, across), self.values.place(value, down));
        for (before, point) in line.steps(self.times.from, self.times.to) {
            let to = place(point);
            canvas.line(before.map_or(to, place), to, ink);
        }
    }

    /// Letters on the lines, where there are several; each at places of its own.
    fn marks(&self, canvas: &Canvas) -> Vec<Mark> {
        let (across, down) = canvas.size();
        let (wide, high) = (across / self.columns, down / self.frame.rows.max(2));
        let lines = &self.chart.lines;
        let mut marks = Vec::new();
        let is_empty = lines.iter().all(|line| line.steps(self.times.from, self.times.to).next().is_none());
        if is_empty {
            let text = self.frame.cut_to("no data", self.columns);
            let (row, start) = (self.frame.rows.max(2) / 2, self.columns.saturating_sub(text.len()) / 2);
            let letters = text.chars().enumerate();
            return letters
                .map(|(at, letter)| Mark { row, column: start + at, letter, style: FAINT })
                .collect();
        }
        if lines.len() < 2 {
            return marks;
        }
        for (number, line) in lines.iter().enumerate() {
            let points: Vec<_> = line.steps(self.times.from, self.times.to).map(|(_, point)| point).collect();
            for part in 0..3 {
                let share = (part * (lines.len() + 1) + number + 1) * points.len() / (3 * (lines.len() + 1));
                let Some((at, value)) = points.get(share) else { continue };
                let column = usize::try_from(self.times.place(*at, across)).unwrap_or_default() / wide;
                let row = usize::try_from(self.values.place(*value, down)).unwrap_or_default() / high;
                marks.push(Mark { row, column, letter: letter(number), style: color_of(number) });
            }
        }
        marks
    }

    /// A limit hides the tick of its row.
    fn value_at_axis(&self, row: usize, down: usize, row_height: usize, pen: &mut Pen) {
        let is_here =
            |value: f64| usize::try_from(self.values.place(value, down)).is_ok_and(|y| y / row_height == row);
        let limit = self.chart.limits.iter().filter_map(threshold).find(|value| is_here(*value));
        let tick = self.values.ticks.iter().copied().find(|value| is_here(*value));
        let ascii = self.frame.is_ascii;
        let (text, style, mark) = match (limit, tick) {
            (Some(limit), _) => (axis::exact(limit), LIMIT, if ascii { '=' } else { '┼' }),
            (None, Some(tick)) => {
                (axis::value(tick, self.values.step()), PLAIN, if ascii { '+' } else { '┤' })
            }
            (None, None) => (String::new(), PLAIN, if ascii { '|' } else { '│' }),
        };
        self.before_axis(&text, style, pen);
        pen.put(if limit.is_some() { LIMIT } else { FAINT }, mark);
    }

    fn before_axis(&self, text: &str, style: Style, pen: &mut Pen) {
        let room = self.margin.saturating_sub(1);
        let text = self.frame.cut_to(text, room);
        pen.write(PLAIN, &" ".repeat(room.saturating_sub(text.width())));
        pen.write(style, &text);
        pen.write(PLAIN, &" ".repeat(self.margin - room));
    }

    fn time_axis(&self, pen: &mut Pen) {
        let (corner, line, tick) = if self.frame.is_ascii { ('+', '-', '+') } else { ('└', '─', '┬') };
        let ticks = match self.margin {
            0 => Vec::new(),
            _ => {
                let most = self.columns / TIME_ROOM;
                axis::time_ticks(self.times.from, self.times.to, most, &self.chart.zone)
            }
        };
        let mut axis = vec![line; self.columns];
        let mut texts = String::new();
        let mut used = 0;
        for (at, text) in ticks {
            let column = usize::try_from(self.times.place(at, self.columns)).unwrap_or_default();
            if let Some(cell) = axis.get_mut(column) {
                *cell = tick;
            }
            if column >= used && column + text.len() <= self.columns {
                texts.push_str(&" ".repeat(column - texts.len()));
                texts.push_str(&text);
                used = texts.len() + 1;
            }
        }
        self.before_axis("", PLAIN, pen);
        pen.line(FAINT, &[corner].into_iter().chain(axis).collect::<String>());
        if !texts.is_empty() {
            self.before_axis("", PLAIN, pen);
            pen.line(PLAIN, &format!(" {texts}"));
        }
    }

    /// Whether the limit is breached in a column.
    fn breaches(&self) -> Vec<bool> {
        let mut columns = vec![false; self.columns];
        for (from, to) in self.chart.breaches.iter().flatten() {
            for column in self.times.places(*from, *to, self.columns) {
                if let Some(cell) = columns.get_mut(column) {
                    *cell = true;
                }
            }
        }
        columns
    }

    /// The state in a column: of several, the one that matters most.
    fn states(&self) -> Vec<Option<StateValue>> {
        let weight = |state: StateValue| match state {
            StateValue::Alarm => 2,
            StateValue::InsufficientData => 1,
            StateValue::Ok => 0,
        };
        let mut columns: Vec<Option<StateValue>> = vec![None; self.columns];
        for stay in self.chart.states.iter().flatten() {
            for column in self.times.places(stay.from, stay.to, self.columns) {
                if let Some(cell) = columns.get_mut(column)
                    && cell.is_none_or(|known| weight(known) < weight(stay.state))
                {
                    *cell = Some(stay.state);
                }
            }
        }
        columns
    }

    fn strips(&self, pen: &mut Pen) {
        let breaches = self.breaches();
        if breaches.contains(&true) {
            self.before_axis("breach", PLAIN, pen);
            pen.put(PLAIN, ' ');
            for is_breach in breaches {
                pen.put(BREACH, if is_breach { '!' } else { ' ' });
            }
            pen.end();
        }
        if self.chart.states.is_some() {
            self.before_axis("state", PLAIN, pen);
            pen.put(PLAIN, ' ');
            for state in self.states() {
                let (style, shown) = state.map_or((PLAIN, ' '), |state| self.look_of(state));
                pen.put(style, shown);
            }
            pen.end();
        }
    }

    fn look_of(&self, state: StateValue) -> (Style, char) {
        let (style, unicode, ascii) = match state {
            StateValue::Alarm => (BREACH, '█', 'A'),
            StateValue::Ok => (AnsiColor::Green.on_default(), '▁', '_'),
            StateValue::InsufficientData => (LIMIT, '░', '?'),
        };
        (style, if self.frame.is_ascii { ascii } else { unicode })
    }

    fn legend(&self, pen: &mut Pen) {
        let room = self.columns;
        let mut tell = |style: Style, mark: &str, text: &str| {
            self.before_axis("", PLAIN, pen);
            pen.put(PLAIN, ' ');
            pen.write(style, &self.frame.cut_to(mark, room));
            let text = self.frame.cut_to(text, room.saturating_sub(mark.width() + 1));
            pen.line(PLAIN, &if text.is_empty() { text } else { format!(" {text}") });
        };
        if self.chart.lines.len() > 1 {
            for (number, line) in self.chart.lines.iter().enumerate() {
                tell(color_of(number), &letter(number).to_string(), &line.name);
            }
        }
        for limit in &self.chart.limits {
            tell(LIMIT, if self.frame.is_ascii { "- -" } else { "⠂⠂⠂" }, limit.name());
        }
        if self.breaches().contains(&true) {
            tell(BREACH, "!", "breaching");
        }
        let shown = self.states();
        for state in StateValue::ALL.into_iter().filter(|state| shown.contains(&Some(*state))) {
            let (style, mark) = self.look_of(state);
            tell(style, &mark.to_string(), state.name());
        }
    }
}

/// A letter on the drawing.
struct Mark {
    row: usize,
    column: usize,
    letter: char,
    style: Style,
}

fn color_of(line: usize) -> Style {
    LINES.get(line % LINES.len()).map_or(PLAIN, |color| color.on_default())
}

/// Writes, and changes colours only where they change.
struct Pen {
    text: String,
    color: bool,
    style: Style,
}

impl Pen {
    fn put(&mut self, style: Style, letter: char) {
        self.change(if letter == ' ' { self.style } else { style });
        self.text.push(letter);
    }

    fn write(&mut self, style: Style, text: &str) {
        if !text.is_empty() {
            self.change(style);
            self.text.push_str(text);
        }
    }

    fn line(&mut self, style: Style, text: &str) {
        self.write(style, text);
        self.end();
    }

    /// Ends a line, of which no spaces are left at the end.
    fn end(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.change(PLAIN);
        self.text.push('\n');
    }

    fn change(&mut self, style: Style) {
        if self.color && style != self.style {
            _ = write!(self.text, "{:#}{style}", self.style);
        }
        self.style = style;
    }
}
