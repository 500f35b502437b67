//! How fast requests are sent: so many a second, slower where the service asks for it, and faster
//! again by and by. One pace a tenant, for reads and actions alike, since the limit is one for both
//! (concepts/throttling-limits.md: one request a second and tenant for these resources, and no
//! `Retry-After`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::client::Clock;

/// The documented pace, in requests a second.
pub const DOCUMENTED: f64 = 1.0;
/// What a request is sent later than it could be: it must not arrive early.
const MARGIN: f64 = 0.01;
/// What of a wait that took too long the next one may make up for, as a part of the margin.
const MADE_UP: f64 = MARGIN / 2.0;
/// What the limit is counted in.
const SECOND: Duration = Duration::from_secs(1);
/// The first wait after a refusal without `Retry-After`, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The slowest that it gets.
const SLOWEST: Duration = Duration::from_secs(10);
/// The least distance once a service refused, whatever pace was asked for.
const SLOWED: Duration = Duration::from_millis(50);
/// After so many answers in a row it goes faster again.
const RECOVERY: u32 = 5;

/// The pace of one tenant. Clones are the same pace.
#[derive(Clone)]
pub struct Pace {
    clock: Arc<dyn Clock>,
    base: Duration,
    state: Arc<Mutex<State>>,
    /// Who waits first goes first.
    queue: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct State {
    /// When the next request may leave.
    next: Duration,
    /// How far requests are apart.
    apart: Duration,
    n_refused: u32,
    n_fine: u32,
}

impl Pace {
    /// So many requests a second; `None` for as many as the service takes.
    #[must_use]
    pub fn new(rate: Option<f64>, clock: Arc<dyn Clock>) -> Self {
        let base = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64((1.0 + MARGIN) / rate.clamp(1e-3, 1e6)));
        let state = State { next: Duration::ZERO, apart: base, n_refused: 0, n_fine: 0 };
        Self { clock, base, state: Arc::new(Mutex::new(state)), queue: Arc::default() }
    }

    /// How far requests are apart where nothing is refused.
    #[must_use]
    pub fn apart(&self) -> Duration {
        self.base
    }

    /// Where time comes from.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Waits for the turn of one request. Whoever does something else before sending it says when it
    /// [leaves](Pace::leaves).
    pub async fn turn(&self) {
        let _first = self.queue.lock().await;
        loop {
            let now = self.clock.elapsed();
            let wait = {
                let mut state = self.state();
                if state.next <= now {
                    state.next = state.next.max(now.saturating_sub(state.made_up())) + state.apart;
                    return;
                }
                state.next - now
            };
            // A refusal of an earlier request may put this one off meanwhile.
            self.clock.sleep(wait).await;
        }
    }

    /// Nothing leaves before so much time has passed: of many that begin at once, each does so a little
    /// later than the one before it.
    pub fn put_off(&self, wait: Duration) {
        let now = self.clock.elapsed();
        let mut state = self.state();
        state.next = state.next.max(now.saturating_add(wait));
    }

    /// The request whose turn it was leaves now: the next one keeps its distance from that.
    pub fn leaves(&self) {
        let now = self.clock.elapsed();
        let mut state = self.state();
        state.next = state.next.max((now + state.apart).saturating_sub(state.made_up()));
    }

    /// The service asked to come later. Gives how long is waited.
    pub fn refused(&self, after: Option<Duration>) -> Duration {
        let now = self.clock.elapsed();
        let chance = self.clock.chance().clamp(0.0, 1.0);
        let mut state = self.state();
        let doubled = FIRST_WAIT.saturating_mul(1_u32.checked_shl(state.n_refused.min(16)).unwrap_or(u32::MAX));
        // The upper half of the doubled wait, so that several programs of a tenant spread out.
        let wait = after.unwrap_or_else(|| doubled.min(LONGEST_WAIT).mul_f64(0.5 + chance / 2.0));
        state.n_refused += 1;
        state.n_fine = 0;
        state.apart = (state.apart.max(SLOWED).mul_f64(1.25)).min(SLOWEST.max(self.base));
        state.next = state.next.max(now.saturating_add(wait));
        wait
    }

    /// The service answered.
    pub fn fine(&self) {
        let mut state = self.state();
        state.n_refused = 0;
        state.n_fine += 1;
        if state.n_fine >= RECOVERY && state.apart > self.base {
            state.n_fine = 0;
            let faster = state.apart.mul_f64(0.8).max(self.base);
            state.apart = if faster < SLOWED && self.base.is_zero() { Duration::ZERO } else { faster };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain numbers, never half-written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What a late request may come closer to the one before it: nearly nothing, or, where a second has
    /// several, as much as it was late.
    fn made_up(&self) -> Duration {
        SECOND.saturating_sub(self.apart).min(self.apart).max(self.apart.mul_f64(MADE_UP))
    }
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pace").field("base", &self.base).field("state", &*self.state()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::StillClock;
    use super::*;

    async fn turns(pace: &Pace, n: usize) -> Vec<u128> {
        let mut at = Vec::new();
        for _ in 0..n {
            pace.turn().await;
            at.push(pace.clock().elapsed().as_millis());
        }
        at
    }

    #[tokio::test]
    async fn requests_are_a_second_apart_and_never_early() {
        let pace = Pace::new(Some(DOCUMENTED), Arc::new(StillClock::default()));
        assert_eq!(turns(&pace, 4).await, [0, 1010, 2020, 3030]);
    }

    #[tokio::test]
    async fn what_leaves_late_is_followed_at_a_distance() {
        let pace = Pace::new(Some(DOCUMENTED), Arc::new(StillClock::default()));
        turns(&pace, 1).await;
        // The ledger took its time.
        pace.clock().sleep(Duration::from_millis(300)).await;
        pace.leaves();
        assert_eq!(turns(&pace, 2).await, [1304, 2314], "half of the margin is made up for");
        pace.clock().sleep(Duration::from_secs(60)).await;
        assert_eq!(turns(&pace, 2).await, [62_314, 63_319], "who pauses saves nothing up");
        let fast = Pace::new(Some(100.0), Arc::new(StillClock::default()));
        turns(&fast, 1).await;
        fast.clock().sleep(Duration::from_millis(15)).await;
        fast.leaves();
        assert_eq!(turns(&fast, 3).await, [15, 25, 35], "of a hundred a second none is lost");
    }

    #[tokio::test]
    async fn a_refusal_doubles_the_wait_and_slows_down_and_answers_make_it_fast_again() {
        let pace = Pace::new(Some(DOCUMENTED), Arc::new(StillClock::default()));
        turns(&pace, 1).await;
        let waits: Vec<u128> = (0..8).map(|_| pace.refused(None).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000], "the chance is 0: the lower end");
        assert_eq!(turns(&pace, 2).await[0], 30_000);
        let slow = pace.state().apart;
        assert!(slow > Duration::from_secs(5) && slow <= SLOWEST, "{slow:?}");
        (0..100).for_each(|_| pace.fine());
        assert_eq!(pace.state().apart, Duration::from_millis(1010));
        assert_eq!(
            pace.refused(Some(Duration::from_secs(7))),
            Duration::from_secs(7),
            "what it says is what is waited"
        );
    }

    #[tokio::test]
    async fn without_a_pace_nothing_waits_until_the_service_refuses() {
        let pace = Pace::new(None, Arc::new(StillClock::default()));
        assert_eq!(turns(&pace, 3).await, [0, 0, 0]);
        pace.refused(None);
        let later = turns(&pace, 2).await;
        assert_eq!(later[0], 500);
        assert!(later[1] > later[0]);
        (0..50).for_each(|_| pace.fine());
        assert_eq!(pace.state().apart, Duration::ZERO);
    }

    #[tokio::test]
    async fn who_waits_already_is_put_off_by_a_refusal() {
        let clock = Arc::new(StillClock::default());
        let pace = Pace::new(Some(1.0), clock.clone());
        turns(&pace, 1).await;
        let waiting = pace.clone();
        clock.on_sleep(move || {
            waiting.refused(Some(Duration::from_secs(20)));
        });
        assert_eq!(turns(&pace, 1).await, [21_010]);
    }
}
