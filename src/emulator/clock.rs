//! What time it is for the emulator: the system's time, and how far ahead or behind of it the
//! emulator was set. The only place of the emulator that asks the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::odata::{Instant, format_instant};

/// A clock that can be set. Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Ticks ahead of the system.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in ticks of 100 ns since 1970.
    #[must_use]
    pub fn now(&self) -> Instant {
        system().saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Now, in seconds, as tokens count.
    #[must_use]
    pub fn now_seconds(&self) -> i64 {
        self.now().div_euclid(SECOND)
    }

    /// Now, as sign-in writes it: `2026-11-22 02:03:08Z`.
    pub(super) fn readable(&self) -> String {
        format_instant(self.now()).chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).chain(['Z']).collect()
    }

    /// Goes forward.
    pub fn advance(&self, by: Duration) {
        let by = ticks(by);
        let add = |ahead: i64| Some(ahead.saturating_add(by));
        // The closure always gives a value.
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Shows this time now, and goes on from there.
    pub fn set(&self, now: Instant) {
        self.ahead.store(now.saturating_sub(system()), Ordering::Relaxed);
    }

    /// How many seconds it is ahead of the system; a negative number if it is behind.
    #[must_use]
    pub fn ahead_seconds(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed).div_euclid(SECOND)
    }

    /// Is so many seconds ahead of the system from now on.
    pub fn set_ahead(&self, seconds: i64) {
        self.ahead.store(seconds.saturating_mul(SECOND), Ordering::Relaxed);
    }

    /// Shows the system's time again.
    pub fn reset(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }
}

const SECOND: i64 = 10_000_000;

/// A span of time in ticks of 100 ns.
pub(super) fn ticks(span: Duration) -> i64 {
    i64::try_from(span.as_nanos() / 100).unwrap_or(i64::MAX)
}

#[allow(clippy::disallowed_methods)] // with the stopwatch, the one place
fn system() -> Instant {
    ticks(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A point in time that only serves to measure from.
#[allow(clippy::disallowed_methods)] // the one place
pub(super) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_one_clock_that_can_be_set_and_advanced() {
        let clock = Clock::default();
        let other = clock.clone();
        other.set(20_000_000);
        other.advance(Duration::from_secs(60));
        let passed = clock.now() - 620_000_000;
        assert!((0..600_000_000).contains(&passed), "{passed}");
        assert!((62..120).contains(&clock.now_seconds()));
        clock.reset();
        assert!(other.now() > 17_672_256_000_000_000);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), i64::MAX);
    }
}
