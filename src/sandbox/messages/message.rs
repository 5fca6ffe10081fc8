//! A message as it is kept, and the digests that SQS answers with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use opsctl_engine::hex::hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    Sns,
    Sqs,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    /// Rises from message to message.
    pub number: u64,
    pub message_id: String,
    pub time: Timestamp,
    pub service: Service,
    /// The name of the topic or queue, or a telephone number.
    pub to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub message: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduplication: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// The ARN of the execution or the user that sent it.
    pub sender: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    pub data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_value: Option<String>,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_value: Option<String>,
}

/// What a sender is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub message_id: String,
    /// Of a channel that keeps the order.
    pub sequence: Option<String>,
}

impl Message {
    /// What it takes of the room there is.
    pub fn size(&self) -> usize {
        let attribute = |(name, attribute): (&String, &Attribute)| {
            let value = attribute.string_value.as_ref().or(attribute.binary_value.as_ref());
            name.len() + attribute.data_type.len() + value.map_or(0, String::len)
        };
        self.message.len()
            + self.subject.as_ref().map_or(0, String::len)
            + self.attributes.iter().map(attribute).sum::<usize>()
    }

    pub fn posted(&self) -> Posted {
        Posted { message_id: self.message_id.clone(), sequence: self.sequence.clone() }
    }
}

pub fn md5_of_body(body: &str) -> String {
    hex(&Md5::digest(body))
}

/// Of their names, types and values, each behind its length, in the order of the names; a byte says which kind of value
/// comes. Source: the developer guide of SQS, "Calculating the MD5 message digest for message attributes".
pub fn md5_of_attributes(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    let mut digest = Md5::new();
    let mut add = |kind: Option<u8>, bytes: &[u8]| {
        digest.update(kind.as_slice());
        digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        add(None, name.as_bytes());
        add(None, attribute.data_type.as_bytes());
        match (&attribute.string_value, &attribute.binary_value) {
            (Some(text), _) => add(Some(1), text.as_bytes()),
            (None, binary) => {
                add(Some(2), &STANDARD.decode(binary.as_deref().unwrap_or_default()).unwrap_or_default());
            }
        }
    }
    (!attributes.is_empty()).then(|| hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_service() {
        assert_eq!(md5_of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(md5_of_attributes(&BTreeMap::new()), None);
        let attribute = |data_type: &str, text: Option<&str>, binary: Option<&str>| Attribute {
            data_type: data_type.to_owned(),
            string_value: text.map(str::to_owned),
            binary_value: binary.map(str::to_owned),
        };
        let attributes = BTreeMap::from([
            ("n".to_owned(), attribute("Number", Some("7"), None)),
            ("b".to_owned(), attribute("Binary", None, Some("AP8="))),
        ]);
        let bytes =
            b"\0\0\0\x01b\0\0\0\x06Binary\x02\0\0\0\x02\0\xff\0\0\0\x01n\0\0\0\x06Number\x01\0\0\0\x017";
        assert_eq!(md5_of_attributes(&attributes), Some(hex(&Md5::digest(bytes))));
    }
}
