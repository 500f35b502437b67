//! Listings of whatever operation, page by page, without the types of its members: for many of them.

use http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::paging::Trail;
use super::{AnyClient, Call, Error, ErrorKind, Session};

/// The pages of a listing, by operation id. Follows `@odata.nextLink` as [`super::Pages`] does. A page
/// that fails can be asked for again, after whatever wait the caller sees fit.
#[derive(Debug)]
pub struct RawPages {
    session: Session,
    client: AnyClient,
    operation: &'static str,
    arguments: Map<String, Value>,
    next: Next,
    trail: Trail,
}

#[derive(Debug)]
enum Next {
    First,
    Link(String),
    None,
}

/// One page.
#[derive(Debug)]
pub struct RawPage<T> {
    /// What this page lists; may be nothing although there is a next one.
    pub members: Vec<T>,
    /// Headers of the answer.
    pub headers: HeaderMap,
}

/// A page as it comes.
#[derive(Deserialize)]
struct Body<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

impl RawPages {
    /// The pages of an operation of this client, which is on this session. Nothing is sent.
    #[must_use]
    pub fn new(session: &Session, client: &AnyClient, operation: &'static str, arguments: Map<String, Value>) -> Self {
        let (session, client) = (session.clone(), client.clone());
        Self { session, client, operation, arguments, next: Next::First, trail: Trail::default() }
    }

    /// Whether there is a page left to ask for.
    #[must_use]
    pub fn has_next(&self) -> bool {
        !matches!(self.next, Next::None)
    }

    /// The next page; `None` after the last one. After an error it is the same page again, unless its
    /// link cannot be followed at all.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Option<Result<RawPage<T>, Error>> {
        let read = match &self.next {
            Next::None => return None,
            Next::First => self.first().await,
            Next::Link(link) => {
                let link = link.clone();
                self.follow(&link).await
            }
        };
        Some(match read {
            Ok((body, headers)) => {
                self.next = body.next_link.map_or(Next::None, Next::Link);
                Ok(RawPage { members: body.value, headers })
            }
            Err(error) => {
                if error.kind() == ErrorKind::NextLink {
                    self.next = Next::None;
                }
                Err(error)
            }
        })
    }

    async fn first<T: DeserializeOwned>(&self) -> Result<(Body<T>, HeaderMap), Error> {
        let answer = self.client.dispatch(self.operation, &self.arguments).await?;
        let body = Body::deserialize(answer.body.unwrap_or_default()).map_err(|error| {
            let reason = format!("the answer's body is no page: {error}");
            Error::noticed(ErrorKind::Unexpected, reason, &Call::new(self.operation))
        })?;
        Ok((body, answer.headers))
    }

    async fn follow<T: DeserializeOwned>(&mut self, link: &str) -> Result<(Body<T>, HeaderMap), Error> {
        let call = Call::new(self.operation);
        let url = self.trail.step(link).map_err(|reason| Error::noticed(ErrorKind::NextLink, reason, &call))?;
        let read = self.session.for_call(&call).follow(url, &call).await;
        if read.is_err() {
            self.trail.back(link);
        }
        let headers = call.trace().headers.clone();
        read.map(|body| (body, headers))
    }
}
