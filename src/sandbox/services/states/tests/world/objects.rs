//! Objects that tasks, readers and writers read, list and change.

use super::super::Sandbox;
use super::SETTINGS;
use serde_json::{Value, json};

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
