//! The braces that Run Command takes for itself. Pure text.

use crate::error::Error;

/// What Run Command replaces by a parameter of the account's store.
const REFERENCES: [&str; 2] = ["ssm:", "ssm-secure:"];
/// Places that an error names.
const PLACES: usize = 10;

/// Refuses two braces that are no reference: Run Command would refuse the text without saying where. All of them are told
/// at once. `file`: how errors call the text.
pub fn check(file: &str, text: &str) -> Result<(), Error> {
    let mut places: Vec<String> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some(at) = rest.find("{{") {
            let column = line.len() - rest.len() + at;
            let after = rest.get(at + 2..).unwrap_or_default();
            if !is_reference(after) {
                let column = line.get(..column).unwrap_or_default().chars().count() + 1;
                places.push(format!("{file}:{}:{column}", number + 1));
            }
            // Of three braces in a row the first two are told.
            rest = after.trim_start_matches('{');
        }
    }
    if places.is_empty() {
        return Ok(());
    }
    let more = places.len().saturating_sub(PLACES);
    places.truncate(PLACES);
    if more > 0 {
        places.push(format!("{more} more"));
    }
    Err(Error::usage(format!("Run Command takes {{{{ for a parameter of its own: {}", places.join(", ")))
        .hint("write {{ as {''{ inside single quotes, or as {\"\"{ outside of them: a shell joins the two again"))
}

fn is_reference(after: &str) -> bool {
    let Some((inside, _)) = after.split_once("}}") else { return false };
    let inside = inside.trim();
    REFERENCES.iter().any(|kind| inside.strip_prefix(kind).is_some_and(|name| !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_braces_has_its_place() {
        let text = "echo fine {x}\ndocker inspect -f '{{.Id}}' {{ ssm:name }}\n\u{fc}{{x}} {{{\n{{ssm-secure:a/b}} {{ssm:}}\n";
        let error = check("up.sh", text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Run Command takes {{ for a parameter of its own: up.sh:2:20, up.sh:3:2, up.sh:3:8, up.sh:4:20"
        );
        assert!(check("up.sh", "a { b } '{''{' {{ssm:x}}").is_ok());
        let many = check("up.sh", &"{{\n".repeat(15)).unwrap_err();
        assert!(many.to_string().ends_with("up.sh:10:1, 5 more"), "{many}");
    }
}
