//! Queries in as many calls as the service needs: 500 in each, those that need each other in the same.

use std::collections::HashMap;

use opsctl_engine::evaluation::alarm::{MetricDataQuery, is_insights};
use opsctl_engine::evaluation::data::MAX_QUERIES;

use crate::error::{Error, Result};

/// Queries that one call takes.
#[allow(clippy::cast_possible_truncation, reason = "they are few")]
const MOST: usize = MAX_QUERIES as usize;

/// The queries of each call, in the order they are given. Queries that are too many for one and need each other are refused.
pub fn batches(queries: &[MetricDataQuery]) -> Result<Vec<Vec<MetricDataQuery>>> {
    if queries.len() <= MOST && queries.iter().filter(|query| asks_insights(query)).count() <= 1 {
        return Ok(vec![queries.to_vec()]);
    }
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut has_insights: Vec<bool> = Vec::new();
    for group in groups(queries) {
        let count = group.len();
        let is_insights = group.iter().any(|at| queries.get(*at).is_some_and(asks_insights));
        if count > MOST {
            let message = format!("{count} queries need each other, and one call takes {MOST}");
            return Err(Error::usage(message)
                .hint("METRICS() and shared metrics tie expressions together")
                .into());
        }
        let fits = |(number, batch): (usize, &Vec<usize>)| {
            let is_taken = is_insights && has_insights.get(number) == Some(&true);
            (batch.len() + count <= MOST && !is_taken).then_some(number)
        };
        // Those that are nearly full are few: the last ones are looked at.
        let first = batches.len().saturating_sub(8);
        match batches.iter().enumerate().skip(first).find_map(fits) {
            Some(number) => {
                if let (Some(batch), Some(flag)) = (batches.get_mut(number), has_insights.get_mut(number)) {
                    batch.extend(group);
                    *flag |= is_insights;
                }
            }
            None => {
                batches.push(group);
                has_insights.push(is_insights);
            }
        }
    }
    let of = |batch: Vec<usize>| batch.iter().filter_map(|at| queries.get(*at).cloned()).collect();
    Ok(batches.into_iter().map(of).collect())
}

/// One call takes one query of Metrics Insights.
fn asks_insights(query: &MetricDataQuery) -> bool {
    query.expression.as_deref().is_some_and(is_insights)
}

/// The positions of queries that need each other, together.
fn groups(queries: &[MetricDataQuery]) -> Vec<Vec<usize>> {
    let ids: HashMap<&str, usize> =
        queries.iter().enumerate().map(|(at, query)| (query.id.as_str(), at)).collect();
    let mut leader: Vec<usize> = (0..queries.len()).collect();
    for (at, query) in queries.iter().enumerate() {
        let Some(expression) = query.expression.as_deref().filter(|text| !is_insights(text)) else {
            continue;
        };
        for word in words(expression) {
            match word {
                "METRICS" => (0..queries.len()).for_each(|other| join(&mut leader, at, other)),
                word => ids.get(word).into_iter().for_each(|other| join(&mut leader, at, *other)),
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for at in 0..queries.len() {
        let number = *place.entry(lead(&mut leader, at)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(number) {
            group.push(at);
        }
    }
    groups
}

fn lead(leader: &mut [usize], mut at: usize) -> usize {
    while let Some(next) = leader.get(at).copied().filter(|next| *next != at) {
        let over = leader.get(next).copied().unwrap_or(next);
        if let Some(slot) = leader.get_mut(at) {
            *slot = over;
        }
        at = next;
    }
    at
}

fn join(leader: &mut [usize], one: usize, other: usize) {
    let (one, other) = (lead(leader, one), lead(leader, other));
    if let Some(slot) = leader.get_mut(one.max(other)) {
        *slot = one.min(other);
    }
}

/// The words of an expression that are in no quotes.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    let outside = expression.split(['"', '\'']).step_by(2);
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    outside.flat_map(move |text| text.split(move |letter| !is_inside(letter))).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(id: String, expression: Option<&str>) -> MetricDataQuery {
        MetricDataQuery { id, expression: expression.map(str::to_owned), ..MetricDataQuery::default() }
    }

    fn ids(batches: &[Vec<MetricDataQuery>]) -> Vec<Vec<&str>> {
        batches.iter().map(|batch| batch.iter().map(|query| query.id.as_str()).collect()).collect()
    }

    #[test]
    fn five_hundred_go_in_a_call() {
        let many: Vec<_> = (0..1200).map(|number| query(format!("m{number}"), None)).collect();
        let sizes = |many: &[_]| batches(many).unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(&many[..500]), [500]);
        assert_eq!(sizes(&many), [500, 500, 200]);
        let all = batches(&many).unwrap().concat();
        assert_eq!(all, many);
    }

    #[test]
    fn an_expression_is_with_what_it_needs() {
        let mut many: Vec<_> = (0..499).map(|number| query(format!("m{number}"), None)).collect();
        many.push(query("x1".into(), None));
        many.push(query("e1".into(), Some("m3 + RATE(x1) + \"m4\"")));
        many.push(query("e2".into(), Some("e1 * 2")));
        let made = batches(&many).unwrap();
        let made = ids(&made);
        assert_eq!(made.iter().map(Vec::len).collect::<Vec<_>>(), [500, 2]);
        assert!(["m3", "x1", "e1", "e2"].iter().all(|id| made[0].contains(id)), "{made:?}");
    }

    #[test]
    fn what_needs_everything_is_refused_beyond_a_call() {
        let mut many: Vec<_> = (0..500).map(|number| query(format!("m{number}"), None)).collect();
        many.push(query("e1".into(), Some("SUM(METRICS(\"m\"))")));
        let error = batches(&many).unwrap_err().to_string();
        assert_eq!(error, "501 queries need each other, and one call takes 500");
    }

    #[test]
    fn insights_queries_go_one_by_one() {
        let many: Vec<_> =
            (0..3).map(|number| query(format!("q{number}"), Some("SELECT AVG(x) FROM y"))).collect();
        assert_eq!(ids(&batches(&many).unwrap()), [["q0"], ["q1"], ["q2"]]);
    }
}
