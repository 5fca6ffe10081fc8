//! The user's browser: whether there is one, and how it is shown an address.

use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::settings::Environment;

/// Programs that show an address, each with its arguments, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser(Vec<Vec<String>>);

/// Stands for the address in `$BROWSER`.
const ADDRESS: &str = "%s";

impl Browser {
    /// That of `$BROWSER`, or that of the desktop. Over SSH there is none: it would not be on the machine of who looks on,
    /// and could not come back to this one.
    pub fn at_hand(env: &Environment) -> Option<Self> {
        if ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].iter().any(|name| env.get(name).is_some()) {
            return None;
        }
        if let Some(named) = env.text("BROWSER") {
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let lines: Vec<_> = named.split(':').map(words).filter(|line| !line.is_empty()).collect();
            return (!lines.is_empty()).then_some(Browser(lines));
        }
        let of_desktop = if cfg!(target_os = "macos") {
            "open"
        } else if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env.get(name).is_some()) {
            "xdg-open"
        } else {
            return None;
        };
        Some(Browser(vec![vec![of_desktop.to_owned()]]))
    }

    /// By the first of the programs that can be started; why by none.
    pub fn open(&self, address: &str) -> Result<Opened, String> {
        let mut why = Vec::new();
        for line in &self.0 {
            let [program, arguments @ ..] = line.as_slice() else { continue };
            let mut command = Command::new(program);
            command.args(arguments.iter().map(|word| word.replace(ADDRESS, address)));
            if !line.iter().any(|word| word.contains(ADDRESS)) {
                command.arg(address);
            }
            // A Ctrl-C in this terminal is not for it.
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
            match command.spawn() {
                Ok(child) => return Ok(Opened { program: program.clone(), child: Some(child) }),
                Err(error) => why.push(format!("{program}: {error}")),
            }
        }
        Err(why.join("; "))
    }
}

/// A browser on its way: it may be there as long as it is used, or hand the address on and end.
#[derive(Debug)]
pub struct Opened {
    program: String,
    child: Option<Child>,
}

impl Opened {
    /// Comes back when it has failed, and then alone.
    pub async fn failed(&mut self) -> String {
        if let Some(child) = &mut self.child {
            match child.wait().await {
                Ok(status) if !status.success() => return format!("{}: {status}", self.program),
                _ => self.child = None,
            }
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_hand(variables: &[(&str, &str)]) -> Option<Browser> {
        Browser::at_hand(&variables.iter().copied().collect())
    }

    #[test]
    fn a_browser_is_at_hand_where_somebody_can_see_it() {
        let named = |lines: &[&[&str]]| {
            let words = |line: &&[&str]| line.iter().map(ToString::to_string).collect();
            Some(Browser(lines.iter().map(words).collect()))
        };
        assert_eq!(at_hand(&[("BROWSER", "a -n %s:b")]), named(&[&["a", "-n", "%s"], &["b"]]));
        assert_eq!(at_hand(&[("BROWSER", "a"), ("SSH_CONNECTION", "1")]), None);
        assert_eq!(at_hand(&[("BROWSER", ":")]), None);
        if cfg!(target_os = "linux") {
            assert_eq!(at_hand(&[]), None);
            assert_eq!(at_hand(&[("WAYLAND_DISPLAY", "wayland-0")]), named(&[&["xdg-open"]]));
            assert_eq!(at_hand(&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1")]), None);
        }
    }

    #[tokio::test]
    async fn the_first_program_that_there_is_is_taken_and_its_failure_told() {
        let none = at_hand(&[("BROWSER", "/nowhere/one:/nowhere/two")]).unwrap();
        let why = none.open("http://x").unwrap_err();
        assert!(why.contains("/nowhere/one: ") && why.contains("; /nowhere/two: "), "{why}");
        let second = at_hand(&[("BROWSER", "/nowhere/one:false")]).unwrap();
        let mut opened = second.open("http://x").unwrap();
        assert!(opened.failed().await.starts_with("false: "));
    }
}
