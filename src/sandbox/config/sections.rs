//! The tables of `sandbox.toml`, one function each: which keys there are, what they may hold and what is taken when
//! they are left out.

use super::accounts::accounts;
use super::buckets::{self, buckets};
use super::documents::documents;
use super::functions::functions;
use super::jobs;
use super::notifications::notifications;
use super::sign_in;
use super::sso::sso;
use super::{
    Additions, CloudWatchSettings, Dies, NodeKind, NodeSettings, Ping, Platform, PreferenceSettings, Settings,
};
use crate::input::Mistake;
use crate::input::toml::{Reader, Section, boolean, chance, choice, integer, text, text_where};
use crate::sandbox::sessions::{ExtraFrame, FaultSettings, Rhythm, Throttle};
use crate::sandbox::{messages, policy};
use opsctl_engine::session::faults::FaultRates;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;

const A_REGION: &str = "a region such as \"eu-west-1\"";
const KINDS: &[(&str, NodeKind)] = &[("ec2", NodeKind::Ec2), ("hybrid", NodeKind::Hybrid)];
const THROTTLES: &[(&str, Throttle)] = &[("none", Throttle::None), ("agent", Throttle::Agent)];
const PLATFORMS: &[(&str, Platform)] =
    &[("Linux", Platform::Linux), ("MacOS", Platform::MacOs), ("Windows", Platform::Windows)];
const PINGS: &[(&str, Ping)] =
    &[("online", Ping::Online), ("connection-lost", Ping::ConnectionLost), ("offline", Ping::Offline)];
const DEATHS: &[(&str, Dies)] = &[("before", Dies::Before), ("during", Dies::During)];
const EXTRA_FRAMES: &[(&str, ExtraFrame)] =
    &[("start-publication", ExtraFrame::StartPublication), ("acknowledgement", ExtraFrame::Acknowledgement)];

pub fn settings(file: &str, text: &str) -> Result<Settings, Vec<Mistake>> {
    let mut reader = Reader::new(file, text);
    let mut settings = Settings::default();
    let Some(document) = reader.document() else { return reader.finish(settings) };
    let mut section = Section::new(document.get_ref());
    let reader_ref = &mut reader;

    let account = section.value(reader_ref, "account", text_where("12 digits in quotes", is_account));
    let region = section.value(reader_ref, "region", text_where(A_REGION, is_region));
    let caller = section.value(reader_ref, "caller", text_where("a user name of IAM", is_user_name));
    let page_size = section.value(reader_ref, "page_size", integer(1..=1000));
    let latency = section.value(reader_ref, "latency_ms", integer(0..=60_000));
    let calls_per_second = section.value(reader_ref, "calls_per_second", integer(1..=10_000));
    settings.calls_per_second = calls_per_second.and_then(|calls| calls.try_into().ok());
    let throttle = section.value(reader_ref, "throttle", choice(THROTTLES)).unwrap_or_default();
    settings.latency = latency.map_or(settings.latency, Duration::from_millis);
    settings.account = account.unwrap_or(settings.account);
    settings.region = region.unwrap_or(settings.region);
    settings.caller = caller.unwrap_or(settings.caller);
    settings.page_size = page_size.and_then(|size| size.try_into().ok()).unwrap_or(settings.page_size);
    if let Some(value) = section.get("accounts") {
        settings.accounts = accounts(reader_ref, value, &settings.account);
    }
    if let Some(value) = section.get("nodes") {
        settings.nodes = nodes(reader_ref, value, throttle, &settings);
    } else {
        settings.nodes.iter_mut().for_each(|node| node.throttle = throttle);
    }
    settings.preferences =
        section.section(reader_ref, "preferences").map(|table| preferences(reader_ref, table));
    if let Some(table) = section.section(reader_ref, "deny") {
        settings.deny = deny(reader_ref, table);
    }
    settings.faults = section.section(reader_ref, "faults").map(|table| faults(reader_ref, table));
    let separate_output = section.value(reader_ref, "separate_output", boolean);
    settings.separate_output = separate_output.unwrap_or(settings.separate_output);
    if let Some(value) = section.get("documents") {
        settings.documents = documents(reader_ref, file, value);
    }
    settings.buckets = match section.get("buckets") {
        Some(value) => buckets(reader_ref, value, &settings.region),
        None => buckets::default(&settings.region),
    };
    settings.s3 =
        section.section(reader_ref, "s3").map(|table| buckets::s3(reader_ref, table)).unwrap_or_default();
    if let Some(table) = section.section(reader_ref, "jobs") {
        settings.jobs = jobs::jobs(reader_ref, table);
    }
    if let Some(value) = section.get("roles") {
        settings.roles = jobs::roles(reader_ref, value);
        settings.any_role = false;
    }
    if let Some(table) = section.section(reader_ref, "mfa") {
        settings.mfa = sign_in::mfa(reader_ref, table);
    }
    if let Some(table) = section.section(reader_ref, "sso") {
        settings.sso = sso(reader_ref, table);
    }
    if let Some(value) = section.get("functions") {
        settings.functions = functions(reader_ref, file, value);
    }
    if let Some(value) = section.get("topics") {
        settings.topics = Some(names(reader_ref, value, "topic", messages::is_topic_name));
    }
    if let Some(value) = section.get("queues") {
        settings.queues = Some(names(reader_ref, value, "queue", messages::is_queue_name));
    }
    if let Some(value) = section.get("notifications") {
        settings.notifications = notifications(reader_ref, value, Some(&settings.functions));
    }
    if let Some(table) = section.section(reader_ref, "cloudwatch") {
        settings.cloudwatch = cloudwatch(reader_ref, table);
    }
    section.finish(reader_ref);
    reader.finish(settings)
}

fn cloudwatch(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> CloudWatchSettings {
    let older = section.value(reader, "older", boolean).unwrap_or_default();
    section.finish(reader);
    CloudWatchSettings { older }
}

/// What can be added to a sandbox that runs in `region`.
pub fn additions(file: &str, text: &str, region: &str) -> Result<Additions, Vec<Mistake>> {
    let mut reader = Reader::new(file, text);
    let mut additions = Additions::default();
    let Some(document) = reader.document() else { return reader.finish(additions) };
    let mut section = Section::new(document.get_ref());
    if let Some(value) = section.get("buckets") {
        additions.buckets = buckets(&mut reader, value, region);
    }
    if let Some(value) = section.get("functions") {
        additions.functions = functions(&mut reader, file, value);
    }
    if let Some(value) = section.get("notifications") {
        additions.notifications = notifications(&mut reader, value, None);
    }
    section.finish(&mut reader);
    reader.finish(additions)
}

/// The names of all the topics or queues there are.
fn names(
    reader: &mut Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    what: &str,
    is_name: fn(&str) -> bool,
) -> Vec<String> {
    let Some(array) = value.get_ref().as_array() else {
        reader.mistake(&value.span(), format!("`{what}s` must be a list of names, as [\"done\"]"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in array.iter() {
        match text(item.get_ref()) {
            Ok(name) if is_name(&name) => found.push(name),
            _ => {
                let message = format!(
                    "the name of a {what} is letters, digits, dashes and underscores, then .fifo perhaps"
                );
                reader.mistake(&item.span(), message);
            }
        }
    }
    found
}

/// Those of all the accounts and regions of a sandbox.
fn nodes(
    reader: &mut Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    throttle: Throttle,
    settings: &Settings,
) -> Vec<NodeSettings> {
    let Some(array) = value.get_ref().as_array() else {
        reader.mistake(&value.span(), "`nodes` must be tables: [[nodes]]");
        return Vec::new();
    };
    let mut nodes: Vec<NodeSettings> = Vec::new();
    for item in array.iter() {
        let Some(table) = item.get_ref().as_table() else {
            reader.mistake(&item.span(), "`nodes` must be tables: [[nodes]]");
            continue;
        };
        let section = Section::new(table);
        let Some(mut node) = node(reader, section, item, throttle) else { continue };
        node.account = node.account.filter(|account| *account != settings.account);
        node.region = node.region.filter(|region| *region != settings.region);
        if let Some(account) = &node.account
            && settings.roles_of(account).is_none()
        {
            reader.mistake(&item.span(), format!("there is no account `{account}` among `accounts`"));
        }
        let is_same =
            |other: &&NodeSettings| (&other.account, &other.region) == (&node.account, &node.region);
        if nodes.iter().filter(is_same).any(|other| other.name == node.name) {
            reader.mistake(&item.span(), format!("there is another node called `{}`", node.name));
        }
        nodes.push(node);
    }
    nodes
}

fn node(
    reader: &mut Reader<'_>,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
    throttle: Throttle,
) -> Option<NodeSettings> {
    let expected = "1 to 63 letters, digits, dots, dashes or underscores, the first a letter or digit";
    let unnamed = section.get("name").is_none();
    let name = section.value(reader, "name", text_where(expected, is_node_name));
    if unnamed {
        reader.mistake(&item.span(), "a node needs a `name`");
    }
    let mut node = NodeSettings::named(name.as_deref().unwrap_or_default());
    if let Some(value) = section.get("tags") {
        node.tags = tags(reader, value);
    }
    let kind = section.value(reader, "kind", choice(KINDS));
    let platform = section.value(reader, "platform", choice(PLATFORMS));
    let ping = section.value(reader, "ping", choice(PINGS));
    let dies = section.value(reader, "dies", choice(DEATHS));
    let ip = section.value(reader, "ip", |value| {
        let ip = value.as_str().and_then(|text| text.parse::<Ipv4Addr>().ok());
        ip.ok_or_else(|| "an IPv4 address in quotes".to_owned())
    });
    let expected = "numbers with dots, as \"3.3.2299.0\"";
    let agent_version = section.value(reader, "agent_version", text_where(expected, is_version));
    let shell = section.value(
        reader,
        "shell",
        text_where("the name or path of a program", |shell| !shell.is_empty()),
    );
    let account = section.value(reader, "account", text_where("12 digits in quotes", is_account));
    let region = section.value(reader, "region", text_where(A_REGION, is_region));
    let own_throttle = section.value(reader, "throttle", choice(THROTTLES));
    section.finish(reader);
    (node.account, node.region) = (account, region);
    node.kind = kind.unwrap_or(node.kind);
    node.platform = platform.unwrap_or(node.platform);
    node.ping = ping.unwrap_or(node.ping);
    node.dies = dies;
    node.ip = ip.unwrap_or(node.ip);
    node.agent_version = agent_version.unwrap_or(node.agent_version);
    node.shell = shell.unwrap_or(node.shell);
    node.throttle = own_throttle.unwrap_or(throttle);
    name.map(|_| node)
}

fn tags(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let Some(table) = value.get_ref().as_table() else {
        reader.mistake(&value.span(), "`tags` must be a table, as { role = \"web\" }");
        return tags;
    };
    for (key, value) in table {
        match text(value.get_ref()) {
            Ok(_) if key.get_ref() == "Name" => {
                reader.mistake(&key.span(), "the tag `Name` is the node's `name`; leave it out");
            }
            Ok(text) if is_tag(key.get_ref(), &text) => drop(tags.insert(key.get_ref().to_string(), text)),
            Ok(_) => {
                reader.mistake(&key.span(), "a tag has a key of 1 to 128 and a value of up to 256 characters")
            }
            Err(_) => reader.mistake(&value.span(), "the value of a tag must be text"),
        }
    }
    tags
}

fn preferences(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> PreferenceSettings {
    let is_key = |key: &str| (1..=2048).contains(&key.len());
    let expected = "the id, ARN or alias of a key";
    let preferences = PreferenceSettings {
        kms_key_id: section.value(reader, "kms_key_id", text_where(expected, is_key)),
        idle_timeout_minutes: section.value(reader, "idle_timeout_minutes", integer(1..=60)),
        max_duration_minutes: section.value(reader, "max_duration_minutes", integer(1..=1440)),
    };
    section.finish(reader);
    preferences
}

fn deny(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> Vec<String> {
    let mut denied = Vec::new();
    if let Some(value) = section.get("actions") {
        match value.get_ref().as_array() {
            Some(array) => denied.extend(array.iter().filter_map(|item| action(reader, item))),
            None => reader.mistake(&value.span(), "`actions` must be a list, as [\"ssm:StartSession\"]"),
        }
    }
    section.finish(reader);
    denied
}

fn action(reader: &mut Reader<'_>, item: &Spanned<DeValue<'_>>) -> Option<String> {
    let Ok(pattern) = text(item.get_ref()) else {
        reader.mistake(&item.span(), "an action must be text, as \"ssm:StartSession\"");
        return None;
    };
    if policy::ACTIONS.iter().any(|action| policy::matches(&pattern, action)) {
        return Some(pattern);
    }
    let near = crate::output::nearest(&pattern, policy::ACTIONS.iter().copied());
    let advice = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
    reader.mistake(&item.span(), format!("no action of the sandbox is called \"{pattern}\"{advice}"));
    None
}

fn faults(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> FaultSettings {
    let mut rate = |key| section.value(reader, key, chance).unwrap_or_default();
    let rates = FaultRates {
        loss: rate("loss"),
        duplicate: rate("duplicate"),
        reorder: rate("reorder"),
        flip: rate("flip"),
        truncate: rate("truncate"),
    };
    let mut wait = |key| section.value(reader, key, integer(0..=5000)).map(Duration::from_millis);
    let (delay, jitter) = (wait("delay_ms"), wait("jitter_ms"));
    let mut count = |key| section.value(reader, key, integer(1..=u64::MAX));
    let cut = Rhythm { after: count("cut_after"), every: count("cut_every") };
    let bye = Rhythm { after: count("bye_after"), every: count("bye_every") };
    let (pause_every, agent_dies_after) = (count("pause_every"), count("agent_dies_after"));
    let expired_calls = count("expired_calls");
    let expired_after = section.value(reader, "expired_after", integer(0..=u64::MAX));
    // Where nothing says for how many, they stay expired.
    let expired_calls = expired_calls.unwrap_or(if expired_after.is_some() { u64::MAX } else { 0 });
    let settings = FaultSettings {
        rates,
        seed: section.value(reader, "seed", integer(0..=u64::MAX)).unwrap_or(1),
        delay: delay.unwrap_or_default(),
        jitter: jitter.unwrap_or_default(),
        cut,
        bye,
        pause_every,
        extra_frame: section.value(reader, "extra_frame", choice(EXTRA_FRAMES)),
        agent_dies_after,
        resume_refused: section.value(reader, "resume_refused", boolean).unwrap_or_default(),
        expired_calls,
        expired_after,
    };
    section.finish(reader);
    settings
}

pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let words = parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    let number = parts.last().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    (3..=5).contains(&parts.len()) && words && number
}

pub fn is_user_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Node names are also names of folders.
fn is_node_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    first && text.len() <= 63 && text.bytes().all(allowed)
}

fn is_tag(key: &str, value: &str) -> bool {
    (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    (2..=4).contains(&parts.len()) && parts.iter().all(|part| part.parse::<u32>().is_ok())
}
