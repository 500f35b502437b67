//! How far all tenants are, as one line for whoever waits at a terminal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::ProgressBar;

use super::super::progress::visible;
use crate::remediation::{Event, Roll, Standing};

/// The line. Clones are the same one.
#[derive(Clone)]
pub(super) struct Board(Arc<Inner>);

struct Inner {
    bar: ProgressBar,
    n_tenants: usize,
    total: Mutex<Total>,
}

#[derive(Default)]
struct Total {
    n_ended: usize,
    counts: Counts,
    n_put_off: usize,
}

/// Where identities of a tenant stand, as far as it is shown.
#[derive(Default, Clone, Copy)]
struct Counts {
    done: usize,
    settled: usize,
    refused: usize,
}

impl Board {
    /// For so many tenants, with so many identities to act on.
    pub(super) fn new(n_tenants: usize, n_planned: usize) -> Self {
        let bar = visible(ProgressBar::new(n_planned as u64));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(Arc::new(Inner { bar, n_tenants, total: Mutex::default() }))
    }

    /// The place of one tenant on it.
    pub(super) fn seat(&self) -> Seat {
        Seat { board: self.clone(), counts: Counts::default() }
    }

    /// A tenant came to its end, whichever.
    pub(super) fn ended(&self) {
        let mut total = self.total();
        total.n_ended += 1;
        self.show(&total);
    }

    pub(super) fn end(&self) {
        self.0.bar.finish_and_clear();
    }

    fn total(&self) -> MutexGuard<'_, Total> {
        self.0.total.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, total: &Total) {
        if self.0.bar.is_hidden() {
            return;
        }
        let Total { n_ended, counts, n_put_off } = total;
        let mut text = format!(
            "{n_ended} of {} tenants, {} settled, {} refused",
            self.0.n_tenants, counts.settled, counts.refused
        );
        if *n_put_off > 0 {
            text += &format!(", throttled {n_put_off} times");
        }
        self.0.bar.set_position(counts.done as u64);
        self.0.bar.set_message(text);
    }
}

/// One tenant, told of by its run.
pub(super) struct Seat {
    board: Board,
    counts: Counts,
}

impl Seat {
    pub(super) fn event(&mut self, event: Event<'_>) {
        let mut total = self.board.total();
        match event {
            Event::Stands(roll) => {
                let (old, new) = (self.counts, Counts::of(roll));
                let change = |total: &mut usize, old: usize, new: usize| *total = (*total + new).saturating_sub(old);
                change(&mut total.counts.done, old.done, new.done);
                change(&mut total.counts.settled, old.settled, new.settled);
                change(&mut total.counts.refused, old.refused, new.refused);
                self.counts = new;
            }
            Event::PutOff => total.n_put_off += 1,
            Event::Verifying(_) => {}
        }
        self.board.show(&total);
    }
}

impl Counts {
    fn of(roll: &Roll) -> Self {
        let waiting = [Standing::Planned, Standing::Sending, Standing::LeftOut].map(|standing| roll.count(standing));
        Self {
            done: roll.len() - waiting.iter().sum::<usize>().min(roll.len()),
            settled: roll.count(Standing::Settled),
            refused: roll.count(Standing::Refused),
        }
    }
}
