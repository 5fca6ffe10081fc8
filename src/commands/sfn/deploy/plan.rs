//! From what there is to what is wanted: the calls, in their order. Pure; nothing is called here.

use std::collections::BTreeMap;

use opsctl_engine::asl::arn::StatesArn;
use opsctl_engine::document::drop_nulls;
use serde::Serialize;
use serde_json::{Value, json};

use crate::change::{Step, Words};
use crate::commands::sfn::api::Content;
use crate::commands::sfn::changes;
use crate::commands::sfn::deployed::{Alias, Deployed, Route, alias_arn, routes_told, version_arn};
use crate::commands::sfn::machine::machine_of;
use crate::commands::sfn::settings::{Logging, Settings};
use crate::output::Column;

pub const WORDS: Words = Words { verb: "make", done: "made", one: "change", many: "changes" };

/// What is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub definition: String,
    pub settings: Settings,
    pub publish: bool,
    pub description: Option<String>,
    pub alias: Option<String>,
}

/// What there is.
#[derive(Debug, Clone)]
pub struct Present {
    pub deployed: Option<Deployed>,
    /// The newest version, if it is of the present revision.
    pub version: Option<u64>,
    pub alias: Option<Alias>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    Create(Content),
    Update(Content),
    Tag(BTreeMap<String, String>),
    /// Of the revision that was read.
    Publish(String),
    /// To this version, or to the one that a call before it publishes.
    CreateAlias(Option<u64>),
    MoveAlias(Option<u64>, Vec<Route>),
}

pub fn calls(wanted: &Wanted, present: &Present) -> Vec<Call> {
    let mut calls = Vec::new();
    let Wanted { settings, .. } = wanted;
    let Some(deployed) = &present.deployed else {
        calls.push(Call::Create(Content {
            definition: Some(wanted.definition.clone()),
            role: settings.role.clone(),
            logging: (settings.logging != Logging::default()).then(|| settings.logging.clone()),
            tracing: settings.tracing.then_some(true),
            publish: wanted.publish,
            version_description: wanted.description.clone(),
        }));
        calls.extend(wanted.alias.as_ref().map(|_| Call::CreateAlias(None)));
        return calls;
    };
    let before = &deployed.settings;
    let is_other = !changes::of_definitions(&deployed.definition, &wanted.definition).is_empty();
    let content = Content {
        definition: is_other.then(|| wanted.definition.clone()),
        role: settings.role.clone().filter(|role| before.role.as_ref() != Some(role)),
        logging: (settings.logging != before.logging).then(|| settings.logging.clone()),
        tracing: (settings.tracing != before.tracing).then_some(settings.tracing),
        publish: wanted.publish,
        version_description: wanted.description.clone(),
    };
    let is_updated =
        is_other || content.role.is_some() || content.logging.is_some() || content.tracing.is_some();
    let mut version = present.version;
    if is_updated {
        calls.push(Call::Update(content));
        version = None;
    }
    let tags: BTreeMap<String, String> = settings
        .tags
        .iter()
        .filter(|(key, value)| before.tags.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !tags.is_empty() {
        calls.push(Call::Tag(tags));
    }
    if !is_updated && wanted.publish && version.is_none() {
        calls.push(Call::Publish(deployed.revision.clone()));
    }
    if wanted.alias.is_some() {
        let there = version.map(|version| vec![Route { version, weight: 100 }]);
        match &present.alias {
            None => calls.push(Call::CreateAlias(version)),
            Some(alias) if Some(&alias.routes) != there.as_ref() => {
                calls.push(Call::MoveAlias(version, alias.routes.clone()));
            }
            Some(_) => {}
        }
    }
    calls
}

impl Call {
    /// `about`: what of the machine changes.
    pub fn step(&self, arn: &StatesArn, wanted: &Wanted, about: &str) -> Step {
        let machine = arn.to_string();
        let name = machine_of(&arn.resource).unwrap_or_default().to_owned();
        let version = |number: &Option<u64>| match number {
            Some(number) => number.to_string(),
            None => "the new version".to_owned(),
        };
        let alias = wanted.alias.clone().unwrap_or_default();
        let route = |number: &Option<u64>| {
            let to = number.map_or("the new version".to_owned(), |number| version_arn(arn, number));
            json!([{"stateMachineVersionArn": to, "weight": 100}])
        };
        let published = if wanted.publish { "; a version is published" } else { "" };
        let (action, resource, description, parameters) = match self {
            Call::Create(content) => {
                let mut parameters = parameters(content);
                merge(
                    &mut parameters,
                    json!({"name": name, "type": wanted.settings.machine_type, "tags": tags(&wanted.settings.tags)}),
                );
                ("states:CreateStateMachine", name, format!("{about}{published}"), parameters)
            }
            Call::Update(content) => {
                let mut parameters = parameters(content);
                merge(&mut parameters, json!({"stateMachineArn": machine}));
                ("states:UpdateStateMachine", name, format!("{about}{published}"), parameters)
            }
            Call::Tag(changed) => {
                let told: Vec<String> = changed.iter().map(|(key, value)| format!("{key}={value}")).collect();
                let parameters = json!({"resourceArn": machine, "tags": tags(changed)});
                ("states:TagResource", name, format!("tags {}", told.join(", ")), parameters)
            }
            Call::Publish(revision) => {
                let parameters = json!({"stateMachineArn": machine, "revisionId": revision, "description": wanted.description});
                ("states:PublishStateMachineVersion", name, "a version is published".to_owned(), parameters)
            }
            Call::CreateAlias(number) => {
                let parameters = json!({"name": alias, "routingConfiguration": route(number)});
                let resource = format!("{name}:{alias}");
                (
                    "states:CreateStateMachineAlias",
                    resource,
                    format!("new, to {}", version(number)),
                    parameters,
                )
            }
            Call::MoveAlias(number, from) => {
                let parameters = json!({
                    "stateMachineAliasArn": alias_arn(arn, &alias), "routingConfiguration": route(number),
                });
                let description = format!("from {} to {}", routes_told(from), version(number));
                ("states:UpdateStateMachineAlias", format!("{name}:{alias}"), description, parameters)
            }
        };
        let mut parameters = parameters;
        drop_nulls(&mut parameters);
        Step { action, resource, description, parameters }
    }
}

fn parameters(content: &Content) -> Value {
    let logging = content.logging.as_ref().map(|logging| {
        let group = |arn: &String| json!([{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]);
        json!({
            "level": logging.level,
            "includeExecutionData": logging.include_execution_data,
            "destinations": logging.log_group.as_ref().map(group),
        })
    });
    json!({
        "definition": content.definition,
        "roleArn": content.role,
        "loggingConfiguration": logging,
        "tracingConfiguration": content.tracing.map(|enabled| json!({"enabled": enabled})),
        "publish": content.publish,
        "versionDescription": content.version_description,
    })
}

fn tags(tags: &BTreeMap<String, String>) -> Option<Vec<Value>> {
    let tag = |(key, value): (&String, &String)| json!({"key": key, "value": value});
    (!tags.is_empty()).then(|| tags.iter().map(tag).collect())
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// What a deployment came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    pub name: String,
    /// `created`, `updated`, or `unchanged`.
    pub change: &'static str,
    pub revision_id: Option<String>,
    pub version: Option<u64>,
    pub alias: Option<String>,
    pub state_machine_arn: String,
    pub state_machine_version_arn: Option<String>,
    pub state_machine_alias_arn: Option<String>,
}

impl Deployment {
    pub fn unchanged(name: &str, arn: &StatesArn, present: &Present, wanted: &Wanted) -> Self {
        Deployment {
            name: name.to_owned(),
            change: "unchanged",
            revision_id: present.deployed.as_ref().map(|deployed| deployed.revision.clone()),
            version: present.version,
            alias: wanted.alias.clone(),
            state_machine_arn: arn.to_string(),
            state_machine_version_arn: present.version.map(|number| version_arn(arn, number)),
            state_machine_alias_arn: wanted.alias.as_ref().map(|alias| alias_arn(arn, alias)),
        }
    }
}

pub const COLUMNS: &[Column<Deployment>] = &[
    Column::new("name", "Machine", |it: &Deployment| it.name.as_str().into()),
    Column::new("change", "Change", |it: &Deployment| it.change.into()),
    Column::new("version", "Version", |it: &Deployment| it.version.into()),
    Column::new("alias", "Alias", |it: &Deployment| it.alias.as_deref().into()),
    Column::new("revision", "Revision", |it: &Deployment| it.revision_id.as_deref().into()),
    Column::new("arn", "ARN", |it: &Deployment| it.state_machine_arn.as_str().into()),
];

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;

    fn wanted() -> Wanted {
        let settings =
            Settings { machine_type: "STANDARD".into(), role: Some("r".into()), ..Settings::default() };
        Wanted {
            definition: DEFINITION.into(),
            settings,
            publish: true,
            description: None,
            alias: Some("prod".into()),
        }
    }

    fn present(version: Option<u64>, routes: Option<Vec<Route>>) -> Present {
        let deployed = Deployed {
            arn: "arn".into(),
            definition: DEFINITION.replace(' ', "  "),
            settings: wanted().settings,
            revision: "1".into(),
        };
        let alias = routes.map(|routes| Alias {
            name: "prod".into(),
            description: None,
            routes,
            created: None,
            updated: None,
            state_machine_alias_arn: "alias".into(),
        });
        Present { deployed: Some(deployed), version, alias }
    }

    fn words(calls: &[Call]) -> Vec<&'static str> {
        let arn = StatesArn::parse("arn:aws:states:eu-west-1:111122223333:stateMachine:pay").unwrap();
        calls
            .iter()
            .map(|call| call.step(&arn, &wanted(), "x").action.trim_start_matches("states:"))
            .collect()
    }

    #[test]
    fn only_what_differs_is_called() {
        let to = |version| Some(vec![Route { version, weight: 100 }]);
        let canary = Some(vec![Route { version: 3, weight: 90 }, Route { version: 4, weight: 10 }]);
        for (name, present, expected) in [
            (
                "nothing there",
                Present { deployed: None, version: None, alias: None },
                vec!["CreateStateMachine", "CreateStateMachineAlias"],
            ),
            ("all there", present(Some(4), to(4)), vec![]),
            (
                "no version of it",
                present(None, to(3)),
                vec!["PublishStateMachineVersion", "UpdateStateMachineAlias"],
            ),
            ("alias behind", present(Some(4), to(3)), vec!["UpdateStateMachineAlias"]),
            ("alias shared", present(Some(4), canary), vec!["UpdateStateMachineAlias"]),
            ("no alias", present(Some(4), None), vec!["CreateStateMachineAlias"]),
        ] {
            assert_eq!(words(&calls(&wanted(), &present)), expected, "{name}");
        }
        let mut other = wanted();
        other.settings.tracing = true;
        other.settings.tags.insert("a".into(), "b".into());
        let found = calls(&other, &present(Some(4), to(4)));
        assert_eq!(words(&found), ["UpdateStateMachine", "TagResource", "UpdateStateMachineAlias"]);
        let Call::Update(content) = &found[0] else { panic!("{found:?}") };
        assert_eq!(
            (content.tracing, content.definition.is_none(), content.role.is_none()),
            (Some(true), true, true)
        );
    }
}
