//! What is to be done: every identity that was asked for, with how it was seen and why it is left out.

use std::collections::HashSet;
use std::time::Duration;

use indexmap::IndexSet;

use super::lens::{Lens, Seen};
use super::reader::{Cursor, Reader};
use super::roll::left_out;
use super::service::Trouble;
use super::survey::{Hints, survey};
use super::{Action, Id, Roll, Selection, Standing};
use crate::odata::Instant;

/// What was asked for.
#[derive(Debug, Default)]
pub struct Demand {
    /// These identities.
    pub ids: IndexSet<Id>,
    /// Or whatever is found by this; never both.
    pub selection: Option<Selection>,
    /// Identities that are never touched.
    pub excluded: HashSet<Id>,
    /// The account that is signed in.
    pub caller: Option<Id>,
    /// Identities of which an earlier job confirmed the opposite.
    pub confirmed: HashSet<Id>,
    /// What is done all the same.
    pub all_the_same: AllTheSame,
}

/// What is done although it is left out by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AllTheSame {
    /// To members in a state for which the service is documented to refuse.
    pub refused: bool,
    /// To members of which the opposite was confirmed.
    pub confirmed: bool,
    /// To what is no member of the set.
    pub absent: bool,
}

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// Every identity: planned, or left out with the reason.
    pub roll: Roll,
    /// When it was seen, by the service's clock.
    pub date: Option<Instant>,
    /// How many pages the whole list has, if it was read.
    pub n_pages: Option<usize>,
    /// Requests that it took.
    pub n_requests: usize,
}

impl Plan {
    /// Sees how everything is that was asked for.
    ///
    /// # Errors
    /// Trouble in reading: nothing is planned on half of what there is.
    pub async fn make(
        action: &Action,
        lens: Option<&mut Lens>,
        reader: &mut Reader<'_>,
        demand: Demand,
        mut progress: impl FnMut(usize),
    ) -> Result<Self, Trouble> {
        let mut demand = demand;
        let mut roll = Roll::of(std::mem::take(&mut demand.ids));
        let mut n_pages = None;
        let (Some(lens), Some(members)) = (lens, action.members()) else {
            // Nothing can be seen of it.
            for index in 0..roll.len() {
                let reason = demand.personal(roll.id(index));
                roll.stand(index, standing(reason), reason);
            }
            return Ok(Self { roll, date: None, n_pages, n_requests: reader.n_requests });
        };
        match &demand.selection {
            Some(selection) => {
                let mut cursor = Cursor::new(selection.clone(), lens);
                while !cursor.is_at_end() {
                    for (id, seen) in reader.page(&mut cursor, lens).await? {
                        let reason = demand.reason(action, lens, &id, seen);
                        roll.add(id, seen, standing(reason), reason);
                    }
                    progress(roll.len());
                }
                n_pages = selection.filter.is_none().then_some(cursor.n_pages);
            }
            None => {
                let wanted: Vec<usize> = (0..roll.len()).collect();
                let found = survey(reader, lens, &members, &roll, &wanted, Hints::default()).await?;
                for (index, seen) in found.all() {
                    roll.set_before(index, seen);
                    let reason = demand.reason(action, lens, roll.id(index), seen);
                    roll.stand(index, standing(reason), reason);
                }
                progress(roll.len());
            }
        }
        Ok(Self { roll, date: reader.date, n_pages, n_requests: reader.n_requests })
    }

    /// How many are to be acted on.
    #[must_use]
    pub fn n_planned(&self) -> usize {
        self.roll.count(Standing::Planned)
    }

    /// How many calls that takes, if none is refused.
    #[must_use]
    pub fn n_calls(&self, action: &Action) -> usize {
        self.n_planned().div_ceil(action.most)
    }

    /// How long calls and reading back take at a pace, if nothing is refused and the service settles at
    /// once.
    #[must_use]
    pub fn duration(&self, action: &Action, apart: Duration, verify: bool) -> Duration {
        let n_calls = self.n_calls(action);
        let page = action.members().and_then(|members| members.page()).and_then(|page| usize::try_from(page).ok());
        let reads = match page.filter(|page| verify && *page > 0) {
            Some(page) => self.n_planned().div_ceil(page) + usize::from(n_calls > 1),
            None => 0,
        };
        apart.saturating_mul(u32::try_from((n_calls + reads).saturating_sub(1)).unwrap_or(u32::MAX))
    }
}

/// Leaves out what is not any more as it was when it was planned, or is settled by now. Gives the numbers
/// of those.
///
/// # Errors
/// As [`Plan::make`].
pub async fn leave_out_moved(
    action: &Action,
    lens: &mut Lens,
    reader: &mut Reader<'_>,
    roll: &mut Roll,
    hints: Hints,
) -> Result<Vec<usize>, Trouble> {
    let Some(members) = action.members() else { return Ok(Vec::new()) };
    let wanted: Vec<usize> = roll.with(&[Standing::Planned]).collect();
    let found = survey(reader, lens, &members, roll, &wanted, hints).await?;
    let mut moved = Vec::new();
    for (index, seen) in found.all() {
        if seen == roll.before(index) {
            continue;
        }
        let reason = if lens.is_done(seen) { left_out::DONE } else { left_out::MOVED };
        roll.stand(index, Standing::LeftOut, Some(reason));
        moved.push(index);
    }
    Ok(moved)
}

fn standing(reason: Option<&str>) -> Standing {
    if reason.is_some() { Standing::LeftOut } else { Standing::Planned }
}

impl Demand {
    /// Why an identity is left out whatever state it is in.
    fn personal(&self, id: &Id) -> Option<&'static str> {
        if self.excluded.contains(id) {
            return Some(left_out::EXCLUDED);
        }
        (self.caller.as_ref() == Some(id)).then_some(left_out::SELF)
    }

    /// Why a member is left out.
    fn reason<'a>(&self, action: &Action, lens: &'a Lens, id: &Id, seen: Seen) -> Option<&'a str> {
        let same = self.all_the_same;
        let confirmed = lens.is_contradicted(seen) || self.confirmed.contains(id);
        if let Some(reason) = self.personal(id) {
            return Some(reason);
        }
        if !seen.is_member() && !action.creates() && !same.absent {
            return Some(left_out::ABSENT);
        }
        if lens.is_done(seen) {
            return Some(left_out::DONE);
        }
        if let Some(reason) = lens.refused(seen).filter(|_| !same.refused) {
            return Some(reason);
        }
        (confirmed && !same.confirmed).then_some(left_out::CONFIRMED)
    }
}
