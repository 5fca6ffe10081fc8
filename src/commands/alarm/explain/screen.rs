//! An explanation for people: the state and why, what was looked at, what comes next. Long lines are left to the terminal;
//! long lists are cut, and -o json has them whole.

use jiff::SignedDuration;
use opsctl_engine::asl::graph::{Line, Span, Style};

use super::model::{Actions, Explained, Role, RuleVerdict, Suppression, Verdict};
use super::words;
use crate::commands::alarm::view;
use crate::metrics::every;
use crate::output::escape;

/// Columns of the names of fields.
const LABEL: usize = 12;
/// Periods, pieces of a rule, contributors.
const MOST: usize = 24;

pub fn screen(explained: &Explained) -> Vec<Line> {
    let mut screen = Screen::default();
    screen.head(explained);
    if let Some(verdict) = &explained.verdict {
        screen.verdict(verdict, explained.state.as_deref());
    }
    if let Some(rule) = &explained.rule {
        screen.rule(rule, explained.state.as_deref());
    }
    if let Some(why) = &explained.not_judged {
        screen.field("not judged", why, Style::Caught);
        for point in explained.service.iter().take(MOST) {
            let value = point.value.map_or("missing".to_owned(), |value| value.to_string());
            let at = point.at.map(|at| at.to_string()).unwrap_or_default();
            screen.field("it saw", &format!("{at}  {value}"), Style::Plain);
        }
        screen.more(explained.service.len(), "datapoints");
    }
    for it in explained.contributors.iter().take(MOST) {
        let attributes: Vec<String> =
            it.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let reason = it.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        screen.field(
            "in ALARM",
            &format!("{} {}{reason}", it.contributor_id, attributes.join(", ")),
            Style::Failed,
        );
    }
    screen.more(explained.contributors.len(), "contributors");
    if let Some(actions) = &explained.actions {
        screen.actions(actions, explained.state.as_deref().unwrap_or_default());
    }
    for note in &explained.notes {
        screen.field("note", note, Style::Caught);
    }
    screen.lines
}

#[derive(Default)]
struct Screen {
    lines: Vec<Line>,
}

impl Screen {
    fn head(&mut self, it: &Explained) {
        let state = it.state.as_deref().unwrap_or("of an unknown state");
        let since =
            it.since.map(|since| format!(" since {since} ({})", view::age(it.at.duration_since(since))));
        let since = since.unwrap_or_else(|| format!(" at {}", it.at));
        self.lines.push(vec![
            Span { text: format!("{}  ", escape(&it.name)), style: Style::Plain },
            Span { text: format!("{}{since}", escape(state)), style: style(state) },
        ]);
        if let Some(evaluation) = &it.evaluation_state {
            self.field("evaluation", evaluation, Style::Caught);
        }
        if let Some(reason) = it.reason.as_deref().filter(|reason| !reason.is_empty()) {
            self.field("reason", reason, Style::Plain);
        }
        if let Some(watched) = it.watched.as_deref().filter(|_| it.rule.is_none()) {
            self.field("looks at", watched, Style::Plain);
        }
    }

    fn verdict(&mut self, it: &Verdict, state: Option<&str>) {
        self.field("goes off", &format!("{}, {}", it.condition, every(it.period)), Style::Plain);
        let gap = it.treat_missing_data.parse().map(words::gap).unwrap_or_default();
        self.field("gaps", &format!("{}: a gap {gap}", it.treat_missing_data), Style::Plain);
        let assumed = if it.range.is_assumed { ", which is assumed" } else { "" };
        let range = format!(
            "{}{assumed}; {}, evaluated {}",
            words::count(it.range.periods, "period"),
            it.window,
            every(it.interval)
        );
        self.field("range", &range, Style::Plain);
        let width =
            it.slots.iter().take(MOST).map(|slot| number(slot.value).chars().count()).max().unwrap_or(0);
        for (place, slot) in it.slots.iter().take(MOST).enumerate() {
            let style = match (slot.role, slot.grade) {
                (Role::Counted, "breaching") => Style::Failed,
                (Role::Counted, _) => Style::Succeeded,
                (Role::Filled, _) => Style::Caught,
                _ => Style::Faint,
            };
            let band = slot.lower.zip(slot.upper);
            let band = band.map(|(lower, upper)| format!("  ({lower} to {upper})")).unwrap_or_default();
            let text = format!("{}  {:>width$}{band}  {}", slot.from, number(slot.value), slot.told);
            self.field(if place == 0 { "periods" } else { "" }, &text, style);
        }
        self.more(it.slots.len(), "periods");
        self.field("so it is", &format!("{}: {}", it.state, it.why), style(it.state.name()));
        for (periods, other) in
            [(it.range.periods.saturating_sub(1), it.range.shorter), (it.range.periods + 1, it.range.longer)]
        {
            if let Some(other) = other {
                let told = format!(
                    "with a range of {periods} it would be {other}: how many the service looks at is not known"
                );
                self.field("not sure", &told, Style::Caught);
            }
        }
        self.agreement(it.agrees, &it.may_be, state);
        for next in &it.next {
            let style = if next.state.is_some() { Style::Plain } else { Style::Faint };
            self.field("next", &next.told, style);
        }
    }

    fn rule(&mut self, it: &RuleVerdict, state: Option<&str>) {
        for (place, piece) in it.pieces.iter().take(MOST).enumerate() {
            let count = piece.matching.zip(piece.needed);
            let count = count.map(|(of, needed)| format!(", {of} of {needed} needed")).unwrap_or_default();
            let decides = if piece.is_decisive && piece.depth > 0 { ", decides" } else { "" };
            let holds = if piece.holds { "true" } else { "false" };
            let text = format!("{}{holds}  {}{count}{decides}", "  ".repeat(piece.depth), piece.text);
            let style = if piece.is_decisive { Style::Plain } else { Style::Faint };
            self.field(if place == 0 { "rule" } else { "" }, &text, style);
        }
        self.more(it.pieces.len(), "pieces");
        for (place, child) in it.children.iter().take(MOST).enumerate() {
            let since = child.since.map(|since| format!(" since {since}")).unwrap_or_default();
            let changes: Vec<&str> = child.changes_at.iter().map(|state| state.name()).collect();
            let changes = match changes.is_empty() {
                true => String::new(),
                false => format!("; it alone would change the state when it is {}", changes.join(" or ")),
            };
            let state = child.state.as_deref().unwrap_or("there is no such alarm");
            let text = format!("{}: {state}{since}{changes}", child.name);
            self.field(if place == 0 { "children" } else { "" }, &text, style(state));
        }
        self.more(it.children.len(), "alarms");
        if let Some(state) = it.state {
            self.field("so it is", state.name(), style(state.name()));
        }
        self.agreement(it.agrees, &it.may_be, state);
        if let Some(suppression) = &it.suppression {
            self.suppression(suppression);
        }
    }

    fn suppression(&mut self, it: &Suppression) {
        let seconds =
            |seconds: u64| view::age(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)));
        let state = it.state.as_deref().unwrap_or("which does not exist");
        let waits = format!(
            "{} ({state}); waits {}, goes on {} longer",
            it.suppressor,
            seconds(it.wait),
            seconds(it.extension)
        );
        self.field("suppressor", &waits, Style::Plain);
        if let Some(by) = &it.by {
            let reason = it.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            self.field("", &format!("its actions are held back by {by}{reason}"), Style::Caught);
        }
    }

    fn agreement(&mut self, agrees: Option<bool>, may_be: &[String], state: Option<&str>) {
        match agrees {
            Some(true) => self.field("service", "says the same", Style::Succeeded),
            Some(false) => {
                let told = format!("says {}, not the same; it may be that", state.unwrap_or_default());
                self.field("service", &told, Style::Caught);
            }
            None => {}
        }
        may_be.iter().for_each(|reason| self.field("", &format!("- {reason}"), Style::Plain));
    }

    fn actions(&mut self, it: &Actions, state: &str) {
        let told = match (it.is_enabled, it.all, it.of_state.len()) {
            (_, 0, _) => "it has none".to_owned(),
            (false, ..) => "disabled".to_owned(),
            (true, _, 0) => format!("none for {state}"),
            (true, ..) => format!("for {state}: {}", it.of_state.join(", ")),
        };
        let style = if it.is_enabled { Style::Plain } else { Style::Caught };
        self.field("actions", &told, style);
        if !it.muted_by.is_empty() {
            self.field("", &format!("muted by {}", it.muted_by.join(", ")), Style::Caught);
        }
    }

    fn more(&mut self, all: usize, what: &str) {
        if let Some(more @ 1..) = all.checked_sub(MOST) {
            self.field("", &format!("and {more} more {what}"), Style::Faint);
        }
    }

    fn field(&mut self, label: &str, text: &str, style: Style) {
        self.lines.push(vec![
            Span { text: format!("  {label:LABEL$}"), style: Style::Faint },
            Span { text: escape(text).into_owned(), style },
        ]);
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

fn style(state: &str) -> Style {
    match state {
        "OK" => Style::Succeeded,
        "ALARM" => Style::Failed,
        "INSUFFICIENT_DATA" => Style::Caught,
        _ => Style::Plain,
    }
}
