//! Whether a program that is asked to come again later does so no sooner. It knows one request at
//! a time, and keeps few of them.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::emulator::Received;

/// What was asked to wait, and until when.
#[derive(Debug, Default)]
pub(super) struct Patience {
    waiting: HashMap<(String, String), Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// When the answer was given: what came before it knew nothing of it.
    from: DateTime<FixedOffset>,
    until: DateTime<FixedOffset>,
    seconds: u32,
}

/// Too early by less is a timer that is not exact.
const TOLERANCE: TimeDelta = TimeDelta::milliseconds(50);
/// So many requests may wait at once.
const MOST: usize = 1000;

impl Patience {
    /// Notes a request. If the same was sent again before the time that it was asked to wait for had
    /// passed: the seconds asked for, and the milliseconds that were waited.
    pub(super) fn note(&mut self, received: &Received) -> Option<(u32, i64)> {
        let arrived: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(&received.time).ok()?;
        let key = (received.method.clone(), received.target.clone());
        let too_early = self.waiting.get(&key).and_then(|waiting| {
            let is_again = arrived >= waiting.from && arrived + TOLERANCE < waiting.until;
            is_again.then(|| (waiting.seconds, (arrived - waiting.from).num_milliseconds()))
        });
        let Some(seconds) = received.retry_after else {
            // Served, or refused for something else.
            self.waiting.remove(&key);
            return too_early;
        };
        let from = arrived + TimeDelta::microseconds(i64::try_from(received.micros).unwrap_or(i64::MAX));
        if self.waiting.len() == MOST {
            self.waiting.retain(|_, waiting| waiting.until > arrived);
        }
        if self.waiting.len() < MOST {
            let until = from + TimeDelta::seconds(i64::from(seconds));
            self.waiting.insert(key, Waiting { from, until, seconds });
        }
        too_early
    }
}
