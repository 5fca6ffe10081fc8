use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<Result<String, String>> {
    let mut reader = ReportReader::new(text.as_bytes());
    let mut all = Vec::new();
    loop {
        match reader.read() {
            Ok(Some(TaskResult { key, version_id, status, error_code, http_status, message, .. })) => {
                let version = version_id.unwrap_or("-");
                let (code, http) = (error_code.unwrap_or("-"), http_status.unwrap_or(0));
                all.push(Ok(format!("{key}|{version}|{}|{code}|{http}|{message}", status.word())));
            }
            Ok(None) => return all,
            Err(error) => all.push(Err(error.to_string())),
        }
    }
}

#[test]
fn rows_are_read_in_both_orders_with_messages_of_several_lines() {
    let text = concat!(
        "b-1,a%20b+c,v1,succeeded,,200,Successful\n",
        "b-1,x,,succeeded,200,,\"\"\n",
        "b-1,x,null,failed,AccessDenied,403,Access Denied\n",
        "b-1,x,null,failed,403,AccessDenied,Access Denied\r\n",
        "b-1,x,,failed,PermanentFailure,200,\"Lambda said: {\"\"a\"\":\"\"b,\nc\"\"}\"\n",
        "b-1,x,,failed,,,no status\n",
    );
    assert_eq!(
        read(text),
        [
            Ok("a b c|v1|succeeded|-|200|Successful".to_owned()),
            Ok("x|-|succeeded|-|200|".to_owned()),
            Ok("x|null|failed|AccessDenied|403|Access Denied".to_owned()),
            Ok("x|null|failed|AccessDenied|403|Access Denied".to_owned()),
            Ok("x|-|failed|PermanentFailure|200|Lambda said: {\"a\":\"b,\nc\"}".to_owned()),
            Ok("x|-|failed|-|0|no status".to_owned()),
        ]
    );
}

#[test]
fn a_row_at_fault_is_named_and_the_next_is_read() {
    let text = "b,k\nb,k,,maybe,,200,m\nb,%,,failed,,200,m\n,k,,failed,,200,m\nb,k,,failed,E,500,m\n";
    assert_eq!(
        read(text),
        [
            Err("line 1: it has 2 columns, not 7".to_owned()),
            Err("line 2: its TaskStatus is `maybe`, not succeeded or failed".to_owned()),
            Err("line 3: the % at byte 0 of the key is not followed by two hexadecimal digits (a percent sign itself is %25)".to_owned()),
            Err("line 4: the bucket is missing".to_owned()),
            Ok("k|-|failed|E|500|m".to_owned()),
        ]
    );
}

#[test]
fn a_manifest_of_a_report_is_read_as_it_is_written() {
    let key = result_key("reports", "j-1", 0);
    assert_eq!(key.len(), "reports/job-j-1/results/.csv".len() + 40);
    assert_ne!(key, result_key("reports", "j-1", 1));
    assert!(result_key("", "j-1", 0).starts_with("job-j-1/results/"));
    assert_eq!(manifest_key("a/b/", "j-1"), "a/b/job-j-1/manifest.json");
    let file = ResultFile::new(TaskStatus::Failed, "lists-1", &key, "00");
    let manifest = ReportManifest::new("2026-11-02T08:15:30.123Z".to_owned(), vec![file]);
    let json = String::from_utf8(manifest.to_json()).unwrap();
    for member in [
        "\"Format\": \"Report_CSV_20180820\"",
        "\"TaskExecutionStatus\": \"failed\"",
        "\"MD5Checksum\": \"00\"",
        "\"ReportSchema\": \"Bucket, Key, ",
    ] {
        assert!(json.contains(member), "{member} in {json}");
    }
    assert_eq!(ReportManifest::parse(json.as_bytes()), Ok(manifest));
    let other = json.replace("20180820", "2030");
    assert_eq!(ReportManifest::parse(other.as_bytes()), Err(BadReport::Format("Report_CSV_2030".to_owned())));
    let error = ReportManifest::parse(b"{}").unwrap_err().to_string();
    assert!(error.starts_with("it is no manifest of a completion report: missing field"), "{error}");
}

proptest! {
    #[test]
    fn any_result_survives_a_report(
        key in "\\PC{1,60}|[\\x00-\\x7f]{1,60}",
        message in "[a-z\",\r\n ]{0,60}|\\PC{0,40}",
        error_code in prop::option::of("[A-Za-z.]{1,20}"),
        http_status in prop::option::of(100u16..600),
        version_id in prop::option::of("[a-zA-Z0-9._]{1,32}"),
    ) {
        let status = if error_code.is_some() { TaskStatus::Failed } else { TaskStatus::Succeeded };
        let (error_code, version_id) = (error_code.as_deref(), version_id.as_deref());
        let result = TaskResult { bucket: "b-1", key: &key, version_id, status, error_code, http_status, message: &message };
        let mut writer = ResultWriter::new(Vec::new());
        for _ in 0..2 {
            writer.write(&result).unwrap();
        }
        let (text, written) = writer.finish().unwrap();
        prop_assert_eq!((written.rows, written.bytes, written.md5.len()), (2, text.len() as u64, 32));
        let mut reader = ReportReader::new(crate::manifest::Verified::new(text.as_slice(), &written.md5));
        for _ in 0..2 {
            prop_assert_eq!(reader.read().unwrap(), Some(result));
        }
        prop_assert_eq!(reader.read().unwrap(), None);
    }
}
