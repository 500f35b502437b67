//! How far a run has got, for whoever waits at a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::conformance::Listener;
use crate::verdict::{Judged, Standing};

/// A line on a terminal for whatever takes longer than a second.
pub(super) struct Progress {
    begun: Instant,
    shown: bool,
    n_checks: usize,
    n_judged: usize,
    n_failed: usize,
}

impl Progress {
    #[allow(clippy::disallowed_methods)] // decides only whether a line is shown
    /// Nothing is shown yet.
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), shown: false, n_checks: 0, n_judged: 0, n_failed: 0 }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Listener for Progress {
    fn begin(&mut self, n_checks: usize) {
        self.n_checks = n_checks;
    }

    fn judged(&mut self, judged: &Judged) {
        self.n_judged += 1;
        self.n_failed += usize::from(judged.standing(false) == Standing::Failed);
        if self.begun.elapsed() > Duration::from_secs(1) && std::io::stderr().is_terminal() {
            self.shown = true;
            let _ = write!(
                std::io::stderr(),
                "\r\u{1b}[K{} of {} checks, {} failed",
                self.n_judged,
                self.n_checks,
                self.n_failed
            );
        }
    }
}
