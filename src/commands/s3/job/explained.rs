//! What is likely behind the failures of a report, in sentences: a table has no room for them. Pure.

use opsctl_engine::manifest::report::{Explanation, Group, Summary, explain};

/// What is likely behind each error of the table, once, in lines of at most so many columns.
pub fn sentences(summary: &Summary, width: Option<usize>) -> String {
    let mut told: Vec<(String, Explanation)> = Vec::new();
    for Group { error_code, http_status, .. } in summary.groups() {
        let Some(explanation) = explain(error_code, *http_status) else { continue };
        let status = || http_status.map_or_else(String::new, |status| status.to_string());
        let name = if error_code.is_empty() { status() } else { error_code.clone() };
        if !told.iter().any(|(known, _)| *known == name) {
            told.push((name, explanation));
        }
    }
    let lines = told.iter().map(|(name, Explanation { cause, cure, .. })| {
        let cause = wrapped(&format!("{name}: {cause}"), width);
        format!("\n{cause}\n{}\n", wrapped(&format!("  cure: {cure}"), width))
    });
    lines.collect()
}

/// Broken between words, what follows set in.
fn wrapped(text: &str, width: Option<usize>) -> String {
    let limit = width.unwrap_or(usize::MAX);
    let (mut wrapped, mut used) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if used > 0 && used + length > limit {
            wrapped.truncate(wrapped.trim_end().len());
            wrapped.push_str("\n    ");
            used = 4;
        }
        wrapped.push_str(word);
        used += word.chars().count();
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_between_words() {
        for (width, expected) in [
            (None, "NoSuchKey: the object is gone"),
            (Some(16), "NoSuchKey: the\n    object is\n    gone"),
            (Some(1), "NoSuchKey:\n    the\n    object\n    is\n    gone"),
        ] {
            assert_eq!(wrapped("NoSuchKey: the object is gone", width), expected, "{width:?}");
        }
        assert_eq!(wrapped("  cure: x y", Some(9)), "  cure: x\n    y");
    }
}
