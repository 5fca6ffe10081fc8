//! Access control lists as a job names them, as the store keeps them.

use crate::sandbox::account::Account;
use crate::sandbox::batch::task::Fault;
use crate::sandbox::s3::store::version::{Grant, Grantee, Permission};
use opsctl_engine::batch::{self, AccessControlPolicy};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
/// Who reads bundles of machine images, as the guide of S3 names it.
const EC2: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

/// None: the owner's alone.
pub fn grants(account: &Account, policy: &AccessControlPolicy) -> Result<Option<Vec<Grant>>, Fault> {
    match (&policy.canned_access_control_list, &policy.access_control_list) {
        (Some(name), _) => Ok(canned(account, name)),
        (None, Some(list)) => Ok(Some(listed(list.grants.as_deref().unwrap_or_default())?)),
        (None, None) => Ok(None),
    }
}

pub fn canned(account: &Account, name: &str) -> Option<Vec<Grant>> {
    let grant = |grantee, permission| Grant { grantee, permission };
    let group = |uri: &str| Grantee::Uri(uri.to_owned());
    let others = match name {
        "public-read" => vec![grant(group(ALL_USERS), Permission::Read)],
        "public-read-write" => {
            vec![grant(group(ALL_USERS), Permission::Read), grant(group(ALL_USERS), Permission::Write)]
        }
        "authenticated-read" => vec![grant(group(AUTHENTICATED_USERS), Permission::Read)],
        "aws-exec-read" => vec![grant(Grantee::Id(EC2.to_owned()), Permission::Read)],
        // The owner of the bucket owns the object, too.
        _ => return None,
    };
    let owner = grant(Grantee::Id(account.identity.user_id.clone()), Permission::FullControl);
    Some(std::iter::once(owner).chain(others).collect())
}

pub fn listed(grants: &[batch::Grant]) -> Result<Vec<Grant>, Fault> {
    let one = |grant: &batch::Grant| {
        let identifier = grant.grantee.identifier.clone();
        let grantee = match grant.grantee.type_identifier.as_str() {
            "id" => Grantee::Id(identifier),
            "uri" => Grantee::Uri(identifier),
            _ => {
                let message = "The e-mail address you provided does not match any account on record.";
                return Err(Fault::new(400, "UnresolvableGrantByEmailAddress", message));
            }
        };
        // The document allows no other words.
        let permission = Permission::named(&grant.permission).unwrap_or(Permission::Read);
        Ok(Grant { grantee, permission })
    };
    grants.iter().map(one).collect()
}
