//! The environment of a command that runs inside a sandbox: it finds the sandbox, and nothing of the user's own AWS.
//! Pure: takes variables and gives variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::sandbox::Connection;

const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// The files that stand in for the user's AWS files.
pub struct AwsFiles<'a> {
    pub config: &'a Path,
    pub credentials: &'a Path,
}

/// `binaries`: the folder of the running opsctl.
pub fn environment<'a>(
    outside: impl Iterator<Item = (&'a OsStr, &'a OsStr)>,
    sandbox: &Connection,
    files: &AwsFiles<'_>,
    binaries: &Path,
) -> BTreeMap<OsString, OsString> {
    let kept = outside.filter(|(name, _)| !is_removed(name));
    let mut inside: BTreeMap<OsString, OsString> =
        kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut path = binaries.as_os_str().to_owned();
    if let Some(rest) = inside.get(OsStr::new("PATH")).filter(|rest| !rest.is_empty()) {
        path.push(":");
        path.push(rest);
    }
    let mut set = |name: &str, value: &OsStr| drop(inside.insert(name.into(), value.to_owned()));
    set("PATH", &path);
    set("AWS_CONFIG_FILE", files.config.as_os_str());
    set("AWS_SHARED_CREDENTIALS_FILE", files.credentials.as_os_str());
    let endpoint = sandbox.endpoint();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", &sandbox.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &sandbox.secret_access_key),
        ("AWS_REGION", &sandbox.region),
        ("AWS_DEFAULT_REGION", &sandbox.region),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // For botocore, whose prefixed host names would not resolve.
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
        ("NO_PROXY", "127.0.0.1,localhost"),
    ] {
        set(name, value.as_ref());
    }
    inside
}

/// Whatever could lead a command to the user's own AWS, or away from loopback.
fn is_removed(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b"AWS_")
        || name.starts_with(b"OPSCTL_")
        || PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    #[test]
    fn nothing_of_the_users_aws_is_left_and_the_sandbox_is_there() {
        let outside = [
            ("HOME", "/home/ann"),
            ("PATH", "/usr/bin:/bin"),
            ("AWS_PROFILE", "prod"),
            ("AWS_SESSION_TOKEN", "token"),
            ("AWS_ENDPOINT_URL_SSM", "https://ssm.example"),
            ("OPSCTL_PROFILE", "prod"),
            ("https_proxy", "http://proxy.example"),
            ("ALL_PROXY", "http://proxy.example"),
            ("MY_AWS_NOTE", "kept"),
        ];
        let outside = outside.iter().map(|(name, value)| (OsStr::new(name), OsStr::new(value)));
        let sandbox = Connection {
            port: 4566,
            region: "eu-west-1".into(),
            access_key_id: "AKIA".into(),
            secret_access_key: Zeroizing::new("secret".into()),
        };
        let files = AwsFiles { config: Path::new("/s/config"), credentials: Path::new("/s/credentials") };
        let inside = environment(outside, &sandbox, &files, Path::new("/opt/opsctl"));
        let shown: Vec<String> =
            inside.iter().map(|(name, value)| format!("{}={}", name.display(), value.display())).collect();
        assert_eq!(
            shown,
            [
                "AWS_ACCESS_KEY_ID=AKIA",
                "AWS_CONFIG_FILE=/s/config",
                "AWS_DEFAULT_REGION=eu-west-1",
                "AWS_DISABLE_HOST_PREFIX_INJECTION=true",
                "AWS_EC2_METADATA_DISABLED=true",
                "AWS_ENDPOINT_URL=http://127.0.0.1:4566",
                "AWS_REGION=eu-west-1",
                "AWS_SECRET_ACCESS_KEY=secret",
                "AWS_SHARED_CREDENTIALS_FILE=/s/credentials",
                "HOME=/home/ann",
                "MY_AWS_NOTE=kept",
                "NO_PROXY=127.0.0.1,localhost",
                "PATH=/opt/opsctl:/usr/bin:/bin",
            ]
        );
    }
}
