//! S3 and S3 Control with an answer for every call of opsctl's: a few lists, two jobs, and the report of the one that is over.
//! It keeps nothing.

use md5::Digest as _;

use crate::support::{FakeAws, Reply, Request};

/// A job that waits for its confirmation, and one that is over and has failed tasks.
const WAITING: &str = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";
const OVER: &str = "71c0d2f4-88aa-4c05-b1f7-6de12f0b9c33";

const CREATED: &str = "0f9e8d7c-6b5a-4c3d-8e2f-1a0b9c8d7e6f";
const ROWS: &str = "data,a.txt\ndata,b.txt\n";
const VERSIONS: &str = "data,a.txt,v1\ndata,b.txt,v1\n";
const RESULTS: &str = "data,a.txt,,failed,403,AccessDenied,Access Denied\n";

pub fn start() -> FakeAws {
    FakeAws::start(|request| {
        let (method, target) = request.line.split_once(' ').unwrap();
        match target.strip_prefix("/v20180820/jobs") {
            Some(rest) => control(method, rest),
            None => objects(method, target, request),
        }
    })
}

/// `rest`: of the path, behind `jobs`.
fn control(method: &str, rest: &str) -> Reply {
    let (path, _) = rest.split_once('?').unwrap_or((rest, ""));
    let mut parts = path.trim_start_matches('/').split('/');
    match (method, parts.next().unwrap_or_default(), parts.next()) {
        ("POST", "", None) => {
            Reply::xml(format!("<CreateJobResult><JobId>{CREATED}</JobId></CreateJobResult>"))
        }
        ("GET", "", None) => {
            let of = |id| format!("<member>{}<Operation>S3DeleteObjectTagging</Operation></member>", job(id));
            let jobs = [OVER, WAITING].map(of).concat();
            Reply::xml(format!("<ListJobsResult><Jobs>{jobs}</Jobs></ListJobsResult>"))
        }
        ("GET", id, None) => {
            let mut reply =
                Reply::xml(format!("<DescribeJobResult><Job>{}{DETAILS}</Job></DescribeJobResult>", job(id)));
            reply.headers.push(("date".into(), "Sun, 22 Nov 2026 12:00:00 GMT".into()));
            reply
        }
        ("GET", _, Some("tagging")) => Reply::xml("<GetJobTaggingResult><Tags/></GetJobTaggingResult>"),
        ("POST", id, Some("status")) => {
            Reply::xml(format!("<UpdateJobStatusResult><JobId>{id}</JobId></UpdateJobStatusResult>"))
        }
        ("POST", id, Some("priority")) => Reply::xml(format!(
            "<UpdateJobPriorityResult><JobId>{id}</JobId><Priority>1</Priority></UpdateJobPriorityResult>"
        )),
        _ => failure(405, "MethodNotAllowed"),
    }
}

/// As a list of jobs tells of it, but for its operation.
fn job(id: &str) -> String {
    let (status, tasks) = match id {
        OVER => ("Complete", "<NumberOfTasksFailed>1</NumberOfTasksFailed>"),
        _ => ("Suspended", ""),
    };
    format!(
        "<JobId>{id}</JobId><Status>{status}</Status><Priority>10</Priority>\
         <CreationTime>2026-11-22T12:00:00Z</CreationTime>\
         <ProgressSummary><TotalNumberOfTasks>1</TotalNumberOfTasks>{tasks}</ProgressSummary>"
    )
}

/// The rest.
const DETAILS: &str = "<RoleArn>arn:aws:iam::111122223333:role/batch</RoleArn>\
    <Operation><S3DeleteObjectTagging/></Operation>\
    <Manifest><Spec><Format>S3BatchOperations_CSV_20180820</Format>\
    <Fields><member>Bucket</member><member>Key</member></Fields></Spec>\
    <Location><ObjectArn>arn:aws:s3:::lists/a.csv</ObjectArn><ETag>e</ETag></Location></Manifest>\
    <Report><Enabled>true</Enabled><Bucket>arn:aws:s3:::reports</Bucket><Prefix>out</Prefix>\
    <Format>Report_CSV_20180820</Format><ReportScope>AllTasks</ReportScope></Report>";

fn objects(method: &str, target: &str, request: &Request) -> Reply {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (method, path) {
        ("HEAD", "/") => {
            let headers = vec![("x-amz-bucket-region".into(), "eu-west-1".into())];
            Reply { headers, ..Reply::xml("") }
        }
        ("HEAD", path) if path.ends_with(".txt") => Reply::xml(""),
        // A list that is written was not there before.
        ("HEAD", _) => Reply { status: 404, ..Reply::xml("") },
        ("GET", "/") if query.contains("object-lock") => Reply::xml(
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
        ),
        ("GET", "/") if query.contains("replication") => Reply::xml("<ReplicationConfiguration/>"),
        ("GET", "/") if query.contains("ownershipControls") => failure(404, "OwnershipControlsNotFoundError"),
        ("GET", "/") => {
            let keys = ["a.txt", "b.txt"].map(|key| {
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified>\
                     <Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>"
                )
            });
            let keys = keys.concat();
            Reply::xml(format!("<ListBucketResult><IsTruncated>false</IsTruncated>{keys}</ListBucketResult>"))
        }
        ("GET", path) if path.ends_with("manifest.json") => object(&report()),
        ("GET", path) if path.ends_with("failed.csv") => object(RESULTS),
        ("GET", "/versions.csv") => object(VERSIONS),
        ("GET", _) => object(ROWS),
        ("PUT", _) => Reply { body: Vec::new(), ..object(&request.body) },
        _ => failure(405, "MethodNotAllowed"),
    }
}

fn report() -> String {
    serde_json::json!({
        "Format": "Report_CSV_20180820",
        "ReportCreationDate": "2026-11-22T12:00:00.000Z",
        "Results": [{
            "TaskExecutionStatus": "failed", "Bucket": "reports", "MD5Checksum": md5(RESULTS),
            "Key": format!("out/job-{OVER}/results/failed.csv"),
        }],
        "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage",
    })
    .to_string()
}

fn object(content: &str) -> Reply {
    let headers = vec![("etag".into(), format!("\"{}\"", md5(content)))];
    Reply { headers, ..Reply::xml(content) }
}

fn md5(content: &str) -> String {
    md5::Md5::digest(content.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failure(status: u16, code: &str) -> Reply {
    Reply { status, ..Reply::xml(format!("<Error><Code>{code}</Code><Message>scripted</Message></Error>")) }
}
