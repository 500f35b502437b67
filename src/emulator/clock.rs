//! The only place of the emulator that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::odata::{Instant, format_instant};

/// Now, in ticks of 100 ns.
#[allow(clippy::disallowed_methods)] // the one place
pub(super) fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::try_from(since.as_nanos() / 100).unwrap_or(Instant::MAX)
}

/// Now, in seconds, as tokens count.
pub(super) fn now_seconds() -> i64 {
    now() / 10_000_000
}

/// A point in time that only serves to measure from.
#[allow(clippy::disallowed_methods)] // the one place
pub(super) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

/// Now, as sign-in writes it: `2026-11-22 02:03:08Z`.
pub(super) fn readable() -> String {
    format_instant(now()).chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).chain(['Z']).collect()
}
