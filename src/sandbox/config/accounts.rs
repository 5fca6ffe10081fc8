//! `[[accounts]]` of `sandbox.toml`, and what each world of a sandbox is made from: the first account in its region has
//! all that the file says, every other world its nodes and roles and how the sandbox answers.

use super::jobs::{self, tables, unique};
use super::sections::{is_account, is_user_name};
use super::{MfaSettings, NodeSettings, Settings};
use crate::input::toml::{Reader, Section, text_where};
use crate::sandbox::batch::Role;
use crate::sandbox::sso::SsoAccount;
use toml::Spanned;
use toml::de::DeValue;

/// Under this name profiles have the first account.
const DEFAULT: &str = "default";

/// An account besides the first.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherAccount {
    pub id: String,
    /// Of the profile that signs with its caller's key.
    pub name: String,
    /// The first account's if left out.
    pub caller: Option<String>,
    pub roles: Vec<Role>,
    /// Whether every other name is a role, too.
    pub any_role: bool,
}

impl Settings {
    /// What the world of an account in a region is made from.
    pub fn world(&self, account: &str, region: &str) -> Settings {
        let is_here = |node: &&NodeSettings| {
            node.account.as_ref().unwrap_or(&self.account) == account
                && node.region.as_ref().unwrap_or(&self.region) == region
        };
        let nodes = self.nodes.iter().filter(is_here).cloned().collect();
        let is_first = account == self.account;
        if is_first && region == self.region {
            return Settings { nodes, ..self.clone() };
        }
        let (roles, any_role) = match self.roles_of(account) {
            Some((roles, any_role)) => (roles.to_vec(), any_role),
            None => (vec![Role::default_one()], true),
        };
        let mut accounts = self.accounts.clone();
        accounts.retain(|other| other.id != account);
        if !is_first {
            accounts.push(OtherAccount {
                id: self.account.clone(),
                name: DEFAULT.into(),
                caller: Some(self.caller.clone()),
                roles: self.roles.clone(),
                any_role: self.any_role,
            });
        }
        Settings {
            account: account.to_owned(),
            region: region.to_owned(),
            caller: self.caller_of(account).to_owned(),
            accounts,
            nodes,
            roles,
            any_role,
            mfa: MfaSettings { serial: self.mfa.serial.clone().filter(|_| is_first), ..self.mfa.clone() },
            // What else it has comes from calls.
            preferences: None,
            documents: Vec::new(),
            buckets: Vec::new(),
            functions: Vec::new(),
            topics: None,
            queues: None,
            notifications: Vec::new(),
            ..self.clone()
        }
    }

    /// The roles that an account of the sandbox has, and whether every other name is one, too.
    pub fn roles_of(&self, account: &str) -> Option<(&[Role], bool)> {
        if account == self.account {
            return Some((&self.roles, self.any_role));
        }
        self.other(account).map(|other| (other.roles.as_slice(), other.any_role))
    }

    /// The name of an account's user.
    pub fn caller_of(&self, account: &str) -> &str {
        self.other(account).and_then(|other| other.caller.as_deref()).unwrap_or(&self.caller)
    }

    /// Where who signs in may go if nothing is said of that.
    pub fn sign_in_accounts(&self) -> Vec<SsoAccount> {
        let others = self.accounts.iter();
        let others =
            others.map(|other| SsoAccount { name: other.name.clone(), ..SsoAccount::own(&other.id) });
        std::iter::once(SsoAccount::own(&self.account)).chain(others).collect()
    }

    fn other(&self, account: &str) -> Option<&OtherAccount> {
        self.accounts.iter().find(|other| other.id == account)
    }
}

/// `own` is the first account.
pub fn accounts(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>, own: &str) -> Vec<OtherAccount> {
    let accounts = tables(reader, "accounts", value, account);
    let ids = accounts.iter().map(|account| account.id.as_str());
    unique(reader, "account", value, std::iter::once(own).chain(ids));
    unique(reader, "account", value, accounts.iter().map(|account| account.name.as_str()));
    accounts
}

fn account(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
) -> Option<OtherAccount> {
    let expected = "letters, digits, dots, dashes and underscores, but not default";
    let id = section.value(reader, "id", text_where("12 digits in quotes", is_account));
    let name = section.value(reader, "name", text_where(expected, is_profile));
    let caller = section.value(reader, "caller", text_where("a user name of IAM", is_user_name));
    for key in ["id", "name"] {
        if section.get(key).is_none() {
            reader.mistake(&item.span(), format!("an account needs `{key}`"));
        }
    }
    let roles = section.get("roles").map(|value| jobs::roles(reader, value));
    section.finish(reader);
    let any_role = roles.is_none();
    let roles = roles.unwrap_or_else(|| vec![Role::default_one()]);
    Some(OtherAccount { id: id?, name: name?, caller, roles, any_role })
}

fn is_profile(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed) && name != DEFAULT
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        region = "us-east-1"
        nodes = [
            { name = "web-1" },
            { name = "web-1", region = "eu-west-1" },
            { name = "web-1", account = "444455556666" },
            { name = "db-1", account = "444455556666", region = "eu-west-1" },
            { name = "own-1", account = "111122223333", region = "us-east-1" },
        ]
        functions = [{ name = "f", command = ["cat"] }]
        roles = [{ name = "batch" }]
        mfa = { serial = "arn:aws:iam::111122223333:mfa/me", code = "654321" }
        latency_ms = 7
        [[accounts]]
        id = "444455556666"
        name = "staging"
        caller = "ann"
        [[accounts]]
        id = "777788889999"
        name = "prod.eu-1"
        roles = [{ name = "deploy", external_id = "partner" }]
    "#;

    fn names(settings: &Settings) -> Vec<&str> {
        settings.nodes.iter().map(|node| node.name.as_str()).collect()
    }

    #[test]
    fn every_world_has_its_nodes_and_the_first_has_all_else() {
        let all = Settings::parse("sandbox.toml", TEXT).unwrap();
        let first = all.world("111122223333", "us-east-1");
        assert_eq!((names(&first), first.functions.len()), (vec!["web-1", "own-1"], 1));
        let region = all.world("111122223333", "eu-west-1");
        assert_eq!((names(&region), region.functions.len()), (vec!["web-1"], 0));
        assert_eq!((&region.mfa, &region.roles), (&all.mfa, &all.roles));
        let staging = all.world("444455556666", "us-east-1");
        assert_eq!((staging.account.as_str(), staging.region.as_str()), ("444455556666", "us-east-1"));
        assert_eq!((names(&staging), staging.caller.as_str()), (vec!["web-1"], "ann"));
        assert_eq!((staging.mfa.serial, staging.mfa.code.as_str()), (None, "654321"));
        assert_eq!((staging.latency, staging.buckets.len()), (all.latency, 0));
        assert_eq!(names(&all.world("444455556666", "eu-west-1")), ["db-1"]);
        // Whom Identity Center has given a role in.
        let other = all.world("123412341234", "us-east-1");
        assert_eq!((names(&other), other.caller.as_str(), other.any_role), (vec![], "rehearsal", true));
    }

    #[test]
    fn every_world_knows_the_roles_of_all_accounts() {
        let all = Settings::parse("sandbox.toml", TEXT).unwrap();
        for (account, region) in
            [("111122223333", "us-east-1"), ("444455556666", "eu-west-1"), ("777788889999", "us-east-1")]
        {
            let world = all.world(account, region);
            let roles = |account: &str| {
                let (roles, any_role) = world.roles_of(account).unwrap();
                (roles[0].name.clone(), any_role)
            };
            assert_eq!(roles("111122223333"), ("batch".into(), false), "{account}");
            assert_eq!(roles("444455556666"), ("opsctl-batch".into(), true), "{account}");
            assert_eq!(roles("777788889999"), ("deploy".into(), false), "{account}");
            assert_eq!(world.roles_of("123412341234"), None);
        }
        let accounts = all.sign_in_accounts();
        let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["sandbox", "staging", "prod.eu-1"]);
    }

    #[test]
    fn every_mistake_in_them_is_found() {
        let text = "[[accounts]]\nid = \"1\"\nname = \"default\"\n[[accounts]]\nmfa = true\n\
                    [[accounts]]\nid = \"111122223333\"\nname = \"a\"\n[[accounts]]\nid = \"444455556666\"\nname = \"a\"\n\
                    [[nodes]]\nname = \"n\"\naccount = \"555566667777\"\n[[nodes]]\nname = \"m\"\nregion = \"west\"\n\
                    [[nodes]]\nname = \"m\"\nregion = \"us-east-1\"\n";
        let mistakes = Settings::parse("s.toml", text).unwrap_err();
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(mistakes, [""]);
    }
}
