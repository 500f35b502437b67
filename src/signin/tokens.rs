//! Keeps a token until shortly before it expires, and gets a new one then, where the service asks
//! for other claims, and where the source has changed.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;

use super::claims::Claims;
use super::error::SignInError;
use super::source::{Fresh, Source, Wanted};
use crate::client::{BoxFuture, Clock, Token, TokenError, TokenProvider, TokenRequest};

/// How long before the end of a token a new one is asked for.
const MARGIN: Duration = Duration::from_secs(300);
/// How long a renewal that failed is not tried again, while the old token still lasts.
const PAUSE: Duration = Duration::from_secs(20);

/// The tokens of one identity. It prints as nothing.
pub struct Tokens {
    source: Box<dyn Source>,
    clock: Arc<dyn Clock>,
    /// Held while a token is fetched, so that many calls at once make one sign-in.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: Token,
    resource: String,
    /// Whose it is, where it says so.
    claims: Option<Claims>,
    lasts: Option<Lasts>,
    /// Until when a renewal that failed is not tried again, by the clock that never goes back.
    paused_until: Duration,
}

impl Kept {
    /// Whether a token that follows is of somebody else.
    fn is_of_another(&self, next: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (&self.claims, &next.claims) else { return false };
        let same = (&ours.tid, ours.identity()) == (&theirs.tid, theirs.identity());
        !same || self.resource == next.resource && ours.aud != theirs.aud
    }
}

/// How long a token lasts, by two clocks: one may be set, the other stands still while the machine
/// sleeps.
struct Lasts {
    until: SystemTime,
    fetched: Duration,
    lifetime: Duration,
}

impl Lasts {
    fn remaining(&self, clock: &dyn Clock) -> Duration {
        let by_day = self.until.duration_since(clock.now()).unwrap_or_default();
        let by_run = self.lifetime.saturating_sub(clock.elapsed().saturating_sub(self.fetched));
        by_day.min(by_run)
    }

    /// A token of a few minutes is renewed when most of it is gone.
    fn margin(&self) -> Duration {
        MARGIN.min(self.lifetime / 4)
    }
}

impl Tokens {
    pub(super) fn new(source: impl Source + 'static, clock: Arc<dyn Clock>) -> Self {
        Self { source: Box::new(source), clock, kept: Mutex::new(None) }
    }

    /// A token: the kept one, where it does.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn obtain(&self, request: TokenRequest<'_>) -> Result<Token, SignInError> {
        let mut slot = self.kept.lock().await;
        if let Some(kept) = slot.as_ref().filter(|kept| self.does(kept, request)) {
            return Ok(kept.token.clone());
        }
        let wanted = Wanted { resource: request.resource, claims: request.claims };
        match self.source.fetch(wanted).await {
            Ok(fresh) if request.rejected == Some(&fresh.token) => Err(SignInError::refused(
                "answer the service, which asks for other claims than the token has",
                "this way to sign in gives the same token again; sign in anew, or another way: --auth",
            )),
            Ok(fresh) => {
                let next = self.keep(fresh, request.resource);
                match slot.as_ref().is_some_and(|kept| kept.is_of_another(&next)) {
                    // What was begun as one is not gone on with as another.
                    true => Err(SignInError::refused(
                        "go on: the new token is of another tenant or account, or for another service",
                        "sign in as before; what is to be done as somebody else is begun anew",
                    )),
                    false => Ok(slot.insert(next).token.clone()),
                }
            }
            // What still lasts is better than nothing, and somebody may be back in a moment.
            Err(error) => match slot.as_mut().filter(|kept| self.still_does(kept, request)) {
                Some(kept) => {
                    kept.paused_until = self.clock.elapsed() + PAUSE;
                    Ok(kept.token.clone())
                }
                None => Err(error),
            },
        }
    }

    /// Whether a kept token is the answer, and nobody need be asked.
    fn does(&self, kept: &Kept, request: TokenRequest<'_>) -> bool {
        // Another call may have answered the same challenge already.
        if request.rejected.is_some_and(|rejected| *rejected == kept.token) || kept.resource != request.resource {
            return false;
        }
        if request.claims.is_some() && request.rejected.is_none() || self.source.has_changed() {
            return false;
        }
        match &kept.lasts {
            None => true,
            Some(lasts) => {
                let remaining = lasts.remaining(&*self.clock);
                remaining > lasts.margin() || !remaining.is_zero() && self.clock.elapsed() < kept.paused_until
            }
        }
    }

    /// Whether a kept token will do where there is no new one.
    fn still_does(&self, kept: &Kept, request: TokenRequest<'_>) -> bool {
        request.claims.is_none()
            && request.rejected.is_none()
            && kept.resource == request.resource
            && kept.lasts.as_ref().is_some_and(|lasts| !lasts.remaining(&*self.clock).is_zero())
    }

    fn keep(&self, fresh: Fresh, resource: &str) -> Kept {
        let lasts = fresh.expires.map(|until| Lasts {
            until,
            fetched: self.clock.elapsed(),
            lifetime: until.duration_since(self.clock.now()).unwrap_or_default(),
        });
        let claims = Claims::of(&fresh.token);
        Kept { token: fresh.token, resource: resource.to_owned(), claims, lasts, paused_until: Duration::ZERO }
    }
}

impl TokenProvider for Tokens {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>> {
        Box::pin(async move { self.obtain(request).await.map_err(TokenError::from) })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Lock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    const ROOT: &str = "https://graph.example";
    const PLAIN: TokenRequest<'_> = TokenRequest { resource: ROOT, claims: None, rejected: None };

    /// A clock of two hands.
    #[derive(Default)]
    struct Hands {
        day: Lock<Duration>,
        run: Lock<Duration>,
    }

    impl Hands {
        fn advance(&self, by: u64) {
            *self.day.lock().expect("a lock") += Duration::from_secs(by);
            *self.run.lock().expect("a lock") += Duration::from_secs(by);
        }
    }

    impl Clock for Hands {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + *self.day.lock().expect("a lock")
        }
        fn elapsed(&self) -> Duration {
            *self.run.lock().expect("a lock")
        }
        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }
        fn chance(&self) -> f64 {
            0.0
        }
    }

    /// Numbers its tokens; each lasts an hour.
    #[derive(Default)]
    struct Counting {
        fetched: AtomicUsize,
        fails: AtomicBool,
        changed: AtomicBool,
        clock: Arc<Hands>,
    }

    impl Source for Arc<Counting> {
        fn fetch<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Fresh, SignInError>> {
            let fresh = match self.fails.load(Ordering::Relaxed) {
                true => Err(SignInError::unreachable("sign in", "")),
                false => {
                    let number = self.fetched.fetch_add(1, Ordering::Relaxed) + 1;
                    let text = format!("{number}-{}", wanted.claims.map_or("none", |_| "claims"));
                    let token = Token::new(text).expect("a token");
                    Ok(Fresh { token, expires: Some(self.clock.now() + Duration::from_secs(3600)) })
                }
            };
            Box::pin(std::future::ready(fresh))
        }
        fn has_changed(&self) -> bool {
            self.changed.swap(false, Ordering::Relaxed)
        }
    }

    fn tokens() -> (Tokens, Arc<Counting>) {
        let source = Arc::new(Counting::default());
        (Tokens::new(source.clone(), source.clock.clone()), source)
    }

    async fn text(tokens: &Tokens, request: TokenRequest<'_>) -> String {
        match tokens.obtain(request).await {
            Ok(token) => token.header().to_str().expect("ASCII")["Bearer ".len()..].to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_token_is_kept_until_shortly_before_its_end() {
        let (tokens, source) = tokens();
        assert_eq!(text(&tokens, PLAIN).await, "1-none");
        source.clock.advance(3299);
        assert_eq!(text(&tokens, PLAIN).await, "1-none");
        source.clock.advance(2);
        assert_eq!(text(&tokens, PLAIN).await, "2-none");
        assert_eq!(text(&tokens, TokenRequest { resource: "https://other.example", ..PLAIN }).await, "3-none");
        source.changed.store(true, Ordering::Relaxed);
        let other = TokenRequest { resource: "https://other.example", ..PLAIN };
        assert_eq!(text(&tokens, other).await, "4-none");
        assert_eq!(text(&tokens, other).await, "4-none");
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_does_not_make_a_token_last_longer() {
        let (tokens, source) = tokens();
        source.clock.advance(7200);
        assert_eq!(text(&tokens, PLAIN).await, "1-none");
        source.clock.advance(3590);
        *source.clock.day.lock().expect("a lock") = Duration::from_secs(7200);
        assert_eq!(text(&tokens, PLAIN).await, "2-none");
        // The machine slept, and the other hand stood still.
        *source.clock.day.lock().expect("a lock") += Duration::from_secs(3590);
        assert_eq!(text(&tokens, PLAIN).await, "3-none");
    }

    #[tokio::test]
    async fn a_challenge_is_answered_once_for_all_who_met_it() {
        let (tokens, _) = tokens();
        let first = tokens.obtain(PLAIN).await.expect("a token");
        let challenged = TokenRequest { claims: Some("{}"), rejected: Some(&first), ..PLAIN };
        assert_eq!(text(&tokens, challenged).await, "2-claims");
        assert_eq!(text(&tokens, challenged).await, "2-claims");
        assert_eq!(text(&tokens, PLAIN).await, "2-claims");
        assert_eq!(text(&tokens, TokenRequest { claims: Some("{}"), ..PLAIN }).await, "3-claims");
    }

    #[tokio::test]
    async fn a_renewal_that_fails_leaves_the_old_token_as_long_as_it_lasts() {
        let (tokens, source) = tokens();
        let first = tokens.obtain(PLAIN).await.expect("a token");
        source.fails.store(true, Ordering::Relaxed);
        source.clock.advance(3400);
        assert_eq!(text(&tokens, PLAIN).await, "1-none");
        let challenged = TokenRequest { claims: Some("{}"), rejected: Some(&first), ..PLAIN };
        assert_eq!(text(&tokens, challenged).await, "sign in", "a token that was refused is not given again");
        source.fails.store(false, Ordering::Relaxed);
        assert_eq!(text(&tokens, PLAIN).await, "1-none", "it is not asked again at once");
        source.clock.advance(21);
        assert_eq!(text(&tokens, PLAIN).await, "2-none");
        source.fails.store(true, Ordering::Relaxed);
        source.clock.advance(3600);
        assert_eq!(text(&tokens, PLAIN).await, "sign in");
    }
}
