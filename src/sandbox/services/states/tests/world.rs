//! What tasks, readers and writers call, by whole executions.

use super::Sandbox;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const SETTINGS: &str = "\
account = \"111111111111\"
topics = [\"done\", \"orders.fifo\"]
[[buckets]]
name = \"data\"
versioning = \"enabled\"
denied_prefixes = [\"secret/\"]
objects = [
  { key = \"in/a.json\", body = \"[1,2]\", content_type = \"application/json\", tags = { t = \"1\" } },
  { key = \"in/b.csv\", body = \"n,m\\n1,x\\n2,y\\n\" },
  { key = \"cold\", body = \"x\", storage_class = \"GLACIER\" },
  { key = \"large\", body = \"0123456789\", count = 1 },
  { key = \"huge\", size = 5000000000 },
]
[[functions]]
name = \"echo\"
timeout_ms = 20000
command = [\"cat\"]
[[functions]]
name = \"fails\"
timeout_ms = 20000
command = [\"sh\", \"-c\", \"echo '{\\\"errorType\\\":\\\"Refused\\\",\\\"errorMessage\\\":\\\"no\\\"}'; exit 1\"]
[[functions]]
name = \"slow\"
timeout_ms = 50
command = [\"sleep\", \"1000\"]
";

/// A machine of one task.
fn task(resource: &str, parameters: Value) -> Value {
    let resource = format!("arn:aws:states:::{resource}");
    json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true},
    }})
}

impl Sandbox {
    async fn machine(&self, name: &str, definition: Value) -> String {
        let role = "arn:aws:iam::111111111111:role/r";
        let call = json!({"name": name, "definition": definition.to_string(), "roleArn": role});
        let made = self.call("CreateStateMachine", call).await.unwrap();
        made["stateMachineArn"].as_str().unwrap().to_owned()
    }

    async fn begin(&self, machine: &str, name: &str, input: Value) -> String {
        let call = json!({"stateMachineArn": machine, "name": name, "input": input.to_string()});
        let started = self.call("StartExecution", call).await.unwrap();
        started["executionArn"].as_str().unwrap().to_owned()
    }

    async fn described(&self, execution: &str) -> Value {
        self.call("DescribeExecution", json!({"executionArn": execution})).await.unwrap()
    }

    /// The output of a machine that is run once, or its error and cause.
    async fn run(&self, definition: Value) -> Result<Value, (String, String)> {
        let number = self.account.states.executions.list_of(|_| true).len();
        let machine = self.machine(&format!("m{number}"), definition).await;
        let execution = self.begin(&machine, "e", json!({})).await;
        self.end(&execution).await;
        let described = self.described(&execution).await;
        match described["status"].as_str() {
            Some("SUCCEEDED") => Ok(serde_json::from_str(described["output"].as_str().unwrap()).unwrap()),
            _ => {
                let text = |field: &str| described[field].as_str().unwrap_or_default().to_owned();
                Err((text("error"), text("cause")))
            }
        }
    }

    async fn call_of(&self, resource: &str, parameters: Value) -> Result<Value, (String, String)> {
        self.run(task(resource, parameters)).await
    }

    /// Until an execution has events of this type.
    async fn has(&self, execution: &str, kind: &str) -> Value {
        loop {
            let call = json!({"executionArn": execution, "maxResults": 1000});
            let history = self.call("GetExecutionHistory", call).await.unwrap();
            let event =
                history["events"].as_array().unwrap().iter().find(|event| event["type"] == kind).cloned();
            if let Some(event) = event {
                return event;
            }
            tokio::task::yield_now().await;
        }
    }

    fn messages(&self) -> Vec<(String, String)> {
        let (messages, _) = self.account.messages.after(0);
        messages.into_iter().map(|message| (message.to, message.message)).collect()
    }
}

/// Takes the last lines of this kind out of the journals, as if the sandbox had been killed before them.
fn forget(folder: &Path, execution: &str, kind: &str) {
    for entry in fs::read_dir(folder.join("states/executions")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if !text.contains(execution) {
            continue;
        }
        let kept: Vec<&str> =
            text.lines().take_while(|line| !line.starts_with(&format!("{{\"{kind}\""))).collect();
        assert!(kept.len() < text.lines().count(), "{text}");
        fs::write(path, kept.join("\n") + "\n").unwrap();
    }
}

#[tokio::test]
async fn tasks_read_objects() {
    let sandbox = Sandbox::with(SETTINGS);
    let got =
        sandbox.call_of("aws-sdk:s3:getObject", json!({"Bucket": "data", "Key": "in/a.json"})).await.unwrap();
    assert_eq!(got["Body"], "[1,2]");
    assert_eq!((&got["ContentType"], &got["ContentLength"]), (&json!("application/json"), &json!(5)));
    assert_eq!(got["ETag"], "\"f79408e5ca998cd53faf44af31e6eb45\"");
    assert_eq!((&got["ServerSideEncryption"], &got["TagCount"]), (&json!("AES256"), &json!(1)));
    assert!(got["VersionId"].is_string() && got["LastModified"].as_str().unwrap().ends_with('Z'));
    let head =
        sandbox.call_of("aws-sdk:s3:headObject", json!({"Bucket": "data", "Key": "huge"})).await.unwrap();
    assert_eq!((&head["ContentLength"], head.get("Body")), (&json!(5_000_000_000_u64), None));
    let tags = json!({"Bucket": "data", "Key": "in/a.json"});
    let tags = sandbox.call_of("aws-sdk:s3:getObjectTagging", tags).await.unwrap();
    assert_eq!(tags["TagSet"], json!([{"Key": "t", "Value": "1"}]));

    let page = |token: Option<Value>| {
        let mut parameters = json!({"Bucket": "data", "Prefix": "in/", "MaxKeys": 1});
        if let Some(token) = token {
            parameters["ContinuationToken"] = token;
        }
        parameters
    };
    let first = sandbox.call_of("aws-sdk:s3:listObjectsV2", page(None)).await.unwrap();
    assert_eq!((&first["Contents"][0]["Key"], &first["IsTruncated"]), (&json!("in/a.json"), &json!(true)));
    let token = first["NextContinuationToken"].clone();
    let second = sandbox.call_of("aws-sdk:s3:listObjectsV2", page(Some(token))).await.unwrap();
    assert_eq!((&second["Contents"][0]["Key"], &second["IsTruncated"]), (&json!("in/b.csv"), &json!(false)));
    let folders = json!({"Bucket": "data", "Delimiter": "/"});
    let folders = sandbox.call_of("aws-sdk:s3:listObjectsV2", folders).await.unwrap();
    assert_eq!(folders["CommonPrefixes"], json!([{"Prefix": "in/"}]));
}

#[tokio::test]
async fn what_cannot_be_read_fails_as_the_sdk_has_it() {
    let sandbox = Sandbox::with(SETTINGS);
    let object = |bucket: &str, key: &str| json!({"Bucket": bucket, "Key": key});
    let unusable = "The Parameters '{\"Bucket\":\"data\",\"Key\":\"a\",\"Rnage\":\"x\"}' could not be used to start the Task: \
                    [unknown field `Rnage`";
    for (action, parameters, error, cause) in [
        (
            "getObject",
            object("data", "none"),
            "S3.NoSuchKeyException",
            "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: ",
        ),
        (
            "getObject",
            object("none", "a"),
            "S3.NoSuchBucketException",
            "The specified bucket does not exist (Service: S3",
        ),
        (
            "getObject",
            object("data", "secret/a"),
            "S3.S3Exception",
            "Access Denied (Service: S3, Status Code: 403",
        ),
        ("getObject", object("data", "cold"), "S3.InvalidObjectStateException", "The operation is not valid"),
        (
            "getObject",
            object("data", "huge"),
            "States.DataLimitExceeded",
            "The state/task 'aws-sdk:s3' returned a result",
        ),
        ("headObject", object("data", "none"), "S3.NoSuchKeyException", "The specified key does not exist."),
        ("getObject", json!({"Bucket": "data", "Key": "a", "Rnage": "x"}), "States.Runtime", unusable),
        (
            "createBucket",
            json!({"Bucket": "b"}),
            "Sandbox.NoSuchResource",
            "this sandbox has no aws-sdk:s3:createBucket",
        ),
        (
            "copyObject",
            json!({"Bucket": "data", "Key": "a", "CopySource": "data"}),
            "S3.S3Exception",
            "Copy Source must mention",
        ),
    ] {
        let failed = sandbox.call_of(&format!("aws-sdk:s3:{action}"), parameters.clone()).await.unwrap_err();
        assert!(failed.0 == error && failed.1.starts_with(cause), "{action} {parameters}: {failed:?}");
    }
    let failed = sandbox.call_of("dynamodb:getItem", json!({"TableName": "t"})).await.unwrap_err();
    assert_eq!(failed.0, "Sandbox.NoSuchResource");
    assert!(failed.1.starts_with(
        "there is no such resource in this sandbox: arn:aws:states:::dynamodb:getItem; tasks can call "
    ));
}

#[tokio::test]
async fn tasks_write_copy_tag_and_delete_objects() {
    let sandbox = Sandbox::with(SETTINGS);
    for (body, expected) in [
        (json!("text data"), "\"text data\""),
        (json!(["List", "Data"]), "[\"List\",\"Data\"]"),
        (json!(0), "0"),
    ] {
        let put = json!({"Bucket": "data", "Key": "out/1", "Body": body, "ContentType": "text/plain", "Tagging": "a=b"});
        let put = sandbox.call_of("aws-sdk:s3:putObject", put).await.unwrap();
        assert_eq!(put["ChecksumType"], "FULL_OBJECT");
        let read = json!({"Bucket": "data", "Key": "out/1", "VersionId": put["VersionId"]});
        let got = sandbox.call_of("aws-sdk:s3:getObject", read).await.unwrap();
        assert_eq!((&got["Body"], &got["ETag"]), (&json!(expected), &put["ETag"]));
    }
    // As recorded of the service.
    let put = json!({"Bucket": "data", "Key": "sum", "Body": "text data"});
    let put = sandbox.call_of("aws-sdk:s3:putObject", put).await.unwrap();
    assert_eq!(
        (&put["ChecksumCRC32"], &put["ETag"]),
        (&json!("KUmHvQ=="), &json!("\"2b5df3712557f503a9977a8ea893b2c9\""))
    );
    let again = json!({"Bucket": "data", "Key": "sum", "Body": "", "IfNoneMatch": "*"});
    assert_eq!(sandbox.call_of("aws-sdk:s3:putObject", again).await.unwrap_err().0, "S3.S3Exception");

    let copy = json!({"Bucket": "data", "Key": "copy", "CopySource": "/data/out%2F1", "TaggingDirective": "REPLACE", "Tagging": "c=d"});
    let copied = sandbox.call_of("aws-sdk:s3:copyObject", copy).await.unwrap();
    assert!(copied["CopyObjectResult"]["ETag"].is_string() && copied["CopySourceVersionId"].is_string());
    let head = json!({"Bucket": "data", "Key": "copy"});
    assert_eq!(
        sandbox.call_of("aws-sdk:s3:headObject", head.clone()).await.unwrap()["ContentType"],
        "text/plain"
    );
    let tags = json!({"Bucket": "data", "Key": "copy", "Tagging": {"TagSet": [{"Key": "e", "Value": "f"}]}});
    sandbox.call_of("aws-sdk:s3:putObjectTagging", tags).await.unwrap();
    let tags = sandbox.call_of("aws-sdk:s3:getObjectTagging", head.clone()).await.unwrap();
    assert_eq!(tags["TagSet"], json!([{"Key": "e", "Value": "f"}]));

    let deleted = sandbox.call_of("aws-sdk:s3:deleteObject", head.clone()).await.unwrap();
    assert_eq!(deleted["DeleteMarker"], true);
    assert_eq!(sandbox.call_of("aws-sdk:s3:headObject", head).await.unwrap_err().0, "S3.NoSuchKeyException");
    let many = json!({"Bucket": "data", "Delete": {"Objects": [{"Key": "sum"}, {"Key": "secret/a"}]}});
    let many = sandbox.call_of("aws-sdk:s3:deleteObjects", many).await.unwrap();
    assert_eq!(
        (&many["Deleted"][0]["Key"], &many["Deleted"][0]["DeleteMarker"]),
        (&json!("sum"), &json!(true))
    );
    assert_eq!(
        (&many["Errors"][0]["Key"], &many["Errors"][0]["Code"]),
        (&json!("secret/a"), &json!("AccessDenied"))
    );
}

fn map(reader: Value, config: Value, writer: Option<Value>) -> Value {
    let mut map = json!({
        "Type": "Map",
        "ItemReader": {"Resource": reader["Resource"], "ReaderConfig": config, "Parameters": reader["Parameters"]},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
        },
        "End": true,
    });
    if config.is_null() {
        map["ItemReader"].as_object_mut().unwrap().remove("ReaderConfig");
    }
    if let Some(writer) = writer {
        map["ResultWriter"] = json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": writer});
    }
    json!({"StartAt": "M", "States": {"M": map}})
}

#[tokio::test]
async fn maps_read_and_list_and_write_objects() {
    let sandbox = Sandbox::with(SETTINGS);
    let get = |key: &str| json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "data", "Key": key}});
    let list = |prefix: &str| json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "data", "Prefix": prefix}});
    let json_file = json!({"InputType": "JSON"});
    let read = sandbox.run(map(get("in/a.json"), json_file.clone(), None)).await;
    assert_eq!(read, Ok(json!([1, 2])));
    let csv = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
    let read = sandbox.run(map(get("in/b.csv"), csv, None)).await;
    assert_eq!(read, Ok(json!([{"n": "1", "m": "x"}, {"n": "2", "m": "y"}])));
    let listed = sandbox.run(map(list("in/"), Value::Null, None)).await.unwrap();
    let keys: Vec<&Value> = listed.as_array().unwrap().iter().map(|object| &object["Key"]).collect();
    assert_eq!(keys, [&json!("in/a.json"), &json!("in/b.csv")]);
    assert_eq!((&listed[0]["Size"], &listed[0]["StorageClass"]), (&json!(5), &json!("STANDARD")));
    assert!(listed[0]["LastModified"].is_u64() && listed[0]["Etag"].is_string());
    for (reader, cause) in [
        (get("none"), "The specified key does not exist. (Service: S3, Status Code: 404"),
        (get("secret/a"), "Access Denied (Service: S3"),
        (list("secret/"), "Access Denied (Service: S3"),
    ] {
        let config = if reader["Parameters"]["Key"].is_null() { Value::Null } else { json_file.clone() };
        let failed = sandbox.run(map(reader, config, None)).await.unwrap_err();
        assert!(failed.0 == "States.ItemReaderFailed" && failed.1.starts_with(cause), "{failed:?}");
    }

    let writer = json!({"Bucket": "data", "Prefix": "results"});
    let written = sandbox.run(map(get("in/a.json"), json_file.clone(), Some(writer))).await.unwrap();
    let key = written["ResultWriterDetails"]["Key"].as_str().unwrap();
    let manifest = json!({"Bucket": "data", "Key": key});
    let manifest = sandbox.call_of("aws-sdk:s3:getObject", manifest).await.unwrap();
    assert_eq!(manifest["ContentType"], "application/json");
    let manifest: Value = serde_json::from_str(manifest["Body"].as_str().unwrap()).unwrap();
    let file = &manifest["ResultFiles"]["SUCCEEDED"][0];
    let file = json!({"Bucket": "data", "Key": file["Key"]});
    let file = sandbox.call_of("aws-sdk:s3:getObject", file).await.unwrap();
    let results: Value = serde_json::from_str(file["Body"].as_str().unwrap()).unwrap();
    assert_eq!((&results[0]["Output"], &results[1]["Output"]), (&json!("1"), &json!("2")));
    let nowhere = json!({"Bucket": "none", "Prefix": "results"});
    let failed = sandbox.run(map(get("in/a.json"), json_file, Some(nowhere))).await.unwrap_err();
    assert_eq!(failed.0, "States.ResultWriterFailed");
}

#[tokio::test]
async fn tasks_send_messages() {
    let sandbox = Sandbox::with(SETTINGS);
    let topic = "arn:aws:sns:us-east-1:111111111111:done";
    let publish = json!({"TopicArn": topic, "Message": {"a": 1}, "Subject": "S",
        "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}}});
    let published = sandbox.call_of("sns:publish", publish.clone()).await.unwrap();
    let (messages, _) = sandbox.account.messages.after(0);
    let message = &messages[0];
    assert_eq!(published["MessageId"], message.message_id);
    let headers = &published["SdkHttpMetadata"]["HttpHeaders"];
    assert_eq!(
        (&headers["Content-Type"], &headers["connection"]),
        (&json!("text/xml"), &json!("keep-alive"))
    );
    assert_eq!(published["SdkResponseMetadata"]["RequestId"], headers["x-amzn-RequestId"]);
    assert_eq!((message.message.as_str(), message.subject.as_deref()), ("{\"a\":1}", Some("S")));
    assert_eq!(message.sender, "arn:aws:states:us-east-1:111111111111:execution:m0:e");
    let sdk = sandbox.call_of("aws-sdk:sns:publish", publish).await.unwrap();
    assert_eq!(sdk.as_object().unwrap().keys().collect::<Vec<_>>(), ["MessageId"]);

    let url = "https://sqs.us-east-1.amazonaws.com/111111111111/work";
    let sent =
        sandbox.call_of("sqs:sendMessage", json!({"QueueUrl": url, "MessageBody": "hello"})).await.unwrap();
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    let headers = &sent["SdkHttpMetadata"]["HttpHeaders"];
    // As recorded of the service.
    assert_eq!(
        (&headers["Content-Type"], &headers["Content-Length"]),
        (&json!("application/x-amz-json-1.0"), &json!("106"))
    );
    let expected = [("done", "{\"a\":1}"), ("done", "{\"a\":1}"), ("work", "hello")];
    assert_eq!(sandbox.messages(), expected.map(|(to, message)| (to.to_owned(), message.to_owned())));

    let publish = |arn: &str| json!({"TopicArn": arn, "Message": "m"});
    let send = |url: &str, body: Value| json!({"QueueUrl": url, "MessageBody": body});
    for (resource, parameters, error, cause) in [
        (
            "sns:publish",
            publish(&topic.replace("done", "other")),
            "SNS.NotFoundException",
            "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: ",
        ),
        (
            "sns:publish",
            publish(&topic.replace("done", "orders.fifo")),
            "SNS.InvalidParameterException",
            "Invalid parameter: The MessageGroupId parameter is required for FIFO topics (Service: AmazonSNS; Status Code: 400; \
             Error Code: InvalidParameter; Request ID: ",
        ),
        (
            "sqs:sendMessage",
            send(url, Value::Null),
            "SQS.AmazonSQSException",
            "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; ",
        ),
        (
            "sqs:sendMessage",
            send("https://sqs.example/2/q", json!("m")),
            "SQS.QueueDoesNotExistException",
            "The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; \
             Error Code: AWS.SimpleQueueService.NonExistentQueue; ",
        ),
        (
            "aws-sdk:sns:publish",
            publish(&topic.replace("done", "other")),
            "Sns.NotFoundException",
            "Topic does not exist (Service: Sns, Status Code: 404, Request ID: ",
        ),
        ("aws-sdk:sqs:sendMessage", send(url, Value::Null), "Sqs.SqsException", "The request must contain"),
    ] {
        let failed = sandbox.call_of(resource, parameters).await.unwrap_err();
        assert!(failed.0 == error && failed.1.starts_with(cause), "{resource}: {failed:?}");
    }
}

#[tokio::test]
async fn whoever_reads_the_token_in_a_message_ends_the_task() {
    let sandbox = Sandbox::with(SETTINGS);
    let body = json!({"token.$": "$$.Task.Token"});
    let parameters = json!({"QueueUrl": "http://127.0.0.1/111111111111/work", "MessageBody": body});
    let machine = sandbox.machine("m", task("sqs:sendMessage.waitForTaskToken", parameters)).await;
    let execution = sandbox.begin(&machine, "e", json!({})).await;
    let submitted = sandbox.has(&execution, "TaskSubmitted").await;
    let output: Value =
        serde_json::from_str(submitted["taskSubmittedEventDetails"]["output"].as_str().unwrap()).unwrap();
    assert!(output["MessageId"].is_string() && output["SdkHttpMetadata"].is_object());
    let sandbox = sandbox.again().await;
    let messages = sandbox.messages();
    assert_eq!(messages.len(), 1);
    let body: Value = serde_json::from_str(&messages[0].1).unwrap();
    let call = json!({"taskToken": body["token"], "output": "{\"ok\":true}"});
    sandbox.call("SendTaskSuccess", call).await.unwrap();
    sandbox.end(&execution).await;
    assert_eq!(sandbox.described(&execution).await["output"], "{\"ok\":true}");
}

#[tokio::test]
async fn a_message_is_sent_once_though_the_sandbox_was_killed_before_it_was_written_down() {
    let sandbox = Sandbox::with(SETTINGS);
    let activity = sandbox.call("CreateActivity", json!({"name": "a"})).await.unwrap();
    let parameters = json!({"QueueUrl": "http://127.0.0.1/111111111111/work", "MessageBody": "once"});
    let machine = json!({"StartAt": "S", "States": {
        "S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, "Next": "A"},
        "A": {"Type": "Task", "Resource": activity["activityArn"], "End": true},
    }});
    let machine = sandbox.machine("m", machine).await;
    let execution = sandbox.begin(&machine, "e", json!({})).await;
    sandbox.has(&execution, "ActivityScheduled").await;
    let sandbox = sandbox.again_after(|folder| forget(folder, &execution, "Succeeded")).await;
    sandbox.has(&execution, "ActivityScheduled").await;
    assert_eq!(sandbox.messages(), [("work".to_owned(), "once".to_owned())]);
}

#[tokio::test]
async fn executions_start_others_and_wait_for_them() {
    let sandbox = Sandbox::with(SETTINGS);
    let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"r": 1}, "End": true}}});
    let child = sandbox.machine("child", pass).await;
    let start = |name: &str, input: Value| json!({"StateMachineArn": child, "Name": name, "Input": input});
    let begun = sandbox.call_of("states:startExecution", start("c1", Value::Null)).await.unwrap();
    assert_eq!(begun["ExecutionArn"], "arn:aws:states:us-east-1:111111111111:execution:child:c1");
    assert!(begun["StartDate"].is_u64() && begun["SdkHttpMetadata"].is_object(), "{begun}");
    let sync = sandbox.call_of("states:startExecution.sync", start("c2", json!({"a": 1}))).await.unwrap();
    assert_eq!((&sync["Input"], &sync["Output"]), (&json!("{\"a\":1}"), &json!("{\"r\":1}")));
    assert_eq!((&sync["Status"], &sync["InputDetails"]), (&json!("SUCCEEDED"), &json!({"Included": true})));
    assert_eq!((&sync["Name"], &sync["StateMachineArn"]), (&json!("c2"), &json!(child)));
    assert!(sync["StartDate"].is_u64() && sync["StopDate"].is_u64());
    let decoded = sandbox.call_of("states:startExecution.sync:2", start("c3", Value::Null)).await.unwrap();
    assert_eq!((&decoded["Input"], &decoded["Output"]), (&json!({}), &json!({"r": 1})));
    let unnamed = json!({"StateMachineArn": child});
    let unnamed = sandbox.call_of("states:startExecution.sync:2", unnamed).await.unwrap();
    assert_eq!(unnamed["Name"].as_str().map(str::len), Some(36));
    let sdk =
        sandbox.call_of("aws-sdk:sfn:startExecution", start("c4", json!({"key": "value"}))).await.unwrap();
    assert_eq!(sdk.as_object().unwrap().keys().collect::<Vec<_>>(), ["ExecutionArn", "StartDate"]);
    assert!(sdk["StartDate"].as_str().unwrap().ends_with('Z'));

    let fail =
        json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "SomeFailure", "Cause": "why"}}});
    let failing = sandbox.machine("failing", fail).await;
    let parameters = json!({"StateMachineArn": failing, "Name": "f"});
    let (error, cause) = sandbox.call_of("states:startExecution.sync", parameters).await.unwrap_err();
    let cause: Value = serde_json::from_str(&cause).unwrap();
    assert_eq!(
        (error.as_str(), &cause["Error"], &cause["Cause"]),
        ("States.TaskFailed", &json!("SomeFailure"), &json!("why"))
    );
    assert_eq!((&cause["Status"], &cause["Name"]), (&json!("FAILED"), &json!("f")));
    for (resource, parameters, error, cause) in [
        (
            "states:startExecution",
            start("c1", json!({"other": 1})),
            "StepFunctions.ExecutionAlreadyExistsException",
            "Execution Already Exists: 'arn:aws:states:us-east-1:111111111111:execution:child:c1' (Service: AWSStepFunctions; \
             Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: ",
        ),
        (
            "states:startExecution.sync",
            json!({"StateMachineArn": child.replace("child", "none")}),
            "StepFunctions.StateMachineDoesNotExistException",
            "State Machine Does Not Exist: ",
        ),
        (
            "states:startExecution",
            start("c5", json!("no JSON")),
            "StepFunctions.InvalidExecutionInputException",
            "Invalid State Machine",
        ),
        (
            "aws-sdk:sfn:describeExecution",
            json!({"ExecutionArn": child.replace("stateMachine", "execution") + ":none"}),
            "Sfn.ExecutionDoesNotExistException",
            "Execution Does Not Exist: ",
        ),
    ] {
        let failed = sandbox.call_of(resource, parameters).await.unwrap_err();
        assert!(failed.0 == error && failed.1.starts_with(cause), "{resource}: {failed:?}");
    }
}

/// A child that waits for a worker, and its parent.
async fn family(sandbox: &Sandbox, name: Option<&str>) -> (String, String, String) {
    let activity = sandbox.call("CreateActivity", json!({"name": "a"})).await.unwrap();
    let activity = activity["activityArn"].as_str().unwrap().to_owned();
    let wait = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": activity, "End": true}}});
    let child = sandbox.machine("child", wait).await;
    let mut parameters = json!({"StateMachineArn": child, "Input": {"n": 1}});
    if let Some(name) = name {
        parameters["Name"] = name.into();
    }
    let parent = sandbox.machine("parent", task("states:startExecution.sync:2", parameters)).await;
    let parent = sandbox.begin(&parent, "p", json!({})).await;
    let submitted = sandbox.has(&parent, "TaskSubmitted").await;
    let output: Value =
        serde_json::from_str(submitted["taskSubmittedEventDetails"]["output"].as_str().unwrap()).unwrap();
    (activity, parent, output["ExecutionArn"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_child_is_followed_after_a_restart_and_started_once() {
    for (name, is_forgotten) in [(None, false), (None, true), (Some("mine"), true)] {
        let sandbox = Sandbox::with(SETTINGS);
        let (activity, parent, child) = family(&sandbox, name).await;
        sandbox.has(&child, "ActivityScheduled").await;
        let change = |folder: &Path| {
            if is_forgotten {
                forget(folder, &parent, "Submitted");
            }
        };
        let sandbox = sandbox.again_after(change).await;
        let work = sandbox.call("GetActivityTask", json!({"activityArn": activity})).await.unwrap();
        let done = json!({"taskToken": work["taskToken"], "output": "{\"done\":true}"});
        sandbox.call("SendTaskSuccess", done).await.unwrap();
        sandbox.end(&parent).await;
        let output: Value =
            serde_json::from_str(sandbox.described(&parent).await["output"].as_str().unwrap()).unwrap();
        assert_eq!((&output["ExecutionArn"], &output["Output"]), (&json!(child), &json!({"done": true})));
        let children = sandbox.account.states.executions.list_of(|known| known.head.machine == "child");
        assert_eq!(children.len(), 1);
    }
}

#[tokio::test]
async fn a_child_ends_with_its_parent_and_not_with_the_sandbox() {
    let sandbox = Sandbox::with(SETTINGS);
    let (_, parent, child) = family(&sandbox, None).await;
    let sandbox = sandbox.again().await;
    assert_eq!(sandbox.described(&child).await["status"], "RUNNING");
    // Followed once more, before the parent is stopped.
    sandbox.has(&child, "ActivityScheduled").await;
    sandbox.call("StopExecution", json!({"executionArn": parent})).await.unwrap();
    sandbox.end(&child).await;
    assert_eq!(sandbox.described(&child).await["status"], "ABORTED");
}

#[tokio::test]
async fn tasks_call_functions_in_every_form() {
    let sandbox = Sandbox::with(SETTINGS);
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:111111111111:function:{name}");
    let bare = |name: &str| json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn(name), "Parameters": {"a": 1}, "End": true}}});
    assert_eq!(sandbox.run(bare("echo")).await, Ok(json!({"a": 1})));
    let types = sandbox.call(
        "GetExecutionHistory",
        json!({"executionArn": "arn:aws:states:us-east-1:111111111111:execution:m0:e"}),
    );
    let types: Vec<Value> = types.await.unwrap()["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    assert_eq!(types[2..5], ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]);

    let call = |name: &str| json!({"FunctionName": name, "Payload": {"a": 1}});
    let optimized = sandbox.call_of("lambda:invoke", call("echo")).await.unwrap();
    assert_eq!((&optimized["Payload"], &optimized["StatusCode"]), (&json!({"a": 1}), &json!(200)));
    assert!(optimized["SdkHttpMetadata"].is_object());
    let sdk = sandbox.call_of("aws-sdk:lambda:invoke", call(&arn("echo"))).await.unwrap();
    assert_eq!(sdk["Payload"], "{\"a\":1}");
    let failed = sandbox.call_of("aws-sdk:lambda:invoke", call("fails")).await.unwrap();
    assert_eq!(failed["FunctionError"], "Unhandled");
    for (kind, status) in [("Event", 202), ("DryRun", 204)] {
        let call = json!({"FunctionName": "echo", "InvocationType": kind});
        assert_eq!(sandbox.call_of("lambda:invoke", call).await.unwrap()["StatusCode"], status);
    }

    let refused = ("Refused", "{\"errorType\":\"Refused\",\"errorMessage\":\"no\"}");
    let missing = format!("Function not found: {} (Service: AWSLambda; Status Code: 404; ", arn("none"));
    let missing_by_sdk = format!("Function not found: {} (Service: Lambda, Status Code: 404, ", arn("none"));
    for (definition, error, cause) in [
        (bare("fails"), refused.0, refused.1),
        (task("lambda:invoke", call("fails")), refused.0, refused.1),
        (bare("none"), "Lambda.ResourceNotFoundException", missing.as_str()),
        (task("lambda:invoke", call("none")), "Lambda.ResourceNotFoundException", missing.as_str()),
        (
            task("aws-sdk:lambda:invoke", call("none")),
            "Lambda.ResourceNotFoundException",
            missing_by_sdk.as_str(),
        ),
        (bare("slow"), "Sandbox.Timedout", "{\"errorMessage\":\"RequestId: "),
        (
            task("lambda:invoke", json!({"Payload": 1})),
            "States.Runtime",
            "The Parameters '{\"Payload\":1}' could not be used",
        ),
    ] {
        let failed = sandbox.run(definition.clone()).await.unwrap_err();
        assert!(failed.0 == error && failed.1.starts_with(cause), "{definition}: {failed:?}");
    }
}

#[tokio::test]
async fn a_function_is_given_a_token_and_the_task_ends_by_it() {
    let sandbox = Sandbox::with(SETTINGS);
    let parameters = json!({"FunctionName": "echo", "Payload": {"token.$": "$$.Task.Token"}});
    let machine = sandbox.machine("m", task("lambda:invoke.waitForTaskToken", parameters)).await;
    let execution = sandbox.begin(&machine, "e", json!({})).await;
    let submitted = sandbox.has(&execution, "TaskSubmitted").await;
    let output = submitted["taskSubmittedEventDetails"]["output"].as_str().unwrap();
    let token = serde_json::from_str::<Value>(output).unwrap()["Payload"]["token"].clone();
    sandbox.call("SendTaskSuccess", json!({"taskToken": token, "output": "7"})).await.unwrap();
    sandbox.end(&execution).await;
    assert_eq!(sandbox.described(&execution).await["output"], "7");
    let parameters = json!({"FunctionName": "fails", "Payload": {}});
    let failed = sandbox.call_of("lambda:invoke.waitForTaskToken", parameters).await.unwrap_err();
    assert_eq!(failed.0, "Refused");
}

#[tokio::test]
async fn a_function_that_ran_when_the_sandbox_was_killed_is_run_again() {
    let sandbox = Sandbox::with(SETTINGS);
    let machine =
        sandbox.machine("m", task("lambda:invoke", json!({"FunctionName": "echo", "Payload": 5}))).await;
    let execution = sandbox.begin(&machine, "e", json!({})).await;
    sandbox.end(&execution).await;
    let sandbox = sandbox.again_after(|folder| forget(folder, &execution, "Succeeded")).await;
    assert_eq!(sandbox.described(&execution).await["status"], "RUNNING");
    sandbox.end(&execution).await;
    let output = sandbox.described(&execution).await;
    assert_eq!(serde_json::from_str::<Value>(output["output"].as_str().unwrap()).unwrap()["Payload"], 5);
}
