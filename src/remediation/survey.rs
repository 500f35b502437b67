//! Sees how members are now, by the fewest requests: one by one, those that changed since a moment, or
//! the whole list.

use super::lens::{Lens, Seen};
use super::reader::{Cursor, Reader};
use super::run::number;
use super::service::{Trouble, TroubleKind};
use super::{Members, Roll, Selection};
use crate::odata::{Instant, format_instant};

/// Members on a page, where nobody says how many.
const PAGE: usize = 100;
/// How far the service's clocks may be apart: what changed so long before a moment is looked at as
/// well. An assumption.
const SKEW: Instant = 5 * 10_000_000;

/// How members were found to be.
#[derive(Debug, Default)]
pub struct Found {
    /// Each member that was seen, with its number.
    pub seen: Vec<(u32, Seen)>,
    /// Those that are no members.
    pub absent: Vec<u32>,
    /// Those that did not change since the moment that was asked about.
    pub unmoved: Vec<u32>,
}

impl Found {
    /// How each was seen, absent ones too.
    pub fn all(&self) -> impl Iterator<Item = (usize, Seen)> {
        let absent = self.absent.iter().map(|index| (*index, Seen::ABSENT));
        self.seen.iter().copied().chain(absent).map(|(index, seen)| (index as usize, seen))
    }
}

/// Who was not seen yet.
struct Missing {
    is: Vec<bool>,
    n: usize,
}

impl Missing {
    fn new(n_all: usize, wanted: &[usize]) -> Self {
        let mut is = vec![false; n_all];
        wanted.iter().for_each(|index| is[*index] = true);
        Self { is, n: wanted.len() }
    }

    /// Whether it was among them.
    fn take(&mut self, index: usize) -> bool {
        let was = std::mem::take(&mut self.is[index]);
        self.n -= usize::from(was);
        was
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        self.is.iter().enumerate().filter(|(_, is)| **is).map(|(index, _)| index)
    }
}

/// What is known of the service that helps to choose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    /// The moment since which changes matter, by the service's clock.
    pub since: Option<Instant>,
    /// How many members are expected to have changed since.
    pub n_moved: usize,
    /// How many pages the whole list has.
    pub n_pages: Option<usize>,
}

/// A way to see members.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    Singly,
    Since(Instant),
    List,
}

/// Sees how these members are now.
///
/// # Errors
/// Trouble that trying again did not help with.
pub async fn survey(
    reader: &mut Reader<'_>,
    lens: &mut Lens,
    members: &Members,
    roll: &Roll,
    wanted: &[usize],
    hints: Hints,
) -> Result<Found, Trouble> {
    let mut found = Found::default();
    if wanted.is_empty() {
        return Ok(found);
    }
    let mut missing = Missing::new(roll.len(), wanted);
    match way(members, lens.date(), wanted.len(), hints) {
        Way::Singly => {}
        Way::Since(since) => {
            let filter = lens.date().map(|date| format!("{date} ge {}", format_instant(since)));
            match listed(reader, lens, roll, &mut missing, filter, usize::MAX, &mut found).await {
                Ok(_) => {
                    found.unmoved = missing.all().map(number).collect();
                    return Ok(found);
                }
                // No page promises that this can be asked: then the other ways.
                Err(trouble) if trouble.kind == TroubleKind::Refused => found.seen.clear(),
                Err(trouble) => return Err(trouble),
            }
            missing = Missing::new(roll.len(), wanted);
        }
        Way::List => {
            // Never more pages than single reads would be requests.
            let most = if members.get.is_some() { wanted.len() } else { usize::MAX };
            if listed(reader, lens, roll, &mut missing, None, most, &mut found).await? {
                found.absent.extend(missing.all().map(number));
                return Ok(found);
            }
        }
    }
    for index in missing.all() {
        match reader.member(roll.id(index), lens).await? {
            Seen::ABSENT => found.absent.push(number(index)),
            seen => found.seen.push((number(index), seen)),
        }
    }
    Ok(found)
}

fn way(members: &Members, date: Option<&str>, n: usize, hints: Hints) -> Way {
    let page = members.page().and_then(|page| usize::try_from(page).ok()).filter(|page| *page > 0).unwrap_or(PAGE);
    let singly = if members.get.is_some() { n } else { usize::MAX };
    let since = hints.since.filter(|_| date.is_some() && members.takes("$filter"));
    let since = since.map(|since| (since - SKEW, hints.n_moved.div_ceil(page).max(1)));
    let list = match (members.list, hints.n_pages) {
        (None, _) => usize::MAX,
        (Some(_), Some(n_pages)) => n_pages.max(1),
        // Nobody knows how long it is. It is at most twice as dear as single reads.
        (Some(_), None) if n > 2 => n - 1,
        (Some(_), None) => usize::MAX - 1,
    };
    match since {
        Some((since, requests)) if requests <= singly && requests <= list => Way::Since(since),
        _ if list < singly => Way::List,
        _ => Way::Singly,
    }
}

/// Goes through a listing until all are found. Gives whether it came to the end.
async fn listed(
    reader: &mut Reader<'_>,
    lens: &mut Lens,
    roll: &Roll,
    missing: &mut Missing,
    filter: Option<String>,
    most: usize,
    found: &mut Found,
) -> Result<bool, Trouble> {
    let mut cursor = Cursor::new(Selection { filter, ..Selection::default() }, lens);
    while !cursor.is_at_end() && missing.n > 0 {
        if cursor.n_pages >= most {
            return Ok(false);
        }
        for (id, seen) in reader.page(&mut cursor, lens).await? {
            if let Some(index) = roll.find(&id)
                && missing.take(index)
            {
                found.seen.push((number(index), seen));
            }
        }
    }
    Ok(true)
}
