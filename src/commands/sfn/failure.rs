//! An error and its cause, as they are given for an execution or a task.

/// Characters the service takes.
const ERROR_LIMIT: usize = 256;
const CAUSE_LIMIT: usize = 32_768;

pub fn error(text: &str) -> Result<String, String> {
    limited(text, ERROR_LIMIT)
}

pub fn cause(text: &str) -> Result<String, String> {
    limited(text, CAUSE_LIMIT)
}

fn limited(text: &str, limit: usize) -> Result<String, String> {
    match text.chars().count() {
        length if length > limit => {
            Err(format!("the service takes at most {limit} characters, not {length}"))
        }
        _ => Ok(text.to_owned()),
    }
}
