//! `[jobs]` and `[[roles]]` of `sandbox.toml`: how jobs of S3 Batch Operations run, and who may run them.

use crate::input::toml::{Reader, Section, boolean, integer, text, text_where};
use crate::sandbox::batch::{JobSettings, PlantedFailure, Role};
use toml::Spanned;
use toml::de::DeValue;

pub fn jobs(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> JobSettings {
    let defaults = JobSettings::default();
    let at_once = section.value(reader, "at_once", integer(1..=1000));
    let pace = section.value(reader, "tasks_per_second", integer(1..=1_000_000));
    let rows = section.value(reader, "rows_per_file", integer(1..=10_000_000));
    let create_job_500 = section.value(reader, "create_job_500", integer(0..=1000));
    let mut settings = JobSettings {
        at_once: at_once.and_then(|count| count.try_into().ok()).unwrap_or(defaults.at_once),
        tasks_per_second: pace.and_then(|pace| pace.try_into().ok()),
        rows_per_file: rows.unwrap_or(defaults.rows_per_file),
        create_job_500: create_job_500.unwrap_or(defaults.create_job_500),
        fail: Vec::new(),
    };
    if let Some(value) = section.get("fail") {
        settings.fail = tables(reader, "fail", value, planted_failure);
    }
    section.finish(reader);
    settings
}

pub fn roles(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Vec<Role> {
    let roles = tables(reader, "roles", value, role);
    unique(reader, "role", value, roles.iter().map(|role| role.name.as_str()));
    roles
}

fn planted_failure(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
) -> Option<PlantedFailure> {
    let is_code = |code: &str| {
        !code.is_empty() && code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let prefix = section.value(reader, "prefix", text);
    let code = section.value(reader, "code", text_where("a code of S3, as \"AccessDenied\"", is_code));
    let status = section.value(reader, "status", integer(400..=599));
    let message = section.value(reader, "message", text);
    for (key, found) in [("prefix", section.get("prefix").is_some()), ("code", section.get("code").is_some())]
    {
        if !found {
            reader.mistake(&item.span(), format!("a failure needs a `{key}`"));
        }
    }
    section.finish(reader);
    let (prefix, code) = (prefix?, code?);
    Some(PlantedFailure {
        message: message.unwrap_or_else(|| code.clone()),
        status: status.and_then(|status| status.try_into().ok()).unwrap_or(400),
        prefix,
        code,
    })
}

fn role(reader: &mut Reader<'_>, mut section: Section<'_, '_>, item: &Spanned<DeValue<'_>>) -> Option<Role> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    let is_name = |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(allowed);
    let unnamed = section.get("name").is_none();
    let name = section.value(reader, "name", text_where("a role name of IAM", is_name));
    if unnamed {
        reader.mistake(&item.span(), "a role needs a `name`");
    }
    let expected = "a list of services, as [\"batchoperations.s3.amazonaws.com\"]";
    let trust = section.value(reader, "trust", |value| texts(value, expected, |text| text.contains('.')));
    let mfa = section.value(reader, "mfa", boolean);
    let is_id = |id: &str| (2..=1224).contains(&id.len());
    let external_id = section.value(reader, "external_id", text_where("a text of 2 to 1224 letters", is_id));
    let max_duration = section.value(reader, "max_duration", integer(3600..=43_200));
    section.finish(reader);
    let mut role = Role::default_one();
    role.trust = trust.unwrap_or(role.trust);
    role.mfa = mfa.unwrap_or(role.mfa);
    role.external_id = external_id;
    role.max_duration = max_duration.and_then(|most| most.try_into().ok()).unwrap_or(role.max_duration);
    role.name = name?;
    Some(role)
}

pub fn texts(
    value: &DeValue<'_>,
    expected: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<Vec<String>, String> {
    let one = |item: &Spanned<DeValue<'_>>| {
        item.get_ref()
            .as_str()
            .filter(|text| fits(text))
            .map(str::to_owned)
            .ok_or_else(|| expected.to_owned())
    };
    value.as_array().ok_or_else(|| expected.to_owned())?.iter().map(one).collect()
}

/// What `read` makes of each table of a list.
pub fn tables<T>(
    reader: &mut Reader<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    read: impl Fn(&mut Reader<'_>, Section<'_, '_>, &Spanned<DeValue<'_>>) -> Option<T>,
) -> Vec<T> {
    let Some(array) = value.get_ref().as_array() else {
        reader.mistake(&value.span(), format!("`{key}` must be tables"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in array.iter() {
        match item.get_ref().as_table() {
            Some(table) => found.extend(read(reader, Section::new(table), item)),
            None => reader.mistake(&item.span(), format!("`{key}` must be tables")),
        }
    }
    found
}

pub fn unique<'n>(
    reader: &mut Reader<'_>,
    kind: &str,
    value: &Spanned<DeValue<'_>>,
    names: impl Iterator<Item = &'n str>,
) {
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            reader.mistake(&value.span(), format!("there is another {kind} called `{name}`"));
        }
        seen.push(name);
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::config::Settings;

    #[test]
    fn jobs_and_roles_are_read() {
        let text = r#"
            [[roles]]
            name = "batch"
            [[roles]]
            name = "other"
            trust = ["lambda.amazonaws.com"]
            [jobs]
            at_once = 1
            tasks_per_second = 50
            rows_per_file = 10
            create_job_500 = 2
            fail = [{ prefix = "x/", code = "AccessDenied", status = 403, message = "no" }, { prefix = "", code = "Slow" }]
        "#;
        let settings = Settings::parse("/srv/sandbox.toml", text).unwrap();
        assert!(settings.roles[0].trusts("batchoperations.s3.amazonaws.com"));
        assert!(!settings.roles[1].trusts("batchoperations.s3.amazonaws.com"));
        assert_eq!((settings.jobs.at_once, settings.jobs.tasks_per_second), (1, Some(50)));
        assert_eq!(settings.jobs.planted("x/1").unwrap().message, "no");
        assert_eq!(settings.jobs.planted("y").unwrap().status, 400);
    }

    #[test]
    fn every_mistake_in_them_is_found() {
        let text = "roles = [{ name = \"a b\" }, { trust = [\"x\"] }, 7]\n\
                    [jobs]\nat_once = 0\npace = 1\nfail = [{ prefix = \"x\" }]\n";
        let mistakes = Settings::parse("s.toml", text).unwrap_err();
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            mistakes,
            [
                "s.toml:1:19: `name` must be a role name of IAM",
                "s.toml:1:28: a role needs a `name`",
                "s.toml:1:38: `trust` must be a list of services, as [\"batchoperations.s3.amazonaws.com\"]",
                "s.toml:1:47: `roles` must be tables",
                "s.toml:3:11: `at_once` must be a whole number from 1 to 1000",
                "s.toml:4:1: unknown key `pace`",
                "s.toml:5:9: a failure needs a `code`",
            ]
        );
    }
}
