//! SQS, as far as senders need it: JSON 1.0. What comes is kept among the messages.

use super::{Reply, ServiceError, json};
use crate::sandbox::account::Account;
use crate::sandbox::messages::{Attribute, Draft, Posted, Said, check_batch, md5_of_attributes, md5_of_body};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Send {
    queue_url: Option<String>,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendBatch {
    queue_url: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
}

/// A message to be sent, in a batch with an id.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: Option<String>,
    message_body: Option<String>,
    delay_seconds: Option<u32>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetUrl {
    queue_name: Option<String>,
}

pub fn answer(account: &Account, operation: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    match operation {
        "SendMessage" => json::answer_own(body, |input| send(account, input)),
        "SendMessageBatch" => json::answer_own(body, |input| send_batch(account, input)),
        "GetQueueUrl" => json::answer_own(body, |input| get_url(account, input)),
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}

fn send(account: &Account, input: Send) -> Result<Value, ServiceError> {
    let url = input.queue_url.unwrap_or_default();
    authorize(account, &url)?;
    post(account, &url, input.entry).map(Value::from)
}

/// Every message by itself: one that is refused takes none of the others with it.
fn send_batch(account: &Account, input: SendBatch) -> Result<Value, ServiceError> {
    let url = input.queue_url.unwrap_or_default();
    authorize(account, &url)?;
    account.messages.channels.queue(&url)?;
    check_batch(input.entries.iter().map(|entry| entry.id.as_deref().unwrap_or_default()))?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in input.entries {
        let id = entry.id.clone();
        match post(account, &url, entry) {
            Ok(mut result) => {
                result.insert("Id".to_owned(), id.into());
                successful.push(Value::from(result));
            }
            Err(error) => failed.push(serde_json::json!({
                "Id": id, "SenderFault": error.status < 500, "Code": error.code, "Message": error.message,
            })),
        }
    }
    Ok(serde_json::json!({"Successful": successful, "Failed": failed}))
}

fn authorize(account: &Account, url: &str) -> Result<(), ServiceError> {
    let name = url.rsplit('/').next().unwrap_or_default();
    account.authorize("sqs:SendMessage", &account.arn("sqs", name))
}

fn post(account: &Account, url: &str, entry: Entry) -> Result<Map<String, Value>, ServiceError> {
    let said = Said {
        message: entry.message_body,
        attributes: entry.message_attributes,
        group: entry.message_group_id,
        deduplication: entry.message_deduplication_id,
        ..Said::default()
    };
    let draft = draft(account, url, entry.delay_seconds, said)?.from(account.caller().arn.clone());
    let attributes = draft.attributes.clone();
    let body = draft.message.clone();
    Ok(result(&body, &attributes, &account.messages.post(draft)?))
}

/// A message to a queue. Nothing is delivered, so a delay changes nothing.
pub fn draft(
    account: &Account,
    url: &str,
    delay_seconds: Option<u32>,
    said: Said,
) -> Result<Draft, ServiceError> {
    const LONGEST_DELAY: u32 = 900;
    let queue = account.messages.channels.queue(url)?;
    if let Some(seconds) = delay_seconds.filter(|seconds| *seconds > LONGEST_DELAY) {
        let message = format!(
            "Value {seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= {LONGEST_DELAY}."
        );
        return Err(ServiceError::new("InvalidParameterValue", message));
    }
    Draft::to_queue(&queue, said)
}

pub fn result(body: &str, attributes: &BTreeMap<String, Attribute>, posted: &Posted) -> Map<String, Value> {
    let mut result = Map::new();
    result.insert("MD5OfMessageBody".to_owned(), md5_of_body(body).into());
    if let Some(md5) = md5_of_attributes(attributes) {
        result.insert("MD5OfMessageAttributes".to_owned(), md5.into());
    }
    result.insert("MessageId".to_owned(), posted.message_id.as_str().into());
    if let Some(sequence) = &posted.sequence {
        result.insert("SequenceNumber".to_owned(), sequence.as_str().into());
    }
    result
}

fn get_url(account: &Account, input: GetUrl) -> Result<Value, ServiceError> {
    let name = input.queue_name.unwrap_or_default();
    account.authorize("sqs:GetQueueUrl", &account.arn("sqs", &name))?;
    let queue = account.messages.channels.queue_named(&name)?;
    let (port, number) = (account.port, &account.identity.account);
    let url = format!("http://127.0.0.1:{port}/{number}/{}", queue.name());
    Ok(serde_json::json!({"QueueUrl": url}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::services::testing::{self, call};
    use serde_json::json;

    #[test]
    fn what_is_sent_is_kept() {
        let account = testing::account("");
        let send = |body: Value| call(&account, "sqs", "AmazonSQS.SendMessage", body);
        let url = call(&account, "sqs", "AmazonSQS.GetQueueUrl", json!({"QueueName": "work"})).unwrap();
        let url = url["QueueUrl"].as_str().unwrap();
        assert_eq!(url, "http://127.0.0.1:4566/111122223333/work");
        let sent = send(json!({
            "QueueUrl": url,
            "MessageBody": "hello",
            "MessageAttributes": {"k": {"DataType": "Number", "StringValue": "7"}},
        }))
        .unwrap();
        let (messages, _) = account.messages.after(0);
        let [message] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!((message.to.as_str(), message.message.as_str()), ("work", "hello"));
        assert_eq!(sent["MessageId"], message.message_id);
        assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
        assert!(sent["MD5OfMessageAttributes"].is_string() && sent.get("SequenceNumber").is_none());
        let fifo = json!({"QueueUrl": format!("{url}.fifo"), "MessageBody": "m", "MessageGroupId": "g"});
        assert_eq!(send(fifo).unwrap()["SequenceNumber"], "10000000000000000002");
        for (body, code) in [
            (
                json!({"QueueUrl": "http://127.0.0.1/444455556666/work", "MessageBody": "m"}),
                "QueueDoesNotExist",
            ),
            (json!({"QueueUrl": url}), "MissingParameter"),
            (json!({"QueueUrl": url, "MessageBody": "m", "DelaySeconds": 901}), "InvalidParameterValue"),
            (json!({"QueueUrl": url, "MessageBody": 1}), "SerializationException"),
        ] {
            assert_eq!(send(body.clone()).unwrap_err().code, code, "{body}");
        }
        let unknown = call(&account, "sqs", "AmazonSQS.ReceiveMessage", json!({})).unwrap_err();
        assert_eq!(unknown.code, "UnknownOperationException");
    }

    #[test]
    fn a_batch_is_sent_message_by_message() {
        let account = testing::account("queues = [\"work\"]");
        let url = "http://127.0.0.1:1/111122223333/work";
        let send = |url: &str, entries: Value| {
            let body = json!({"QueueUrl": url, "Entries": entries});
            call(&account, "sqs", "AmazonSQS.SendMessageBatch", body)
        };
        let entries = json!([
            {"Id": "a", "MessageBody": "one"},
            {"Id": "b"},
            {"Id": "c", "MessageBody": "two", "MessageAttributes": {"k": {"DataType": "Number", "StringValue": "7"}}},
        ]);
        let sent = send(url, entries).unwrap();
        let texts: Vec<String> =
            account.messages.after(0).0.into_iter().map(|message| message.message).collect();
        assert_eq!(texts, ["one", "two"]);
        assert_eq!((&sent["Successful"][0]["Id"], &sent["Successful"][1]["Id"]), (&json!("a"), &json!("c")));
        assert_eq!(sent["Successful"][0]["MD5OfMessageBody"], "f97c5d29941bfb1b2fdab0874906ab82");
        let failed = json!([{
            "Id": "b", "SenderFault": true, "Code": "MissingParameter",
            "Message": "The request must contain the parameter MessageBody.",
        }]);
        assert_eq!(sent["Failed"], failed);
        let one = json!([{"Id": "a", "MessageBody": "m"}]);
        assert_eq!(send(url, json!([])).unwrap_err().code, "EmptyBatchRequest");
        assert_eq!(send(&url.replace("work", "rest"), one).unwrap_err().code, "QueueDoesNotExist");
    }
}
