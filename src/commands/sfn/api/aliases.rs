//! Calls about one alias.

use aws_sdk_sfn::types::RoutingConfigurationListItem;
use opsctl_engine::asl::arn::StatesArn;

use super::{Sfn, some_time};
use crate::aws;
use crate::commands::sfn::deployed::{Alias, Route, alias_arn, number_of, version_arn};
use crate::error::{Error, Result};

impl Sfn {
    /// An alias; nothing where there is none.
    pub async fn alias_if_any(&self, machine: &StatesArn, name: &str) -> Result<Option<Alias>> {
        let arn = alias_arn(machine, name);
        let answer =
            match self.client.describe_state_machine_alias().state_machine_alias_arn(&arn).send().await {
                Ok(answer) => answer,
                Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found()) => {
                    return Ok(None);
                }
                Err(error) => {
                    return Err(aws::failure(&error, format!("cannot look at the alias {arn}")).into());
                }
            };
        let route = |route: RoutingConfigurationListItem| {
            let version = number_of(&route.state_machine_version_arn);
            let weight = u8::try_from(route.weight).ok();
            version.zip(weight).map(|(version, weight)| Route { version, weight }).ok_or_else(|| {
                Error::failed(format!(
                    "the route of the alias {arn} to {} cannot be read",
                    route.state_machine_version_arn
                ))
            })
        };
        let routes = answer.routing_configuration.unwrap_or_default().into_iter().map(route);
        Ok(Some(Alias {
            name: name.to_owned(),
            description: answer.description,
            routes: routes.collect::<Result<_, _>>()?,
            created: some_time(answer.creation_date.as_ref()),
            updated: some_time(answer.update_date.as_ref()),
            state_machine_alias_arn: arn,
        }))
    }

    pub async fn create_alias(
        &self,
        machine: &StatesArn,
        name: &str,
        routes: &[Route],
        description: Option<&str>,
    ) -> Result<()> {
        let call = self.client.create_state_machine_alias().name(name);
        let call = call.set_routing_configuration(Some(items(machine, routes)?));
        let sent = call.set_description(description.map(str::to_owned)).send().await.map(|_| ());
        Ok(sent.map_err(|error| aws::failure(&error, format!("cannot create the alias {name}")))?)
    }

    pub async fn update_alias(
        &self,
        machine: &StatesArn,
        name: &str,
        routes: &[Route],
        description: Option<&str>,
    ) -> Result<()> {
        let call = self.client.update_state_machine_alias().state_machine_alias_arn(alias_arn(machine, name));
        let call = call.set_routing_configuration(Some(items(machine, routes)?));
        let sent = call.set_description(description.map(str::to_owned)).send().await.map(|_| ());
        Ok(sent.map_err(|error| aws::failure(&error, format!("cannot change the alias {name}")))?)
    }

    pub async fn delete_alias(&self, arn: &str) -> Result<()> {
        let sent = self.client.delete_state_machine_alias().state_machine_alias_arn(arn).send().await;
        Ok(sent
            .map(|_| ())
            .map_err(|error| aws::failure(&error, format!("cannot delete the alias {arn}")))?)
    }
}

fn items(machine: &StatesArn, routes: &[Route]) -> Result<Vec<RoutingConfigurationListItem>> {
    let item = |route: &Route| {
        let item = RoutingConfigurationListItem::builder()
            .state_machine_version_arn(version_arn(machine, route.version))
            .weight(route.weight.into());
        item.build()
    };
    let items: Result<Vec<_>, _> = routes.iter().map(item).collect();
    Ok(items.map_err(|error| Error::failed("a route cannot be written as a request").because(error))?)
}
