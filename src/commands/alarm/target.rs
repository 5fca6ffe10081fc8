//! How an alarm is named on a command line, and which one is meant: by its whole name or its ARN, and where several are
//! meant by a pattern too. A name may have any character of a pattern in it, so what is called so comes first.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use opsctl_engine::{glob, nearest};

use super::api::{Alarms, Selection};
use super::model::Alarm;
use crate::error::{Error, Kind, Result};

/// In characters.
const LONGEST: usize = 255;
/// Names that are looked through for a near match, in pages of the list.
const PAGES_FOR_NEAR: usize = 10;

/// An alarm as it was typed: `name`, or one of its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmName {
    Name(String),
    Arn(AlarmArn),
}

/// `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmArn {
    pub partition: String,
    pub region: String,
    pub account: String,
    pub name: String,
}

impl AlarmArn {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(7, ':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let is_arn = next() == Some("arn");
        let partition = next()?.to_owned();
        let is_of_service = next() == Some("cloudwatch");
        let (region, account) = (next()?.to_owned(), next()?.to_owned());
        let is_alarm = next() == Some("alarm");
        let name = next()?.to_owned();
        (is_arn && is_of_service && is_alarm).then_some(AlarmArn { partition, region, account, name })
    }
}

impl fmt::Display for AlarmArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AlarmArn { partition, region, account, name } = self;
        write!(f, "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}")
    }
}

impl FromStr for AlarmName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(arn) = AlarmArn::parse(text) {
            return Ok(AlarmName::Arn(arn));
        }
        if text.starts_with("arn:aws") {
            return Err("the ARN is not that of an alarm".to_owned());
        }
        check_name(text)?;
        Ok(AlarmName::Name(text.to_owned()))
    }
}

/// The service's rules of names.
pub fn check_name(name: &str) -> Result<(), String> {
    match name.chars().count() {
        0 => Err("an alarm has a name".to_owned()),
        1..=LONGEST if !name.chars().any(|c| c.is_ascii_control()) => Ok(()),
        1..=LONGEST => Err("the name of an alarm has no control characters".to_owned()),
        length => {
            Err(format!("the name of an alarm has at most {LONGEST} characters, and this has {length}"))
        }
    }
}

impl AlarmName {
    pub fn name(&self) -> &str {
        match self {
            AlarmName::Name(name) => name,
            AlarmName::Arn(arn) => &arn.name,
        }
    }

    /// Whether it can stand for others than the one that is called so.
    pub fn is_pattern(&self) -> bool {
        matches!(self, AlarmName::Name(name) if glob::is_pattern(name))
    }

    /// Whether an alarm is meant: one that is called so, or one that is like the pattern.
    pub fn takes(&self, alarm: &Alarm) -> bool {
        self.fits(alarm.name()) && self.is_there(alarm)
    }

    /// Whether it is the one that is called so.
    fn is_of(&self, alarm: &Alarm) -> bool {
        alarm.name() == self.name() && self.is_there(alarm)
    }

    /// Whether an alarm is in the account that is named: names are the same in many.
    fn is_there(&self, alarm: &Alarm) -> bool {
        match self {
            AlarmName::Name(_) => true,
            AlarmName::Arn(named) => {
                AlarmArn::parse(alarm.arn()).is_none_or(|arn| arn.account == named.account)
            }
        }
    }

    /// The same for what is only known by its name.
    pub fn fits(&self, name: &str) -> bool {
        match self {
            AlarmName::Name(meant) => meant == name || glob::fits(meant, name),
            AlarmName::Arn(arn) => arn.name == name,
        }
    }

    /// Whether it can be in the region that is asked.
    pub fn check(&self, alarms: &Alarms) -> Result<(), Error> {
        match self {
            AlarmName::Arn(arn) => alarms.check_region(arn),
            AlarmName::Name(_) => Ok(()),
        }
    }

    /// The one alarm that is called so.
    pub async fn find(&self, alarms: &Alarms) -> Result<Alarm> {
        match self.find_if_any(alarms).await? {
            Some(alarm) => Ok(alarm),
            None => Err(missing(self, alarms).await),
        }
    }

    /// The same; nothing where none is called so.
    pub async fn find_if_any(&self, alarms: &Alarms) -> Result<Option<Alarm>> {
        self.check(alarms)?;
        let names = vec![self.name().to_owned()];
        let found = alarms.described(Selection { names, ..Selection::default() }).await?;
        Ok(found.into_iter().find(|alarm| self.is_of(alarm)))
    }
}

/// The alarms that are meant by names and patterns, each once, in the order they are named. A name that none has, and a
/// pattern that none is like, is an error.
pub async fn find_all(named: &[AlarmName], alarms: &Alarms) -> Result<Vec<Alarm>> {
    for name in named {
        name.check(alarms)?;
    }
    let names: Vec<String> = named.iter().map(|name| name.name().to_owned()).collect();
    let exact = alarms.described(Selection { names, ..Selection::default() }).await?;
    let (mut seen, mut all) = (HashSet::new(), Vec::new());
    for name in named {
        let called_so: Vec<Alarm> = exact.iter().filter(|alarm| name.is_of(alarm)).cloned().collect();
        let meant = match called_so.is_empty() {
            false => called_so,
            true if name.is_pattern() => like(name, alarms).await?,
            true => return Err(missing(name, alarms).await),
        };
        if meant.is_empty() {
            let message = format!("no alarm is like {}", name.name());
            return Err(Error::not_found(message).hint("opsctl alarm list").into());
        }
        all.extend(meant.into_iter().filter(|alarm| seen.insert(alarm.name().to_owned())));
    }
    Ok(all)
}

/// The alarms that a pattern fits.
async fn like(pattern: &AlarmName, alarms: &Alarms) -> Result<Vec<Alarm>> {
    let mut all = alarms.described(Selection { prefix: prefix(pattern), ..Selection::default() }).await?;
    all.retain(|alarm| pattern.takes(alarm));
    Ok(all)
}

/// What the service can be asked for in the place of a pattern.
pub fn prefix(pattern: &AlarmName) -> Option<String> {
    let prefix = glob::beginning(pattern.name());
    (!prefix.is_empty()).then(|| prefix.to_owned())
}

/// The error about a name that no alarm has, with the name that may have been meant.
pub async fn missing(named: &AlarmName, alarms: &Alarms) -> anyhow::Error {
    let error = Error::not_found(format!("no alarm is called {}", named.name()));
    if let AlarmName::Arn(arn) = named
        && let Ok(account) = alarms.account().await
        && account != arn.account
    {
        let message =
            format!("the ARN is of the account {}, and the credentials are of {account}", arn.account);
        return error.hint(message).into();
    }
    match near(named.name(), alarms).await {
        Ok(Some(near)) => error.hint(format!("did you mean {near}?")).into(),
        Ok(None) => error.hint("opsctl alarm list").into(),
        // Who may not look whether it is there is told that.
        Err(denied) if denied.downcast_ref::<Error>().is_some_and(|it| it.kind() == Kind::Denied) => denied,
        Err(_) => error.into(),
    }
}

async fn near(name: &str, alarms: &Alarms) -> Result<Option<String>> {
    let names = names_of_all(alarms).await?;
    Ok(nearest(name, names.iter().map(String::as_str)).map(str::to_owned))
}

/// The names of all alarms that are looked through for a near match.
pub async fn names_of_all(alarms: &Alarms) -> Result<Vec<String>> {
    let mut pages = alarms.describe(Selection::default());
    let mut names: Vec<String> = Vec::new();
    for _ in 0..PAGES_FOR_NEAR {
        let Some(page) = pages.next().await? else { break };
        names.extend(page.iter().map(|alarm| alarm.name().to_owned()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::super::model::AlarmType;
    use super::super::model::tests::alarm;
    use super::*;
    use serde_json::json;

    #[test]
    fn an_alarm_is_named_by_a_name_with_any_character_or_by_its_arn() {
        for name in ["cpu", "a b/c:d (prod) \u{e9}*?[x]", "arn:", "-x", &"ü".repeat(255)] {
            assert_eq!(name.parse(), Ok(AlarmName::Name(name.to_owned())), "{name}");
        }
        let text = "arn:aws-cn:cloudwatch:cn-north-1:111122223333:alarm:a:b c";
        let AlarmName::Arn(arn) = text.parse().unwrap() else { panic!("it is an ARN") };
        assert_eq!((arn.region.as_str(), arn.name.as_str()), ("cn-north-1", "a:b c"));
        assert_eq!(arn.to_string(), text);
        for (text, expected) in [
            ("", "an alarm has a name"),
            ("a\tb", "the name of an alarm has no control characters"),
            ("arn:aws:sns:eu-west-1:111122223333:alarms", "the ARN is not that of an alarm"),
            ("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:", "the ARN is not that of an alarm"),
        ] {
            assert_eq!(text.parse::<AlarmName>(), Err(expected.to_owned()), "{text}");
        }
        let error = "x".repeat(256).parse::<AlarmName>().unwrap_err();
        assert_eq!(error, "the name of an alarm has at most 255 characters, and this has 256");
    }

    #[test]
    fn a_pattern_takes_what_is_like_it_and_what_is_called_so() {
        let called = |name: &str| alarm(AlarmType::Metric, json!({ "AlarmName": name }));
        let named = |text: &str| text.parse::<AlarmName>().unwrap();
        for (text, name, expected) in [
            ("api-*", "api-5xx", true),
            ("api-*", "web", false),
            ("why?", "why?", true),
            ("api", "api-5xx", false),
            ("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:api*", "api-5xx", false),
        ] {
            assert_eq!(named(text).takes(&called(name)), expected, "{text} {name}");
        }
        assert_eq!(prefix(&named("api-*-5xx")).as_deref(), Some("api-"));
        assert_eq!(prefix(&named("*")), None);
    }
}
