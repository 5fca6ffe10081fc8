//! `sns:publish` and `sqs:sendMessage`, and the same calls by `aws-sdk`. A message is sent once, however often the
//! execution is gone on with.

use super::desk::Desk;
use super::{failures, metadata, parameters};
use crate::sandbox::account::Account;
use crate::sandbox::http::success;
use crate::sandbox::messages::{Attribute, Draft, Posted, Said};
use crate::sandbox::services::{ServiceError, sns, sqs};
use opsctl_engine::asl::history::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Publish {
    topic_arn: Option<String>,
    target_arn: Option<String>,
    phone_number: Option<String>,
    message: Option<Value>,
    subject: Option<String>,
    message_structure: Option<String>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Given>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Send {
    queue_url: Option<String>,
    message_body: Option<Value>,
    delay_seconds: Option<u32>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Given>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Given {
    data_type: Option<String>,
    string_value: Option<Value>,
    binary_value: Option<String>,
}

pub fn publish(account: &Account, input: &Value, kind: &str, desk: &Desk) -> Result<Value, Failure> {
    let given: Publish = parameters::read(input)?;
    let said = Said {
        subject: given.subject,
        message: parameters::text_or_none(given.message),
        structure: given.message_structure,
        attributes: attributes(given.message_attributes),
        group: given.message_group_id,
        deduplication: given.message_deduplication_id,
    };
    let arn = given.topic_arn.or(given.target_arn);
    let refused = |error: ServiceError| match kind {
        "sns" => failures::optimized("SNS", "AmazonSNS", &failures::exception(&error.code), &error),
        _ => failures::sdk("Sns", &error),
    };
    let draft = sns::draft(account, arn.as_deref(), given.phone_number.as_deref(), said).map_err(refused)?;
    let posted = post(account, draft, desk).map_err(refused)?;
    let mut answer = Map::new();
    answer.insert("MessageId".to_owned(), posted.message_id.as_str().into());
    if let Some(number) = &posted.sequence {
        answer.insert("SequenceNumber".to_owned(), number.as_str().into());
    }
    Ok(match kind {
        "sns" => {
            let xml = success("Publish", sns::NAMESPACE, &sns::result(&posted), &posted.message_id);
            metadata::with(answer, "text/xml", xml.len())
        }
        _ => answer.into(),
    })
}

pub fn send(account: &Account, input: &Value, kind: &str, desk: &Desk) -> Result<Value, Failure> {
    let given: Send = parameters::read(input)?;
    let said = Said {
        message: parameters::text_or_none(given.message_body),
        attributes: attributes(given.message_attributes),
        group: given.message_group_id,
        deduplication: given.message_deduplication_id,
        ..Said::default()
    };
    let refused = |error: ServiceError| match kind {
        "sqs" if error.code == "QueueDoesNotExist" => {
            let error = ServiceError { code: "AWS.SimpleQueueService.NonExistentQueue".into(), ..error };
            failures::optimized("SQS", "AmazonSQS", "QueueDoesNotExistException", &error)
        }
        "sqs" => failures::optimized("SQS", "AmazonSQS", "AmazonSQSException", &error),
        _ if error.code == "QueueDoesNotExist" => failures::sdk("Sqs", &error),
        _ => failures::sdk("Sqs", &ServiceError { code: "Sqs".into(), ..error }),
    };
    let url = given.queue_url.unwrap_or_default();
    let draft = sqs::draft(account, &url, given.delay_seconds, said).map_err(refused)?;
    let (body, attributes) = (draft.message.clone(), draft.attributes.clone());
    let posted = post(account, draft, desk).map_err(refused)?;
    let answer = sqs::result(&body, &attributes, &posted);
    let length = Value::from(answer.clone()).to_string().len();
    Ok(match kind {
        "sqs" => metadata::with(answer, "application/x-amz-json-1.0", length),
        _ => answer.into(),
    })
}

fn post(account: &Account, draft: Draft, desk: &Desk) -> Result<Posted, ServiceError> {
    let draft = Draft { message_id: Some(desk.id()), ..draft.from(&*desk.sender()) };
    Ok(account.messages.post(draft)?)
}

fn attributes(given: BTreeMap<String, Given>) -> BTreeMap<String, Attribute> {
    let attribute = |given: Given| Attribute {
        data_type: given.data_type.unwrap_or_default(),
        string_value: parameters::text_or_none(given.string_value),
        binary_value: given.binary_value,
    };
    given.into_iter().map(|(name, given)| (name, attribute(given))).collect()
}
