//! Any text as a path: what is read prints as the same path, and selecting from any small value ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::asl::path::{Path, ReferencePath};
use serde_json::json;

fuzz_target!(|text: &str| {
    let value = json!({"a": [{"a": 1, "b": "x"}, [1, [2, [3]]], null], "b": {"a": true}});
    if let Ok(path) = Path::parse(text) {
        let again = Path::parse(&path.canonical()).unwrap();
        assert_eq!(again.canonical(), path.canonical());
        assert_eq!(again.select(&value), path.select(&value));
        let _ = path.is_present(&value);
    }
    if let Ok(path) = ReferencePath::parse(text) {
        let mut merged = value.clone();
        if path.merge(&mut merged, json!("r")).is_ok() {
            assert_eq!(path.path().select(&merged).unwrap().into_value().unwrap(), json!("r"));
        } else {
            assert_eq!(merged, value);
        }
    }
});
