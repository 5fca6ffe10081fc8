//! `[[documents]]` of `sandbox.toml`: session documents of one's own, each in a file beside it or as text.

use crate::input::toml::{Reader, Section, text, text_where};
use crate::sandbox::document::Document;
use std::path::Path;
use toml::Spanned;
use toml::de::DeValue;

/// `file`: that of the sandbox, in whose folder those of documents are looked for.
pub fn documents(reader: &mut Reader<'_>, file: &str, value: &Spanned<DeValue<'_>>) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    let tables = value.get_ref().as_array().into_iter().flat_map(|array| array.iter());
    let tables: Vec<_> = tables.map(|item| (item, item.get_ref().as_table())).collect();
    if tables.is_empty() || tables.iter().any(|(_, table)| table.is_none()) {
        reader.mistake(&value.span(), "`documents` must be tables: [[documents]]");
    }
    for (item, table) in tables {
        let Some(table) = table else { continue };
        let Some(document) = document(reader, file, Section::new(table), item) else { continue };
        if documents.iter().any(|other| other.name == document.name) {
            reader.mistake(&item.span(), format!("there is another document called `{}`", document.name));
        }
        documents.push(document);
    }
    documents
}

fn document(
    reader: &mut Reader<'_>,
    file: &str,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
) -> Option<Document> {
    let expected = "3 to 128 letters, digits, dots, dashes or underscores, not beginning with AWS or SSM";
    let unnamed = section.get("name").is_none();
    let name = section.value(reader, "name", text_where(expected, is_name));
    if unnamed {
        reader.mistake(&item.span(), "a document needs a `name`");
    }
    let path = section.value(reader, "file", text_where("the name of a file", |path| !path.is_empty()));
    let content = section.value(reader, "content", text);
    let source = section.get("content").or_else(|| section.get("file"));
    section.finish(reader);
    let (called, text) = match (path, content, source) {
        (Some(path), None, Some(source)) => {
            let path = Path::new(file).with_file_name(path);
            let called = path.display().to_string();
            match std::fs::read_to_string(&path) {
                Ok(text) => (called, text),
                Err(error) => {
                    reader.mistake(&source.span(), format!("cannot read {called}: {error}"));
                    return None;
                }
            }
        }
        (None, Some(content), Some(source)) => {
            let place = reader.at(&source.span(), "");
            (format!("{file}:{}:{} (content)", place.line, place.column), content)
        }
        (Some(_), Some(_), _) => {
            reader.mistake(&item.span(), "a document has a `file` or a `content`, not both");
            return None;
        }
        _ => {
            // One that is no text has been told.
            if source.is_none() {
                reader.mistake(&item.span(), "a document needs a `file` or a `content`");
            }
            return None;
        }
    };
    match Document::read(name.as_deref().unwrap_or_default(), &called, &text) {
        Ok(document) => name.map(|_| document),
        Err(mistakes) => {
            reader.mistakes_of_another(mistakes);
            None
        }
    }
}

/// Names that begin so are AWS's.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let of_aws =
        ["aws", "amazon", "amzn", "ssm"].iter().any(|start| text.to_ascii_lowercase().starts_with(start));
    (3..=128).contains(&text.len()) && text.bytes().all(allowed) && !of_aws
}
