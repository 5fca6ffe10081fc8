//! The list of the documents that sessions can be started with, and its filters. All filters must hold; of a filter's
//! values one is enough.

use super::command;
use super::{INTERACTIVE_COMMAND, NON_INTERACTIVE_COMMAND, PREFERENCES, ServiceError, ports};
use crate::sandbox::account::Account;
use crate::sandbox::services::PageRequest;
use aws_sdk_ssm::operation::list_documents::{ListDocumentsInput, ListDocumentsOutput};
use aws_sdk_ssm::types::{DocumentFormat, DocumentIdentifier, DocumentType, PlatformType};

const MOST_FILTERS: usize = 6;

pub struct Document<'a> {
    pub name: &'a str,
    pub of_aws: bool,
    pub kind: DocumentType,
    pub platforms: &'static [PlatformType],
}

const OF_COMMANDS: Document<'_> = Document {
    name: "",
    of_aws: true,
    kind: DocumentType::Session,
    platforms: &[PlatformType::Linux, PlatformType::Macos],
};
const OF_PORTS: Document<'_> = Document { name: "", of_aws: true, ..SAVED };
const SAVED: Document<'_> = Document {
    name: PREFERENCES,
    of_aws: false,
    kind: DocumentType::Session,
    platforms: &[PlatformType::Windows, PlatformType::Linux, PlatformType::Macos],
};

pub fn list(account: &Account, input: ListDocumentsInput) -> Result<ListDocumentsOutput, ServiceError> {
    account.authorize("ssm:ListDocuments", &account.arn("ssm", "*"))?;
    let list = format!("documents {:?} {:?}", input.filters, input.document_filter_list);
    let old = input.document_filter_list.unwrap_or_default().into_iter();
    let old = old.map(|filter| Filter::new(filter.key.as_str(), vec![filter.value]));
    let new = input.filters.unwrap_or_default().into_iter();
    let new =
        new.map(|filter| Filter::new(&filter.key.unwrap_or_default(), filter.values.unwrap_or_default()));
    let filters = old.chain(new).collect::<Result<Vec<_>, _>>()?;
    if filters.len() > MOST_FILTERS {
        let constraint = format!("have length less than or equal to {MOST_FILTERS}");
        return Err(ServiceError::constraint(format!("{} filters", filters.len()), "filters", constraint));
    }
    let kept = all(account).filter(|document| filters.iter().all(|filter| filter.keeps(document)));
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        sizes: 1..=50,
    };
    let page = account.pages.page(&list, kept.collect(), &request)?;
    Ok(ListDocumentsOutput::builder()
        .set_document_identifiers(Some(
            page.items.iter().map(|document| identifier(account, document)).collect(),
        ))
        .set_next_token(page.next_token)
        .build())
}

/// Every document, the preferences only where they are saved.
fn all(account: &Account) -> impl Iterator<Item = Document<'_>> {
    let sessions = [INTERACTIVE_COMMAND, NON_INTERACTIVE_COMMAND];
    let sessions = sessions.into_iter().map(|name| Document { name, ..OF_COMMANDS });
    let saved = account.settings.preferences.as_ref().map(|_| SAVED);
    let own = account.settings.documents.iter().map(|document| Document { name: &document.name, ..SAVED });
    let commands = command::ALL.into_iter().map(|document| Document {
        name: document.name,
        of_aws: true,
        kind: DocumentType::Command,
        platforms: document.platforms,
    });
    let ports = ports::ALL.iter().map(|document| Document { name: document.name, ..OF_PORTS });
    sessions.chain(ports).chain(saved).chain(own).chain(commands)
}

pub fn find<'a>(account: &'a Account, name: &str) -> Option<Document<'a>> {
    all(account).find(|document| document.name == name)
}

fn identifier(account: &Account, document: &Document<'_>) -> DocumentIdentifier {
    let owner = if document.of_aws { "Amazon" } else { &account.identity.account };
    DocumentIdentifier::builder()
        .name(document.name)
        .owner(owner)
        .created_date(account.started.into())
        .set_platform_types(Some(document.platforms.to_vec()))
        .document_version("1")
        .document_type(document.kind.clone())
        .document_format(DocumentFormat::Json)
        .schema_version(if document.kind == DocumentType::Command { "2.2" } else { "1.0" })
        .build()
}

struct Filter {
    key: Key,
    values: Vec<String>,
}

#[derive(PartialEq)]
enum Key {
    /// The beginning of it.
    Name,
    Owner,
    PlatformTypes,
    DocumentType,
    /// Known to AWS; no document of the sandbox has any.
    TargetTypeOrTag,
}

impl Filter {
    fn new(key: &str, values: Vec<String>) -> Result<Self, ServiceError> {
        let key = match key {
            "Name" => Key::Name,
            "Owner" => Key::Owner,
            "PlatformTypes" => Key::PlatformTypes,
            "DocumentType" => Key::DocumentType,
            "TargetType" => Key::TargetTypeOrTag,
            tag if tag.strip_prefix("tag:").is_some_and(|tag| !tag.is_empty()) => Key::TargetTypeOrTag,
            key => {
                return Err(ServiceError::new(
                    "InvalidFilterKey",
                    format!("The filter key {key} is not valid."),
                ));
            }
        };
        if values.is_empty() || values.iter().any(String::is_empty) {
            let constraint = "have at least one value, none of them empty";
            return Err(ServiceError::constraint(format!("{values:?}"), "filters.values", constraint));
        }
        if key == Key::Owner && values.len() > 1 {
            return Err(ServiceError::validation("Only one Owner can be specified in a request."));
        }
        Ok(Filter { key, values })
    }

    fn keeps(&self, document: &Document<'_>) -> bool {
        let owners: &[&str] = if document.of_aws { &["Amazon", "Public"] } else { &["Self", "Private"] };
        self.values.iter().any(|value| match self.key {
            Key::Name => document.name.starts_with(value.as_str()),
            Key::Owner => owners.contains(&value.as_str()),
            Key::PlatformTypes => document.platforms.iter().any(|platform| platform.as_str() == value),
            Key::DocumentType => value == document.kind.as_str(),
            Key::TargetTypeOrTag => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::services::testing::{account, call};
    use serde_json::{Value, json};

    fn names(settings: &str, input: Value) -> Result<Vec<String>, String> {
        let answer = call(&account(settings), "ssm", "AmazonSSM.ListDocuments", input);
        let answer = answer.map_err(|error| error.code.into_owned())?;
        let documents = answer["DocumentIdentifiers"].as_array().unwrap();
        Ok(documents.iter().map(|document| document["Name"].as_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn filters_keep_what_all_of_them_keep() {
        let of_ports: Vec<&str> = ports::ALL.iter().map(|document| document.name).collect();
        let of_commands = ["AWS-RunShellScript", "AWS-RunPowerShellScript"];
        let sessions_of_aws = [&[INTERACTIVE_COMMAND, NON_INTERACTIVE_COMMAND], &of_ports[..]].concat();
        let sessions = &[&sessions_of_aws[..], &[PREFERENCES]].concat()[..];
        let all = &[sessions, &of_commands].concat()[..];
        let of_aws = &[&sessions_of_aws[..], &of_commands].concat()[..];
        let windows = &[&of_ports[..], &["AWS-RunPowerShellScript"]].concat()[..];
        let filter = |key: &str, values: &[&str]| json!({ "Key": key, "Values": values });
        for (filters, expected) in [
            (json!([]), all),
            (json!([filter("DocumentType", &["Session"])]), sessions),
            (json!([filter("DocumentType", &["Command"])]), &of_commands),
            (json!([filter("Owner", &["Self"])]), &[PREFERENCES]),
            (json!([filter("Owner", &["Amazon"])]), of_aws),
            (json!([filter("Name", &["AWS-Start", "none"])]), &sessions_of_aws),
            (json!([filter("PlatformTypes", &["Windows"]), filter("Name", &["SSM-"])]), &[PREFERENCES]),
            (json!([filter("PlatformTypes", &["Windows"]), filter("Owner", &["Amazon"])]), windows),
            (json!([filter("tag:team", &["web"])]), &[]),
        ] {
            let found = names("[preferences]", json!({ "Filters": filters })).unwrap();
            assert_eq!(found, expected, "{filters}");
        }
        let old = json!({ "DocumentFilterList": [{ "key": "Owner", "value": "Self" }] });
        assert_eq!(names("[preferences]", old).unwrap(), [PREFERENCES]);
        assert_eq!(names("", json!({})).unwrap(), of_aws);
    }

    #[test]
    fn documents_of_ones_own_are_listed_and_can_be_read() {
        let settings = "[[documents]]\nname = \"Mine\"\n\
                        content = '{ \"schemaVersion\": \"1.0\", \"sessionType\": \"Standard_Stream\" }'\n";
        let own = json!({ "Filters": [{ "Key": "Owner", "Values": ["Self"] }] });
        assert_eq!(names(settings, own).unwrap(), ["Mine"]);
        let content = |name: &str| {
            let answer = call(&account(settings), "ssm", "AmazonSSM.GetDocument", json!({ "Name": name }));
            let answer = answer.map_err(|error| error.code.into_owned())?;
            Ok::<Value, String>(serde_json::from_str(answer["Content"].as_str().unwrap()).unwrap())
        };
        let expected = json!({ "schemaVersion": "1.0", "sessionType": "Standard_Stream" });
        assert_eq!(content("Mine"), Ok(expected));
        let command = content(NON_INTERACTIVE_COMMAND).unwrap();
        assert_eq!(command["sessionType"], "NonInteractiveCommands");
        assert_eq!(command["parameters"]["separateOutputStream"]["allowedValues"], json!(["true", "false"]));
        assert_eq!(content("Yours"), Err("InvalidDocument".to_owned()));
    }

    #[test]
    fn pages_and_mistakes() {
        let account = account("page_size = 6\n[preferences]");
        let page = |input: Value| call(&account, "ssm", "AmazonSSM.ListDocuments", input).unwrap();
        let first = page(json!({ "MaxResults": 50 }));
        let second = page(json!({ "NextToken": first["NextToken"] }));
        assert_eq!(first["DocumentIdentifiers"][0]["Owner"], "Amazon");
        assert_eq!(second["DocumentIdentifiers"][0]["Owner"], "111122223333");
        assert_eq!(second.get("NextToken"), None);
        for (input, code) in [
            (json!({ "MaxResults": 51 }), "ValidationException"),
            (json!({ "Filters": [{ "Key": "Colour", "Values": ["red"] }] }), "InvalidFilterKey"),
            (json!({ "Filters": [{ "Key": "Name", "Values": [] }] }), "ValidationException"),
            (json!({ "Filters": [{ "Key": "Owner", "Values": ["Self", "Amazon"] }] }), "ValidationException"),
            (json!({ "NextToken": "x" }), "InvalidNextToken"),
        ] {
            assert_eq!(names("", input.clone()), Err(code.to_owned()), "{input}");
        }
        let denied = names("[deny]\nactions = [\"ssm:ListDocuments\"]", json!({}));
        assert_eq!(denied, Err("AccessDeniedException".to_owned()));
    }
}
