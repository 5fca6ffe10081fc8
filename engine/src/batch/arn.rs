//! The few shapes of ARN that a job names.

use crate::manifest::is_bucket_name;

/// The six parts of an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let mut part = || parts.next();
        let arn = Arn {
            partition: part()?,
            service: part()?,
            region: part()?,
            account: part()?,
            resource: part()?,
        };
        (!arn.partition.is_empty() && !arn.resource.is_empty()).then_some(arn)
    }
}

/// The name in the ARN of a general purpose bucket.
pub fn bucket(arn: &str) -> Option<&str> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "s3")?;
    is_bucket_name(arn.resource).then_some(arn.resource)
}

/// Bucket and key in the ARN of an object.
pub fn object(arn: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "s3")?;
    let (bucket, key) = arn.resource.split_once('/')?;
    (is_bucket_name(bucket) && !key.is_empty()).then_some((bucket, key))
}

/// Whether this is the ARN of a directory bucket: `arn:aws:s3express:REGION:ACCOUNT:bucket/NAME`.
pub fn is_directory_bucket(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| arn.service == "s3express" && arn.resource.contains("bucket/"))
}

/// Account and name (with its path) in the ARN of a role.
pub fn role(arn: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "iam" && is_account(arn.account))?;
    let name = arn.resource.strip_prefix("role/").filter(|name| !name.is_empty())?;
    Some((arn.account, name))
}

pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A key's ARN; that of an alias is none.
pub fn is_kms_key(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| {
        arn.service == "kms"
            && !arn.region.is_empty()
            && is_account(arn.account)
            && arn.resource.starts_with("key/")
    })
}

/// How a function is named: its ARN, a part of one, or its name, each with a version or an alias or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'a> {
    pub region: Option<&'a str>,
    pub account: Option<&'a str>,
    pub name: &'a str,
    /// A version number, `$LATEST` or an alias.
    pub qualifier: Option<&'a str>,
}

impl<'a> Function<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        let (region, account, rest) = match Arn::parse(text) {
            Some(arn) if arn.service == "lambda" && is_account(arn.account) && !arn.region.is_empty() => {
                (Some(arn.region), Some(arn.account), arn.resource.strip_prefix("function:")?)
            }
            Some(_) => return None,
            None => match text.split_once(":function:") {
                Some((account, rest)) if is_account(account) => (None, Some(account), rest),
                Some(_) => return None,
                None => (None, None, text.strip_prefix("function:").unwrap_or(text)),
            },
        };
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        let plain = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let is_qualifier = |text: &str| text == "$LATEST" || plain(text);
        (plain(name) && qualifier.is_none_or(is_qualifier)).then_some(Function {
            region,
            account,
            name,
            qualifier,
        })
    }

    /// Whether what is invoked can change while a job runs: an alias, and whatever is newest.
    pub fn can_move(&self) -> bool {
        self.qualifier.is_none_or(|qualifier| !qualifier.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_arn_is_told_from_the_others() {
        assert_eq!(bucket("arn:aws:s3:::data-1"), Some("data-1"));
        assert_eq!(bucket("arn:aws-cn:s3:::data-1/key"), None);
        assert_eq!(object("arn:aws:s3:::data-1/a/b:c"), Some(("data-1", "a/b:c")));
        for arn in ["arn:aws:s3:::data-1", "arn:aws:s3:::data-1/", "s3://data-1/a", "arn:aws:sqs:::data-1/a"]
        {
            assert_eq!(object(arn), None, "{arn}");
        }
        assert!(is_directory_bucket("arn:aws:s3express:eu-west-1:111122223333:bucket/b--euw1-az1--x-s3"));
        assert!(!is_directory_bucket("arn:aws:s3:::data-1"));
        assert_eq!(role("arn:aws:iam::111122223333:role/team/batch"), Some(("111122223333", "team/batch")));
        for arn in ["arn:aws:iam::1111:role/batch", "arn:aws:iam::111122223333:user/batch", "batch"] {
            assert_eq!(role(arn), None, "{arn}");
        }
        assert!(is_kms_key("arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c"));
        assert!(!is_kms_key("arn:aws:kms:eu-west-1:111122223333:alias/data"));
    }

    #[test]
    fn a_function_is_named_in_every_way_the_service_takes() {
        for (text, region, name, qualifier, can_move) in [
            ("arn:aws:lambda:eu-west-1:111122223333:function:f:3", Some("eu-west-1"), "f", Some("3"), false),
            ("arn:aws:lambda:eu-west-1:111122223333:function:f", Some("eu-west-1"), "f", None, true),
            ("111122223333:function:f:live", None, "f", Some("live"), true),
            ("function:f:$LATEST", None, "f", Some("$LATEST"), true),
            ("f", None, "f", None, true),
        ] {
            let function = Function::parse(text).unwrap();
            assert_eq!(
                (function.region, function.name, function.qualifier),
                (region, name, qualifier),
                "{text}"
            );
            assert_eq!(function.can_move(), can_move, "{text}");
        }
        for text in ["", "a b", "f:", "f:a:b", "arn:aws:sqs:eu-west-1:111122223333:f", "x:function:f"] {
            assert_eq!(Function::parse(text), None, "{text}");
        }
    }
}
