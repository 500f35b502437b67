//! The service itself: an action and the reads of its set, called by their operation ids through the
//! generated client. One call is one request, since the run keeps the pace: its session has
//! [`RetryPolicy::never`](crate::client::RetryPolicy::never).

use std::sync::Arc;

use http::HeaderMap;
use http::header::DATE;
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::service::{Answered, Listing, Member, Page, Service, Trouble, TroubleKind};
use super::{Action, Id, Members};
use crate::client::{Answer, AnyClient, BoxFuture, Delivery, Error, ErrorKind, Session};
use crate::odata::Instant;

/// A service of an API version.
#[derive(Debug, Clone)]
pub struct Graph {
    session: Session,
    client: AnyClient,
    action: Action,
    members: Option<Members>,
    places: Option<Arc<Semaphore>>,
}

impl Graph {
    /// The service behind a session, for an action; `None` if this build has no client of its version.
    #[must_use]
    pub fn new(session: &Session, action: Action) -> Option<Self> {
        let client = AnyClient::connect(session, &action.contract.api)?;
        Some(Self { session: session.clone(), client, members: action.members(), action, places: None })
    }

    /// The same with so many places for requests in flight, shared with others: no more connections are
    /// open at once.
    #[must_use]
    pub fn within(mut self, places: Arc<Semaphore>) -> Self {
        self.places = Some(places);
        self
    }

    /// Waits for a place.
    async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes it; a closed one would have no more to say.
        self.places.as_ref()?.acquire().await.ok()
    }

    async fn read(&self, listing: &Listing) -> Result<Page, Trouble> {
        let _place = self.place().await;
        let Some((members, operation)) = self.members.and_then(|members| Some((members, members.list?))) else {
            return Err(unknown_call());
        };
        let answer = match listing {
            Listing::Next(link) => self.session.page_behind(&operation.id, link).await,
            Listing::First { filter, select } => {
                let mut arguments = Map::new();
                let mut ask = |option: &str, value: Option<Value>| {
                    if let Some(value) = value.filter(|_| members.takes(option)) {
                        arguments.insert(option.to_owned(), value);
                    }
                };
                ask("$filter", filter.as_ref().map(|filter| json!(filter)));
                ask("$select", select.as_ref().map(|select| json!(select)));
                ask("$top", members.page().map(|page| json!(page)));
                self.client.dispatch(&operation.id, &arguments).await
            }
        };
        let Answer { headers, body, .. } = answer.map_err(|error| trouble(&error))?;
        let mut body = body.unwrap_or_default();
        let next = body.get("@odata.nextLink").and_then(Value::as_str).map(str::to_owned);
        let members = match body.get_mut("value").map(Value::take) {
            Some(Value::Array(members)) => members,
            _ => Vec::new(),
        };
        let object = |member| if let Value::Object(member) = member { Some(member) } else { None };
        Ok(Page { members: members.into_iter().filter_map(object).collect(), next, date: date(&headers) })
    }

    async fn read_one(&self, id: &Id) -> Result<Answered<Option<Member>>, Trouble> {
        let _place = self.place().await;
        let parameter = |members: Members| Some((members.get?, members.get?.path.parameters().next()?));
        let Some((operation, parameter)) = self.members.and_then(parameter) else { return Err(unknown_call()) };
        let arguments = Map::from_iter([(parameter.to_owned(), json!(id.to_string()))]);
        match self.client.dispatch(&operation.id, &arguments).await {
            Ok(answer) => {
                let member = match &answer.body {
                    Some(Value::Object(member)) => Some(member.clone()),
                    _ => None,
                };
                Ok(answered(&answer, member))
            }
            // Who was never at risk is not there (msgraph-metadata issue 732).
            Err(error) if error.status().is_some_and(|status| status == http::StatusCode::NOT_FOUND) => Ok(Answered {
                value: None,
                status: 404,
                request_id: error.request_id().map(str::to_owned),
                date: date(error.headers()),
            }),
            Err(error) => Err(trouble(&error)),
        }
    }

    async fn call(&self, ids: Vec<&Id>) -> Result<Answered<bool>, Trouble> {
        let _place = self.place().await;
        let arguments = self.action.arguments(ids);
        let answer =
            self.client.dispatch(&self.action.operation.id, &arguments).await.map_err(|error| trouble(&error))?;
        let is_declined = answer.body.as_ref().and_then(|body| body.get("value")) == Some(&Value::Bool(false));
        Ok(answered(&answer, !is_declined))
    }
}

impl Service for Graph {
    fn page<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<Page, Trouble>> {
        Box::pin(self.read(listing))
    }

    fn member<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Answered<Option<Member>>, Trouble>> {
        Box::pin(self.read_one(id))
    }

    fn act<'a>(&'a self, ids: Vec<&'a Id>) -> BoxFuture<'a, Result<Answered<bool>, Trouble>> {
        Box::pin(self.call(ids))
    }
}

fn answered<T>(answer: &Answer, value: T) -> Answered<T> {
    let request_id = answer.headers.get("request-id").and_then(|value| value.to_str().ok());
    Answered { value, status: answer.status, request_id: request_id.map(str::to_owned), date: date(&answer.headers) }
}

/// When an answer was given, by the service's clock, to the second.
fn date(headers: &HeaderMap) -> Option<Instant> {
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let since = date.duration_since(std::time::SystemTime::UNIX_EPOCH).ok()?;
    Instant::try_from(since.as_nanos() / 100).ok()
}

fn unknown_call() -> Trouble {
    Trouble {
        kind: TroubleKind::Refused,
        message: "the description has no such operation".to_owned(),
        status: None,
        code: None,
        request_id: None,
        client_request_id: None,
    }
}

/// What an error means for what to do next.
fn trouble(error: &Error) -> Trouble {
    let status = error.status().map(|status| status.as_u16());
    let kind = match (error.kind(), error.delivery(), status) {
        (ErrorKind::Token, ..) => TroubleKind::Denied,
        (ErrorKind::Invalid | ErrorKind::NextLink, ..) => TroubleKind::Refused,
        (_, Delivery::NotSent, _) => TroubleKind::NotSent,
        (_, Delivery::Unknown, _) => TroubleKind::Lost,
        // These say that nothing was done; a 504 does not.
        (ErrorKind::Refused, _, Some(429 | 503)) => TroubleKind::Later(error.retry_after()),
        (ErrorKind::Refused, _, Some(401 | 403)) => TroubleKind::Denied,
        (ErrorKind::Refused, _, Some(status)) if (400..500).contains(&status) && status != 408 => TroubleKind::Refused,
        _ => TroubleKind::Lost,
    };
    Trouble {
        kind,
        message: error.message().to_owned(),
        status,
        code: error.code().filter(|code| !code.is_empty()).map(str::to_owned),
        request_id: error.request_id().map(str::to_owned),
        client_request_id: error.client_request_id().map(|id| id.to_string()),
    }
}
