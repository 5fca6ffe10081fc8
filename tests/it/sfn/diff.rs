//! `opsctl sfn diff`.

use serde_json::{Value, json};

use super::deploy::{Bench, waits};

#[test]
fn differences_are_drawn_and_listed_in_every_form() {
    let bench = Bench::new();
    let before = json!({"Comment": "one", "StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "Rest"}], "Default": "No"},
        "No": {"Type": "Fail", "Error": "No"}, "Rest": {"Type": "Wait", "Seconds": 1, "End": true}}});
    let mut after = before.clone();
    after["States"]["Check"]["Choices"][0]["Next"] = "Sleep".into();
    after["States"]["Check"]["Default"] = "Log".into();
    after["States"]["Sleep"] = before["States"]["Rest"].clone();
    after["States"]["Log"] = json!({"Type": "Pass", "Next": "No"});
    after["States"]["No"]["Error"] = "Never".into();
    after["States"].as_object_mut().unwrap().remove("Rest");
    bench.sealed.write("before.json", &before.to_string());
    bench.sealed.write("after.json", &after.to_string());
    bench.sfn(&["deploy", "before.json", "pay", "--role", "pay", "--yes"]).expect(0);
    let same = bench.sfn(&["diff", "before.json", "pay"]).expect(0);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("", "pay is as before.json has it\n"));
    let drawn = bench.sfn(&["diff", "after.json", "pay", "--tracing", "on"]).expect(6);
    insta::assert_snapshot!(drawn.stdout, @r#"
    definition
      ~ Check
        ~ /Default  "No" -> "Log"
      ~ No
        ~ /Error  "No" -> "Never"
      + Log  Pass
        + /Next  "No"
      = Sleep  was Rest
    tracing
      ~ false -> true
    "#);
    assert_eq!(
        drawn.stderr,
        "pay differs from after.json: definition (1 state added, 1 state renamed, 2 states changed), tracing\n"
    );
    let listed = bench.sfn(&["diff", "after.json", "pay", "-o", "json"]).expect(6).json();
    assert_eq!(listed["kind"], "sfn.change");
    let transition: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().filter(|item| item["what"] == "transition").collect();
    let expected = json!({"part": "definition", "what": "transition", "how": "changed", "states": ["Check"],
        "path": "/States/Check/Default", "before": "No", "after": "Log"});
    assert_eq!(transition, [&expected]);
    let text =
        bench.sfn(&["diff", "after.json", "pay", "-o", "text", "--columns", "part,how,path"]).expect(6);
    assert!(text.stdout.contains("definition\trenamed\t/States/Sleep\n"), "{text:?}");
    // A version is compared with too.
    bench.sfn(&["deploy", "after.json", "pay", "--yes"]).expect(0);
    bench.sfn(&["diff", "after.json", "pay"]).expect(0);
    bench.sfn(&["diff", "before.json", "pay:1"]).expect(0);
}

#[test]
fn what_there_is_not_is_said() {
    let bench = Bench::new();
    bench.version(1);
    let none = bench.sfn(&["diff", "pay.asl.json", "pya"]).expect(3);
    assert!(
        none.stderr.contains("no state machine is called pya") && none.stderr.contains("did you mean pay?"),
        "{none:?}"
    );
    bench.sfn(&["diff", "pay.asl.json", "pay:7"]).expect(3);
    bench.sfn(&["diff", "none.json", "pay"]).expect(3);
    bench.sealed.write("torn.json", "{\"StartAt\": ");
    bench.sfn(&["diff", "torn.json", "pay"]).expect(2);
    let columns = bench.sfn(&["diff", "pay.asl.json", "pay", "--columns", "nothing"]).expect(2);
    assert!(columns.stderr.contains("nothing"), "{columns:?}");
    // Names and texts of others do nothing to a terminal.
    bench.sealed.write("bad.json", &waits(1).replace("Rest", "Re\\u001b[2Jst"));
    let drawn = bench.sfn(&["diff", "bad.json", "pay"]).expect(6);
    assert!(!drawn.stdout.contains('\u{1b}') && drawn.stdout.contains("[2Jst"), "{drawn:?}");
}
