//! The job calls as requests and answers.

use super::answer;
use super::element::Element;
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::{RestCall, ServiceError, testing};
use http::{HeaderMap, HeaderValue, Method};
use std::path::PathBuf;
use std::sync::Arc;

struct Client {
    account: Arc<Account>,
    folder: PathBuf,
    region: &'static str,
    account_id: Option<&'static str>,
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Client {
    fn new(settings: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsctl-control-{}", random::hex(16).unwrap()));
        Client {
            account: Arc::new(testing::account_in(&folder, settings)),
            folder,
            region: "us-east-1",
            account_id: Some("111122223333"),
        }
    }

    fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &str,
    ) -> Result<Element, ServiceError> {
        let mut headers = HeaderMap::new();
        if let Some(id) = self.account_id {
            headers.insert("x-amz-account-id", HeaderValue::from_static(id));
        }
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path = format!("/v20180820/{path}");
        let call = RestCall {
            method: &method,
            path: &path,
            query,
            headers: &headers,
            body: body.as_bytes(),
            region: self.region,
        };
        answer(&self.account, &call).map(|reply| Element::parse(&reply.body).unwrap())
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Element, ServiceError> {
        self.call(Method::GET, path, query, "")
    }

    fn post(&self, path: &str, query: &[(&str, &str)]) -> Result<Element, ServiceError> {
        self.call(Method::POST, path, query, "")
    }

    fn create(&self, body: &str) -> Result<String, ServiceError> {
        let result = self.call(Method::POST, "jobs", &[], body)?;
        Ok(text(&result, &["JobId"]).to_owned())
    }
}

/// What stands in an element below the root.
fn text<'e>(root: &'e Element, path: &[&str]) -> &'e str {
    let mut element = root;
    for name in path {
        element =
            element.children.iter().find(|child| child.name == *name).unwrap_or_else(|| panic!("{name}"));
    }
    &element.text
}

fn job(token: &str, more: &str) -> String {
    format!(
        "<CreateJobRequest xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\">\
         <ConfirmationRequired>true</ConfirmationRequired><Operation><S3DeleteObjectTagging/></Operation>\
         <Report><Enabled>false</Enabled></Report><ClientRequestToken>{token}</ClientRequestToken>\
         <Manifest><Spec><Format>S3BatchOperations_CSV_20180820</Format>\
         <Fields><member>Bucket</member><member>Key</member></Fields></Spec>\
         <Location><ObjectArn>arn:aws:s3:::data-1/list.csv</ObjectArn><ETag>x</ETag></Location></Manifest>\
         <Priority>3</Priority><RoleArn>arn:aws:iam::111122223333:role/opsctl-batch</RoleArn>{more}</CreateJobRequest>"
    )
}

#[tokio::test]
async fn a_job_is_described_as_it_was_asked_for() {
    let client = Client::new("");
    let tags = "<Description>a &lt;job&gt;</Description><Tags><member><Key>team</Key><Value>x</Value></member></Tags>";
    let id = client.create(&job("t-1", tags)).unwrap();
    let answer = client.get(&format!("jobs/{id}"), &[]).unwrap();
    assert_eq!(answer.name, "DescribeJobResult");
    for (path, expected) in [
        (&["JobId"][..], id.as_str()),
        (&["Description"], "a <job>"),
        (&["ConfirmationRequired"], "true"),
        (&["JobArn"], &format!("arn:aws:s3:us-east-1:111122223333:job/{id}")),
        (&["Priority"], "3"),
        (&["Manifest", "Location", "ETag"], "x"),
        (&["Manifest", "Spec", "Fields", "member"], "Bucket"),
        (&["Operation", "S3DeleteObjectTagging"], ""),
        (&["Report", "Enabled"], "false"),
        (&["RoleArn"], "arn:aws:iam::111122223333:role/opsctl-batch"),
        (&["ProgressSummary", "TotalNumberOfTasks"], "0"),
    ] {
        assert_eq!(text(&answer, &[&["Job"], path].concat()), expected, "{path:?}");
    }
    let listed = client.get("jobs", &[]).unwrap();
    assert_eq!(text(&listed, &["Jobs", "member", "Operation"]), "S3DeleteObjectTagging");
}

#[tokio::test]
async fn every_fault_of_a_request_is_told_at_once() {
    let client = Client::new("");
    let bad = job("t-1", "<Description></Description>").replace(">3<", ">-1<");
    let error = client.create(&bad).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("BadRequestException", 400));
    assert!(error.message.contains("Priority") && error.message.contains("Description"), "{}", error.message);
    for (name, body, expected) in [
        ("no XML", "{}".to_owned(), "BadRequestException"),
        ("an unknown member", job("t", "<Wish/>"), "BadRequestException"),
        ("no token", job("", "").replace("<ClientRequestToken></ClientRequestToken>", ""), "BadRequestException"),
        ("another's role", job("t", "").replace("111122223333:role", "444455556666:role"), "BadRequestException"),
        (
            "no event holds",
            job("t", "").replace(
                "<S3DeleteObjectTagging/>",
                "<S3PutObjectRetention><Retention><EventHold>ON</EventHold></Retention></S3PutObjectRetention>",
            ),
            "BadRequestException",
        ),
    ] {
        assert_eq!(client.create(&body).unwrap_err().code, expected, "{name}");
    }
    assert!(client.get("jobs", &[]).unwrap().children[0].children.is_empty(), "none of them made a job");
}

#[tokio::test]
async fn tokens_are_for_one_request() {
    let client = Client::new("[jobs]\ncreate_job_500 = 1\n");
    let error = client.create(&job("t-1", "")).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("InternalServiceException", 500));
    let id = client.create(&job("t-1", "")).unwrap();
    assert_eq!(client.create(&job("t-1", "")).unwrap(), id);
    let error = client.create(&job("t-1", "<Description>other</Description>")).unwrap_err();
    assert_eq!(error.code, "IdempotencyException");
    assert_ne!(client.create(&job("t-2", "")).unwrap(), id);
}

#[tokio::test]
async fn jobs_are_of_an_account_and_a_region() {
    let mut client = Client::new("");
    let id = client.create(&job("t-1", "")).unwrap();
    client.region = "eu-west-1";
    let error = client.get(&format!("jobs/{id}"), &[]).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("NotFoundException", 404));
    assert!(client.get("jobs", &[]).unwrap().children[0].children.is_empty());
    client.region = "us-east-1";
    client.account_id = Some("444455556666");
    assert_eq!(client.get("jobs", &[]).unwrap_err().status, 403);
    client.account_id = None;
    assert_eq!(client.get("jobs", &[]).unwrap_err().code, "BadRequestException");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_models_errors() {
    let client = Client::new("");
    let id = client.create(&job("t-1", "")).unwrap();
    let none = "00000000-0000-4000-8000-000000000000";
    let (of_job, of_none) = (format!("jobs/{id}"), format!("jobs/{none}"));
    let status = |path: &str, query: &[(&str, &str)]| client.post(&format!("{path}/status"), query);
    let long = "x".repeat(257);
    for (name, result, code) in [
        ("an unknown job", client.get(&of_none, &[]), "NotFoundException"),
        ("a bad id", client.get("jobs/x y", &[]), "BadRequestException"),
        (
            "a priority of no job",
            client.post(&format!("{of_none}/priority"), &[("priority", "1")]),
            "NotFoundException",
        ),
        ("no priority", client.post(&format!("{of_job}/priority"), &[]), "BadRequestException"),
        (
            "a priority below 0",
            client.post(&format!("{of_job}/priority"), &[("priority", "-1")]),
            "BadRequestException",
        ),
        ("no status", status(&of_job, &[]), "BadRequestException"),
        (
            "a status that cannot be asked for",
            status(&of_job, &[("requestedJobStatus", "Paused")]),
            "BadRequestException",
        ),
        (
            "a long reason",
            status(&of_job, &[("requestedJobStatus", "Cancelled"), ("statusUpdateReason", &long)]),
            "BadRequestException",
        ),
        ("a status of no job", status(&of_none, &[("requestedJobStatus", "Ready")]), "NotFoundException"),
        ("tags of no job", client.get(&format!("{of_none}/tagging"), &[]), "NotFoundException"),
        ("a bad filter", client.get("jobs", &[("jobStatuses", "Done")]), "InvalidRequestException"),
        ("a bad size", client.get("jobs", &[("maxResults", "1001")]), "InvalidRequestException"),
        ("a bad token", client.get("jobs", &[("nextToken", "x")]), "InvalidNextTokenException"),
        ("another path", client.get("buckets", &[]), "UnknownOperationException"),
        ("another method", client.call(Method::DELETE, &of_job, &[], ""), "UnknownOperationException"),
    ] {
        assert_eq!(result.unwrap_err().code, code, "{name}");
    }
    // Its manifest is not there, so the job fails by itself: it cannot be changed from then on.
    let over = client.account.batch.jobs.reached(&id, opsctl_engine::batch::Status::is_over).await;
    assert_eq!(over, Some(opsctl_engine::batch::Status::Failed));
    for word in ["Ready", "Cancelled"] {
        let error = status(&of_job, &[("requestedJobStatus", word)]).unwrap_err();
        assert_eq!(error.code, "JobStatusException");
        assert_eq!(error.message, format!("A job that is Failed cannot become {word}"));
    }
    let error = client.post(&format!("{of_job}/priority"), &[("priority", "1")]).unwrap_err();
    assert_eq!(error.code, "BadRequestException");
    let described = client.get(&of_job, &[]).unwrap();
    assert_eq!(text(&described, &["Job", "FailureReasons", "member", "FailureCode"]), "ManifestUnreadable");
}

#[tokio::test]
async fn tags_of_a_job_are_put_and_taken_away() {
    let client = Client::new("");
    let id =
        client.create(&job("t-1", "<Tags><member><Key>a</Key><Value>1</Value></member></Tags>")).unwrap();
    let path = format!("jobs/{id}/tagging");
    assert_eq!(text(&client.get(&path, &[]).unwrap(), &["Tags", "member", "Key"]), "a");
    let put = |count: usize| {
        let tags: String = (0..count).map(|n| format!("<member><Key>k{n}</Key><Value/></member>")).collect();
        client.call(
            Method::PUT,
            &path,
            &[],
            &format!("<PutJobTaggingRequest><Tags>{tags}</Tags></PutJobTaggingRequest>"),
        )
    };
    put(50).unwrap();
    assert_eq!(client.get(&path, &[]).unwrap().children[0].children.len(), 50);
    assert_eq!(put(51).unwrap_err().code, "TooManyTagsException");
    client.call(Method::DELETE, &path, &[], "").unwrap();
    assert!(client.get(&path, &[]).unwrap().children[0].children.is_empty());
}

#[tokio::test]
async fn lists_have_pages_and_filters() {
    let client = Client::new("page_size = 3");
    for number in 0..7 {
        client.create(&job(&format!("t-{number}"), "")).unwrap();
    }
    let (mut ids, mut token, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let query: Vec<_> = token.iter().map(|token| ("nextToken", token.as_str())).collect();
        let page = client.get("jobs", &query).unwrap();
        let jobs = page.children.iter().find(|child| child.name == "Jobs").unwrap();
        ids.extend(jobs.children.iter().map(|job| text(job, &["JobId"]).to_owned()));
        pages += 1;
        token = page.children.iter().find(|child| child.name == "NextToken").map(|token| token.text.clone());
        if token.is_none() {
            break;
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), pages), (7, 3));
    for id in &ids {
        client.account.batch.jobs.reached(id, opsctl_engine::batch::Status::is_over).await;
    }
    let count =
        |query: &[(&str, &str)]| client.get("jobs", query).unwrap().children.last().unwrap().children.len();
    assert_eq!(count(&[("jobStatuses", "Active"), ("jobStatuses", "Failed"), ("maxResults", "2")]), 2);
    assert_eq!(count(&[("jobStatuses", "Active")]), 0);
}

#[tokio::test]
async fn what_a_policy_denies_is_denied() {
    for (action, call) in [
        ("s3:CreateJob", "create"),
        ("iam:PassRole", "create"),
        ("s3:ListJobs", "list"),
        ("s3:DescribeJob", "describe"),
        ("s3:UpdateJobPriority", "priority"),
        ("s3:UpdateJobStatus", "status"),
        ("s3:GetJobTagging", "get tagging"),
        ("s3:PutJobTagging", "put tagging"),
        ("s3:DeleteJobTagging", "delete tagging"),
    ] {
        let client = Client::new(&format!("[deny]\nactions = [\"{action}\"]"));
        let path = "jobs/00000000-0000-4000-8000-000000000000";
        let result = match call {
            "create" => client.create(&job("t-1", "")).map(drop),
            "list" => client.get("jobs", &[]).map(drop),
            "describe" => client.get(path, &[]).map(drop),
            "priority" => client.post(&format!("{path}/priority"), &[("priority", "1")]).map(drop),
            "status" => client.post(&format!("{path}/status"), &[("requestedJobStatus", "Ready")]).map(drop),
            "get tagging" => client.get(&format!("{path}/tagging"), &[]).map(drop),
            "put tagging" => client.call(Method::PUT, &format!("{path}/tagging"), &[], "<a/>").map(drop),
            _ => client.call(Method::DELETE, &format!("{path}/tagging"), &[], "").map(drop),
        };
        let error = result.unwrap_err();
        assert_eq!((error.code.as_ref(), error.status), ("AccessDeniedException", 403), "{action}");
        assert!(error.message.contains(action), "{}", error.message);
    }
}
