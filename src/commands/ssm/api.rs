//! The calls of Systems Manager that the group makes: paging, fallbacks, conversion into our model. It never
//! prints.

use std::collections::HashMap;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{
    DocumentKeyValuesFilter, InstanceInformationStringFilter, InstancePropertyFilterOperator,
    InstancePropertyStringFilter,
};

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::model::{Document, Filter, Grant, Node, Parameter};
use crate::aws::{self, AwsFailure};
use crate::error::{Error, Result};

/// The largest page of DescribeInstanceProperties.
const PROPERTIES_PAGE: i32 = 1000;
/// The largest page of DescribeInstanceInformation.
const INFORMATION_PAGE: i32 = 50;
/// The largest page of ListDocuments.
const DOCUMENTS_PAGE: i32 = 50;

/// Hands every page of nodes to `page` until it wants no more. DescribeInstanceProperties knows more and is
/// the newer permission: where it is denied, DescribeInstanceInformation answers.
pub async fn nodes(
    client: &Client,
    filters: &[Filter],
    page: &mut (dyn FnMut(Vec<Node>) -> Result<bool> + Send),
) -> Result<()> {
    let mut answer = match properties(client, filters, None).await {
        Err(PageError::Denied(denied)) => {
            return match by_information(client, filters, page).await {
                // The first refusal is the one that a policy should cure.
                Err(PageError::Denied(_)) => Err(denied.into()),
                other => other.map_err(PageError::into_inner),
            };
        }
        other => other.map_err(PageError::into_inner)?,
    };
    loop {
        // A page may be empty and still carry a token.
        if !page(answer.nodes)? || answer.next.is_none() {
            return Ok(());
        }
        answer = properties(client, filters, answer.next).await.map_err(PageError::into_inner)?;
    }
}

async fn by_information(
    client: &Client,
    filters: &[Filter],
    page: &mut (dyn FnMut(Vec<Node>) -> Result<bool> + Send),
) -> Result<(), PageError> {
    let mut token = None;
    loop {
        let answer = information(client, filters, token).await?;
        if !page(answer.nodes)? || answer.next.is_none() {
            return Ok(());
        }
        token = answer.next;
    }
}

/// Every node that the filters leave.
pub async fn all_nodes(client: &Client, filters: &[Filter]) -> Result<Vec<Node>> {
    let mut all = Vec::new();
    nodes(client, filters, &mut |page| {
        all.extend(page);
        Ok(true)
    })
    .await?;
    Ok(all)
}

struct Page {
    nodes: Vec<Node>,
    next: Option<String>,
}

enum PageError {
    /// Another call may serve.
    Denied(Error),
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for PageError {
    fn from(error: anyhow::Error) -> Self {
        PageError::Failed(error)
    }
}

impl PageError {
    fn into_inner(self) -> anyhow::Error {
        match self {
            PageError::Denied(error) => error.into(),
            PageError::Failed(error) => error,
        }
    }

    fn new<E>(error: &AwsFailure<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let built = aws::failure(error, "cannot list the nodes");
        if aws::is_denied(error) { PageError::Denied(built) } else { PageError::Failed(built.into()) }
    }
}

async fn properties(client: &Client, filters: &[Filter], token: Option<String>) -> Result<Page, PageError> {
    let filters = filters.iter().map(|filter| {
        InstancePropertyStringFilter::builder()
            .key(&filter.key)
            .set_values(Some(filter.values.clone()))
            .operator(InstancePropertyFilterOperator::Equal)
            .build()
    });
    let filters: Vec<_> = filters.collect::<Result<_, _>>().map_err(anyhow::Error::from)?;
    let answer = client
        .describe_instance_properties()
        .max_results(PROPERTIES_PAGE)
        .set_filters_with_operator((!filters.is_empty()).then_some(filters))
        .set_next_token(token)
        .send()
        .await
        .map_err(|error| PageError::new(&error))?;
    page(answer.instance_properties, answer.next_token)
}

async fn information(client: &Client, filters: &[Filter], token: Option<String>) -> Result<Page, PageError> {
    let filters = filters.iter().map(|filter| {
        InstanceInformationStringFilter::builder()
            .key(&filter.key)
            .set_values(Some(filter.values.clone()))
            .build()
    });
    let filters: Vec<_> = filters.collect::<Result<_, _>>().map_err(anyhow::Error::from)?;
    let answer = client
        .describe_instance_information()
        .max_results(INFORMATION_PAGE)
        .set_filters((!filters.is_empty()).then_some(filters))
        .set_next_token(token)
        .send()
        .await
        .map_err(|error| PageError::new(&error))?;
    page(answer.instance_information_list, answer.next_token)
}

fn page<T>(items: Option<Vec<T>>, next: Option<String>) -> Result<Page, PageError>
where
    Node: TryFrom<T, Error = Error>,
{
    let nodes = items.unwrap_or_default().into_iter().map(Node::try_from).collect::<Result<_, _>>();
    let page =
        Page { nodes: nodes.map_err(anyhow::Error::from)?, next: next.filter(|token| !token.is_empty()) };
    let more = if page.next.is_some() { "more follow" } else { "the last page" };
    tracing::debug!("a page of {} nodes, {more}", page.nodes.len());
    Ok(page)
}

/// The first page of the session documents, AWS's and one's own.
pub async fn session_documents(client: &Client) -> Result<Vec<Document>> {
    let sessions = DocumentKeyValuesFilter::builder().key("DocumentType").values("Session").build();
    let answer = client.list_documents().filters(sessions).max_results(DOCUMENTS_PAGE).send().await;
    let answer = answer.map_err(|error| aws::failure(&error, "cannot list the documents"))?;
    let documents = answer.document_identifiers.unwrap_or_default().into_iter();
    Ok(documents.map(Document::try_from).collect::<Result<_, _>>()?)
}

/// What a session is started with.
#[derive(Debug, Clone)]
pub struct StartSession<'a> {
    pub target: &'a str,
    pub document: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub parameters: &'a [Parameter],
}

/// The outcome that a caller may want to explain better than AWS does.
pub enum StartFailure {
    NotConnected(Error),
    Other(anyhow::Error),
}

pub async fn start_session(client: &Client, request: &StartSession<'_>) -> Result<Grant, StartFailure> {
    let mut parameters: HashMap<String, Vec<String>> = HashMap::new();
    for parameter in request.parameters {
        parameters.entry(parameter.name.clone()).or_default().push(parameter.value.clone());
    }
    let answer = client
        .start_session()
        .target(request.target)
        .set_document_name(request.document.map(str::to_owned))
        .set_reason(request.reason.map(str::to_owned))
        .set_parameters((!parameters.is_empty()).then_some(parameters))
        .send()
        .await;
    match answer {
        Ok(answer) => {
            grant(answer.session_id, answer.stream_url, answer.token_value).map_err(StartFailure::Other)
        }
        Err(error) => {
            let not_connected = error.as_service_error().is_some_and(|error| error.is_target_not_connected());
            let built = aws::failure(&error, format!("cannot start a session on {}", request.target));
            Err(if not_connected {
                StartFailure::NotConnected(built)
            } else {
                StartFailure::Other(built.into())
            })
        }
    }
}

fn grant(id: Option<String>, url: Option<String>, token: Option<String>) -> Result<Grant> {
    let member = |value: Option<String>, name: &str| {
        value.ok_or_else(|| Error::failed(format!("the answer of AWS has no {name} in StartSession")))
    };
    let session_id = member(id, "SessionId")?;
    let stream_url = member(url, "StreamUrl")?;
    let stream_url = stream_url.parse().map_err(|error: url::ParseError| {
        Error::failed("the StreamUrl of AWS is not an address").because(error)
    })?;
    Ok(Grant { session_id, stream_url, token: member(token, "TokenValue")? })
}

/// How a session may go on after a cut.
pub enum Resumed {
    Token {
        token: String,
        stream_url: Option<url::Url>,
    },
    /// The session has ended.
    Over,
}

pub async fn resume_session(client: &Client, session_id: &str) -> Result<Resumed, Error> {
    match client.resume_session().session_id(session_id).send().await {
        Ok(answer) => Ok(match answer.token_value.filter(|token| !token.is_empty()) {
            Some(token) => {
                Resumed::Token { token, stream_url: answer.stream_url.and_then(|url| url.parse().ok()) }
            }
            None => Resumed::Over,
        }),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_does_not_exist_exception()) => {
            Ok(Resumed::Over)
        }
        Err(error) => Err(aws::failure(&error, format!("cannot resume the session {session_id}"))),
    }
}

pub async fn terminate_session(client: &Client, session_id: &str) -> Result<(), Error> {
    match client.terminate_session().session_id(session_id).send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(aws::failure(&error, format!("cannot terminate the session {session_id}"))),
    }
}
