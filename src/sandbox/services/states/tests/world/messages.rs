//! Messages that tasks send.

use super::super::Sandbox;
use super::{SETTINGS, forget, task};
use serde_json::{Value, json};

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
