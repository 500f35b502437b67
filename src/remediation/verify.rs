//! Reads back what became of identities: settled, still processing, unchanged, or not to be known.

use std::time::Duration;

use super::ledger::Stand;
use super::lens::Seen;
use super::reader::Reader;
use super::run::{Course, Event, Halt, Run, may_be_sent_again, number};
use super::survey::{Found, Hints, survey};
use super::{Members, Standing};

/// The first wait for what the service has not settled yet, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How much is written down at once: a hundred thousand changes take memory that nothing else needs.
const MOST_CHANGES: usize = 2000;

/// What is told beside an identity that somebody else changed.
const CHANGED: &str = "somebody else changed it in the meantime";
/// What is told beside an identity that was sent too often without an answer.
const LOST: &str = "no answer came, however often it was sent";

/// How firmly a read is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// The service may still be at it.
    First,
    /// It had all the time that it was given.
    Last,
}

impl Run<'_> {
    /// Reads the first batch back, until something of it is settled. Nothing settled stops the run.
    pub(super) async fn canary(&self, course: &mut Course<'_, '_>, n: usize) -> Result<(), Halt> {
        let deadline = self.pace.clock().elapsed() + self.settings.verify_for;
        let mut wait = FIRST_WAIT;
        loop {
            self.look(course, &[Standing::Accepted, Standing::Processing], Look::First).await?;
            if course.roll.count(Standing::Settled) > 0 {
                return Ok(());
            }
            if self.pace.clock().elapsed() >= deadline {
                return Err(Halt::Canary(n));
            }
            self.wait(&mut wait).await?;
        }
    }

    /// Reads back all that was sent. What is unknown and did not move stands at planned then, to be
    /// sent again.
    pub(super) async fn read_back(&self, course: &mut Course<'_, '_>) -> Result<(), Halt> {
        let open: &[Standing] = match self.settings.verify {
            true => &[Standing::Accepted, Standing::Processing, Standing::Unknown],
            // Whether to send again has to be known in any case.
            false => &[Standing::Unknown],
        };
        if course.lens.is_none() || course.roll.with(open).next().is_none() {
            return Ok(());
        }
        (course.listener)(Event::Verifying(course.roll.with(open).count()));
        let deadline = self.pace.clock().elapsed() + self.settings.verify_for;
        let mut wait = FIRST_WAIT;
        loop {
            self.look(course, open, Look::First).await?;
            (course.listener)(Event::Stands(course.roll));
            let waits = course.roll.with(open).next().is_some();
            // What is to be sent again is sent first: the service gains time by it.
            if !waits || course.roll.with(&[Standing::Planned]).next().is_some() {
                return Ok(());
            }
            if self.pace.clock().elapsed() >= deadline {
                return self.look(course, open, Look::Last).await;
            }
            self.wait(&mut wait).await?;
        }
    }

    async fn wait(&self, wait: &mut Duration) -> Result<(), Halt> {
        self.stop.or(self.pace.clock().sleep(*wait)).await.ok_or(Halt::Asked)?;
        *wait = (*wait * 2).min(LONGEST_WAIT);
        Ok(())
    }

    /// Looks at all with these standings once, and writes down what is seen.
    async fn look(&self, course: &mut Course<'_, '_>, open: &[Standing], look: Look) -> Result<(), Halt> {
        let (Some(members), Some(lens)) = (self.action.members(), course.lens.as_deref_mut()) else { return Ok(()) };
        let wanted: Vec<usize> = course.roll.with(open).collect();
        let mut reader = Reader::new(self.service, self.pace);
        let n_moved = wanted.len() + course.roll.count(Standing::Settled);
        let hints = Hints { since: self.since, n_moved, n_pages: self.n_pages };
        let reading = survey(&mut reader, lens, &members, course.roll, &wanted, hints);
        let found = self.stop.or(reading).await;
        course.n_reads += reader.n_requests;
        let found = found.ok_or(Halt::Asked)?.map_err(Halt::Unread)?;
        let found = match look {
            Look::First => found,
            // Before anything is called unchanged it is looked at itself.
            Look::Last => self.closely(course, &members, found).await?,
        };
        self.judge(course, &found, look).await
    }

    async fn closely(&self, course: &mut Course<'_, '_>, members: &Members, mut found: Found) -> Result<Found, Halt> {
        let Some(lens) = course.lens.as_deref_mut() else { return Ok(found) };
        let unmoved: Vec<usize> = std::mem::take(&mut found.unmoved).into_iter().map(|index| index as usize).collect();
        let mut reader = Reader::new(self.service, self.pace);
        let hints = Hints { n_pages: self.n_pages, ..Hints::default() };
        let reading = survey(&mut reader, lens, members, course.roll, &unmoved, hints);
        let seen = self.stop.or(reading).await;
        course.n_reads += reader.n_requests;
        let seen = seen.ok_or(Halt::Asked)?.map_err(Halt::Unread)?;
        found.seen.extend(seen.seen);
        found.absent.extend(seen.absent);
        Ok(found)
    }

    async fn judge(&self, course: &mut Course<'_, '_>, found: &Found, look: Look) -> Result<(), Halt> {
        let mut changes = Vec::new();
        let unmoved = found.unmoved.iter().map(|index| (*index as usize, None));
        for (index, now) in found.all().map(|(index, seen)| (index, Some(seen))).chain(unmoved) {
            let (standing, detail) = self.verdict(course, index, now, look);
            let known = (course.roll.standing(index), course.roll.detail(index));
            if known == (standing, detail) {
                continue;
            }
            course.roll.stand(index, standing, detail);
            let after = now.and_then(|now| course.lens.as_deref().map(|lens| lens.text(now).to_owned()));
            changes.push(Stand { seq: number(index), standing, detail: detail.map(str::to_owned), after });
            if changes.len() >= MOST_CHANGES {
                self.write(std::mem::take(&mut changes)).await?;
            }
        }
        self.write(changes).await
    }

    /// Where an identity stands, by how it was before and is now; `None` for what did not move.
    fn verdict(
        &self,
        course: &Course<'_, '_>,
        index: usize,
        now: Option<Seen>,
        look: Look,
    ) -> (Standing, Option<&'static str>) {
        let (roll, known) = (&course.roll, course.roll.standing(index));
        let before = roll.before(index);
        let Some(lens) = course.lens.as_deref() else { return (known, None) };
        if let Some(now) = now {
            if lens.is_settled(before, now) {
                return (Standing::Settled, None);
            }
            if lens.is_processing(now) {
                return (Standing::Processing, None);
            }
        }
        let is_unmoved = now.is_none_or(|now| now == before);
        match (known, look) {
            (Standing::Unknown, _) if is_unmoved && may_be_sent_again(roll, index) => (Standing::Planned, None),
            (Standing::Unknown, _) if is_unmoved => (Standing::Unknown, Some(LOST)),
            (Standing::Unknown, _) => (Standing::Unchanged, Some(CHANGED)),
            (_, Look::First) => (Standing::Accepted, None),
            (_, Look::Last) if is_unmoved => (Standing::Unchanged, None),
            (_, Look::Last) => (Standing::Unchanged, Some(CHANGED)),
        }
    }
}
