//! A drawing that is taller than its room: what matters of it, in its order, and how much more there is.

use super::text::{Line, Span, Style};

/// No more than `room` lines. Those of states that failed are kept first, then those of states that run, then the first
/// ones.
pub fn fitted(lines: Vec<Line>, room: usize) -> Vec<Line> {
    if lines.len() <= room {
        return lines;
    }
    let kept = room.saturating_sub(1);
    let weight = |line: &Line| match line {
        line if line.iter().any(|span| span.style == Style::Failed) => 0,
        line if line.iter().any(|span| span.style == Style::Running) => 1,
        _ => 2,
    };
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|index| lines.get(*index).map(weight));
    order.truncate(kept);
    let more = lines.len() - kept;
    let shown = lines.into_iter().enumerate().filter(|(index, _)| order.contains(index));
    let told = Span { text: format!("and {more} more"), style: Style::Faint };
    shown.map(|(_, line)| line).chain([vec![told]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_and_what_runs_is_kept_and_the_rest_counted() {
        let lines = |styles: &[(usize, Style)]| -> Vec<Line> {
            let style = |number| styles.iter().find(|it| it.0 == number).map_or(Style::Plain, |it| it.1);
            (1..=9).map(|number| vec![Span { text: number.to_string(), style: style(number) }]).collect()
        };
        let (failed, running) = (Style::Failed, Style::Running);
        for (styles, room, expected) in [
            (&[][..], 9, &["1", "2", "3", "4", "5", "6", "7", "8", "9"][..]),
            (&[], 4, &["1", "2", "3", "and 6 more"]),
            (&[(8, failed)], 4, &["1", "2", "8", "and 6 more"]),
            (&[(2, running), (9, failed)], 3, &["2", "9", "and 7 more"]),
            (&[(2, running), (9, failed)], 2, &["9", "and 8 more"]),
            (&[], 0, &["and 9 more"]),
        ] {
            let shown: Vec<String> =
                fitted(lines(styles), room).iter().map(|line| line[0].text.clone()).collect();
            assert_eq!(shown, expected, "{styles:?} in {room}");
        }
    }
}
