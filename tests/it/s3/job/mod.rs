//! Batch jobs, end to end: what is sent, what is refused before, and the life of a job in the sandbox.

mod botocore;
mod built;
mod composite;
mod confirm;
mod control;
mod create;
mod document;
mod faults;
mod files;
mod inventory;
mod lives;
mod never_ran;
mod partition;
mod preflight;
mod rehearsal;
mod report;
mod retry;
mod wire;

pub use rehearsal::Rehearsal;

use crate::support::{FakeAws, Reply, Request, Sealed};

/// A scripted AWS that knows who calls; the rest is the test's.
fn scripted(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> FakeAws {
    FakeAws::start(move |request| match request.operation.as_str() {
        "GetCallerIdentity" => Reply::xml(
            "<GetCallerIdentityResponse><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::111122223333:user/me</Arn><UserId>AIDAEXAMPLE</UserId>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
        _ => answer(request),
    })
}

fn signed_in_to(aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

/// A failure as S3 Control tells it.
fn failure(status: u16, code: &str) -> Reply {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>scripted</Message></Error>\
         <RequestId>r-1</RequestId></ErrorResponse>"
    );
    Reply { status, ..Reply::xml(body) }
}

/// A job as DescribeJob tells of it.
fn described(id: &str, status: &str, more: &str) -> Reply {
    Reply::xml(format!(
        "<DescribeJobResult><Job><JobId>{id}</JobId><Status>{status}</Status><Priority>10</Priority>\
         <CreationTime>2026-11-22T11:00:00Z</CreationTime>{more}</Job></DescribeJobResult>"
    ))
}
