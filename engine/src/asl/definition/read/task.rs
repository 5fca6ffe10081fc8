//! The Task state.

use super::super::model::{Field, Pattern, QueryLanguage, Resource, Task};
use super::fields::Fields;
use super::{MachineType, Reader};

const UNKNOWN: &str = "The resource provided ARN is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.";

impl Reader {
    pub(super) fn task(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Task> {
        self.require(fields, &["Resource"]);
        let resource = self.resource(fields);
        let timeout = self.whole_field(fields, "TimeoutSeconds", language, 1);
        let heartbeat = self.whole_field(fields, "HeartbeatSeconds", language, 1);
        if let (Some(Field::Fixed(timeout)), Some(Field::Fixed(heartbeat))) = (&timeout, &heartbeat)
            && heartbeat >= timeout
        {
            let message = "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'".to_owned();
            self.refuse(Some(fields.at("HeartbeatSeconds")), message);
        }
        if let Some(credentials) = self.inside(fields, "Credentials") {
            let by_path = language == QueryLanguage::JsonPath && credentials.has("RoleArn.$");
            if !credentials.has("RoleArn") && !by_path {
                let message = "The field 'RoleArn' is required but was missing".to_owned();
                self.refuse(Some(credentials.here()), message);
            }
        }
        let credentials = self.template(fields, "Credentials", language);
        Some(Task { resource: resource?, timeout, heartbeat, credentials })
    }

    fn resource(&mut self, fields: &Fields<'_>) -> Option<Resource> {
        let arn = self.name(fields, "Resource")?;
        let Some(resource) = Resource::parse(arn) else {
            self.refuse(Some(fields.at("Resource")), UNKNOWN.to_owned());
            return None;
        };
        if self.machine_type == MachineType::Express
            && let Some(message) = unsupported_in_express(&resource)
        {
            self.refuse(Some(fields.at("Resource")), message.to_owned());
        }
        Some(resource)
    }
}

fn unsupported_in_express(resource: &Resource) -> Option<&'static str> {
    match resource {
        Resource::Activity { .. } => Some("Express state machine does not support Activity ARN"),
        Resource::Service(integration) => match integration.pattern {
            Pattern::Sync => Some("Express state machine does not support '.sync' service integration"),
            // The blank at its end is the service's.
            Pattern::WaitForTaskToken => {
                Some("Express state machine does not support '.waitForTaskToken' service integration ")
            }
            Pattern::RequestResponse => None,
        },
        Resource::Lambda { .. } => None,
    }
}
