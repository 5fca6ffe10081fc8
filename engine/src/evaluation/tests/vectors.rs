//! Recorded cases, which the project does not contain. A file is scored by what is told for each of its cases; all of
//! them pass, and where the files are absent that is said.

use std::fs;
use std::path::Path;

use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/alarms");

/// Prints how many cases of a file pass, and fails unless all do. `judge` says why a case does not.
pub fn score(file: &str, judge: impl Fn(&Value) -> Result<(), String>) {
    let path = Path::new(FOLDER).join(file).with_extension("json");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return println!("not scored, {} is absent: {error}", path.display()),
    };
    let file_value: Value = serde_json::from_str(&text).unwrap();
    let cases = file_value["vectors"].as_array().unwrap();
    assert!(!cases.is_empty(), "{file} has no cases");
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| judge(case).err().map(|why| format!("{}: {why}", case["id"])))
        .collect();
    println!("{file}: {} of {}", cases.len() - failed.len(), cases.len());
    assert!(failed.is_empty(), "{file}:\n{}", failed.join("\n"));
}
