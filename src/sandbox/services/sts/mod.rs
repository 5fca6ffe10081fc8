//! STS: who calls, and temporary credentials. Query in, XML out. The keys are `principals`' business.

mod assume_role;
mod device;
mod fields;
mod session_token;
#[cfg(test)]
mod tests;

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::http::escape;
use crate::sandbox::principals::{Issued, Principal};
use fields::Fields;
use jiff::Timestamp;

const VERSION: &str = "2011-06-15";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub fn answer(account: &Account, body: &[u8]) -> Result<Reply, ServiceError> {
    let fields = Fields::read(body);
    let now = Timestamp::now();
    let (action, result) = match fields.text("Action") {
        "AssumeRole" => ("AssumeRole", assume_role::answer as Operation),
        "GetCallerIdentity" => ("GetCallerIdentity", caller_identity as Operation),
        "GetSessionToken" => ("GetSessionToken", session_token::answer as Operation),
        action => return Err(ServiceError::unknown_operation(action)),
    };
    match fields.text("Version") {
        VERSION => Ok(Reply::Xml { action, namespace: NAMESPACE, result: result(account, &fields, now)? }),
        version => Err(ServiceError::unknown_operation(&format!("{action} of version {version}"))),
    }
}

type Operation = fn(&Account, &Fields, Timestamp) -> Result<String, ServiceError>;

fn caller_identity(account: &Account, _: &Fields, _: Timestamp) -> Result<String, ServiceError> {
    let caller = account.caller();
    let Principal { arn, user_id, account, .. } = &*caller;
    let (arn, user_id) = (escape(arn), escape(user_id));
    Ok(format!("<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{account}</Account>"))
}

/// The element of temporary credentials.
fn credentials(Issued { key, token, expires }: &Issued) -> String {
    format!(
        "<Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
         <SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials>",
        key.access_key_id,
        key.secret_access_key(),
        token.as_str(),
        expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
}
