//! What unit tests of this module share: time that stands still until it is waited for.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use crate::client::{BoxFuture, Clock};

/// A clock that shows a fixed date, goes forward only by waiting, and has no luck.
#[derive(Default)]
pub(super) struct StillClock {
    elapsed: Mutex<Duration>,
    then: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl StillClock {
    /// Does something once, at the end of the next wait.
    pub(super) fn on_sleep(&self, then: impl FnOnce() + Send + 'static) {
        *self.then.lock().expect("no test panics here") = Some(Box::new(then));
    }
}

impl Clock for StillClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().expect("no test panics here")
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            *self.elapsed.lock().expect("no test panics here") += duration;
            let then = self.then.lock().expect("no test panics here").take();
            if let Some(then) = then {
                then();
            }
            tokio::task::yield_now().await;
        })
    }

    fn chance(&self) -> f64 {
        0.0
    }
}
