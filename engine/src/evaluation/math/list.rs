//! Functions of arrays: which series they have, and in which order.

use std::cmp::Ordering;

use super::Function;
use super::reduce;
use super::value::{Frame, Series};

pub(super) fn is_sorted_by(word: &str) -> bool {
    matches!(word, "AVG" | "MIN" | "MAX" | "SUM")
}

pub(super) fn is_order(word: &str) -> bool {
    matches!(word, "ASC" | "DESC")
}

/// By a function of all datapoints; equal ones keep their order, and those without datapoints are last in either order.
pub(super) fn sort<'a>(
    array: Vec<Series<'a>>,
    by: Function,
    descending: bool,
    limit: Option<Option<f64>>,
) -> Vec<Series<'a>> {
    let mut keyed: Vec<_> = array.into_iter().map(|series| (reduce::series(by, &series), series)).collect();
    keyed.sort_by(|(left, _), (right, _)| match (left, right) {
        (Some(left), Some(right)) if descending => right.total_cmp(left),
        (Some(left), Some(right)) => left.total_cmp(right),
        (None, None) => Ordering::Equal,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
    });
    let most = limit.map_or(usize::MAX, whole);
    keyed.into_iter().take(most).map(|(_, series)| series).collect()
}

/// From one position, which is included, to another, which is not; both count from 0.
pub(super) fn slice<'a>(
    array: Vec<Series<'a>>,
    from: Option<Option<f64>>,
    to: Option<Option<f64>>,
) -> Vec<Series<'a>> {
    let from = from.map_or(0, whole);
    let to = to.map_or(usize::MAX, whole);
    array.into_iter().take(to).skip(from).collect()
}

pub(super) fn without_empty(array: Vec<Series>) -> Vec<Series> {
    array.into_iter().filter(|series| series.present().next().is_some()).collect()
}

/// One end of an array; of an empty one, a series without datapoints.
pub(super) fn end<'a>(series: Option<&Series<'a>>, frame: Frame) -> Series<'a> {
    series.cloned().unwrap_or_else(|| Series::new("", vec![None; frame.length]))
}

/// As a position: nothing and what is below 0 is 0, and parts of one are cut off.
fn whole(number: Option<f64>) -> usize {
    number.unwrap_or(0.0) as usize
}
