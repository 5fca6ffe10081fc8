//! Drawings of columns and rows: boxes and lines of the Unicode box characters, or of ASCII.

mod canvas;

use super::layout::Metrics;
use super::picture::{Picture, Scale, picture, style_of};
use super::text::{Line, Style};
use super::{Graph, Kind, Overlay, Shows, tree};
use canvas::Canvas;

/// Cells of the largest drawing.
const CELLS: usize = 8_000_000;

/// The columns a line in a box may have.
const LONGEST: usize = 44;

/// The columns a name in a box may have, tried in turn until the drawing fits: first it is given whole.
const NAMES: [usize; 7] = [usize::MAX, LONGEST, 32, 24, 18, 13, 9];

/// Where branches go on in a new row when no width is given.
const WRAP: i32 = 160;

/// The machine as lines. With a width no line is wider: names are cut first, and what still does not fit is told as a
/// list of states and where they go.
pub fn terminal(graph: &Graph, overlay: Option<&Overlay>, width: Option<usize>, is_ascii: bool) -> Vec<Line> {
    let room = width.map_or(WRAP, |width| i32::try_from(width).unwrap_or(i32::MAX));
    for name in NAMES {
        let scale = Scale {
            metrics: Metrics { gap: 2, lane: 2, pitch: 1, head: 1, border: 1 },
            column: 1,
            line: 1,
            side: 2,
            top: 1,
            bottom: 1,
            mark: 1,
            name,
            longest: name.min(LONGEST),
            wrap: room,
            is_ascii,
        };
        let Some(picture) = picture(graph, &scale, overlay) else { break };
        let (wide, high) = size(picture.size);
        if wide.saturating_mul(high) > CELLS {
            break;
        }
        if width.is_some_and(|width| wide > width) {
            continue;
        }
        let mut canvas = Canvas::new(wide, high, is_ascii);
        draw(&picture, (0, 0), &mut canvas);
        return canvas.lines();
    }
    tree(graph, overlay, Shows { width, is_ascii, exits: true, now: None })
}

fn size((wide, high): (i32, i32)) -> (usize, usize) {
    (usize::try_from(wide).unwrap_or(0), usize::try_from(high).unwrap_or(0))
}

fn draw(picture: &Picture<'_>, (x, y): (i32, i32), canvas: &mut Canvas) {
    for line in &picture.layout.lines {
        let style = if line.is_catch { Style::Catch } else { Style::Plain };
        canvas.line((x + line.from.0, y + line.from.1), (x + line.to.0, y + line.to.1), style);
    }
    for (boxed, (left, top)) in picture.boxes.iter().zip(&picture.layout.boxes) {
        let (left, top) = (x + left, y + top);
        let Kind::State(kind) = boxed.node.kind else {
            canvas.text((left, top), &boxed.node.name, Style::Faint);
            continue;
        };
        let (right, bottom) = (left + boxed.size.width - 1, top + boxed.size.height - 1);
        let style = style_of(boxed.outcome);
        canvas.frame((left, top), (right, bottom), style);
        canvas.text((left + 1, top), &format!(" {} ", kind.name()), Style::Faint);
        for (text, at) in boxed.lines.iter().zip(top + 1..) {
            canvas.text((left + 2, at), &text.0, text.1);
        }
        for ((part_x, part_y), part) in &boxed.parts {
            draw(part, (left + part_x, top + part_y), canvas);
        }
    }
    for head in &picture.layout.heads {
        let sign = match (head.is_up, canvas.is_ascii) {
            (true, false) => "▲",
            (false, false) => "▼",
            (true, true) => "^",
            (false, true) => "v",
        };
        let style = if head.is_catch { Style::Catch } else { Style::Plain };
        canvas.text((x + head.at.0, y + head.at.1), sign, style);
    }
    for (port, (mark, style)) in picture.layout.ports.iter().zip(&picture.marks) {
        canvas.text((x + port.at.0 + 1, y + port.at.1), mark, *style);
    }
}
