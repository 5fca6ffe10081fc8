//! What `sandbox.toml` says of Identity Center. Data only.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoSettings {
    /// Who signs in; None: who is called as the caller is.
    pub user: Option<String>,
    /// None: all of the sandbox's own, with one role.
    pub accounts: Option<Vec<SsoAccount>>,
    pub approve: Approve,
    /// How long a token is good, in seconds.
    pub token_s: u32,
    /// The same for a code, whoever shows it.
    pub code_s: u32,
    /// The same for credentials of a role.
    pub role_s: u32,
    /// Who asks more often whether a code is approved is told to slow down.
    pub interval_s: u32,
}

/// An account that who signs in may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoAccount {
    pub id: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
}

/// How a sign-in is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approve {
    AtOnce,
    /// Who shows a device's code is told so often that it is pending. A browser need not wait.
    AfterPolls(u32),
    /// By a page in a browser.
    ByHand,
    Never,
}

impl Default for SsoSettings {
    fn default() -> Self {
        SsoSettings {
            user: None,
            accounts: None,
            approve: Approve::AtOnce,
            token_s: 28_800,
            code_s: 600,
            role_s: 3600,
            interval_s: 1,
        }
    }
}

impl SsoAccount {
    /// One of the sandbox's, where none is named.
    pub fn own(id: &str) -> Self {
        SsoAccount { roles: vec!["Administrator".into()], ..SsoAccount::named(id, "sandbox") }
    }

    /// One without roles.
    pub fn named(id: &str, name: &str) -> Self {
        SsoAccount {
            id: id.to_owned(),
            name: name.to_owned(),
            email: format!("{id}@example.com"),
            roles: Vec::new(),
        }
    }
}
