//! Access control lists as a job names them, as the store keeps them.

use crate::sandbox::account::Account;
use crate::sandbox::batch::task::Fault;
use crate::sandbox::s3;
use crate::sandbox::s3::store::version::{Grant, Grantee, Permission};
use opsctl_engine::batch::{self, AccessControlPolicy};

/// None: the owner's alone.
pub fn grants(account: &Account, policy: &AccessControlPolicy) -> Result<Option<Vec<Grant>>, Fault> {
    match (&policy.canned_access_control_list, &policy.access_control_list) {
        (Some(name), _) => Ok(canned(account, name)),
        (None, Some(list)) => Ok(Some(listed(list.grants.as_deref().unwrap_or_default())?)),
        (None, None) => Ok(None),
    }
}

/// The document allows no other names.
pub fn canned(account: &Account, name: &str) -> Option<Vec<Grant>> {
    s3::canned(name, &s3::canonical_id(&account.identity.account)).flatten()
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
