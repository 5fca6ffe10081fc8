//! S3PutObjectAcl: an access control list for each object, a canned one or one of grants.

use serde::Serialize;

use crate::batch::words;
use crate::document::Slot;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Acl {
    pub access_control_policy: AccessControlPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct AccessControlPolicy {
    pub access_control_list: Option<AccessControlList>,
    pub canned_access_control_list: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct AccessControlList {
    pub owner: Owner,
    pub grants: Option<Vec<Grant>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Owner {
    #[serde(rename = "ID")]
    pub id: Option<String>,
    pub display_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Grant {
    pub grantee: Grantee,
    pub permission: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Grantee {
    pub type_identifier: String,
    pub identifier: String,
    pub display_name: Option<String>,
}

impl Acl {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let policy = AccessControlPolicy::read(&fields.need("AccessControlPolicy")).unwrap_or_default();
        fields.finish();
        Some(Acl { access_control_policy: policy })
    }
}

impl AccessControlPolicy {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let mut policy = AccessControlPolicy::default();
        match fields.one_of(&["AccessControlList", "CannedAccessControlList"]) {
            Some(("AccessControlList", slot)) => policy.access_control_list = AccessControlList::read(&slot),
            Some((_, slot)) => policy.canned_access_control_list = slot.word(words::CANNED_ACLS),
            None => fields.fault("has neither `AccessControlList` nor `CannedAccessControlList`"),
        }
        fields.finish();
        Some(policy)
    }
}

impl AccessControlList {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let owner = |slot: Slot<'_, '_>| {
            let fields = slot.fields()?;
            let owner = Owner {
                id: fields.need("ID").text(1..=1024),
                display_name: fields.get("DisplayName").text(1..=1024),
            };
            fields.finish();
            Some(owner)
        };
        let list = AccessControlList {
            owner: owner(fields.need("Owner")).unwrap_or_default(),
            grants: grants(&fields.get("Grants")),
        };
        fields.finish();
        Some(list)
    }
}

pub(super) fn grants(slot: &Slot<'_, '_>) -> Option<Vec<Grant>> {
    Some(slot.items()?.iter().filter_map(Grant::read).collect())
}

impl Grant {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let grant = Grant {
            grantee: Grantee::read(&fields.need("Grantee")).unwrap_or_default(),
            permission: fields.need("Permission").word(words::PERMISSIONS).unwrap_or_default(),
        };
        fields.finish();
        Some(grant)
    }
}

impl Grantee {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let grantee = Grantee {
            type_identifier: fields.need("TypeIdentifier").word(words::GRANTEE_TYPES).unwrap_or_default(),
            identifier: fields.need("Identifier").text(1..=1024).unwrap_or_default(),
            display_name: fields.get("DisplayName").text(1..=1024),
        };
        fields.finish();
        Some(grantee)
    }
}
