//! How scripts learn that the ports accept: the records of the answer, and the file that `--ready-file` names. It must
//! not decide when.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::listener::reached_at;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::files;
use crate::output::{Column, Format, Reporter};

/// A forward that is up.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forward {
    pub local_address: String,
    pub local_port: u16,
    /// Null: the node itself.
    pub remote_host: Option<String>,
    pub remote_port: u16,
    pub target: String,
    /// The first one.
    pub session_id: String,
    pub session_ids: Vec<String>,
    /// As people read it.
    #[serde(skip)]
    pub line: String,
}

const COLUMNS: &[Column<Forward>] = &[
    Column::new("local", "LOCAL", |forward: &Forward| forward.local_address.as_str().into()),
    Column::new("localPort", "PORT", |forward: &Forward| i64::from(forward.local_port).into()),
    Column::new("remote", "REMOTE", |forward: &Forward| forward.remote_host.as_deref().unwrap_or("-").into()),
    Column::new("remotePort", "PORT", |forward: &Forward| i64::from(forward.remote_port).into()),
    Column::new("target", "TARGET", |forward: &Forward| forward.target.as_str().into()),
    Column::new("session", "SESSION", |forward: &Forward| forward.session_id.as_str().into()),
];

/// The answer: a line a forward for people, records for programs.
pub fn say(forwards: &[Forward], ctx: &Context) -> Result<()> {
    // A pager would wait for its reader, and the command goes on.
    let out = ctx.out().unpaged();
    if out.settings().format == Format::Table && out.settings().query.is_none() {
        return out.text(&forwards.iter().map(|forward| forward.line.clone() + "\n").collect::<String>());
    }
    out.list("ssm.forward", COLUMNS, forwards.to_vec())
}

/// What a command finds the ports by.
pub fn environment(forwards: &[Forward]) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    if let Some(first) = forwards.first() {
        variables.push(("OPSCTL_FORWARD_PORT".to_owned(), first.local_port.to_string()));
    }
    for (number, forward) in (1..).zip(forwards) {
        let host = forward.local_address.parse().map(reached_at).map(|ip| ip.to_string());
        let host = host.unwrap_or_else(|_| forward.local_address.clone());
        variables.push((format!("OPSCTL_FORWARD_{number}_HOST"), host));
        variables.push((format!("OPSCTL_FORWARD_{number}_PORT"), forward.local_port.to_string()));
    }
    variables
}

/// Where stdout belongs to another program.
pub fn mention(forwards: &[Forward], reporter: &Reporter) {
    for forward in forwards {
        reporter.verbose(1, &forward.line);
    }
}

/// There while the ports accept: a JSON object a line, one for each forward.
#[derive(Debug)]
pub struct ReadyFile(Option<PathBuf>);

impl ReadyFile {
    /// What an earlier run may have left there is no longer true.
    pub fn none_yet(path: Option<&Path>) -> Result<Self> {
        if let Some(path) = path {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed("remove", path, error).into());
                }
                Ok(()) | Err(_) => {}
            }
            // A folder that is not there is found out before a session starts.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if let Some(folder) = folder {
                std::fs::metadata(folder).map_err(|error| failed("write", path, error))?;
            }
        }
        Ok(ReadyFile(path.map(Path::to_owned)))
    }

    pub fn write(&self, forwards: &[Forward]) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let mut text = String::new();
        for forward in forwards {
            text += &serde_json::to_string(forward)?;
            text += "\n";
        }
        Ok(files::write(path, text.as_bytes()).map_err(|error| failed("write", path, error))?)
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Somebody may have taken it away.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn failed(what: &str, path: &Path, error: std::io::Error) -> Error {
    Error::failed(format!("cannot {what} the ready file {}", path.display())).because(error)
}
