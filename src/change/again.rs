//! The command that does something again, as it can be pasted: with the options that lead to the same account, quoted
//! for a shell.

use std::borrow::Cow;

use opsctl_engine::asl::arn::StatesArn;

use crate::cli::GlobalArgs;
use crate::error::Error;

/// `opsctl` with the options of the place and `words`. An ARN among them says itself which region it is in.
pub fn again<'a>(global: &GlobalArgs, words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let named = words.iter().find_map(|word| StatesArn::parse(word).ok()).map(|arn| arn.region);
    let region = global.region.as_ref().map(|region| named.unwrap_or_else(|| region.clone()));
    let mut line = vec!["opsctl".to_owned()];
    if let Some(dir) = &global.sandbox {
        let dir = dir.to_string_lossy();
        line.push(if dir.is_empty() { "--sandbox".to_owned() } else { format!("--sandbox={dir}") });
    }
    let places =
        [("--profile", &global.profile), ("--region", &region), ("--endpoint-url", &global.endpoint_url)];
    for (name, value) in places {
        if let Some(value) = value {
            line.extend([name.to_owned(), value.clone()]);
        }
    }
    line.extend(words.iter().map(|word| (*word).to_owned()));
    line.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Commands of a group that an error hints at lead to the same place: the account, the region, the sandbox of this one.
pub fn placed(mut error: anyhow::Error, global: &GlobalArgs, group: &str) -> anyhow::Error {
    if let Some(ours) = error.downcast_mut::<Error>() {
        let here = again(global, [group, ""]).trim_end_matches("''").to_owned();
        ours.reword_hints(|hint| hint.replace(&format!("opsctl {group} "), &here));
    }
    error
}

/// One word of a shell.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_comes_first_and_words_are_quoted() {
        let global = GlobalArgs {
            profile: Some("my prod".into()),
            region: Some("eu-west-1".into()),
            ..GlobalArgs::default()
        };
        let line = again(&global, ["ssm", "session", "terminate", "it's", ""]);
        assert_eq!(line, r"opsctl --profile 'my prod' --region eu-west-1 ssm session terminate 'it'\''s' ''");
        let arn = "arn:aws:states:us-east-2:111122223333:execution:pay:run-1";
        let line = again(&GlobalArgs { profile: None, ..global }, ["sfn", "watch", arn]);
        assert_eq!(line, format!("opsctl --region us-east-2 sfn watch {arn}"));
        let sandbox = |dir: &str| GlobalArgs { sandbox: Some(dir.into()), ..GlobalArgs::default() };
        assert_eq!(again(&sandbox(""), ["whoami"]), "opsctl --sandbox whoami");
        assert_eq!(again(&sandbox("a b"), ["whoami"]), "opsctl '--sandbox=a b' whoami");
    }
}
