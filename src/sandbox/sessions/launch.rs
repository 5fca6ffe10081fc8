//! What runs on a node, on a terminal or without one: its command line, its environment and the words that greet. The
//! environment is made from nothing, so that no credential of the caller reaches a shell by accident.

use super::SessionSettings;
use crate::sandbox::node::Node;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use tokio::process::Command;

/// A shell, or one that runs `line`; in the node's home, which is made if it is not there.
pub fn command(settings: &SessionSettings, node: &Node, line: Option<&str>) -> io::Result<Command> {
    DirBuilder::new().recursive(true).mode(0o700).create(&node.home)?;
    let mut command = Command::new(&settings.launcher.program);
    command.args(&settings.launcher.arguments);
    match line {
        None => command.arg(&node.shell),
        Some(line) => command.args(["sh", "-c", line]),
    };
    command.current_dir(&node.home).env_clear().envs(environment(settings, node));
    Ok(command)
}

fn environment(settings: &SessionSettings, node: &Node) -> [(&'static str, OsString); 8] {
    [
        ("PATH", settings.path.clone()),
        ("HOME", node.home.clone().into()),
        ("SHELL", node.shell.clone().into()),
        ("USER", settings.user.clone().into()),
        ("LOGNAME", settings.user.clone().into()),
        ("TERM", "xterm-256color".into()),
        ("LANG", "C.UTF-8".into()),
        ("PS1", format!("[sandbox] {} $ ", node.name).into()),
    ]
}

/// The first output of a shell.
pub fn banner(settings: &SessionSettings, node: &Node) -> String {
    format!(
        "sandbox node {} ({}): a real shell of {} on this machine, in {}\r\n",
        node.name,
        node.id,
        settings.user,
        node.home.display()
    )
}
