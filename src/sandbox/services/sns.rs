//! SNS, as far as publishers need it: Query in, XML out. What comes is kept among the messages.

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::http::escape;
use crate::sandbox::messages::{Attribute, Draft, Posted, Said, check_batch};
use std::collections::BTreeMap;

const VERSION: &str = "2010-03-31";
pub const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

pub fn answer(account: &Account, body: &[u8]) -> Result<Reply, ServiceError> {
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    match (field("Action"), field("Version")) {
        ("Publish", VERSION) => {
            let posted = publish(account, &fields)?;
            Ok(Reply::Xml { action: "Publish", namespace: NAMESPACE, result: result(&posted) })
        }
        ("PublishBatch", VERSION) => {
            let result = publish_batch(account, &fields)?;
            Ok(Reply::Xml { action: "PublishBatch", namespace: NAMESPACE, result })
        }
        (action @ ("Publish" | "PublishBatch"), version) => {
            Err(ServiceError::unknown_operation(&format!("{action} of version {version}")))
        }
        (action, _) => Err(ServiceError::unknown_operation(action)),
    }
}

/// What stands in the answer. Nothing in it needs escaping.
pub fn result(posted: &Posted) -> String {
    let sequence = posted.sequence.as_ref();
    let sequence = sequence.map(|number| format!("<SequenceNumber>{number}</SequenceNumber>"));
    format!("<MessageId>{}</MessageId>{}", posted.message_id, sequence.unwrap_or_default())
}

fn publish(account: &Account, fields: &BTreeMap<String, String>) -> Result<Posted, ServiceError> {
    let field = |name: &str| fields.get(name).cloned();
    let (arn, phone) = (field("TopicArn").or_else(|| field("TargetArn")), field("PhoneNumber"));
    account.authorize("sns:Publish", arn.as_deref().unwrap_or("*"))?;
    post(account, arn.as_deref(), phone.as_deref(), said(fields, ""))
}

/// Every message by itself: one that is refused takes none of the others with it.
fn publish_batch(account: &Account, fields: &BTreeMap<String, String>) -> Result<String, ServiceError> {
    let arn = fields.get("TopicArn").map(String::as_str);
    account.authorize("sns:Publish", arn.unwrap_or("*"))?;
    account.messages.channels.topic(arn.unwrap_or_default())?;
    let prefixes: Vec<String> = (1_u32..)
        .map(|number| format!("PublishBatchRequestEntries.member.{number}."))
        .take_while(|prefix| {
            let mut behind = fields.range(prefix.clone()..);
            behind.next().is_some_and(|(name, _)| name.starts_with(prefix.as_str()))
        })
        .collect();
    let id = |prefix: &String| fields.get(&format!("{prefix}Id")).map(String::as_str).unwrap_or_default();
    check_batch(prefixes.iter().map(id))?;
    let sent = prefixes.iter().map(|prefix| (id(prefix), post(account, arn, None, said(fields, prefix))));
    Ok(batch_result(sent))
}

fn batch_result<'a>(sent: impl Iterator<Item = (&'a str, Result<Posted, ServiceError>)>) -> String {
    let (mut successful, mut failed) = (String::new(), String::new());
    for (id, posted) in sent {
        match posted {
            Ok(posted) => successful += &format!("<member><Id>{id}</Id>{}</member>", result(&posted)),
            Err(error) => {
                failed += &format!(
                    "<member><Id>{id}</Id><Code>{}</Code><Message>{}</Message><SenderFault>{}</SenderFault></member>",
                    error.code,
                    escape(&error.message),
                    error.status < 500,
                );
            }
        }
    }
    format!("<Successful>{successful}</Successful><Failed>{failed}</Failed>")
}

/// What fields say of a message, their names behind a prefix.
fn said(fields: &BTreeMap<String, String>, prefix: &str) -> Said {
    let field = |name: &str| fields.get(&format!("{prefix}{name}")).cloned();
    Said {
        subject: field("Subject"),
        message: field("Message"),
        structure: field("MessageStructure"),
        attributes: attributes(fields, prefix),
        group: field("MessageGroupId"),
        deduplication: field("MessageDeduplicationId"),
    }
}

fn post(
    account: &Account,
    arn: Option<&str>,
    phone: Option<&str>,
    said: Said,
) -> Result<Posted, ServiceError> {
    let draft = draft(account, arn, phone, said)?;
    Ok(account.messages.post(draft.from(account.caller().arn.clone()))?)
}

/// A message to a topic or to a telephone.
pub fn draft(
    account: &Account,
    arn: Option<&str>,
    phone: Option<&str>,
    said: Said,
) -> Result<Draft, ServiceError> {
    match (arn, phone) {
        (Some(arn), None) => Draft::to_topic(Some(&account.messages.channels.topic(arn)?), "", said),
        (None, Some(phone)) => Draft::to_topic(None, phone, said),
        _ => {
            let message = "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter";
            Err(ServiceError::new("InvalidParameter", message))
        }
    }
}

/// `MessageAttributes.entry.1.Name`, `MessageAttributes.entry.1.Value.DataType` and so on.
fn attributes(fields: &BTreeMap<String, String>, prefix: &str) -> BTreeMap<String, Attribute> {
    let mut attributes = BTreeMap::new();
    for number in 1_u32.. {
        let field =
            |name: &str| fields.get(&format!("{prefix}MessageAttributes.entry.{number}.{name}")).cloned();
        let Some(name) = field("Name") else { break };
        let attribute = Attribute {
            data_type: field("Value.DataType").unwrap_or_default(),
            string_value: field("Value.StringValue"),
            binary_value: field("Value.BinaryValue"),
        };
        attributes.insert(name, attribute);
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::services::testing;

    #[test]
    fn what_is_published_is_kept() {
        let account = testing::account("");
        let body = "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A111122223333%3Adone\
                    &Subject=S&Message=a%26b&MessageAttributes.entry.1.Name=k\
                    &MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=v";
        let Ok(Reply::Xml { result, .. }) = answer(&account, body.as_bytes()) else { panic!() };
        let (messages, _) = account.messages.after(0);
        let [message] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!(result, format!("<MessageId>{}</MessageId>", message.message_id));
        assert_eq!(
            (message.to.as_str(), message.subject.as_deref(), message.message.as_str()),
            ("done", Some("S"), "a&b")
        );
        assert_eq!(message.attributes["k"].string_value.as_deref(), Some("v"));
        assert_eq!(message.sender, "arn:aws:iam::111122223333:user/rehearsal");
    }

    #[test]
    fn what_cannot_be_published_is_refused() {
        let denied = testing::account("topics = [\"done\"]\n[deny]\nactions = [\"sns:Publish\"]");
        let allowed = testing::account("topics = [\"done\"]");
        let arn = |name: &str| format!("TopicArn=arn:aws:sns:us-east-1:111122223333:{name}&Message=m");
        for (account, fields, code) in [
            (&denied, arn("done"), "AccessDeniedException"),
            (&allowed, arn("other"), "NotFound"),
            (&allowed, "Message=m".to_owned(), "InvalidParameter"),
            (&allowed, arn("done") + "&PhoneNumber=%2B1", "InvalidParameter"),
        ] {
            let body = format!("Action=Publish&Version=2010-03-31&{fields}");
            assert_eq!(answer(account, body.as_bytes()).unwrap_err().code, code, "{fields}");
        }
        let unknown = answer(&allowed, b"Action=CreateTopic&Version=2010-03-31").unwrap_err();
        assert_eq!(unknown.code, "UnknownOperationException");
    }

    #[test]
    fn a_batch_is_published_message_by_message() {
        let account = testing::account("topics = [\"done\"]");
        let publish = |topic: &str, entries: &[(&str, &str)]| {
            let mut body = format!(
                "Action=PublishBatch&Version=2010-03-31&TopicArn=arn:aws:sns:us-east-1:111122223333:{topic}"
            );
            for (number, (id, message)) in (1..).zip(entries) {
                let prefix = format!("PublishBatchRequestEntries.member.{number}.");
                body += &format!("&{prefix}Id={id}&{prefix}Message={message}");
                body += &format!("&{prefix}MessageAttributes.entry.1.Name=k");
                body += &format!("&{prefix}MessageAttributes.entry.1.Value.DataType=String");
                body += &format!("&{prefix}MessageAttributes.entry.1.Value.StringValue=v");
            }
            answer(&account, body.as_bytes())
        };
        let Ok(Reply::Xml { result, .. }) = publish("done", &[("a", "one"), ("b", ""), ("c", "two")]) else {
            panic!()
        };
        let (messages, _) = account.messages.after(0);
        let [one, two] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!((one.message.as_str(), two.message.as_str()), ("one", "two"));
        assert_eq!(two.attributes["k"].string_value.as_deref(), Some("v"));
        let member = |id: &str, message_id: &str| {
            format!("<member><Id>{id}</Id><MessageId>{message_id}</MessageId></member>")
        };
        let expected = format!(
            "<Successful>{}{}</Successful><Failed><member><Id>b</Id><Code>InvalidParameter</Code>\
             <Message>Invalid parameter: Empty message</Message><SenderFault>true</SenderFault></member></Failed>",
            member("a", &one.message_id),
            member("c", &two.message_id)
        );
        assert_eq!(result, expected);
        assert_eq!(publish("other", &[("a", "m")]).unwrap_err().code, "NotFound");
        assert_eq!(publish("done", &[]).unwrap_err().code, "EmptyBatchRequest");
        assert_eq!(publish("done", &[("a", "m"), ("a", "n")]).unwrap_err().code, "BatchEntryIdsNotDistinct");
    }
}
