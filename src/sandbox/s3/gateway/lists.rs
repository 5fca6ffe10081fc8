//! ListObjectsV2, ListObjects and ListObjectVersions. The last is written out here: its versions and delete markers come
//! in one order, which the protocol's own types would lose.

use super::Gateway;
use super::convert::{etag, failure, time};
use crate::sandbox::s3::store::list::{Item, Page, Place, Query, VersionItem};
use crate::sandbox::s3::store::version::VersionId;
use crate::sandbox::s3::store::{errors, now};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    CommonPrefix, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object,
    ObjectStorageClass, RestoreStatus,
};
use s3s::{S3Result, s3_error};
use std::fmt::Write as _;

/// A page has at most so many entries, whatever is asked for.
const MOST: i32 = 1000;

/// As S3 encodes keys in lists.
const UNTOUCHED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/');

struct Form {
    encoded: bool,
}

impl Form {
    fn of(encoding: Option<&str>) -> S3Result<Self> {
        match encoding {
            None => Ok(Form { encoded: false }),
            Some("url") => Ok(Form { encoded: true }),
            Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    fn text(&self, text: &str) -> String {
        if self.encoded {
            utf8_percent_encode(text, UNTOUCHED).to_string().replace("%20", "+")
        } else {
            text.to_owned()
        }
    }
}

fn most(asked: Option<i32>) -> S3Result<usize> {
    let asked = asked.unwrap_or(MOST).min(MOST);
    usize::try_from(asked).map_err(|_| {
        s3_error!(InvalidArgument, "Argument maxKeys must be an integer between 0 and 2147483647")
    })
}

fn place(token: &str) -> S3Result<Place> {
    Place::of_token(token)
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

impl Gateway {
    /// Objects and rolled up prefixes of a page.
    fn entries(
        &self,
        page: Page<Item>,
        form: &Form,
        with_owner: bool,
        with_restore: bool,
    ) -> (Vec<Object>, Vec<CommonPrefix>) {
        let (mut objects, mut prefixes) = (Vec::new(), Vec::new());
        for item in page.items {
            match item {
                Item::Prefix(prefix) => prefixes.push(CommonPrefix { prefix: Some(form.text(&prefix)) }),
                Item::Object { key, version } => {
                    let Some(data) = version.data() else { continue };
                    let restore = version.attributes().restore.filter(|_| with_restore);
                    let algorithm = data.checksum.map(|checksum| checksum.digest.algorithm().name());
                    objects.push(Object {
                        checksum_algorithm: algorithm
                            .map(|name| vec![s3s::dto::ChecksumAlgorithm::from_static(name)]),
                        checksum_type: data.checksum.map(|checksum| {
                            s3s::dto::ChecksumType::from_static(super::convert::type_name(checksum.kind))
                        }),
                        e_tag: Some(etag(data.etag)),
                        key: Some(form.text(&key)),
                        last_modified: Some(time(version.modified)),
                        owner: with_owner.then(|| self.dto_owner()),
                        restore_status: restore.map(|restore| RestoreStatus {
                            is_restore_in_progress: Some(restore.is_under_way(now())),
                            restore_expiry_date: (!restore.is_under_way(now()))
                                .then(|| time(restore.expires)),
                        }),
                        size: i64::try_from(data.content.size()).ok(),
                        storage_class: Some(ObjectStorageClass::from_static(data.class.name())),
                    });
                }
            }
        }
        (objects, prefixes)
    }

    pub fn list_v2(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let form = Form::of(input.encoding_type.as_ref().map(|encoding| encoding.as_str()))?;
        let prefix = input.prefix.unwrap_or_default();
        let mut query = Query {
            prefix: &prefix,
            delimiter: input.delimiter.as_deref(),
            after: Place::Start,
            most: most(input.max_keys)?,
        };
        query.after = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => place(token)?,
            (None, Some(key)) => Place::after(&query, key),
            (None, None) => Place::Start,
        };
        let page = self.store.list(&input.bucket, &query).map_err(failure)?;
        let (next, count) = (page.next.as_ref().map(Place::token), page.items.len());
        let with_restore = input.optional_object_attributes.is_some_and(|attributes| !attributes.is_empty());
        let (contents, prefixes) = self.entries(page, &form, input.fetch_owner == Some(true), with_restore);
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            max_keys: i32::try_from(query.most).ok(),
            delimiter: query.delimiter.map(|delimiter| form.text(delimiter)),
            prefix: Some(form.text(&prefix)),
            key_count: i32::try_from(count).ok(),
            continuation_token: input.continuation_token,
            is_truncated: Some(next.is_some()),
            next_continuation_token: next,
            contents: Some(contents),
            common_prefixes: Some(prefixes),
            encoding_type: input.encoding_type,
            start_after: input.start_after.map(|key| form.text(&key)),
            request_charged: None,
        })
    }

    pub fn list_v1(&self, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
        let form = Form::of(input.encoding_type.as_ref().map(|encoding| encoding.as_str()))?;
        let prefix = input.prefix.unwrap_or_default();
        let marker = input.marker.unwrap_or_default();
        let mut query = Query {
            prefix: &prefix,
            delimiter: input.delimiter.as_deref(),
            after: Place::Start,
            most: most(input.max_keys)?,
        };
        query.after = Place::after(&query, &marker);
        let page = self.store.list(&input.bucket, &query).map_err(failure)?;
        let next = page.next.as_ref().map(|place| match place {
            Place::Key(key) | Place::Version(key, _) | Place::Prefix(key) => form.text(key),
            Place::Start => String::new(),
        });
        let (contents, prefixes) = self.entries(page, &form, true, false);
        Ok(ListObjectsOutput {
            name: Some(input.bucket),
            max_keys: i32::try_from(query.most).ok(),
            delimiter: query.delimiter.map(|delimiter| form.text(delimiter)),
            prefix: Some(form.text(&prefix)),
            marker: Some(form.text(&marker)),
            is_truncated: Some(next.is_some()),
            next_marker: next,
            contents: Some(contents),
            common_prefixes: Some(prefixes),
            encoding_type: input.encoding_type,
            request_charged: None,
        })
    }

    /// The document of a page of versions. `fields`: the query of the request.
    pub fn list_versions(&self, bucket: &str, fields: &[(String, String)]) -> S3Result<String> {
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let form = Form::of(field("encoding-type"))?;
        let asked = field("max-keys").map(str::parse::<i32>).transpose();
        let asked = asked.map_err(|_| {
            s3_error!(InvalidArgument, "Provided max-keys not an integer or within integer range")
        })?;
        let prefix = field("prefix").unwrap_or_default();
        let (key, id) =
            (field("key-marker").unwrap_or_default(), field("version-id-marker").unwrap_or_default());
        let mut query =
            Query { prefix, delimiter: field("delimiter"), after: Place::Start, most: most(asked)? };
        query.after = match (key, id) {
            (key, "") => Place::after(&query, key),
            ("", _) => {
                let message = "A version-id marker cannot be specified without a key marker.";
                return Err(s3_error!(InvalidArgument, "{message}"));
            }
            (key, id) => {
                let id = VersionId::parse(id).ok_or_else(|| failure(errors::invalid_version()))?;
                Place::Version(key.to_owned(), id)
            }
        };
        let page = self.store.list_versions(bucket, &query).map_err(failure)?;
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
        );
        let mut element = |name: &str, text: &str| {
            let _ = write!(xml, "<{name}>{}</{name}>", escape(text));
        };
        element("Name", bucket);
        element("Prefix", &form.text(prefix));
        element("KeyMarker", &form.text(key));
        element("VersionIdMarker", id);
        element("MaxKeys", &query.most.to_string());
        if let Some(delimiter) = query.delimiter {
            element("Delimiter", &form.text(delimiter));
        }
        if form.encoded {
            element("EncodingType", "url");
        }
        element("IsTruncated", if page.next.is_some() { "true" } else { "false" });
        match &page.next {
            Some(Place::Version(key, id)) => {
                element("NextKeyMarker", &form.text(key));
                element("NextVersionIdMarker", &id.to_string());
            }
            Some(Place::Key(key) | Place::Prefix(key)) => element("NextKeyMarker", &form.text(key)),
            Some(Place::Start) | None => {}
        }
        for item in &page.items {
            self.write_version(&mut xml, item, &form);
        }
        xml.push_str("</ListVersionsResult>");
        Ok(xml)
    }

    fn write_version(&self, xml: &mut String, item: &VersionItem, form: &Form) {
        let (key, version, latest) = match item {
            VersionItem::Prefix(prefix) => {
                let prefix = form.text(prefix);
                let _ = write!(xml, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escape(&prefix));
                return;
            }
            VersionItem::Version { key, version, latest } => (form.text(key), version, latest),
        };
        let name = if version.data().is_some() { "Version" } else { "DeleteMarker" };
        let modified = jiff::Timestamp::from_millisecond(version.modified).unwrap_or_default();
        let _ = write!(
            xml,
            "<{name}><Key>{}</Key><VersionId>{}</VersionId><IsLatest>{latest}</IsLatest><LastModified>{}</LastModified>\
             <Owner><ID>{}</ID></Owner>",
            escape(&key),
            version.id,
            modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            self.owner
        );
        if let Some(data) = version.data() {
            let _ = write!(
                xml,
                "<ETag>&quot;{}&quot;</ETag><Size>{}</Size><StorageClass>{}</StorageClass>",
                data.etag,
                data.content.size(),
                data.class.name()
            );
            if let Some(checksum) = data.checksum {
                let name = checksum.digest.algorithm().name();
                let kind = super::convert::type_name(checksum.kind);
                let _ = write!(
                    xml,
                    "<ChecksumAlgorithm>{name}</ChecksumAlgorithm><ChecksumType>{kind}</ChecksumType>"
                );
            }
        }
        let _ = write!(xml, "</{name}>");
    }
}

/// For XML. A carriage return would be read back as a line feed.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\r' => escaped.push_str("&#13;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
