//! Candidates for the values of the options that every command takes.

use crate::aws;
use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::sandbox;

pub fn profiles() -> ArgValueCompleter {
    completion::local(async |_| {
        let profiles = aws::known_profiles().await?.into_iter();
        Ok(profiles.map(|profile| Candidate::new(profile.name).described(profile.about)).collect())
    })
}

/// The places to log in at.
pub fn sso_sessions() -> ArgValueCompleter {
    completion::local(async |_| {
        let sessions = aws::known_sso_sessions().await?.into_iter();
        Ok(sessions.map(|(name, about)| Candidate::new(name).described(about)).collect())
    })
}

pub fn regions() -> ArgValueCompleter {
    completion::fixed(|| {
        aws::REGIONS.iter().map(|(region, place)| Candidate::new(*region).described(*place)).collect()
    })
}

/// For `--regions`.
pub fn places() -> ArgValueCompleter {
    completion::fixed(|| {
        let all = Candidate::new(aws::ALL_REGIONS).described("all that are enabled");
        let regions = aws::REGIONS.iter();
        let regions = regions.map(|(region, place)| Candidate::new(*region).described(*place));
        std::iter::once(all).chain(regions).collect()
    })
}

/// The folders of those that run.
pub fn sandboxes() -> ArgValueCompleter {
    completion::local(async |ctx| {
        let running = sandbox::state::running(&ctx.state_dir()?)?.into_iter();
        Ok(running
            .map(|found| {
                let about = format!("{}, {}", found.connection.endpoint(), found.connection.region);
                Candidate::new(found.folder.display().to_string()).described(about)
            })
            .collect())
    })
}
