//! `--objects`: buckets as folders.

use serde_json::{Value, json};

use super::{item, run_in};
use crate::support::Sealed;

fn rows() -> Value {
    json!({"StartAt": "Map", "States": {"Map": {"Type": "Map", "End": true,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "data", "Key.$": "$.key"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Row", "States": {"Row": {"Type": "Pass", "End": true}}}}}})
}

#[test]
fn items_are_read_and_results_are_written() {
    let sealed = Sealed::new();
    sealed.write("objects/data/in/rows.csv", "a,b\n1,2\n3,4\n");
    let args = ["--objects", "objects", "--input", "{\"key\": \"in/rows.csv\"}", "-o", "json"];
    let read = item(run_in(&sealed, &rows(), &args), 0);
    assert_eq!(read["output"], json!([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]));

    let mut written = rows();
    written["States"]["Map"]["ResultWriter"] = json!({"Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "data", "Prefix": "out"}});
    let output = item(run_in(&sealed, &written, &args), 0)["output"].clone();
    let key = output["ResultWriterDetails"]["Key"].as_str().unwrap();
    let manifest = std::fs::read_to_string(sealed.path(&format!("objects/data/{key}"))).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let results = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"].as_str().unwrap();
    let results = std::fs::read_to_string(sealed.path(&format!("objects/data/{results}"))).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&results).unwrap().as_array().unwrap().len(), 2);
}

#[test]
fn objects_under_a_prefix_are_listed() {
    let sealed = Sealed::new();
    for key in ["logs/a", "logs/b/c", "other"] {
        sealed.write(&format!("objects/data/{key}"), "x");
    }
    let mut definition = rows();
    definition["States"]["Map"]["ItemReader"] = json!({"Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": "data", "Prefix": "logs/"}});
    let output =
        item(run_in(&sealed, &definition, &["--objects", "objects", "-o", "json"]), 0)["output"].clone();
    let keys: Vec<&str> =
        output.as_array().unwrap().iter().map(|item| item["Key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["logs/a", "logs/b/c"]);
}

#[test]
fn what_is_not_there_fails_the_reader() {
    let sealed = Sealed::new();
    sealed.write("objects/data/x", "");
    sealed.write("secret.csv", "a\n1\n");
    for (key, told) in [
        ("none.csv", "The specified key does not exist: s3://data/none.csv"),
        ("../../secret.csv", "cannot be a file here"),
    ] {
        let input = json!({"key": key}).to_string();
        let failed =
            item(run_in(&sealed, &rows(), &["--objects", "objects", "--input", &input, "-o", "json"]), 6);
        assert_eq!(failed["error"], "States.ItemReaderFailed");
        assert!(failed["cause"].as_str().unwrap().contains(told), "{failed}");
    }
    // Without any objects the run cannot go on, whatever the execution would make of it.
    let ran = run_in(&sealed, &rows(), &["--input", "{\"key\": \"x\"}"]).expect(2);
    assert!(
        ran.stderr.contains("reads or writes objects, and there are none\n  hint: --objects DIR"),
        "{ran:?}"
    );
}
