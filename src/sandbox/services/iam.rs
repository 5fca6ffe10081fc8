//! IAM: the roles of the account. Query in, XML out.

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;
use crate::sandbox::batch::Role;
use crate::sandbox::principals::role_id;
use jiff::Timestamp;
use opsctl_engine::manifest::partition;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
const VERSION: &str = "2010-05-08";

pub fn answer(account: &Account, body: &[u8]) -> Result<Reply, ServiceError> {
    let field = |name: &str| {
        let mut fields = url::form_urlencoded::parse(body);
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    match (field("Action").as_str(), field("Version").as_str()) {
        ("GetRole", VERSION) => {
            let result = get_role(account, &field("RoleName"))?;
            Ok(Reply::Xml { action: "GetRole", namespace: NAMESPACE, result })
        }
        ("GetRole", version) => {
            Err(ServiceError::unknown_operation(&format!("GetRole of version {version}")))
        }
        (action, _) => Err(ServiceError::unknown_operation(action)),
    }
}

fn get_role(account: &Account, name: &str) -> Result<String, ServiceError> {
    let identity = &account.identity;
    let arn = format!("arn:{}:iam::{}:role/{name}", partition(&identity.region), identity.account);
    account.authorize("iam:GetRole", &arn).map_err(|denial| denial.status(403))?;
    let role = account.settings.roles.iter().find(|role| role.name == name);
    let role = role.ok_or_else(|| {
        let message = format!("The role with name {name} cannot be found.");
        ServiceError::new("NoSuchEntity", message).status(404)
    })?;
    Ok(description(role, &arn, account.started.try_into().unwrap_or(Timestamp::UNIX_EPOCH)))
}

/// Nothing in it needs escaping: `config` allows no such characters in names, and the policy is encoded.
fn description(role: &Role, arn: &str, created: Timestamp) -> String {
    let account = arn.split(":role/").next().unwrap_or_default();
    let policy = role.trust_policy(&format!("{account}:root"));
    format!(
        "<Role><Path>/</Path><RoleName>{}</RoleName><RoleId>{}</RoleId><Arn>{arn}</Arn><CreateDate>{}</CreateDate>\
         <AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument><MaxSessionDuration>{}</MaxSessionDuration></Role>",
        role.name,
        role_id(&role.name),
        created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        utf8_percent_encode(&policy, NON_ALPHANUMERIC),
        role.max_duration,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::services::testing;

    fn get(settings: &str, name: &str) -> Result<Reply, ServiceError> {
        let body = format!("Action=GetRole&Version=2010-05-08&RoleName={name}");
        answer(&testing::account(settings), body.as_bytes())
    }

    #[test]
    fn a_role_is_described_with_its_trust_policy() {
        let settings = "[[roles]]\nname = \"batch\"\ntrust = [\"batchoperations.s3.amazonaws.com\", \"lambda.amazonaws.com\"]";
        let Ok(Reply::Xml { action: "GetRole", result, .. }) = get(settings, "batch") else { panic!() };
        assert!(result.contains("<Arn>arn:aws:iam::111122223333:role/batch</Arn>"), "{result}");
        let (_, policy) = result.split_once("<AssumeRolePolicyDocument>").unwrap();
        let (policy, _) = policy.split_once('<').unwrap();
        let policy = percent_encoding::percent_decode_str(policy).decode_utf8().unwrap();
        let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
        assert_eq!(policy["Statement"][1]["Principal"]["Service"], "lambda.amazonaws.com");
        assert_eq!(policy["Statement"][0]["Action"], "sts:AssumeRole");
        assert_eq!(policy["Statement"][2]["Principal"]["AWS"], "arn:aws:iam::111122223333:root");
    }

    #[test]
    fn what_is_missing_denied_or_unknown_is_refused_with_its_code() {
        assert_eq!(get("", "nobody").unwrap_err().code, "NoSuchEntity");
        assert!(get("", "opsctl-batch").is_ok(), "a role is there by default");
        let denied = get("[deny]\nactions = [\"iam:GetRole\"]", "opsctl-batch").unwrap_err();
        assert_eq!((denied.code.as_ref(), denied.status), ("AccessDeniedException", 403));
        for body in ["Action=ListRoles&Version=2010-05-08", "Action=GetRole&Version=2011-06-15", ""] {
            let error = answer(&testing::account(""), body.as_bytes()).unwrap_err();
            assert_eq!(error.code, "UnknownOperationException", "{body}");
        }
    }
}
