//! `[[notifications]]` of `sandbox.toml`: whom S3 tells of new objects.

use super::jobs::{tables, texts};
use crate::input::toml::{Reader, Section, text, text_where};
use crate::sandbox::deliveries::Destination;
use crate::sandbox::lambda::FunctionSettings;
use crate::sandbox::notifications::{EVENTS, Notification};
use s3s::path::check_bucket_name;
use toml::Spanned;
use toml::de::DeValue;

/// `functions`: those there are; None where that is not known.
pub fn notifications(
    reader: &mut Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    functions: Option<&[FunctionSettings]>,
) -> Vec<Notification> {
    tables(reader, "notifications", value, |reader, section, item| {
        notification(reader, section, item, functions)
    })
}

fn notification(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
    functions: Option<&[FunctionSettings]>,
) -> Option<Notification> {
    let bucket = section.value(reader, "bucket", text_where("the name of a bucket", check_bucket_name));
    if section.get("bucket").is_none() {
        reader.mistake(&item.span(), "a notification needs a `bucket`");
    }
    let prefix = section.value(reader, "prefix", text).unwrap_or_default();
    let suffix = section.value(reader, "suffix", text).unwrap_or_default();
    let expected = "a list of events, as [\"s3:ObjectCreated:*\"], of those that have :*, :Put, :Copy or \
                    :CompleteMultipartUpload";
    let is_known = |text: &str| EVENTS.iter().any(|(name, _)| *name == text);
    let events = section.value(reader, "events", |value| texts(value, expected, is_known));
    let events = events.unwrap_or_else(|| vec!["s3:ObjectCreated:*".into()]);
    let is_there = |name: &str| {
        functions.is_none_or(|functions| functions.iter().any(|settings| settings.function.name == name))
    };
    let function =
        section.value(reader, "function", text_where("the name of one of the [[functions]]", is_there));
    let expected = "the name of a state machine, perhaps with :VERSION or :ALIAS";
    let machine = section.value(reader, "machine", text_where(expected, is_machine));
    let destinations = (section.get("function"), section.get("machine"));
    section.finish(reader);
    if matches!(destinations, (None, None) | (Some(_), Some(_))) {
        reader.mistake(&item.span(), "a notification goes to one `function` or to one `machine`");
        return None;
    }
    let to = function.map(Destination::Function).or(machine.map(Destination::Machine))?;
    let causes = EVENTS.iter().filter(|(name, _)| events.iter().any(|event| event == name));
    let causes = causes.flat_map(|(_, causes)| causes.iter().copied()).collect();
    Some(Notification { bucket: bucket?, prefix, suffix, causes, to })
}

fn is_machine(text: &str) -> bool {
    let plain = |part: &str| {
        (1..=80).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match text.split_once(':') {
        Some((name, qualifier)) => plain(name) && plain(qualifier),
        None => plain(text),
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::config::Settings;
    use crate::sandbox::deliveries::Destination;
    use crate::sandbox::s3::store::arrival::Cause;

    #[test]
    fn notifications_are_read() {
        let text = r#"
            [[notifications]]
            bucket = "pics"
            machine = "process:live"
            [[notifications]]
            bucket = "pics"
            prefix = "new/"
            suffix = ".jpg"
            events = ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"]
            function = "resize"
            [[functions]]
            name = "resize"
            command = ["cat"]
        "#;
        let notifications = Settings::parse("s.toml", text).unwrap().notifications;
        assert_eq!(notifications[0].to, Destination::Machine("process:live".into()));
        assert_eq!(notifications[0].causes, [Cause::Put, Cause::Copy, Cause::CompleteMultipartUpload]);
        assert_eq!(notifications[1].to, Destination::Function("resize".into()));
        assert_eq!(notifications[1].causes, [Cause::Put, Cause::Copy]);
        assert_eq!((notifications[1].prefix.as_str(), notifications[1].suffix.as_str()), ("new/", ".jpg"));
    }

    #[test]
    fn every_mistake_in_them_is_found() {
        let text = "notifications = [{ machine = \"a b\" },\n{ bucket = \"pics\", function = \"f\" },\n\
                    { bucket = \"pics\" },\n{ bucket = \"pics\", machine = \"m\", events = [\"s3:ObjectRemoved:*\"] },\n7]\n";
        let mistakes = Settings::parse("s.toml", text).unwrap_err();
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            mistakes,
            [
                "s.toml:1:18: a notification needs a `bucket`",
                "s.toml:1:30: `machine` must be the name of a state machine, perhaps with :VERSION or :ALIAS",
                "s.toml:2:31: `function` must be the name of one of the [[functions]]",
                "s.toml:3:1: a notification goes to one `function` or to one `machine`",
                "s.toml:4:44: `events` must be a list of events, as [\"s3:ObjectCreated:*\"], of those that have :*, \
                 :Put, :Copy or :CompleteMultipartUpload",
                "s.toml:5:1: `notifications` must be tables",
            ]
        );
    }
}
