//! What a failed AWS call means: one classification for all services, which gives the exit code and the
//! hint. An SDK error is never shown by its own `Display` ("service error"): code and message are dug out.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::request_id::RequestId;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::error::{AwsDetail, Error, Kind};

/// The errors of SDK operations.
pub type AwsFailure<E> = SdkError<E, HttpResponse>;

/// `message` names what could not be done to which thing: "cannot start a session on i-0abc".
pub fn failure<E>(error: &AwsFailure<E>, message: impl Into<String>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if let Some(cause) = find::<CredentialsError>(error) {
        let inner = credentials_failure(cause);
        return Error::new(inner.kind(), message).because(inner);
    }
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or_default();
            let text = context.err().message().unwrap_or_default();
            let status = context.raw().status().as_u16();
            let class = classify(code, text, status);
            let mut built = Error::new(class.kind, message).aws(AwsDetail {
                code: Some(if code.is_empty() { format!("HTTP {status}") } else { code.to_owned() }),
                message: (!text.is_empty()).then(|| text.to_owned()),
                request_id: error.request_id().map(str::to_owned),
            });
            if let Some(hint) = class.hint {
                let date = context.raw().headers().get("date").filter(|_| hint == CLOCK);
                let measured = date.and_then(|date| clock_is_off(date, Timestamp::now()));
                built = built.hint(measured.unwrap_or_else(|| hint.to_owned()));
            }
            // S3 answers for a bucket in its own region alone, and says which that is.
            let elsewhere =
                matches!(status, 301 | 307) || status == 400 && code == "AuthorizationHeaderMalformed";
            if let Some(region) = context.raw().headers().get("x-amz-bucket-region").filter(|_| elsewhere) {
                built = built.hint(format!("the bucket is in {region}: --region {region}"));
            }
            built
        }
        SdkError::TimeoutError(_) => no_answer(message),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => no_answer(message),
        SdkError::DispatchFailure(_) if is_untrusted(error) => {
            Error::failed(message).because(innermost(error)).hint(TRUST_HINT)
        }
        SdkError::DispatchFailure(failure) => {
            let cause = failure
                .as_connector_error()
                .map_or_else(|| "the call was not sent".into(), |error| innermost(error));
            Error::new(Kind::Temporary, message)
                .because(cause)
                .hint("check the network, --region, --endpoint-url and HTTPS_PROXY")
        }
        SdkError::ResponseError(context) => {
            let status = context.raw().status().as_u16();
            // Something between here and AWS answers; while it has trouble of its own, later may do.
            let kind = if matches!(status, 429 | 500..=599) { Kind::Temporary } else { Kind::Failed };
            let request_id = error.request_id().map(str::to_owned);
            let in_brackets = request_id.as_deref().map(|id| format!(" (request {id})")).unwrap_or_default();
            Error::new(kind, message)
                .because(format!("the answer (status {status}) is not one of AWS{in_brackets}"))
                .aws(AwsDetail { request_id, ..AwsDetail::default() })
                .hint("check --endpoint-url and HTTPS_PROXY")
        }
        other => Error::failed(message).because(DisplayErrorContext(other).to_string()),
    }
}

fn no_answer(message: impl Into<String>) -> Error {
    Error::new(Kind::Temporary, message)
        .because("no answer in time")
        .hint("--read-timeout and --connect-timeout set how long to wait")
}

/// Is a certificate at fault? Then no later attempt will do better.
pub fn is_untrusted(error: &(dyn StdError + 'static)) -> bool {
    matches!(find::<rustls::Error>(error), Some(rustls::Error::InvalidCertificate(_)))
}

/// Was the call refused by a policy?
pub fn is_denied<E: ProvideErrorMetadata>(error: &AwsFailure<E>) -> bool {
    let SdkError::ServiceError(context) = error else { return false };
    let code = context.err().code().unwrap_or_default();
    classify(code, "", context.raw().status().as_u16()).kind == Kind::Denied
}

/// What services say when there are too many calls, some with an "Exception" behind it.
pub const THROTTLED: [&str; 6] =
    ["Throttling", "Throttled", "TooManyRequests", "RequestLimitExceeded", "RequestThrottled", "SlowDown"];

/// And when later will do for another reason.
const BUSY: [&str; 4] = ["KmsThrottling", "TooManyUpdates", "ServiceUnavailable", "PriorRequestNotComplete"];

/// Was the call refused because there are too many of them? Then it has done nothing.
pub fn is_throttled<E: ProvideErrorMetadata>(error: &AwsFailure<E>) -> bool {
    let SdkError::ServiceError(context) = error else { return false };
    let code = context.err().code().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or(code);
    THROTTLED.contains(&code.strip_suffix("Exception").unwrap_or(code))
}

/// What is wrong with the credentials themselves.
pub fn credentials_failure(error: &CredentialsError) -> Error {
    // A step of sign-in that is our own has said it already.
    if let Some(told) = find::<Error>(error) {
        return told.retold();
    }
    let text = DisplayErrorContext(error).to_string();
    let login = text.contains("sso") || text.contains("SSO") || text.contains("token");
    match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            let tried = error.source().map(ToString::to_string);
            let built = Error::new(Kind::Credentials, "no credentials found");
            match tried {
                Some(tried) => built.because(tried),
                None => built,
            }
            .hint("aws configure or opsctl login sets credentials up; --profile picks a profile")
            .hint("opsctl sandbox run -- COMMAND needs none")
        }
        _ if login && (text.contains("expired") || text.contains("refresh")) => {
            Error::new(Kind::Credentials, "the login has expired")
                .because(innermost(error))
                .hint("opsctl login")
        }
        _ => match refused_sign_in(error) {
            Some(detail) => Error::new(Kind::Credentials, "the credentials cannot be used").aws(detail),
            None => Error::new(Kind::Credentials, "the credentials cannot be used").because(innermost(error)),
        },
    }
}

/// What AWS said to a call that was to give credentials, such as AssumeRole.
fn refused_sign_in(error: &CredentialsError) -> Option<AwsDetail> {
    use aws_sdk_sts::operation::assume_role::AssumeRoleError;
    use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
    let detail = |meta: &ErrorMetadata| AwsDetail {
        code: meta.code().map(str::to_owned),
        message: meta.message().map(str::to_owned),
        request_id: meta.request_id().map(str::to_owned),
    };
    if let Some(failure) = find::<AwsFailure<AssumeRoleError>>(error) {
        return failure.as_service_error().map(|error| detail(error.meta()));
    }
    let failure = find::<AwsFailure<AssumeRoleWithWebIdentityError>>(error)?;
    failure.as_service_error().map(|error| detail(error.meta()))
}

struct Class {
    kind: Kind,
    hint: Option<&'static str>,
}

/// By code first; the status speaks when the code is not known.
fn classify(code: &str, message: &str, status: u16) -> Class {
    let class = |kind, hint| Class { kind, hint };
    // Query services say `Sender`-less codes, JSON ones may carry a namespace before a `#`.
    let code = code.rsplit('#').next().unwrap_or(code);
    let bare = code.strip_suffix("Exception").unwrap_or(code);
    match bare {
        "RequestTimeTooSkewed" | "RequestExpired" => class(Kind::Credentials, Some(CLOCK)),
        "InvalidSignature" | "SignatureDoesNotMatch"
            if message.contains("Signature expired") || message.contains("not yet current") =>
        {
            class(Kind::Credentials, Some(CLOCK))
        }
        "InvalidSignature" | "SignatureDoesNotMatch" if message.contains("scoped to a valid region") => {
            class(
                Kind::Credentials,
                Some("the endpoint is of another region; --region names the one to sign for"),
            )
        }
        "InvalidSignature" | "SignatureDoesNotMatch" => {
            class(Kind::Credentials, Some("the secret access key does not belong to the access key id"))
        }
        "ExpiredToken" | "TokenRefreshRequired" => {
            class(Kind::Credentials, Some("the temporary credentials have expired; sign in again"))
        }
        "UnrecognizedClient"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "MissingAuthenticationToken"
        | "IncompleteSignature"
        | "NotSignedUp"
        | "OptInRequired" => class(Kind::Credentials, None),
        "AccessDenied"
        | "KmsAccessDenied"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "Forbidden"
        | "AuthFailure" => class(Kind::Denied, None),
        busy if THROTTLED.contains(&busy) || BUSY.contains(&busy) => {
            class(Kind::Temporary, Some("AWS is busy; --max-attempts tries more often"))
        }
        // Of an archived object, which can be read when it has been restored.
        "InvalidObjectState" => class(Kind::Conflict, None),
        "TargetNotConnected" => class(Kind::Conflict, None),
        "InvalidInstanceId" | "InvalidDocument" | "DoesNotExist" | "ResourceNotFound" | "NotFound" => {
            class(Kind::NotFound, None)
        }
        other if other.ends_with("NotFound") || other.ends_with("DoesNotExist") => {
            class(Kind::NotFound, None)
        }
        other if other.ends_with("AlreadyExists") || other.ends_with("InUse") || other == "Conflict" => {
            class(Kind::Conflict, None)
        }
        _ => match status {
            401 | 403 => class(Kind::Denied, None),
            404 => class(Kind::NotFound, None),
            409 => class(Kind::Conflict, None),
            429 | 500..=599 => class(Kind::Temporary, None),
            _ => class(Kind::Failed, None),
        },
    }
}

/// What to do about a certificate that is not trusted.
pub const TRUST_HINT: &str =
    "AWS_CA_BUNDLE or ca_bundle in the profile names a file of certificates to trust instead of the system's";

const CLOCK: &str = "the clock of this machine and of AWS differ: set the clock";

/// How far the clock of this machine is off, by the date of an answer; nothing where it is not.
fn clock_is_off(date: &str, now: Timestamp) -> Option<String> {
    let there = rfc2822::parse(date).ok()?.timestamp();
    let seconds = now.as_second() - there.as_second();
    let way = if seconds > 0 { "ahead of" } else { "behind" };
    match (seconds.abs() + 30) / 60 {
        0 => None,
        1 => Some(format!("the clock of this machine is a minute {way} that of AWS: set the clock")),
        minutes => {
            Some(format!("the clock of this machine is {minutes} minutes {way} that of AWS: set the clock"))
        }
    }
}

/// The cause of an error. That of an I/O error made from another is the other: its own `source` skips it.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref::<T>())
}

/// The last cause of a chain: "connection refused", not "dispatch failure".
pub fn innermost(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_kinds() {
        for (code, message, status, kind) in [
            ("AccessDeniedException", "", 400, Kind::Denied),
            ("AccessDenied", "", 403, Kind::Denied),
            ("KmsAccessDeniedException", "", 400, Kind::Denied),
            ("KmsThrottlingException", "", 400, Kind::Temporary),
            ("com.amazon.coral.service#AccessDeniedException", "", 400, Kind::Denied),
            ("ThrottlingException", "", 400, Kind::Temporary),
            ("RequestLimitExceeded", "", 503, Kind::Temporary),
            ("DoesNotExistException", "", 400, Kind::NotFound),
            ("InvalidInstanceId", "", 400, Kind::NotFound),
            ("ResourceNotFoundException", "", 400, Kind::NotFound),
            ("TargetNotConnected", "", 400, Kind::Conflict),
            ("DocumentAlreadyExists", "", 400, Kind::Conflict),
            ("ExpiredTokenException", "", 400, Kind::Credentials),
            ("UnrecognizedClientException", "", 400, Kind::Credentials),
            (
                "InvalidSignatureException",
                "Signature expired: 20261122T000000Z is now earlier",
                400,
                Kind::Credentials,
            ),
            ("ValidationException", "", 400, Kind::Failed),
            ("", "", 403, Kind::Denied),
            ("", "", 502, Kind::Temporary),
            ("NeverHeardOf", "", 418, Kind::Failed),
        ] {
            assert_eq!(classify(code, message, status).kind, kind, "{code} {status}");
        }
    }

    #[test]
    fn clock_skew_is_named() {
        for (code, message) in [
            ("RequestTimeTooSkewed", ""),
            ("InvalidSignatureException", "Signature not yet current: 20261122T000000Z"),
        ] {
            assert_eq!(classify(code, message, 403).hint, Some(CLOCK), "{code}");
        }
    }

    #[test]
    fn the_date_of_an_answer_says_how_far_the_clock_is_off() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let off = |date: &str| clock_is_off(date, now);
        let told = |how: &str| Some(format!("the clock of this machine is {how} that of AWS: set the clock"));
        assert_eq!(off("Sun, 22 Nov 2026 10:59:50 GMT"), told("60 minutes ahead of"));
        assert_eq!(off("Sun, 22 Nov 2026 12:07:00 GMT"), told("7 minutes behind"));
        assert_eq!(off("Sun, 22 Nov 2026 12:01:00 GMT"), told("a minute behind"));
        for no_help in ["Sun, 22 Nov 2026 12:00:20 GMT", "yesterday", ""] {
            assert_eq!(off(no_help), None, "{no_help}");
        }
    }
}
