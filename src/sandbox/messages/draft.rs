//! A message to be, and what SNS and SQS refuse in one.

use super::channel::{Queue, Topic};
use super::message::{Attribute, Service};
use crate::sandbox::services::ServiceError;
use serde_json::Value;
use std::collections::BTreeMap;

const SNS_LIMIT: usize = 256 << 10;
const SQS_LIMIT: usize = 1 << 20;
const SUBJECT_LIMIT: usize = 100;
const ATTRIBUTES: usize = 10;

#[derive(Debug, Clone)]
pub struct Draft {
    pub service: Service,
    pub to: String,
    pub is_fifo: bool,
    pub subject: Option<String>,
    pub message: String,
    pub attributes: BTreeMap<String, Attribute>,
    pub group: Option<String>,
    pub deduplication: Option<String>,
    pub sender: String,
    /// The same id is the same message, sent once more. None: it gets one.
    pub message_id: Option<String>,
}

/// What a request says besides where to.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub subject: Option<String>,
    pub message: Option<String>,
    /// `json`: the message has a text for each protocol.
    pub structure: Option<String>,
    pub attributes: BTreeMap<String, Attribute>,
    pub group: Option<String>,
    pub deduplication: Option<String>,
}

impl Draft {
    /// A message to a topic; None: to a telephone.
    pub fn to_topic(topic: Option<&Topic>, phone: &str, said: Said) -> Result<Self, ServiceError> {
        let invalid =
            |what: &str| ServiceError::new("InvalidParameter", format!("Invalid parameter: {what}"));
        let message = said.message.filter(|message| !message.is_empty());
        let message = message.ok_or_else(|| invalid("Empty message"))?;
        if message.len() > SNS_LIMIT {
            return Err(invalid("Message too long"));
        }
        if let Some(subject) = &said.subject
            && (subject.is_empty()
                || subject.chars().count() > SUBJECT_LIMIT
                || subject.chars().any(char::is_control))
        {
            return Err(invalid("Subject"));
        }
        match said.structure.as_deref() {
            None => {}
            Some("json") => match serde_json::from_str(&message) {
                Ok(Value::Object(texts)) if texts.get("default").is_some_and(Value::is_string) => {}
                Ok(Value::Object(_)) => {
                    return Err(invalid("Message Structure - No default entry in JSON message body"));
                }
                _ => return Err(invalid("Message Structure - JSON message body failed to parse")),
            },
            Some(_) => return Err(invalid("MessageStructure")),
        }
        let is_fifo = topic.is_some_and(Topic::is_fifo);
        if is_fifo && said.group.is_none() {
            return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
        }
        if !is_fifo && said.deduplication.is_some() {
            let what =
                "The request includes MessageDeduplicationId parameter that is not valid for this topic type";
            return Err(invalid(what));
        }
        if let Some(name) = faulty(&said.attributes) {
            return Err(invalid(&format!("The message attribute '{name}' must have a type and one value")));
        }
        Ok(Draft {
            service: Service::Sns,
            to: topic.map_or(phone, Topic::name).to_owned(),
            is_fifo,
            subject: said.subject,
            message,
            attributes: said.attributes,
            group: said.group,
            deduplication: said.deduplication,
            sender: String::new(),
            message_id: None,
        })
    }

    pub fn to_queue(queue: &Queue, said: Said) -> Result<Self, ServiceError> {
        let missing = |name: &str| {
            ServiceError::new("MissingParameter", format!("The request must contain the parameter {name}."))
        };
        let invalid = |message: String| ServiceError::new("InvalidParameterValue", message);
        let message = said.message.filter(|message| !message.is_empty());
        let message = message.ok_or_else(|| missing("MessageBody"))?;
        if message.len() > SQS_LIMIT {
            let sentence = "One or more parameters are invalid. Reason: Message must be shorter than";
            return Err(invalid(format!("{sentence} {SQS_LIMIT} bytes.")));
        }
        if !message.chars().all(is_character_of_xml) {
            let message = "The message contains characters outside the allowed set.";
            return Err(ServiceError::new("InvalidMessageContents", message));
        }
        match (queue.is_fifo(), &said.group, &said.deduplication) {
            (true, None, _) => return Err(missing("MessageGroupId")),
            (false, _, Some(_)) => {
                let sentence = "The request include parameter MessageDeduplicationId which is not valid for this queue type";
                return Err(invalid(sentence.to_owned()));
            }
            _ => {}
        }
        if let Some(name) = faulty(&said.attributes) {
            return Err(invalid(format!("The message attribute '{name}' must have a type and one value.")));
        }
        if said.attributes.len() > ATTRIBUTES {
            return Err(invalid(format!(
                "Number of message attributes exceeds the allowed maximum [{ATTRIBUTES}]."
            )));
        }
        Ok(Draft {
            service: Service::Sqs,
            to: queue.name().to_owned(),
            is_fifo: queue.is_fifo(),
            subject: None,
            message,
            attributes: said.attributes,
            group: said.group,
            deduplication: said.deduplication,
            sender: String::new(),
            message_id: None,
        })
    }

    /// Who sent it.
    #[must_use]
    pub fn from(self, sender: impl Into<String>) -> Self {
        Draft { sender: sender.into(), ..self }
    }
}

/// The first attribute that has no type, or not exactly one value.
fn faulty(attributes: &BTreeMap<String, Attribute>) -> Option<&str> {
    let is_good = |attribute: &Attribute| {
        !attribute.data_type.is_empty()
            && attribute.string_value.is_some() != attribute.binary_value.is_some()
    };
    attributes.iter().find(|(_, attribute)| !is_good(attribute)).map(|(name, _)| name.as_str())
}

fn is_character_of_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::messages::Channels;
    use crate::sandbox::services::testing;

    fn channels() -> Channels {
        Channels::new(&testing::account("").identity, None, None)
    }

    fn said(message: &str) -> Said {
        Said { message: Some(message.to_owned()), ..Said::default() }
    }

    #[test]
    fn what_sns_refuses_is_refused_in_its_words() {
        let fifo = channels().topic("arn:aws:sns:us-east-1:111122223333:t.fifo").unwrap();
        let plain = channels().topic("arn:aws:sns:us-east-1:111122223333:t").unwrap();
        let text = |text: &str| Some(text.to_owned());
        for (name, topic, said, expected) in [
            ("good", &plain, said("m"), ""),
            ("empty", &plain, said(""), "Invalid parameter: Empty message"),
            ("none", &plain, Said::default(), "Invalid parameter: Empty message"),
            ("long", &plain, said(&"x".repeat(SNS_LIMIT + 1)), "Invalid parameter: Message too long"),
            ("subject", &plain, Said { subject: text("a\nb"), ..said("m") }, "Invalid parameter: Subject"),
            (
                "structure",
                &plain,
                Said { structure: text("json"), ..said("{}") },
                "Invalid parameter: Message Structure - No default entry in JSON message body",
            ),
            ("structured", &plain, Said { structure: text("json"), ..said("{\"default\":\"m\"}") }, ""),
            (
                "group",
                &fifo,
                said("m"),
                "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
            ),
            ("grouped", &fifo, Said { group: text("g"), deduplication: text("d"), ..said("m") }, ""),
            (
                "deduplication",
                &plain,
                Said { deduplication: text("d"), ..said("m") },
                "Invalid parameter: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
            ),
        ] {
            let drafted = Draft::to_topic(Some(topic), "", said);
            assert_eq!(drafted.map_or_else(|error| error.message, |_| String::new()), expected, "{name}");
        }
    }

    #[test]
    fn what_sqs_refuses_is_refused_in_its_words() {
        let fifo = channels().queue_named("q.fifo").unwrap();
        let plain = channels().queue_named("q").unwrap();
        let attributes = |string_value: Option<&str>| {
            let string_value = string_value.map(str::to_owned);
            let attribute = Attribute { data_type: "String".into(), string_value, binary_value: None };
            BTreeMap::from([("a".to_owned(), attribute)])
        };
        for (name, queue, said, expected) in [
            ("good", &plain, said("m"), ""),
            ("none", &plain, Said::default(), "The request must contain the parameter MessageBody."),
            ("letters", &plain, said("\u{1}"), "The message contains characters outside the allowed set."),
            ("group", &fifo, said("m"), "The request must contain the parameter MessageGroupId."),
            (
                "attribute",
                &plain,
                Said { attributes: attributes(None), ..said("m") },
                "The message attribute 'a' must have a type and one value.",
            ),
            ("attributes", &plain, Said { attributes: attributes(Some("")), ..said("m") }, ""),
        ] {
            let drafted = Draft::to_queue(queue, said);
            assert_eq!(drafted.map_or_else(|error| error.message, |_| String::new()), expected, "{name}");
        }
    }
}
