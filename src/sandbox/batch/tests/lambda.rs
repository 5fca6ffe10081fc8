//! Jobs that invoke functions.

use super::{Bench, fault};
use opsctl_engine::batch::Status;
use serde_json::{Value, json};

fn invoke(name: &str, schema: &str) -> Value {
    json!({ "LambdaInvoke": { "FunctionArn": name, "InvocationSchemaVersion": schema } })
}

/// A function that answers by the key that it is told.
const FUNCTION: &str = r#"
[[functions]]
name = "judge"
timeout_ms = 20000
command = ["sh", "-c", '''
event=$(cat)
id=${event#*invocationId\":\"}; id=${id%%\"*}
task=${event#*taskId\":\"}; task=${task%%\"*}
key=${event#*s3Key\":\"}; key=${key%%\"*}
schema=${event#*invocationSchemaVersion\":\"}; schema=${schema%%\"*}
code=Succeeded
case $key in
  bad*) code=PermanentFailure ;;
  never*) code=TemporaryFailure ;;
  crash*) echo "boom" >&2; exit 3 ;;
  odd*) echo "no JSON"; exit 0 ;;
esac
printf '{"invocationSchemaVersion":"%s","treatMissingKeysAs":"PermanentFailure","invocationId":"%s","results":[{"taskId":"%s","resultCode":"%s","resultString":"seen %s"}]}' "$schema" "$id" "$task" "$code" "$key"
''']
"#;

#[tokio::test]
async fn a_function_decides_what_becomes_of_each_task() {
    let bench = Bench::new(FUNCTION);
    let keys = ["a b", "bad/1", "never/1", "crash", "odd"];
    for schema in ["1.0", "2.0"] {
        let rows = bench.rows(invoke("judge", schema), &keys).await;
        assert_eq!((rows[0].succeeded, rows[0].message.as_str()), (true, "seen a%20b"), "{schema}");
        assert_eq!(fault(&rows[1]), (Some("PermanentFailure"), Some(200)));
        assert_eq!(fault(&rows[2]), (Some("TemporaryFailure"), Some(200)));
        assert_eq!(fault(&rows[3]), (Some("PermanentFailure"), Some(200)));
        assert!(rows[3].message.starts_with("Lambda returned function error: "), "{}", rows[3].message);
        assert!(rows[3].message.contains("exit status 3"), "{}", rows[3].message);
        assert!(rows[3].message.contains("\"stackTrace\":[\"boom\"]"), "{}", rows[3].message);
        assert!(rows[4].message.starts_with("Lambda returned function error: "), "{}", rows[4].message);
        assert!(rows[4].message.contains("Runtime.MarshalError"), "{}", rows[4].message);
    }
}

#[tokio::test]
async fn a_temporary_failure_is_tried_again_before_the_job_ends() {
    let folder = std::env::temp_dir().join(format!("opsctl-lambda-{}", crate::random::hex(16).unwrap()));
    std::fs::create_dir(&folder).unwrap();
    let script = format!(
        "event=$(cat); id=${{event#*invocationId\\\":\\\"}}; id=${{id%%\\\"*}}\n\
         task=${{event#*taskId\\\":\\\"}}; task=${{task%%\\\"*}}\n\
         echo x >>{0}/calls; code=TemporaryFailure; [ $(wc -l <{0}/calls) -lt 3 ] || code=Succeeded\n\
         printf '{{\"invocationSchemaVersion\":\"1.0\",\"treatMissingKeysAs\":\"PermanentFailure\",\"invocationId\":\"%s\",\
         \"results\":[{{\"taskId\":\"%s\",\"resultCode\":\"%s\",\"resultString\":\"\"}}]}}' $id $task $code\n",
        folder.display()
    );
    std::fs::write(folder.join("again.sh"), script).unwrap();
    let settings = format!(
        "[[functions]]\nname = \"again\"\ntimeout_ms = 20000\ncommand = [\"sh\", \"{}/again.sh\"]\n",
        folder.display()
    );
    let bench = Bench::new(&settings);
    let rows = bench.rows(invoke("again", "1.0"), &["k"]).await;
    assert!(rows[0].succeeded, "{rows:?}");
    assert_eq!(std::fs::read_to_string(folder.join("calls")).unwrap().lines().count(), 3);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_function_that_is_not_there_fails_every_task() {
    let bench = Bench::new(FUNCTION);
    for name in [
        "nobody",
        "arn:aws:lambda:eu-west-1:111122223333:function:judge",
        "arn:aws:lambda:us-east-1:444455556666:function:judge",
    ] {
        let rows = bench.rows(invoke(name, "1.0"), &["k"]).await;
        assert_eq!(fault(&rows[0]), (Some("ResourceNotFoundException"), Some(404)), "{name}");
    }
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:judge:7";
    let document = bench.document(invoke(arn, "1.0"), bench.list(&["k"]));
    let id = bench.run(&document, Status::Complete).await;
    assert_eq!(bench.progress(&id), (1, 1, 0));
}
