//! Machines, their versions and aliases, and their executions, as a sandbox has them.

use serde_json::json;

use super::{ask, values};
use crate::support::machines::Machines;

fn machines() -> Machines {
    let mut machines = Machines::new();
    machines.sealed.set("OPSCTL_COMPLETION_LIMIT", "30s");
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let arn = machines.create("orders", &definition);
    machines.create_express("quick", &definition);
    machines.with_client(async |client| {
        let published = client.publish_state_machine_version().state_machine_arn(&arn).send().await.unwrap();
        let route = aws_sdk_sfn::types::RoutingConfigurationListItem::builder()
            .state_machine_version_arn(published.state_machine_version_arn)
            .weight(100)
            .build()
            .unwrap();
        client.create_state_machine_alias().name("PROD").routing_configuration(route).send().await.unwrap();
    });
    machines.ran(&arn, "run-1", &json!({}));
    machines.ran(&arn, "run-2", &json!({}));
    machines
}

#[test]
fn machines_are_offered_with_their_type_and_behind_a_colon_what_they_have() {
    let machines = machines();
    let offered = |line: &str| values(&machines.sealed, line);
    for verb in ["show", "executions", "get x --machine", "history x --machine"] {
        let line = format!("opsctl --sandbox sfn {verb} ");
        assert_eq!(ask(&machines.sealed, &line)[0], ("orders".to_owned(), "standard".to_owned()), "{verb}");
        assert_eq!(offered(&line), ["orders", "quick"], "{verb}");
        assert_eq!(offered(&format!("{line}q")), ["quick"]);
    }
    assert_eq!(offered("opsctl --sandbox sfn show orders:"), ["orders:PROD", "orders:1"]);
    assert_eq!(offered("opsctl --sandbox sfn show orders:P"), ["orders:PROD"]);
    assert_eq!(offered("opsctl --sandbox sfn show none:"), [""; 0]);
    assert_eq!(offered("opsctl --sandbox sfn show arn:aws:states:"), [""; 0]);
}

#[test]
fn executions_are_those_of_the_machine_that_is_typed() {
    let machines = machines();
    let offered = |line: &str| values(&machines.sealed, line);
    for verb in ["get", "history", "stop", "map-run list"] {
        let line = format!("opsctl --sandbox sfn {verb} ");
        assert_eq!(offered(&line), ["orders:"], "{verb}");
        assert_eq!(offered(&format!("{line}orders:")), ["orders:run-2", "orders:run-1"], "{verb}");
        assert_eq!(offered(&format!("{line}orders:run-1")), ["orders:run-1"], "{verb}");
        assert_eq!(offered(&format!("{line}--machine orders run")), ["run-2", "run-1"], "{verb}");
        assert_eq!(offered(&format!("{line}--machine=ord run")), ["run-2", "run-1"], "{verb}");
    }
    let (_, described) = ask(&machines.sealed, "opsctl --sandbox sfn get orders:run-1").remove(0);
    assert!(described.starts_with("SUCCEEDED since 20"), "{described}");
    assert_eq!(offered("opsctl --sandbox sfn get quick:"), [""; 0]);
}
