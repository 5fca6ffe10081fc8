//! One state machine: `sfn show`.

use aws_sdk_sfn::types::{RoutingConfigurationListItem, Tag, TracingConfiguration};
use serde_json::{Value, json};

use super::order;
use crate::support::machines::{Machines, ROLE};

#[test]
fn machines_are_listed() {
    let machines = Machines::new();
    let arn = machines.create("orders", &order());
    machines.create_express("quick", &order());
    let listed = machines.sfn(&["list", "--sort", "name", "--columns", "name,type", "-o", "text"]).expect(0);
    assert_eq!((listed.stdout.as_str(), listed.stderr.as_str()), ("orders\tSTANDARD\nquick\tEXPRESS\n", ""));
    let document = machines.sfn(&["list", "--sort", "name", "-o", "json"]).expect(0).json();
    assert_eq!(
        (&document["kind"], &document["items"][0]["stateMachineArn"]),
        (&json!("sfn.machine"), &json!(arn))
    );
}

#[test]
fn a_machine_is_shown_with_what_belongs_to_it() {
    let machines = Machines::new();
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Set", "States": {
        "Set": {"Type": "Pass", "Assign": {"total": 7}, "Next": "Use"},
        "Use": {"Type": "Pass", "Output": "{% $total %}", "End": true},
    }});
    let arn = machines.with_client(async |client| {
        let call = client.create_state_machine().name("orders").role_arn(ROLE);
        let call = call.tags(Tag::builder().key("team").value("ops").build());
        let call = call.tracing_configuration(TracingConfiguration::builder().enabled(true).build());
        let call = call.definition(definition.to_string()).publish(true).version_description("first");
        let created = call.send().await.unwrap();
        let version = created.state_machine_version_arn.unwrap();
        let route = RoutingConfigurationListItem::builder().state_machine_version_arn(version).weight(100);
        let call = client.create_state_machine_alias().name("PROD");
        call.routing_configuration(route.build().unwrap()).send().await.unwrap();
        created.state_machine_arn
    });
    let shown = machines.sfn(&["show", "orders"]).expect(0);
    assert_eq!(shown.stderr, "");
    for part in ["STANDARD", "ACTIVE", ROLE, "team=ops", "PROD", "Use: total", &arn] {
        assert!(shown.stdout.contains(part), "{part}: {shown:?}");
    }
    let document = machines.sfn(&["show", "orders", "-o", "json"]).expect(0).json();
    assert_eq!(document["kind"], "sfn.machine");
    let item = &document["item"];
    assert_eq!((&item["tracing"], &item["logging"]["level"]), (&json!(true), &json!("OFF")));
    assert_eq!((&item["tags"], &item["aliases"][0]["name"]), (&json!({"team": "ops"}), &json!("PROD")));
    assert_eq!((&item["versions"][0]["number"], &item["type"]), (&json!(1), &json!("STANDARD")));
    let kept: Value = serde_json::from_str(item["definition"].as_str().unwrap()).unwrap();
    assert_eq!(kept, definition);
    let version =
        machines.sfn(&["show", "orders:PROD", "--columns", "arn,description", "-o", "text"]).expect(0);
    assert_eq!(version.stdout, format!("{arn}:1\tfirst\n"));
}

#[test]
fn a_definition_is_printed_alone_and_drawn() {
    let machines = Machines::new();
    machines.create("orders", &order());
    let printed = machines.sfn(&["show", "orders", "--definition"]).expect(0);
    assert_eq!((printed.stdout.as_str(), printed.stderr.as_str()), (&*format!("{}\n", order()), ""));
    let drawn = machines.sealed.run_with(["sfn", "graph", "-"], printed.stdout.as_bytes()).expect(0);
    assert!(drawn.stdout.contains("EmptyOrder"), "{drawn:?}");
    let both = machines.sfn(&["show", "orders", "--definition", "-o", "json"]).expect(2);
    assert!(both.stderr.contains("cannot be used with"), "{both:?}");
}

#[test]
fn what_may_not_be_known_of_a_machine_is_left_out() {
    let deny = "[deny]\nactions = [\"states:ListTagsForResource\", \"states:ListStateMachineAliases\"]\n";
    let machines = Machines::with(deny);
    machines.create("orders", &order());
    let shown = machines.sfn(&["show", "orders", "-o", "json"]).expect(0);
    assert!(shown.stderr.contains("warning: the tags of the state machine are not known"), "{shown:?}");
    assert!(shown.stderr.contains("warning: the aliases of the state machine are not known"), "{shown:?}");
    let item = &shown.json()["item"];
    assert_eq!((&item["tags"], &item["versions"]), (&Value::Null, &json!([])));
}

#[test]
fn a_machine_a_version_or_an_alias_that_is_not_there_is_told_so() {
    let machines = Machines::new();
    let arn = machines.create("orders", &order());
    for (name, expected) in [
        ("orders:7", "error: orders has no version 7\n"),
        ("orders:PROD", "error: orders has no alias PROD\n"),
        (&arn.replace("orders", "other"), "error: there is no arn:aws:states:"),
    ] {
        let ran = machines.sfn(&["show", name]).expect(3);
        assert!(ran.stderr.contains(expected), "{name}: {ran:?}");
    }
    machines.sfn(&["show", "none"]).expect(3);
}
