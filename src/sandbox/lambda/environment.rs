//! The variables that a function finds: those that Lambda sets, with a key and an endpoint that lead any AWS client back
//! to the sandbox, and to nothing of the user's own.

use super::FunctionSettings;
use crate::sandbox::client::Connection;
use crate::sandbox::leftovers;

/// Adds them to the function's own, which cannot replace them.
pub fn complete(settings: &mut FunctionSettings, sandbox: &Connection, sandbox_folder: &str) {
    let memory = settings.memory_mb.to_string();
    let function = &mut settings.function;
    let log_group = format!("/aws/lambda/{}", function.name);
    let endpoint = sandbox.endpoint();
    let folder = std::path::absolute(&function.folder).unwrap_or_else(|_| function.folder.clone());
    let root = folder.to_string_lossy();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "sandbox"),
        ("LAMBDA_TASK_ROOT", &root),
        (leftovers::FOLDER, sandbox_folder),
        ("TZ", ":UTC"),
        ("AWS_DEFAULT_REGION", &sandbox.region),
        ("AWS_ENDPOINT_URL", &endpoint),
        ("AWS_ACCESS_KEY_ID", &sandbox.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &sandbox.secret_access_key),
        // The folder may be a home with files of AWS in it.
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
        ("NO_PROXY", "127.0.0.1,localhost"),
    ] {
        function.environment.insert(name.to_owned(), value.to_owned());
    }
}
