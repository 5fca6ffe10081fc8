//! `[sso]` of `sandbox.toml`: Identity Center, who signs in there and how that is approved.

use super::jobs::{tables, texts, unique};
use super::sections::{is_account, is_user_name};
use crate::input::toml::{Reader, Section, integer, text_where};
use crate::sandbox::sso::{Approve, SsoAccount, SsoSettings};
use toml::Spanned;
use toml::de::DeValue;

const APPROVE: &str = "one of \"at once\", \"after 3 polls\", \"by hand\", \"never\"";

pub fn sso(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> SsoSettings {
    let defaults = SsoSettings::default();
    let user = section.value(reader, "user", text_where("a user name of IAM", is_user_name));
    let approve = section
        .value(reader, "approve", |value| value.as_str().and_then(approve).ok_or_else(|| APPROVE.to_owned()));
    let mut seconds = |key| {
        let read = section.value(reader, key, integer(0..=7_776_000));
        read.and_then(|seconds| u32::try_from(seconds).ok())
    };
    let (token_s, code_s, role_s) = (seconds("token_s"), seconds("code_s"), seconds("role_s"));
    let interval_s = section.value(reader, "interval_s", integer(0..=60));
    let accounts = section.get("accounts").map(|value| {
        let accounts = tables(reader, "accounts", value, account);
        unique(reader, "account", value, accounts.iter().map(|account| account.id.as_str()));
        accounts
    });
    section.finish(reader);
    SsoSettings {
        user,
        accounts,
        approve: approve.unwrap_or(defaults.approve),
        token_s: token_s.unwrap_or(defaults.token_s),
        code_s: code_s.unwrap_or(defaults.code_s),
        role_s: role_s.unwrap_or(defaults.role_s),
        interval_s: interval_s.and_then(|seconds| seconds.try_into().ok()).unwrap_or(defaults.interval_s),
    }
}

fn approve(text: &str) -> Option<Approve> {
    match text {
        "at once" => Some(Approve::AtOnce),
        "by hand" => Some(Approve::ByHand),
        "never" => Some(Approve::Never),
        text => {
            let (polls, unit) = text.strip_prefix("after ")?.split_once(' ')?;
            let polls = polls.parse().ok().filter(|_| matches!(unit, "poll" | "polls"))?;
            Some(Approve::AfterPolls(polls))
        }
    }
}

fn account(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
) -> Option<SsoAccount> {
    let id = section.value(reader, "id", text_where("12 digits in quotes", is_account));
    let name = section.value(reader, "name", text_where("a name", |name| !name.is_empty()));
    let email =
        section.value(reader, "email", text_where("an address with an @", |email| email.contains('@')));
    let roles = section.value(reader, "roles", |value| {
        // What is made of it is a role's name of IAM, of up to 64 letters.
        let is_role = |role: &str| is_user_name(role) && role.len() <= 32;
        texts(value, "a list of names of permission sets, as [\"Administrator\"]", is_role)
    });
    for (key, found) in [("id", section.get("id").is_some()), ("roles", section.get("roles").is_some())] {
        if !found {
            reader.mistake(&item.span(), format!("an account needs `{key}`"));
        }
    }
    section.finish(reader);
    let mut account = SsoAccount::named(&id?, name.as_deref().unwrap_or("sandbox"));
    account.email = email.unwrap_or(account.email);
    account.roles = roles?;
    Some(account)
}

#[cfg(test)]
mod tests {
    use crate::sandbox::config::Settings;
    use crate::sandbox::sso::{Approve, SsoAccount, SsoSettings};

    #[test]
    fn all_that_can_be_said_is_read() {
        let text = r#"
            [sso]
            user = "ann"
            approve = "after 3 polls"
            token_s = 60
            code_s = 0
            role_s = 900
            interval_s = 0
            [[sso.accounts]]
            id = "111122223333"
            roles = ["Administrator", "ReadOnly"]
            [[sso.accounts]]
            id = "444455556666"
            name = "production"
            email = "production@example.org"
            roles = []
        "#;
        let own = SsoAccount {
            roles: vec!["Administrator".into(), "ReadOnly".into()],
            ..SsoAccount::named("111122223333", "sandbox")
        };
        let other = SsoAccount {
            email: "production@example.org".into(),
            ..SsoAccount::named("444455556666", "production")
        };
        let expected = SsoSettings {
            user: Some("ann".into()),
            accounts: Some(vec![own, other]),
            approve: Approve::AfterPolls(3),
            token_s: 60,
            code_s: 0,
            role_s: 900,
            interval_s: 0,
        };
        assert_eq!(Settings::parse("s.toml", text).unwrap().sso, expected);
        for (text, expected) in
            [("at once", Approve::AtOnce), ("by hand", Approve::ByHand), ("never", Approve::Never)]
        {
            let settings = Settings::parse("s.toml", &format!("[sso]\napprove = \"{text}\"\n")).unwrap();
            assert_eq!(settings.sso.approve, expected);
        }
    }

    #[test]
    fn every_mistake_in_it_is_found() {
        let text = "[sso]\nstart_url = \"here\"\napprove = \"after some polls\"\ntoken_s = -1\nregion = \"x\"\n\
                    [[sso.accounts]]\nname = \"a\"\n[[sso.accounts]]\nid = \"1\"\nroles = [\"a b\"]\n\
                    [mfa]\nserial = \"no serial\"\ncode = \"12345\"\n\
                    [[roles]]\nname = \"a\"\nmfa = 1\nexternal_id = \"\"\nmax_duration = 900\n";
        let mistakes = Settings::parse("s.toml", text).unwrap_err();
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            mistakes,
            [
                "s.toml:2:1: unknown key `start_url`",
                "s.toml:3:11: `approve` must be one of \"at once\", \"after 3 polls\", \"by hand\", \"never\"",
                "s.toml:4:11: `token_s` must be a whole number from 0 to 7776000",
                "s.toml:5:1: unknown key `region`",
                "s.toml:6:1: an account needs `id`",
                "s.toml:9:6: `id` must be 12 digits in quotes",
                "s.toml:10:9: `roles` must be a list of names of permission sets, as [\"Administrator\"]",
                "s.toml:12:10: `serial` must be the ARN or serial number of a device, as \"arn:aws:iam::111122223333:mfa/me\"",
                "s.toml:13:8: `code` must be 6 digits in quotes",
                "s.toml:16:7: `mfa` must be true or false",
                "s.toml:17:15: `external_id` must be a text of 2 to 1224 letters",
                "s.toml:18:16: `max_duration` must be a whole number from 3600 to 43200",
            ]
        );
    }
}
