//! Objects that were uploaded in parts, with a checksum put together from those of the parts.

use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart, ObjectAttributes,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::Rehearsal;

/// Two parts of `data/parts.bin` with SHA-256: their bytes.
fn uploaded(rehearsal: &Rehearsal) -> [Vec<u8>; 2] {
    let parts = [vec![b'x'; 5 << 20], b"the rest".to_vec()];
    rehearsal.with_client(async |s3| {
        let created = s3.create_multipart_upload().bucket("data").key("parts.bin");
        let created = created.checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.unwrap();
        let id = created.upload_id().unwrap();
        let mut done = Vec::new();
        for (number, part) in (1..).zip(&parts) {
            let sent = s3.upload_part().bucket("data").key("parts.bin").upload_id(id).part_number(number);
            let sent = sent.checksum_algorithm(ChecksumAlgorithm::Sha256).body(part.clone().into());
            let sent = sent.send().await.unwrap();
            assert_eq!(sent.checksum_sha256(), Some(sum(part).as_str()), "part {number}");
            let completed = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
            done.push(completed.set_checksum_sha256(sent.checksum_sha256).build());
        }
        let whole = CompletedMultipartUpload::builder().set_parts(Some(done)).build();
        let complete = s3.complete_multipart_upload().bucket("data").key("parts.bin").upload_id(id);
        let complete = complete.multipart_upload(whole).send().await.unwrap();
        assert_eq!(complete.checksum_sha256(), Some(composite(&parts).as_str()));
    });
    parts
}

fn sum(bytes: &[u8]) -> String {
    STANDARD.encode(digest(&SHA256, bytes))
}

fn composite(parts: &[Vec<u8>]) -> String {
    let sums: Vec<u8> = parts.iter().flat_map(|part| digest(&SHA256, part).as_ref().to_vec()).collect();
    format!("{}-{}", sum(&sums), parts.len())
}

/// What a HEAD says of the checksum of an object.
fn told(rehearsal: &Rehearsal, bucket: &str) -> (Option<String>, Option<ChecksumType>) {
    rehearsal.with_client(async |s3| {
        let head = s3.head_object().bucket(bucket).key("parts.bin").checksum_mode(ChecksumMode::Enabled);
        let head = head.send().await.unwrap();
        (head.checksum_sha256, head.checksum_type)
    })
}

#[test]
fn a_composite_checksum_is_read_back_copied_and_computed_again() {
    let rehearsal = Rehearsal::new();
    let parts = uploaded(&rehearsal);
    let (whole, expected) = (parts.concat(), composite(&parts));
    assert_eq!(told(&rehearsal, "data"), (Some(expected.clone()), Some(ChecksumType::Composite)));
    rehearsal.with_client(async |s3| {
        // The SDK checks no composite checksum of its own; the bytes are those that were sent.
        let object = s3.get_object().bucket("data").key("parts.bin").checksum_mode(ChecksumMode::Enabled);
        let object = object.send().await.unwrap();
        assert_eq!(object.checksum_sha256(), Some(expected.as_str()));
        assert!(object.body.collect().await.unwrap().to_vec() == whole);
        let wanted = [ObjectAttributes::Checksum, ObjectAttributes::ObjectParts];
        let attributes = s3.get_object_attributes().bucket("data").key("parts.bin");
        let attributes = attributes.set_object_attributes(Some(wanted.to_vec())).send().await.unwrap();
        let checksum = attributes.checksum().unwrap();
        assert_eq!(checksum.checksum_type(), Some(&ChecksumType::Composite));
        assert_eq!(attributes.object_parts().and_then(|parts| parts.total_parts_count()), Some(2));
    });
    rehearsal.put("lists", "parts.csv", "data,parts.bin\n");
    let run = |operation: &[&str]| {
        let how = ["--manifest", "s3://lists/parts.csv", "--role", "batch", "--report", "s3://reports/batch"];
        let wait = ["--run", "--wait", "--interval", "100ms"];
        let made = rehearsal.job(&[&["create"], operation, &how, &wait].concat()).expect(0);
        made.stdout.trim_end().to_owned()
    };
    // A copy is one piece: its checksum is that of the whole.
    run(&["copy", "--to", "s3://copies"]);
    assert_eq!(told(&rehearsal, "copies"), (Some(sum(&whole)), Some(ChecksumType::FullObject)));
    assert!(rehearsal.text("copies", "parts.bin").into_bytes() == whole);
    for (of, expected) in [("composite", expected), ("full_object", sum(&whole))] {
        let id = run(&["checksum", "--algorithm", "sha256", "--type", of]);
        let rows = rehearsal.report(&id);
        let row: Value = serde_json::from_str(&rows[0].message).unwrap();
        assert_eq!((&row["checksum_base64"], rows.len()), (&Value::from(expected), 1), "{of}");
    }
}
