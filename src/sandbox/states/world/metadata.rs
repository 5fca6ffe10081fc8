//! What integrations of their own add to the answer of a service: how it came over HTTP.

use crate::random::uuid;
use jiff::{Timestamp, fmt::rfc2822};
use serde_json::{Map, Value, json};

/// The answer, which took `length` bytes on the wire, with the metadata behind it.
pub fn with(mut answer: Map<String, Value>, content_type: &str, length: usize) -> Value {
    let id = uuid().unwrap_or_default();
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    let headers = [
        ("Content-Length", length.to_string()),
        ("Content-Type", content_type.to_owned()),
        ("Date", date.unwrap_or_default()),
        ("connection", "keep-alive".to_owned()),
        ("x-amzn-RequestId", id.clone()),
    ];
    let lists: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    let single: Map<String, Value> =
        headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let http = json!({"AllHttpHeaders": lists, "HttpHeaders": single, "HttpStatusCode": 200});
    answer.insert("SdkHttpMetadata".to_owned(), http);
    answer.insert("SdkResponseMetadata".to_owned(), json!({"RequestId": id}));
    answer.into()
}
