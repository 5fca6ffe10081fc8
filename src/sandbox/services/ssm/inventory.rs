//! The lists of managed nodes, and whether one can be reached.

use super::filters::{self, Filter, INFORMATION, Operator, PROPERTIES};
use super::{PageRequest, ServiceError};
use crate::sandbox::account::{Account, ManagedNode};
use crate::sandbox::config::{NodeKind, Ping, Platform};
use aws_sdk_ssm::operation::describe_instance_information::{
    DescribeInstanceInformationInput, DescribeInstanceInformationOutput,
};
use aws_sdk_ssm::operation::describe_instance_properties::{
    DescribeInstancePropertiesInput, DescribeInstancePropertiesOutput,
};
use aws_sdk_ssm::operation::get_connection_status::{GetConnectionStatusInput, GetConnectionStatusOutput};
use aws_sdk_ssm::primitives::DateTime;
use aws_sdk_ssm::types::{ConnectionStatus, InstanceInformation, InstanceProperty, SourceType};
use std::time::{Duration, SystemTime};

pub fn describe_instance_information(
    account: &Account,
    input: DescribeInstanceInformationInput,
) -> Result<DescribeInstanceInformationOutput, ServiceError> {
    account.authorize("ssm:DescribeInstanceInformation", &account.arn("ssm", "*"))?;
    let list =
        format!("instance information {:?} {:?}", input.filters, input.instance_information_filter_list);
    let old = input.instance_information_filter_list.unwrap_or_default();
    let new = input.filters.unwrap_or_default();
    one_filter_list(!old.is_empty() && !new.is_empty(), "InstanceInformationFilterList", "Filters")?;
    let old = old.into_iter().map(|filter| old_filter(INFORMATION, filter.key.as_str(), filter.value_set));
    let new =
        new.into_iter().map(|filter| Filter::new(INFORMATION, &filter.key, filter.values, Operator::Equal));
    let filters = old.chain(new).collect::<Result<Vec<_>, _>>()?;
    let nodes = filters::select(account, INFORMATION, &filters)?;
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        sizes: 5..=50,
    };
    let page = account.pages.page(&list, nodes, &request)?;
    Ok(DescribeInstanceInformationOutput::builder()
        .set_instance_information_list(Some(page.items.into_iter().map(information).collect()))
        .set_next_token(page.next_token)
        .build())
}

pub fn describe_instance_properties(
    account: &Account,
    input: DescribeInstancePropertiesInput,
) -> Result<DescribeInstancePropertiesOutput, ServiceError> {
    account.authorize("ssm:DescribeInstanceProperties", &account.arn("ssm", "*"))?;
    let list = format!(
        "instance properties {:?} {:?}",
        input.filters_with_operator, input.instance_property_filter_list
    );
    let old = input.instance_property_filter_list.unwrap_or_default();
    let new = input.filters_with_operator.unwrap_or_default();
    one_filter_list(!old.is_empty() && !new.is_empty(), "InstancePropertyFilterList", "FiltersWithOperator")?;
    let old = old.into_iter().map(|filter| old_filter(PROPERTIES, filter.key.as_str(), filter.value_set));
    let new = new.into_iter().map(|filter| {
        let operator = Operator::new(filter.operator.as_ref())?;
        Filter::new(PROPERTIES, &filter.key, filter.values, operator)
    });
    let filters = old.chain(new).collect::<Result<Vec<_>, _>>()?;
    let nodes = filters::select(account, PROPERTIES, &filters)?;
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        sizes: 5..=1000,
    };
    let page = account.pages.page(&list, nodes, &request)?;
    let properties = page.items.into_iter().map(|node| property(account, node));
    Ok(DescribeInstancePropertiesOutput::builder()
        .set_instance_properties(Some(properties.collect()))
        .set_next_token(page.next_token)
        .build())
}

/// A target that does not exist is not connected, as at AWS.
pub fn get_connection_status(
    account: &Account,
    input: GetConnectionStatusInput,
) -> Result<GetConnectionStatusOutput, ServiceError> {
    let target = input.target.unwrap_or_default();
    ServiceError::check_length(&target, "target", 1, 400)?;
    account.authorize("ssm:GetConnectionStatus", &account.arn("ssm", "*"))?;
    let connected = account.node(&target).is_some_and(|managed| managed.node.online);
    let status = if connected { ConnectionStatus::Connected } else { ConnectionStatus::NotConnected };
    Ok(GetConnectionStatusOutput::builder().target(target).status(status).build())
}

fn one_filter_list(both: bool, old: &str, new: &str) -> Result<(), ServiceError> {
    let refusal = || ServiceError::validation(format!("{old} and {new} cannot be used in the same request."));
    if both { Err(refusal()) } else { Ok(()) }
}

/// A filter of the older list, whose keys are an enumeration without tags.
fn old_filter(dialect: filters::Dialect, key: &str, values: Vec<String>) -> Result<Filter, ServiceError> {
    if key.starts_with("tag") {
        let constraint = "satisfy enum value set: [InstanceIds, AgentVersion, PingStatus, PlatformTypes, \
                          ActivationIds, IamRole, ResourceType, AssociationStatus]";
        return Err(ServiceError::constraint(key, "filterList.key", constraint));
    }
    Filter::new(dialect, key, values, Operator::Equal)
}

fn information(managed: &ManagedNode) -> InstanceInformation {
    let node = &managed.node;
    let (name, version) = system(managed.platform);
    // AWS gives the Name tag of an EC2 instance only in the other list.
    let hybrid_name = (managed.kind == NodeKind::Hybrid).then(|| node.name.clone());
    InstanceInformation::builder()
        .instance_id(&node.id)
        .ping_status(filters::ping_status(managed.ping))
        .last_ping_date_time(last_ping(managed))
        .agent_version(&node.agent_version)
        .is_latest_version(false)
        .platform_type(filters::platform_type(managed.platform))
        .platform_name(name)
        .platform_version(version)
        .resource_type(filters::resource_type(managed.kind))
        .set_name(hybrid_name)
        .ip_address(&node.ip)
        .computer_name(&node.host_name)
        .source_id(&node.id)
        .source_type(source_type(managed.kind))
        .build()
}

fn property(account: &Account, managed: &ManagedNode) -> InstanceProperty {
    let node = &managed.node;
    let (name, version) = system(managed.platform);
    let property = InstanceProperty::builder()
        .name(&node.name)
        .instance_id(&node.id)
        .ip_address(&node.ip)
        .ping_status(filters::ping_status(managed.ping))
        .last_ping_date_time(last_ping(managed))
        .agent_version(&node.agent_version)
        .platform_type(filters::platform_type(managed.platform))
        .platform_name(name)
        .platform_version(version)
        .architecture(std::env::consts::ARCH)
        .resource_type(filters::resource_type(managed.kind).as_str())
        .computer_name(&node.host_name)
        .source_id(&node.id)
        .source_type(source_type(managed.kind));
    match managed.kind {
        NodeKind::Hybrid => property.registration_date(seconds(account.started)),
        NodeKind::Ec2 => property
            .instance_type("t3.micro")
            .instance_state(if managed.ping == Ping::Offline { "stopped" } else { "running" })
            .availability_zone(format!("{}a", account.identity.region))
            .launch_time(seconds(account.started)),
    }
    .build()
}

fn system(platform: Platform) -> (&'static str, &'static str) {
    match platform {
        Platform::Linux => ("Amazon Linux", "2023"),
        Platform::MacOs => ("macOS", "15.5"),
        Platform::Windows => ("Microsoft Windows Server 2025 Datacenter", "10.0.26100"),
    }
}

fn source_type(kind: NodeKind) -> SourceType {
    match kind {
        NodeKind::Ec2 => SourceType::AwsEc2Instance,
        NodeKind::Hybrid => SourceType::AwsSsmManagedinstance,
    }
}

/// An agent pings every five minutes; AWS calls a connection lost after some of them, and a node inactive later.
fn last_ping(managed: &ManagedNode) -> DateTime {
    let hours = match managed.ping {
        Ping::Online => 0,
        Ping::ConnectionLost => 1,
        Ping::Offline => 48,
    };
    seconds(SystemTime::now() - Duration::from_secs(hours * 3600))
}

/// The service gives no fractions here.
fn seconds(time: SystemTime) -> DateTime {
    DateTime::from_secs(DateTime::from(time).secs())
}

#[cfg(test)]
mod tests {
    use crate::sandbox::services::testing::{account, call};
    use serde_json::{Value, json};

    const NODES: &str = r#"
        page_size = 2
        nodes = [
            { name = "web-1", tags = { role = "web" }, agent_version = "3.1.1511.0" },
            { name = "web-2", tags = { role = "web" }, ping = "connection-lost" },
            { name = "db-1", tags = { role = "db" }, ping = "offline", agent_version = "3.0.196.0" },
            { name = "lab", kind = "hybrid", platform = "Windows" },
        ]
    "#;

    /// The host names or names that a call lists, over all of its pages, and how many pages there were.
    fn listed(operation: &str, mut input: Value) -> Result<(Vec<String>, usize), String> {
        let account = account(NODES);
        let (mut names, mut pages) = (Vec::new(), 0);
        let by_id: Vec<(String, String)> = account
            .nodes
            .iter()
            .map(|managed| (managed.node.id.clone(), managed.node.name.clone()))
            .collect();
        loop {
            let page = call(&account, "ssm", &format!("AmazonSSM.{operation}"), input.clone());
            let page = page.map_err(|error| error.code.into_owned())?;
            let items = page.get("InstanceInformationList").or(page.get("InstanceProperties")).unwrap();
            for item in items.as_array().unwrap() {
                let (_, name) = by_id.iter().find(|(id, _)| item["InstanceId"] == id.as_str()).unwrap();
                names.push(name.clone());
            }
            pages += 1;
            match page.get("NextToken") {
                Some(token) => input["NextToken"] = token.clone(),
                None => return Ok((names, pages)),
            }
        }
    }

    #[test]
    fn both_lists_page_through_every_node() {
        for operation in ["DescribeInstanceInformation", "DescribeInstanceProperties"] {
            let (names, pages) = listed(operation, json!({})).unwrap();
            assert_eq!((names, pages), (["web-1", "web-2", "db-1", "lab"].map(String::from).to_vec(), 2));
        }
    }

    #[test]
    fn filters_keep_the_right_nodes() {
        let information = |key: &str, values: &[&str]| {
            ("DescribeInstanceInformation", json!({"Filters": [{"Key": key, "Values": values}]}))
        };
        let properties = |key: &str, values: &[&str], operator: &str| {
            let filter = json!({"Key": key, "Values": values, "Operator": operator});
            ("DescribeInstanceProperties", json!({"FiltersWithOperator": [filter]}))
        };
        let web = ["web-1", "web-2"].as_slice();
        for ((operation, input), expected) in [
            (information("tag:role", &["web"]), web),
            (information("tag:Name", &["db-1", "lab"]), &["db-1", "lab"]),
            (information("tag:role", &["none"]), &[]),
            (information("tag-key", &["role"]), &["web-1", "web-2", "db-1"]),
            (information("PingStatus", &["ConnectionLost", "Inactive"]), &["web-2", "db-1"]),
            (information("PlatformTypes", &["Windows"]), &["lab"]),
            (information("ResourceType", &["ManagedInstance"]), &["lab"]),
            (information("ActivationIds", &["x"]), &[]),
            (properties("tag:Name", &["web"], "BeginWith"), web),
            (properties("tag:role", &["web"], "NotEqual"), &["db-1", "lab"]),
            (properties("AgentVersion", &["3.1.1511.0"], "LessThan"), &["db-1"]),
            (properties("AgentVersion", &["3.1.1511.0"], "GreaterThan"), &["web-2", "lab"]),
            (properties("DocumentName", &["x"], "Equal"), &[]),
            (
                (
                    "DescribeInstanceProperties",
                    json!({"InstancePropertyFilterList": [{"key": "PingStatus", "valueSet": ["Inactive"]}]}),
                ),
                &["db-1"],
            ),
            (
                (
                    "DescribeInstanceInformation",
                    json!({"InstanceInformationFilterList": [{"key": "PingStatus", "valueSet": ["Inactive"]}]}),
                ),
                &["db-1"],
            ),
        ] {
            let (names, _) = listed(operation, input.clone()).unwrap();
            assert_eq!(names, expected, "{operation} {input}");
        }
    }

    #[test]
    fn an_id_that_exists_is_found_and_one_that_does_not_fails_the_call() {
        let id = account(NODES).nodes[2].node.id.clone();
        let filter = |ids: &[&str]| json!({"Filters": [{"Key": "InstanceIds", "Values": ids}]});
        assert_eq!(listed("DescribeInstanceInformation", filter(&[&id])).unwrap().0, ["db-1"]);
        let refused = listed("DescribeInstanceInformation", filter(&[&id, "i-0123456789abcdef0"]));
        assert_eq!(refused.unwrap_err(), "InvalidInstanceId");
    }

    #[test]
    fn mistakes_have_the_codes_of_the_service() {
        let both = json!({
            "Filters": [{"Key": "tag-key", "Values": ["a"]}],
            "InstanceInformationFilterList": [{"key": "PingStatus", "valueSet": ["Online"]}],
        });
        let information = |key: &str, values: &[&str]| json!({"Filters": [{"Key": key, "Values": values}]});
        for (operation, input, code) in [
            ("DescribeInstanceInformation", both, "ValidationException"),
            ("DescribeInstanceInformation", information("Colour", &["red"]), "InvalidFilterKey"),
            ("DescribeInstanceInformation", information("tag:", &["red"]), "InvalidFilterKey"),
            ("DescribeInstanceInformation", information("DocumentName", &["x"]), "InvalidFilterKey"),
            (
                "DescribeInstanceInformation",
                information("PingStatus", &["online"]),
                "InvalidInstanceInformationFilterValue",
            ),
            ("DescribeInstanceInformation", information("tag-key", &[]), "ValidationException"),
            (
                "DescribeInstanceInformation",
                json!({"InstanceInformationFilterList": [{"key": "tag:a", "valueSet": ["b"]}]}),
                "ValidationException",
            ),
            ("DescribeInstanceInformation", json!({"MaxResults": 51}), "ValidationException"),
            ("DescribeInstanceInformation", json!({"NextToken": "made up"}), "InvalidNextToken"),
            (
                "DescribeInstanceProperties",
                json!({"FiltersWithOperator": [{"Key": "PlatformTypes", "Values": ["BeOS"]}]}),
                "InvalidInstancePropertyFilterValue",
            ),
            (
                "DescribeInstanceProperties",
                json!({"FiltersWithOperator": [{"Key": "tag-key", "Values": ["x"], "Operator": "Like"}]}),
                "ValidationException",
            ),
            ("DescribeInstanceProperties", json!({"MaxResults": 4}), "ValidationException"),
            ("DescribeParameters", json!({}), "UnknownOperationException"),
        ] {
            assert_eq!(listed(operation, input.clone()), Err(code.to_owned()), "{operation} {input}");
        }
    }

    #[test]
    fn the_lists_tell_what_aws_tells() {
        let account = account(NODES);
        let first = |operation: &str, list: &str, name: &str| {
            let filter = json!([{"Key": "tag:Name", "Values": [name]}]);
            let input = json!({"Filters": filter, "FiltersWithOperator": filter});
            let mut output = call(&account, "ssm", &format!("AmazonSSM.{operation}"), input).unwrap();
            output[list][0].take()
        };
        let node = first("DescribeInstanceInformation", "InstanceInformationList", "db-1");
        assert_eq!((&node["PingStatus"], &node["ResourceType"]), (&json!("Inactive"), &json!("EC2Instance")));
        assert_eq!(node.get("Name"), None, "{node}");
        assert!(node["LastPingDateTime"].is_number(), "{node}");
        let node = first("DescribeInstanceInformation", "InstanceInformationList", "lab");
        assert_eq!((&node["Name"], &node["PlatformType"]), (&json!("lab"), &json!("Windows")));
        assert!(node["InstanceId"].as_str().unwrap().starts_with("mi-0"), "{node}");
        let node = first("DescribeInstanceProperties", "InstanceProperties", "db-1");
        assert_eq!((&node["Name"], &node["InstanceState"]), (&json!("db-1"), &json!("stopped")));
    }

    #[test]
    fn only_an_online_node_is_connected() {
        let account = account(NODES);
        let mut targets: Vec<(String, bool)> =
            account.nodes.iter().map(|managed| (managed.node.id.clone(), managed.node.online)).collect();
        targets.push(("i-0123456789abcdef0".to_owned(), false));
        for (target, connected) in targets {
            let output =
                call(&account, "ssm", "AmazonSSM.GetConnectionStatus", json!({"Target": target})).unwrap();
            let expected = if connected { "connected" } else { "notconnected" };
            assert_eq!(output, json!({"Target": target, "Status": expected}));
        }
        let error = call(&account, "ssm", "AmazonSSM.GetConnectionStatus", json!({})).unwrap_err();
        assert_eq!(error.code, "ValidationException");
    }

    #[test]
    fn a_denied_action_is_refused_and_the_others_are_not() {
        let account = account("[deny]\nactions = [\"ssm:DescribeInstanceProperties\"]");
        let error = call(&account, "ssm", "AmazonSSM.DescribeInstanceProperties", json!({})).unwrap_err();
        assert_eq!(error.code, "AccessDeniedException");
        assert!(
            error
                .message
                .contains("ssm:DescribeInstanceProperties on resource: arn:aws:ssm:us-east-1:111122223333:*"),
            "{}",
            error.message
        );
        assert!(call(&account, "ssm", "AmazonSSM.DescribeInstanceInformation", json!({})).is_ok());
    }
}
