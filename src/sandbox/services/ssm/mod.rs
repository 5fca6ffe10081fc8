//! Systems Manager: the managed nodes, their sessions and the commands sent to them.

mod commands;
mod documents;
mod filters;
mod inventory;
mod sessions;

use super::{PageRequest, Reply, ServiceError, json};
use crate::sandbox::account::Account;
use aws_sdk_ssm::operation::cancel_command::CancelCommandInput;
use aws_sdk_ssm::operation::describe_document::DescribeDocumentInput;
use aws_sdk_ssm::operation::describe_instance_information::DescribeInstanceInformationInput;
use aws_sdk_ssm::operation::describe_instance_properties::DescribeInstancePropertiesInput;
use aws_sdk_ssm::operation::describe_sessions::DescribeSessionsInput;
use aws_sdk_ssm::operation::get_command_invocation::GetCommandInvocationInput;
use aws_sdk_ssm::operation::get_connection_status::GetConnectionStatusInput;
use aws_sdk_ssm::operation::get_document::GetDocumentInput;
use aws_sdk_ssm::operation::list_command_invocations::ListCommandInvocationsInput;
use aws_sdk_ssm::operation::list_commands::ListCommandsInput;
use aws_sdk_ssm::operation::list_documents::ListDocumentsInput;
use aws_sdk_ssm::operation::resume_session::ResumeSessionInput;
use aws_sdk_ssm::operation::send_command::SendCommandInput;
use aws_sdk_ssm::operation::start_session::StartSessionInput;
use aws_sdk_ssm::operation::terminate_session::TerminateSessionInput;

pub fn answer(account: &Account, operation: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    match operation {
        "DescribeInstanceInformation" => {
            json::answer(body, DescribeInstanceInformationInput::deserialize, |input| {
                inventory::describe_instance_information(account, input)
            })
        }
        "DescribeInstanceProperties" => {
            json::answer(body, DescribeInstancePropertiesInput::deserialize, |input| {
                inventory::describe_instance_properties(account, input)
            })
        }
        "GetConnectionStatus" => json::answer(body, GetConnectionStatusInput::deserialize, |input| {
            inventory::get_connection_status(account, input)
        }),
        "StartSession" => {
            json::answer(body, StartSessionInput::deserialize, |input| sessions::start(account, input))
        }
        "ResumeSession" => {
            json::answer(body, ResumeSessionInput::deserialize, |input| sessions::resume(account, input))
        }
        "TerminateSession" => json::answer(body, TerminateSessionInput::deserialize, |input| {
            sessions::terminate(account, input)
        }),
        "DescribeSessions" => {
            json::answer(body, DescribeSessionsInput::deserialize, |input| sessions::describe(account, input))
        }
        "GetDocument" => {
            json::answer(body, GetDocumentInput::deserialize, |input| documents::get(account, input))
        }
        "ListDocuments" => {
            json::answer(body, ListDocumentsInput::deserialize, |input| documents::list(account, input))
        }
        "DescribeDocument" => json::answer(body, DescribeDocumentInput::deserialize, |input| {
            documents::describe(account, input)
        }),
        "SendCommand" => {
            json::answer(body, SendCommandInput::deserialize, |input| commands::send(account, input))
        }
        "ListCommands" => {
            json::answer(body, ListCommandsInput::deserialize, |input| commands::list(account, input))
        }
        "ListCommandInvocations" => json::answer(body, ListCommandInvocationsInput::deserialize, |input| {
            commands::list_invocations(account, input)
        }),
        "GetCommandInvocation" => json::answer(body, GetCommandInvocationInput::deserialize, |input| {
            commands::get_invocation(account, input)
        }),
        "CancelCommand" => {
            json::answer(body, CancelCommandInput::deserialize, |input| commands::cancel(account, input))
        }
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}
