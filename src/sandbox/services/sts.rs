//! STS: who calls. Query in, XML out.

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;

const VERSION: &str = "2011-06-15";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub fn answer(account: &Account, body: &[u8]) -> Result<Reply, ServiceError> {
    let field = |name: &str| {
        let mut fields = url::form_urlencoded::parse(body);
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    match (field("Action").as_str(), field("Version").as_str()) {
        ("GetCallerIdentity", VERSION) => {
            let result = caller_identity(account);
            Ok(Reply::Xml { action: "GetCallerIdentity", namespace: NAMESPACE, result })
        }
        ("GetCallerIdentity", version) => {
            Err(ServiceError::unknown_operation(&format!("GetCallerIdentity of version {version}")))
        }
        (action, _) => Err(ServiceError::unknown_operation(action)),
    }
}

/// Nothing in it needs escaping: `config` allows no such characters in names.
fn caller_identity(account: &Account) -> String {
    let identity = &account.identity;
    let (arn, user_id, account) = (identity.arn(), &identity.user_id, &identity.account);
    format!("<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{account}</Account>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::services::testing;

    #[test]
    fn a_caller_is_told_who_it_is() {
        let account = testing::account("account = \"444455556666\"\ncaller = \"ann\"");
        let Ok(Reply::Xml { action, result, .. }) =
            answer(&account, b"Action=GetCallerIdentity&Version=2011-06-15")
        else {
            panic!("no XML");
        };
        assert_eq!(action, "GetCallerIdentity");
        let start = "<Arn>arn:aws:iam::444455556666:user/ann</Arn><UserId>AIDA";
        assert!(result.starts_with(start), "{result}");
    }

    #[test]
    fn other_actions_and_versions_are_unknown() {
        let account = testing::account("");
        for body in
            ["", "Action=AssumeRole&Version=2011-06-15", "Action=GetCallerIdentity&Version=2010-01-01"]
        {
            let error = answer(&account, body.as_bytes()).unwrap_err();
            assert_eq!(error.code, "UnknownOperationException", "{body}");
        }
    }
}
