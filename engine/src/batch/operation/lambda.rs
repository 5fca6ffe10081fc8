//! LambdaInvoke: a function called for each object.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::batch::arn::Function;
use crate::batch::words;
use crate::document::Slot;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Lambda {
    /// An ARN, a part of one or a name, with a version or an alias or without.
    pub function_arn: String,
    /// `1.0` when absent.
    pub invocation_schema_version: Option<String>,
    pub user_arguments: Option<BTreeMap<String, String>>,
}

impl Lambda {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let is_function = |text: &str| Function::parse(text).is_some();
        let arguments = fields.get("UserArguments");
        let lambda = Lambda {
            function_arn: fields
                .need("FunctionArn")
                .text_where(1..=1024, "a function: its ARN, or its name", is_function)
                .unwrap_or_default(),
            invocation_schema_version: fields.get("InvocationSchemaVersion").word(words::LAMBDA_SCHEMAS),
            user_arguments: arguments.map(10, 1..=64, 0..=1024),
        };
        if arguments.is_given() && lambda.invocation_schema_version.as_deref().unwrap_or("1.0") == "1.0" {
            arguments.fault("need InvocationSchemaVersion 2.0");
        }
        fields.finish();
        Some(lambda)
    }

    pub fn schema(&self) -> &str {
        self.invocation_schema_version.as_deref().unwrap_or("1.0")
    }
}
