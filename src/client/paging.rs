//! Listings, page by page, along the service's own links.

use std::collections::HashSet;

use futures_core::Stream;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::de::DeserializeOwned;
use url::Url;

use super::{BoxFuture, Call, Error, ErrorKind, Session};

/// One page of a listing.
pub trait Page: DeserializeOwned + Send + 'static {
    /// What is listed.
    type Item: Send + 'static;

    /// Address of the next page.
    fn next_link(&self) -> Option<&str>;

    /// What this page lists; may be nothing although there is a next one.
    fn into_items(self) -> Vec<Self::Item>;
}

/// The pages of a listing. Follows `@odata.nextLink` on the session's host alone, goes on past
/// empty pages, and stops with an error where a link comes again (concepts/paging.md).
pub struct Pages<'a, P> {
    session: Session,
    operation: &'static str,
    next: Next<'a, P>,
    trail: Trail,
}

enum Next<'a, P> {
    First(BoxFuture<'a, Result<P, Error>>),
    Link(String),
    None,
}

impl<'a, P: Page> Pages<'a, P> {
    pub(crate) fn new(session: &Session, operation: &'static str, first: BoxFuture<'a, Result<P, Error>>) -> Self {
        Self { session: session.clone(), operation, next: Next::First(first), trail: Trail::default() }
    }

    /// The next page; `None` after the last one, and after an error.
    pub async fn next(&mut self) -> Option<Result<P, Error>> {
        let page = match std::mem::replace(&mut self.next, Next::None) {
            Next::None => return None,
            Next::First(call) => call.await,
            Next::Link(link) => self.follow(&link).await,
        };
        if let Ok(page) = &page
            && let Some(link) = page.next_link()
        {
            self.next = Next::Link(link.to_owned());
        }
        Some(page)
    }

    async fn follow(&mut self, link: &str) -> Result<P, Error> {
        let call = Call::new(self.operation);
        let url = self.trail.step(link).map_err(|reason| Error::noticed(ErrorKind::NextLink, reason, &call))?;
        self.session.for_call(&call).follow(url, &call).await
    }

    /// Every item of every page, in order.
    pub fn items(self) -> impl Stream<Item = Result<P::Item, Error>> + Send + 'a {
        stream::unfold(self, |mut pages| async move { pages.next().await.map(|page| (page, pages)) })
            .map_ok(|page| stream::iter(page.into_items()).map(Ok))
            .try_flatten()
    }

    /// Reads the whole listing into memory.
    ///
    /// # Errors
    /// The first page that fails; nothing is returned then, since a part would look like all.
    pub async fn all(mut self) -> Result<Vec<P::Item>, Error> {
        let mut items = Vec::new();
        while let Some(page) = self.next().await {
            items.append(&mut page?.into_items());
        }
        Ok(items)
    }
}

/// The links that were followed, as hashes: a long listing has long links.
#[derive(Debug, Default)]
pub(super) struct Trail(HashSet<u64>);

impl Trail {
    /// The address of a link that was not followed before.
    pub(super) fn step(&mut self, link: &str) -> Result<Url, String> {
        let url = Url::parse(link).map_err(|error| format!("follow the next link: it is no address: {error}"))?;
        match self.0.insert(hash(link)) {
            true => Ok(url),
            false => Err("follow the next link: it was followed before, so the listing would never end".to_owned()),
        }
    }

    /// Forgets a link whose page did not come.
    pub(super) fn back(&mut self, link: &str) {
        self.0.remove(&hash(link));
    }
}

fn hash(link: &str) -> u64 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(link)
}
