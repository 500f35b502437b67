//! Reads members at the pace of the tenant, again where reading failed: nothing is changed by it.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, DefaultHasher};

use super::lens::{Lens, Seen};
use super::service::{Listing, Page, Service, Trouble, TroubleKind};
use super::{Id, Pace, Selection};
use crate::odata::Instant;

/// How often one read is tried.
const MOST_ATTEMPTS: u32 = 8;
/// The same for a service that never answered, and may not be there at all.
const FEW_ATTEMPTS: u32 = 3;

/// Reads members. Counts its requests.
pub struct Reader<'a> {
    service: &'a dyn Service,
    pace: &'a Pace,
    /// How many requests were sent.
    pub n_requests: usize,
    /// The time of the last answer, by the service's clock.
    pub date: Option<Instant>,
    is_first: bool,
}

/// Where a listing stands.
#[derive(Debug)]
pub struct Cursor {
    listing: Option<Listing>,
    selection: Selection,
    /// The links that were followed, as hashes: a long listing has long links.
    followed: HashSet<u64>,
    /// How many pages came.
    pub n_pages: usize,
}

impl Cursor {
    /// Before the first page of what a selection means.
    #[must_use]
    pub fn new(selection: Selection, lens: &Lens) -> Self {
        let select = Some(lens.select(selection.keep.iter().map(|keep| keep.property.as_str())));
        let listing = Some(Listing::First { filter: selection.filter.clone(), select });
        Self { listing, selection, followed: HashSet::new(), n_pages: 0 }
    }

    /// Whether there is no further page.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.listing.is_none()
    }
}

impl<'a> Reader<'a> {
    /// Reads from this service.
    #[must_use]
    pub fn new(service: &'a dyn Service, pace: &'a Pace) -> Self {
        Self { service, pace, n_requests: 0, date: None, is_first: false }
    }

    /// Reads first of all: whoever waits is told soon that the service cannot be reached.
    #[must_use]
    pub fn first(service: &'a dyn Service, pace: &'a Pace) -> Self {
        Self { is_first: true, ..Self::new(service, pace) }
    }

    /// The next page of a listing, each member with how it was seen.
    ///
    /// # Errors
    /// The last trouble, where trying again does not help.
    pub async fn page(&mut self, cursor: &mut Cursor, lens: &mut Lens) -> Result<Vec<(Id, Seen)>, Trouble> {
        let Some(listing) = cursor.listing.take() else { return Ok(Vec::new()) };
        let mut attempt = 1;
        let page = loop {
            self.pace.turn().await;
            self.n_requests += 1;
            match self.service.page(&listing).await {
                Ok(page) => break page,
                Err(trouble) if is_end(&listing, &trouble) => break Page::default(),
                Err(trouble) => {
                    if let Err(trouble) = self.again(trouble, &mut attempt) {
                        // The same page may be asked for once more by whoever goes on.
                        cursor.listing = Some(listing);
                        return Err(trouble);
                    }
                }
            }
        };
        self.pace.fine();
        self.date = page.date.or(self.date);
        cursor.n_pages += 1;
        if let Some(next) = page.next {
            if !cursor.followed.insert(std::hash::BuildHasherDefault::<DefaultHasher>::default().hash_one(&next)) {
                return Err(Trouble::endless());
            }
            cursor.listing = Some(Listing::Next(next));
        }
        let kept = page.members.iter().filter(|member| cursor.selection.keeps(member));
        Ok(kept.filter_map(|member| lens.look(member)).collect())
    }

    /// One member, as it is seen; absent where there is none.
    ///
    /// # Errors
    /// As [`Reader::page`].
    pub async fn member(&mut self, id: &Id, lens: &mut Lens) -> Result<Seen, Trouble> {
        let mut attempt = 1;
        let answered = loop {
            self.pace.turn().await;
            self.n_requests += 1;
            match self.service.member(id).await {
                Ok(answered) => break answered,
                Err(trouble) => self.again(trouble, &mut attempt)?,
            }
        };
        self.pace.fine();
        self.date = answered.date.or(self.date);
        Ok(answered.value.and_then(|member| lens.look(&member)).map_or(Seen::ABSENT, |(_, seen)| seen))
    }

    /// Whether to try again: the pace knows when.
    fn again(&self, trouble: Trouble, attempt: &mut u32) -> Result<(), Trouble> {
        *attempt += 1;
        match trouble.kind {
            TroubleKind::Refused | TroubleKind::Denied => Err(trouble),
            _ if *attempt > MOST_ATTEMPTS => Err(trouble),
            TroubleKind::NotSent if self.is_first && self.date.is_none() && *attempt > FEW_ATTEMPTS => Err(trouble),
            TroubleKind::Later(after) => {
                self.pace.refused(after);
                Ok(())
            }
            TroubleKind::NotSent | TroubleKind::Lost => {
                // The first time at once, since connections break; then slower and slower.
                if *attempt > 2 {
                    self.pace.refused(None);
                }
                Ok(())
            }
        }
    }
}

/// Graph has answered the link behind a last full page with 400 and no message instead of an empty
/// page (microsoft-graph-docs issue 16332).
fn is_end(listing: &Listing, trouble: &Trouble) -> bool {
    matches!(listing, Listing::Next(_)) && trouble.status == Some(400) && trouble.message.is_empty()
}
