//! What came of a command in all its places: what is missing is named, in the document too, and decides the exit code.

use std::collections::BTreeMap;

use super::sign_in::SignIn;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::{Failure, Gathering, Place, Reporter};
use crate::settings::Setting;

/// What a region says to credentials that are good elsewhere.
const NOT_ENABLED: [&str; 5] =
    ["UnrecognizedClient", "InvalidClientTokenId", "InvalidAccessKeyId", "OptInRequired", "AuthFailure"];

#[derive(Default)]
pub struct Ended {
    missing: Vec<Missing>,
    /// Places that know nothing of what was named. It may well be elsewhere.
    not_there: Vec<Missing>,
    not_enabled: BTreeMap<String, Vec<String>>,
    done: Vec<Outcome>,
}

/// A place without an answer, or a profile without any.
pub struct Missing {
    label: String,
    place: Place,
    error: anyhow::Error,
}

impl Missing {
    pub fn profile(profile: Option<Setting<String>>, error: anyhow::Error) -> Self {
        let profile = profile.map(|profile| profile.value);
        let label = profile.clone().unwrap_or_default();
        Missing { label, place: Place { profile, ..Place::default() }, error }
    }

    /// Without the number of the request, so that what is the same reads the same.
    fn line(&self) -> String {
        let report = Report::new(&self.error);
        let request = report.aws.as_ref().and_then(|aws| aws.request_id.as_deref());
        let line = report.line();
        request.map_or_else(|| line.clone(), |id| line.replace(&format!(" (request {id})"), ""))
    }
}

impl Ended {
    /// These have not signed in.
    pub fn without(missing: Vec<Missing>) -> Self {
        Ended { missing, ..Ended::default() }
    }

    /// What came of one place. Call it when all have ended: then the account is known.
    pub fn add(&mut self, sign_in: &SignIn, region: &str, outcome: Result<Outcome>) {
        let error = match outcome {
            Ok(outcome) => return self.done.push(outcome),
            Err(error) => error,
        };
        let report = Report::new(&error);
        if sign_in.takes_all && !crate::aws::is_open_to_all(region) && says_not_enabled(&report) {
            let profile = sign_in.profile.clone().unwrap_or_default();
            return self.not_enabled.entry(profile).or_default().push(region.to_owned());
        }
        let missing = Missing { label: sign_in.label(region), place: sign_in.of(Some(region)), error };
        match report.kind {
            Kind::NotFound => self.not_there.push(missing),
            _ => self.missing.push(missing),
        }
    }

    /// A sign-in whose account cannot be told: its places were not asked where a guard rail names the account.
    pub fn add_account(&mut self, sign_in: &SignIn, reporter: &Reporter) {
        let Some(Err(error)) = sign_in.known_account() else { return };
        let report = Report::new(error);
        if !sign_in.is_guarded() {
            if !self.done.is_empty() {
                let whose = sign_in.profile.as_ref().map(|profile| format!(" of {profile}"));
                let line = report.line();
                reporter.warn(format_args!("the account{} is not known: {line}", whose.unwrap_or_default()));
            }
            return;
        }
        let error = report
            .hints
            .iter()
            .fold(Error::new(report.kind, &report.message), |error, hint| error.hint(hint));
        let error = error.because_of(report.causes);
        let label = sign_in.profile.clone().unwrap_or_default();
        self.missing.push(Missing { label, place: sign_in.of(None), error: error.into() });
    }

    /// Ends the document and says what is missing.
    pub fn finish(mut self, gathering: &Gathering, reporter: &Reporter) -> Result<Outcome> {
        for (profile, regions) in &self.not_enabled {
            let whose = if profile.is_empty() { String::new() } else { format!("{profile}: ") };
            reporter.status(format_args!("{whose}passed over, as not enabled: {}", regions.join(", ")));
        }
        if self.done.is_empty() {
            self.missing.append(&mut self.not_there);
            return Err(self.failure(Kind::Failed));
        }
        for missing in &self.not_there {
            reporter.verbose(1, format_args!("{}: {}", missing.label, missing.line()));
        }
        for missing in &self.missing {
            gathering.failed(Failure::new(&Report::new(&missing.error), &missing.place));
        }
        gathering.finish()?;
        match self.missing.is_empty() {
            true => Ok(self.outcome()),
            false => Err(self.failure(Kind::Partial)),
        }
    }

    /// What is false somewhere is not so.
    fn outcome(&self) -> Outcome {
        let other = self.done.iter().find(|outcome| **outcome != Outcome::Done);
        other.copied().unwrap_or(Outcome::Done)
    }

    /// `kind`: where they do not fail alike, or did not all.
    fn failure(mut self, kind: Kind) -> anyhow::Error {
        let total = self.missing.len() + self.not_there.len() + self.done.len();
        if total == 1
            && let Some(only) = self.missing.pop()
        {
            return only.error;
        }
        let reports: Vec<Report> = self.missing.iter().map(|missing| Report::new(&missing.error)).collect();
        let first = reports.first().map(|report| report.kind);
        let alike = first.filter(|kind| self.done.is_empty() && reports.iter().all(|it| it.kind == *kind));
        let mut causes: Vec<(String, Vec<&str>)> = Vec::new();
        for missing in &self.missing {
            let line = missing.line();
            match causes.iter_mut().find(|(known, _)| *known == line) {
                Some((_, labels)) => labels.push(&missing.label),
                None => causes.push((line, vec![&missing.label])),
            }
        }
        let causes = causes.into_iter().map(|(line, labels)| format!("{}: {line}", labels.join(", ")));
        let message = format!("failed in {} of {total} places", self.missing.len());
        let error = Error::new(alike.unwrap_or(kind), message).because_of(causes.collect());
        let hints = reports.first().map(|report| report.hints.clone()).unwrap_or_default();
        hints.into_iter().fold(error, Error::hint).into()
    }
}

fn says_not_enabled(report: &Report) -> bool {
    let code = report.aws.as_ref().and_then(|aws| aws.code.as_deref()).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or(code);
    NOT_ENABLED.contains(&code.strip_suffix("Exception").unwrap_or(code))
}
