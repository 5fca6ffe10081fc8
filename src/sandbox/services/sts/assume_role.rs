//! AssumeRole: a session of a role, of this account or of another one of the sandbox, if the role trusts who asks.

use super::{Fields, ServiceError, credentials, device};
use crate::sandbox::account::Account;
use crate::sandbox::batch::Role;
use crate::sandbox::http::escape;
use crate::sandbox::principals::{Kind, Principal};
use jiff::{SignedDuration, Timestamp};
use opsctl_engine::manifest::partition;

const DEFAULT_SECONDS: u32 = 3600;
/// Of a session that another role's session asks for.
const MOST_CHAINED: u32 = 3600;
const NAME_PATTERN: &str = r"[\w+=,.@-]*";

pub fn answer(account: &Account, fields: &Fields, now: Timestamp) -> Result<String, ServiceError> {
    let known = ["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"];
    fields.check_names(&[&device::FIELDS[..], &known].concat())?;
    let arn = fields.checked(
        "RoleArn",
        20..=2048,
        (r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD]+", |letter| {
            !letter.is_control()
        }),
    )?;
    let arn = Fields::required("RoleArn", arn)?;
    let session = fields.checked("RoleSessionName", 2..=64, (NAME_PATTERN, in_name))?;
    let session = Fields::required("RoleSessionName", session)?;
    let seconds = fields.number("DurationSeconds", 900..=43_200)?.unwrap_or(DEFAULT_SECONDS);
    let external_id = fields.checked(
        "ExternalId",
        2..=1224,
        (r"[\w+=,.@:\/-]*", |letter| in_name(letter) || ":/".contains(letter)),
    )?;
    let name = Name::parse(arn).ok_or_else(|| ServiceError::validation(format!("{arn} is invalid")))?;
    account.authorize("sts:AssumeRole", arn).map_err(|denial| denial.status(403))?;
    let mfa = device::check(account, fields)?;
    let caller = account.caller();
    let role = role(account, &name)
        .filter(|role| !role.mfa || mfa || caller.kind == Kind::UserSession { mfa: true })
        .filter(|role| role.external_id.is_none() || role.external_id.as_deref() == external_id)
        .ok_or_else(|| denied(&caller, arn))?;
    if caller.kind == Kind::RoleSession && seconds > MOST_CHAINED {
        return Err(ServiceError::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > role.max_duration {
        return Err(ServiceError::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let principal = Principal::role_session(name.partition, name.account, &role.name, session);
    let assumed = format!(
        "<AssumedRoleUser><AssumedRoleId>{}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>",
        escape(&principal.user_id),
        escape(&principal.arn)
    );
    let expires = now.saturating_add(SignedDuration::from_secs(seconds.into()));
    let issued = account.principals.issue(principal, expires.unwrap_or(Timestamp::MAX), now)?;
    Ok(assumed + &credentials(&issued))
}

fn in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter)
}

/// The ARN of a role, taken apart.
struct Name<'a> {
    partition: &'a str,
    account: &'a str,
    /// Empty for most.
    path: &'a str,
    name: &'a str,
}

impl<'a> Name<'a> {
    fn parse(arn: &'a str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let &["arn", partition, "iam", "", account, role] = parts.as_slice() else { return None };
        let role = role.strip_prefix("role/")?;
        let (path, name) = role.rsplit_once('/').unwrap_or(("", role));
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = (1..=64).contains(&name.len()) && name.chars().all(in_name);
        (is_account && is_name).then_some(Name { partition, account, path, name })
    }
}

/// The role of this name. Where `sandbox.toml` names none of its account, every name is one.
fn role(account: &Account, arn: &Name<'_>) -> Option<Role> {
    if arn.partition != partition(&account.identity.region) {
        return None;
    }
    let (roles, any_role) = account.settings.roles_of(arn.account)?;
    let named = roles.iter().find(|role| role.name == arn.name && arn.path.is_empty());
    named.cloned().or_else(|| any_role.then(|| Role::named(arn.name)))
}

/// AWS says the same whatever the reason is.
fn denied(caller: &Principal, arn: &str) -> ServiceError {
    let message =
        format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}", caller.arn);
    ServiceError::new("AccessDeniedException", message).status(403)
}
