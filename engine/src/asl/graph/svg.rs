//! A drawing as one SVG document that needs nothing else: its fonts are the reader's, its colours follow a light or a
//! dark look. No text of a definition reaches it other than escaped, and none of it is a link or a script.

use std::fmt::Write as _;

use super::layout::Metrics;
use super::overlay::Outcome;
use super::picture::{Boxed, Picture, Scale, picture};
use super::text::Style;
use super::{Graph, Kind, Overlay};

const SCALE: Scale = Scale {
    metrics: Metrics { gap: 24, lane: 14, pitch: 12, head: 18, border: 0 },
    column: 8,
    line: 18,
    side: 14,
    top: 26,
    bottom: 10,
    mark: 26,
    name: usize::MAX,
    longest: 44,
    wrap: 1400,
    is_ascii: false,
};

const MARGIN: i32 = 16;

/// Plain rules, no variables: not every program that shows SVG knows those.
const LOOK: &str = "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1f;white-space:pre}\
.name{font-weight:600}.faint,.catch{font-size:11px}.faint{fill:#5f6368}.catch{fill:#b3261e}\
.paper{fill:#fff;stroke:none}.box{fill:#f6f7f9;stroke:#6b7280}.way{fill:none;stroke:#6b7280}.head{fill:#6b7280}\
.error{fill:none;stroke:#b3261e;stroke-dasharray:4 3}.error-head{fill:#b3261e}.running{fill:#cfe3ff}\
.succeeded{fill:#cdeccf}.caught{fill:#ffe2b8}.failed{fill:#f7cac6}.aborted{fill:#e2e2e2}\
@media(prefers-color-scheme:dark){text{fill:#e8eaed}.faint{fill:#a0a6b0}.catch{fill:#f2b8b5}.paper{fill:#16181d}\
.box{fill:#20242c;stroke:#8b93a1}.way{stroke:#8b93a1}.head{fill:#8b93a1}.error{stroke:#f2b8b5}.error-head{fill:#f2b8b5}\
.running{fill:#1e3f66}.succeeded{fill:#1f4a2a}.caught{fill:#5c4116}.failed{fill:#652420}.aborted{fill:#3a3d44}}";

/// `None` when the machine has more states and bends than a drawing may have.
pub fn svg(graph: &Graph, overlay: Option<&Overlay>) -> Option<String> {
    let picture = picture(graph, &SCALE, overlay)?;
    let (wide, high) = (picture.size.0 + 2 * MARGIN, picture.size.1 + 2 * MARGIN);
    let mut into = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
         role=\"img\">\n<style>{LOOK}</style>\n<rect class=\"paper\" width=\"{wide}\" height=\"{high}\"/>\n"
    );
    draw(&picture, (MARGIN, MARGIN), &mut into);
    into.push_str("</svg>\n");
    Some(into)
}

fn draw(picture: &Picture<'_>, (x, y): (i32, i32), into: &mut String) {
    for line in &picture.layout.lines {
        let class = if line.is_catch { "error" } else { "way" };
        let (from, to) = (line.from, line.to);
        _ = writeln!(
            into,
            "<path class=\"{class}\" d=\"M{} {}L{} {}\"/>",
            x + from.0,
            y + from.1,
            x + to.0,
            y + to.1
        );
    }
    for (boxed, (left, top)) in picture.boxes.iter().zip(&picture.layout.boxes) {
        draw_box(boxed, (x + left, y + top), into);
    }
    for head in &picture.layout.heads {
        let class = if head.is_catch { "error-head" } else { "head" };
        let (x, y) = (x + head.at.0, y + head.at.1);
        let back = if head.is_up { 8 } else { -8 };
        _ = writeln!(into, "<path class=\"{class}\" d=\"M{x} {y}l-4 {back}h8z\"/>");
    }
    for (port, (mark, style)) in picture.layout.ports.iter().zip(&picture.marks) {
        let down = if port.is_top { -4 } else { 11 };
        words((x + port.at.0 + 3, y + port.at.1 + down), mark, class_of(*style), into);
    }
}

fn draw_box(boxed: &Boxed<'_>, (x, y): (i32, i32), into: &mut String) {
    let (wide, high) = (boxed.size.width, boxed.size.height);
    let Kind::State(kind) = boxed.node.kind else {
        words((x, y + 17), &boxed.node.name, "faint", into);
        return;
    };
    let class = match boxed.outcome {
        None | Some(Outcome::NotReached) => String::new(),
        Some(outcome) => format!(" {}", outcome.word()),
    };
    _ = writeln!(
        into,
        "<rect class=\"box{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" rx=\"6\"/>"
    );
    words((x + SCALE.side, y + 15), kind.name(), "faint", into);
    let mut at = y + SCALE.top + 13;
    for (number, (text, style)) in boxed.lines.iter().enumerate() {
        words((x + SCALE.side, at), text, if number == 0 { "name" } else { class_of(*style) }, into);
        at += SCALE.line;
    }
    for ((left, top), part) in &boxed.parts {
        draw(part, (x + left, y + top), into);
    }
}

fn class_of(style: Style) -> &'static str {
    if style == Style::Catch { "catch" } else { "faint" }
}

fn words((x, y): (i32, i32), text: &str, class: &str, into: &mut String) {
    if text.is_empty() {
        return;
    }
    _ = writeln!(into, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
}

/// What is no character of XML 1.0 is left out; control characters are shown as escapes before.
fn escaped(text: &str) -> String {
    let mut into = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => into.push('\u{fffd}'),
            other => into.push(other),
        }
    }
    into
}
