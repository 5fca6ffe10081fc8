//! What is told of a document besides its content: type, platforms, parameters.

use super::{ServiceError, command, list, resource, unknown_document};
use crate::sandbox::account::Account;
use aws_sdk_ssm::operation::describe_document::{DescribeDocumentInput, DescribeDocumentOutput};
use aws_sdk_ssm::types::{DocumentDescription, DocumentFormat, DocumentStatus};

pub fn describe(
    account: &Account,
    input: DescribeDocumentInput,
) -> Result<DescribeDocumentOutput, ServiceError> {
    let name = input.name.unwrap_or_default();
    account.authorize("ssm:DescribeDocument", &resource(account, &name))?;
    let Some(document) = list::find(account, &name) else { return Err(unknown_document(&name)) };
    if !matches!(input.document_version.as_deref(), None | Some("1" | "$DEFAULT" | "$LATEST")) {
        let message = "The specified document version is not valid or does not exist.";
        return Err(ServiceError::new("InvalidDocumentVersion", message));
    }
    let description = match command::find(&name) {
        Some(command) => command.describe(account),
        None => DocumentDescription::builder()
            .name(name)
            .owner(if document.of_aws { "Amazon" } else { &account.identity.account })
            .created_date(account.started.into())
            .status(DocumentStatus::Active)
            .document_version("1")
            .latest_version("1")
            .default_version("1")
            .set_platform_types(Some(document.platforms.to_vec()))
            .document_type(document.kind)
            .document_format(DocumentFormat::Json)
            .schema_version("1.0")
            .build(),
    };
    Ok(DescribeDocumentOutput::builder().document(description).build())
}
