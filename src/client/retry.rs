//! When a call is tried again, and after what wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

/// One policy for calls and for paging: 429, 503 and 504 are tried again, with and without
/// `Retry-After` (Graph's risk resources send none; concepts/throttling.md asks for exponential
/// backoff then). A connection that broke after the request was sent is not tried again, since
/// nobody knows what the service did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// How often a call is sent at most, the first time included.
    pub max_attempts: u32,
    /// How long a call may take in all, waits and answers included, before no further attempt
    /// is made. A wait that would end after it is not begun.
    pub budget: Duration,
    /// The wait after the first refusal without `Retry-After`; each further one doubles it.
    pub first_wait: Duration,
    /// The longest wait without `Retry-After`.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            budget: Duration::from_secs(120),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Every answer is final.
    #[must_use]
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Whether an answer of this status asks to come again.
    #[must_use]
    pub fn covers(status: StatusCode) -> bool {
        matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
    }

    /// The wait before the next attempt, or `None` if there is to be none.
    ///
    /// `attempt` counts from 1; `spent` is the time since the call began; `chance` is below 1.
    /// With `Retry-After` the wait is never shorter than it says and up to a tenth longer;
    /// without, it is the upper half of the doubled wait, so that many clients spread out.
    #[must_use]
    pub fn wait(&self, attempt: u32, spent: Duration, after: Option<Duration>, chance: f64) -> Option<Duration> {
        if attempt >= self.max_attempts {
            return None;
        }
        let wait = match after {
            Some(after) => after.checked_add(after.min(self.longest_wait).mul_f64(chance / 10.0))?,
            None => {
                let doubled = self.first_wait.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
                doubled.min(self.longest_wait).mul_f64(0.5 + chance / 2.0)
            }
        };
        (spent.checked_add(wait)? <= self.budget).then_some(wait)
    }
}

/// `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3); a date gone by is no wait.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_within_the_longest_and_the_budget() {
        let policy = RetryPolicy::default();
        let seconds =
            |attempt, spent| policy.wait(attempt, Duration::from_secs(spent), None, 0.0).map(|wait| wait.as_secs_f64());
        assert_eq!([1, 2, 3, 4].map(|attempt| seconds(attempt, 0)), [Some(0.5), Some(1.0), Some(2.0), Some(4.0)]);
        assert_eq!(seconds(5, 0), None, "attempts are bounded");
        assert_eq!(seconds(4, 119), None, "time is bounded");
        let long = RetryPolicy { max_attempts: 90, budget: Duration::MAX, ..policy };
        assert_eq!(long.wait(80, Duration::ZERO, None, 0.99).map(|wait| wait.as_secs()), Some(29));
    }

    #[test]
    fn retry_after_is_kept_to_and_a_wait_past_the_budget_is_not_begun() {
        let policy = RetryPolicy::default();
        let wait = |after, chance| policy.wait(1, Duration::ZERO, Some(Duration::from_secs(after)), chance);
        assert_eq!(wait(10, 0.0), Some(Duration::from_secs(10)));
        assert!(wait(10, 0.9).is_some_and(|wait| wait > Duration::from_secs(10)));
        assert_eq!(wait(3600, 0.0), None);
        assert_eq!(wait(u64::MAX, 0.9), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // 1994-11-06 08:49:37
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("header"));
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(read("7"), Some(7));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(read("soon"), None);
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
    }
}
