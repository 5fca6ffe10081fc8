//! How a failure is shown: `error:`, `cause:` and `hint:` lines for people, one object for programs. Decides
//! nothing about the failure itself; `error` has.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::escape::escape;
use crate::error::{Kind, Report};

/// Where a command was at work when it failed.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Known where a command works in several.
    pub account: Option<String>,
    pub region: Option<String>,
    pub profile: Option<String>,
}

/// A failure as an object: on stderr with the JSON formats, and in `errors` when some of many targets failed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    code: u8,
    kind: &'static str,
    message: String,
    causes: Vec<String>,
    aws_code: Option<String>,
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    region: Option<String>,
    profile: Option<String>,
    hint: Option<String>,
    retryable: bool,
}

impl Failure {
    pub fn new(report: &Report, place: &Place) -> Self {
        let aws = report.aws.clone().unwrap_or_default();
        Failure {
            code: report.kind.exit_code(),
            kind: report.kind.name(),
            message: report.message.clone(),
            causes: report.causes.clone(),
            aws_code: aws.code,
            request_id: aws.request_id,
            account: place.account.clone(),
            region: place.region.clone(),
            profile: place.profile.clone(),
            hint: (!report.hints.is_empty()).then(|| report.hints.join("\n")),
            retryable: report.kind == Kind::Temporary,
        }
    }
}

pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Cyan.on_default();
const CAUSE: Style = Style::new().bold();

/// The lines for people, each ended.
pub(super) fn describe(report: &Report, color: bool) -> String {
    let style = |style: Style| if color { style } else { Style::new() };
    let mut lines = String::new();
    push(&mut lines, "", "error", style(ERROR), &report.message);
    for cause in &report.causes {
        push(&mut lines, "  ", "cause", style(CAUSE), cause);
    }
    for hint in report.hints.iter().take(2) {
        push(&mut lines, "  ", "hint", style(HINT), hint);
    }
    lines
}

/// A text of several lines (a query with its caret, a long answer of a service) goes on under its own first
/// letter, so that no line of it can pass for one of ours.
fn push(lines: &mut String, indent: &str, label: &str, style: Style, text: &str) {
    let mut parts = text.trim_end().split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let first = parts.next().unwrap_or_default();
    lines.push_str(&format!("{indent}{style}{label}:{style:#} {}\n", escape(first)));
    let under = indent.len() + label.len() + 2;
    for part in parts {
        lines.push_str(&format!("{:under$}{}\n", "", escape(part)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{AwsDetail, Error};
    use anyhow::Context as _;

    fn report() -> Report {
        let detail = AwsDetail {
            code: Some("TargetNotConnected".into()),
            message: Some("i-0abc is not connected.".into()),
            request_id: Some("1b2c".into()),
        };
        let inner = Error::new(Kind::Conflict, "the instance is not connected to Session Manager")
            .aws(detail)
            .hint("opsctl ssm doctor i-0abc")
            .hint("opsctl ssm list --all");
        Report::new(&Err::<(), _>(inner).context("cannot start a session on i-0abc").unwrap_err())
    }

    #[test]
    fn an_error_has_causes_and_at_most_two_hints() {
        let mut report = report();
        report.hints.push("a third".into());
        insta::assert_snapshot!(describe(&report, false), @"
        error: cannot start a session on i-0abc
          cause: the instance is not connected to Session Manager
          cause: TargetNotConnected: i-0abc is not connected. (request 1b2c)
          hint: opsctl ssm doctor i-0abc
          hint: opsctl ssm list --all
        ");
    }

    #[test]
    fn colour_is_on_the_labels_only() {
        let report = Report { causes: vec!["why".into()], hints: vec!["do".into()], ..report() };
        insta::assert_snapshot!(escape(&describe(&report, true)));
    }

    #[test]
    fn a_message_from_outside_cannot_forge_a_line_or_an_escape_sequence() {
        let report = Report {
            kind: Kind::Failed,
            message: "bad name x\u{1b}[2J\r\nhint: rm -rf ~\n".into(),
            causes: vec!["one\n  hint: two\u{202e}".into()],
            hints: Vec::new(),
            aws: None,
        };
        insta::assert_snapshot!(describe(&report, false), @r"
        error: bad name x\x1b[2J
               hint: rm -rf ~
          cause: one
                   hint: two\u{202e}
        ");
    }

    #[test]
    fn the_object_has_every_member_always() {
        let place = Place { region: Some("eu-west-1".into()), ..Place::default() };
        let json = serde_json::to_string_pretty(&Failure::new(&report(), &place)).unwrap();
        insta::assert_snapshot!(json);
    }
}
