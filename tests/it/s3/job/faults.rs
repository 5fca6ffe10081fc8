//! Failures of the service: what they mean, and what is sent.

use super::{described, failure, scripted, signed_in_to};
use crate::support::{Reply, Sealed};

const JOB: &str = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";

fn example(sealed: &Sealed) -> String {
    let text = sealed.run(["s3", "job", "create", "--example", "tag"]).expect(0).stdout;
    sealed.write("job.yaml", &text).display().to_string()
}

#[test]
fn each_failure_of_the_service_has_its_exit_code() {
    for (status, code, exit) in [
        (400, "BadRequestException", 1),
        (400, "IdempotencyException", 9),
        (403, "AccessDenied", 5),
        (400, "TooManyRequestsException", 75),
        (500, "InternalServiceException", 75),
    ] {
        let aws = scripted(move |request| match request.line.starts_with("POST") {
            true => failure(status, code),
            false => Reply::xml("<ListJobsResult></ListJobsResult>"),
        });
        let sealed = signed_in_to(&aws);
        let file = example(&sealed);
        let ran = sealed.run(["s3", "job", "create", "--no-preflight", "-f", &file]);
        assert_eq!(ran.code, exit, "{code}: {ran:?}");
        assert!(ran.stderr.contains(code), "{code}: {ran:?}");
        // What is tried again says the same, token and all.
        let sent: Vec<String> = aws
            .requests()
            .into_iter()
            .filter(|request| request.body.contains("CreateJob"))
            .map(|request| request.body)
            .collect();
        assert!(sent.windows(2).all(|pair| pair[0] == pair[1]), "{sent:?}");
        assert_eq!(sent.len() > 1, exit == 75, "{code}: {}", sent.len());
    }
}

/// Every call names the account, in its header and before the host.
#[test]
fn calls_name_the_account() {
    let aws = scripted(|_| described(JOB, "Complete", ""));
    let sealed = signed_in_to(&aws);
    sealed.run(["s3", "job", "show", JOB]).expect(0);
    let requests = aws.requests();
    let call = requests.iter().find(|request| request.line.starts_with("GET ")).unwrap();
    let header =
        |name: &str| call.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(header("x-amz-account-id"), Some("111122223333"));
    assert!(header("host").unwrap().starts_with("111122223333."), "{call:?}");
    assert_eq!(call.line, format!("GET /v20180820/jobs/{JOB}"));
}

#[test]
fn a_state_that_this_version_does_not_know_is_shown_as_it_is() {
    let aws = scripted(|_| described(JOB, "Resting", "<Operation><S3FlyObject/></Operation>"));
    let shown = signed_in_to(&aws).run(["s3", "job", "show", JOB, "-o", "json"]).expect(0).json();
    assert_eq!(
        (&shown["item"]["status"], &shown["item"]["operationParameters"]),
        (&"Resting".into(), &().into())
    );
}

/// Between the look and the call a job can end.
#[test]
fn a_job_that_ends_before_it_is_cancelled_is_a_conflict() {
    let aws = scripted(|request| match request.line.starts_with("POST") {
        true => failure(400, "JobStatusException"),
        false => described(JOB, "Active", ""),
    });
    let ran = signed_in_to(&aws).run(["s3", "job", "cancel", JOB, "--yes"]).expect(9);
    assert!(ran.stderr.contains("its state does not allow it"), "{ran:?}");
}

#[test]
fn a_text_of_the_service_moves_nothing_on_a_terminal() {
    let more = "<Description>&#x9b;31m\u{202e}red</Description>";
    let aws = scripted(move |_| described(JOB, "Active", more));
    let shown = signed_in_to(&aws).run(["s3", "job", "show", JOB]).expect(0);
    assert!(!shown.stdout.contains('\u{9b}') && !shown.stdout.contains('\u{202e}'), "{shown:?}");
}
