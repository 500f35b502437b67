//! The identities of a job, in order, with what is known of each: a few bytes each, since there may be
//! a million.

use indexmap::IndexSet;

use super::lens::Seen;
use super::{Id, Standing};

/// Why an identity is left out, besides states for which the service refuses ([`super::Lens::refused`]).
/// The words stand in ledgers and exports.
pub mod left_out {
    /// It is as the action would make it.
    pub const DONE: &str = "settled already";
    /// It is no member of the set.
    pub const ABSENT: &str = "not in the risk list";
    /// Somebody confirmed the opposite.
    pub const CONFIRMED: &str = "confirmed compromised";
    /// The caller asked for it.
    pub const EXCLUDED: &str = "excluded";
    /// It is who is signed in.
    pub const SELF: &str = "the signed-in account";
    /// It is not as it was when the plan was made.
    pub const MOVED: &str = "changed since plan";
}

/// The identities of a job.
#[derive(Debug, Default)]
pub struct Roll {
    ids: IndexSet<Id>,
    rows: Vec<Row>,
    counts: [usize; Standing::ALL.len()],
    details: IndexSet<Box<str>>,
}

/// What is known of one identity.
#[derive(Debug, Clone, Copy)]
struct Row {
    before: Seen,
    standing: Standing,
    /// How often it was sent.
    attempts: u8,
    /// Place in the details, from 1.
    detail: u16,
}

impl Roll {
    /// These identities, of which nothing is known yet.
    #[must_use]
    pub fn of(ids: IndexSet<Id>) -> Self {
        let row = Row { before: Seen::ABSENT, standing: Standing::Planned, attempts: 0, detail: 0 };
        let rows = vec![row; ids.len()];
        let mut counts = [0; Standing::ALL.len()];
        counts[Standing::Planned as usize] = rows.len();
        Self { ids, rows, counts, details: IndexSet::new() }
    }

    /// Adds an identity; `None` if it is there already.
    pub fn add(&mut self, id: Id, before: Seen, standing: Standing, detail: Option<&str>) -> Option<usize> {
        let (index, is_new) = self.ids.insert_full(id);
        if !is_new {
            return None;
        }
        let detail = self.detail_number(detail);
        self.counts[standing as usize] += 1;
        self.rows.push(Row { before, standing, attempts: 0, detail });
        Some(index)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// An identity by its number.
    #[must_use]
    pub fn id(&self, index: usize) -> &Id {
        &self.ids[index]
    }

    /// The number of an identity.
    #[must_use]
    pub fn find(&self, id: &Id) -> Option<usize> {
        self.ids.get_index_of(id)
    }

    /// How it was seen before anything was done.
    #[must_use]
    pub fn before(&self, index: usize) -> Seen {
        self.rows[index].before
    }

    /// Notes how it was seen before anything was done.
    pub fn set_before(&mut self, index: usize, seen: Seen) {
        self.rows[index].before = seen;
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self, index: usize) -> Standing {
        self.rows[index].standing
    }

    /// What is told beside it: a reason, a code.
    #[must_use]
    pub fn detail(&self, index: usize) -> Option<&str> {
        let place = usize::from(self.rows[index].detail).checked_sub(1)?;
        self.details.get_index(place).map(|detail| &**detail)
    }

    /// Notes where it stands.
    pub fn stand(&mut self, index: usize, standing: Standing, detail: Option<&str>) {
        let detail = self.detail_number(detail);
        let row = &mut self.rows[index];
        self.counts[row.standing as usize] -= 1;
        self.counts[standing as usize] += 1;
        (row.standing, row.detail) = (standing, detail);
    }

    /// Counts that it was sent once more.
    pub fn sent(&mut self, index: usize) {
        let row = &mut self.rows[index];
        row.attempts = row.attempts.saturating_add(1);
    }

    /// How often it was sent.
    #[must_use]
    pub fn attempts(&self, index: usize) -> u8 {
        self.rows[index].attempts
    }

    /// The numbers of those with one of these standings, in order.
    pub fn with(&self, standings: &[Standing]) -> impl Iterator<Item = usize> {
        self.rows.iter().enumerate().filter(|(_, row)| standings.contains(&row.standing)).map(|(index, _)| index)
    }

    /// How many there are of each standing and detail, the standings in their order and the most frequent
    /// detail first.
    #[must_use]
    pub fn tally(&self) -> Vec<(Standing, Option<&str>, usize)> {
        let mut counts: IndexMap<(Standing, u16)> = IndexMap::default();
        for row in &self.rows {
            *counts.entry((row.standing, row.detail)).or_default() += 1;
        }
        let mut tally: Vec<_> = counts.into_iter().map(|((standing, detail), n)| (standing, detail, n)).collect();
        tally.sort_by_key(|(standing, detail, n)| (*standing, std::cmp::Reverse(*n), *detail));
        let text = |detail: u16| usize::from(detail).checked_sub(1).and_then(|place| self.details.get_index(place));
        tally.into_iter().map(|(standing, detail, n)| (standing, text(detail).map(|text| &**text), n)).collect()
    }

    /// How many have this standing.
    #[must_use]
    pub fn count(&self, standing: Standing) -> usize {
        self.counts[standing as usize]
    }

    /// Details are few: reasons and codes. Should a service have more codes than fit, the last one
    /// stands for the rest.
    fn detail_number(&mut self, detail: Option<&str>) -> u16 {
        let Some(detail) = detail else { return 0 };
        let place = match self.details.get_index_of(detail) {
            Some(place) => place,
            None if self.details.len() + 1 < usize::from(u16::MAX) => self.details.insert_full(detail.into()).0,
            None => self.details.len() - 1,
        };
        u16::try_from(place + 1).unwrap_or(u16::MAX)
    }
}

type IndexMap<K> = indexmap::IndexMap<K, usize>;
