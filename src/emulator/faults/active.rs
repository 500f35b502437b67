//! The faults that are set, and which request they strike: counters, dice from a fixed seed, the
//! meters of throttling. It is told the time and knows no clock, and carries nothing out.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::StatusCode;
use hyper::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};

use super::super::refusal::Refusal;
use super::{Fault, FaultKind};
use crate::odata::Instant;

/// Every fault that is set, in the order in which it was set.
pub(in super::super) struct Active {
    armed: Vec<Armed>,
    dice: fastrand::Rng,
}

struct Armed {
    fault: Fault,
    n_seen: u64,
    n_struck: u64,
    /// For throttling: when the next request of a tenant would be on time.
    due: HashMap<String, Instant>,
    /// For challenges: the tokens that were refused, and since when newer ones are wanted.
    refused: HashSet<u64>,
    since: Option<i64>,
}

/// What faults look at of a request.
pub(in super::super) struct Subject<'a> {
    pub(in super::super) operation: &'a str,
    pub(in super::super) method: &'a str,
    /// Of the caller, if there is one.
    pub(in super::super) tenant: Option<&'a str>,
    /// The token, so that it is known again, and when it was made, in seconds.
    pub(in super::super) token: Option<(u64, i64)>,
    /// Whether the operation changes something, and the request is in order.
    pub(in super::super) would_act: bool,
}

/// What happens instead of what was asked for.
#[derive(Debug)]
pub(in super::super) enum Strike {
    Refuse(Box<Refusal>),
    Html(StatusCode),
    Reset,
    NoEffect,
}

/// What happens to an answer.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Spoil {
    Reset,
    Truncated,
    EmptyPage,
    Looping,
    Foreign(String),
}

/// The dice fall the same way in each run.
const SEED: u64 = 0x6772_6170_6800_0001;
const SECOND: f64 = 1e7;
/// How many tokens a challenge remembers.
const MOST_TOKENS: usize = 4096;

impl Active {
    pub(in super::super) fn new(faults: Vec<Fault>) -> Self {
        let armed = faults.into_iter().map(Armed::new).collect();
        Self { armed, dice: fastrand::Rng::with_seed(SEED) }
    }

    /// The same with dice that fall in another way.
    pub(in super::super) fn with_dice(mut self, seed: u64) -> Self {
        self.dice = fastrand::Rng::with_seed(SEED ^ seed);
        self
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.armed.is_empty()
    }

    /// Each fault, and how often it struck.
    pub(in super::super) fn list(&self) -> impl Iterator<Item = (&Fault, u64)> {
        self.armed.iter().map(|armed| (&armed.fault, armed.n_struck))
    }

    /// Sets one more.
    pub(in super::super) fn add(&mut self, fault: Fault) {
        self.armed.push(Armed::new(fault));
    }

    /// Takes back the faults that are not to stay.
    pub(in super::super) fn retain(&mut self, mut stays: impl FnMut(&Fault) -> bool) {
        self.armed.retain(|armed| stays(&armed.fault));
    }

    /// How long a request waits.
    pub(in super::super) fn delay(&mut self, subject: &Subject<'_>) -> Option<Duration> {
        let mut delay = Duration::ZERO;
        for armed in &mut self.armed {
            if let FaultKind::Latency { millis } = armed.fault.kind
                && armed.strikes(subject, &mut self.dice)
            {
                delay += Duration::from_millis(millis);
            }
        }
        (!delay.is_zero()).then_some(delay)
    }

    /// What happens before anything is done, and the name of the fault.
    pub(in super::super) fn before(&mut self, subject: &Subject<'_>, now: Instant) -> Option<(Strike, &'static str)> {
        self.armed.iter_mut().find_map(|armed| {
            if !armed.concerns(subject, now) || !armed.strikes(subject, &mut self.dice) {
                return None;
            }
            Some((armed.strike(subject, now)?, armed.fault.kind.as_str()))
        })
    }

    /// What happens to an answer; `has_body` and `is_page` say what there is to spoil.
    pub(in super::super) fn after(
        &mut self,
        subject: &Subject<'_>,
        has_body: bool,
        is_page: bool,
    ) -> Option<(Spoil, &'static str)> {
        self.armed.iter_mut().find_map(|armed| {
            let link = match &armed.fault.kind {
                FaultKind::ResetAfter => Spoil::Reset,
                FaultKind::Truncated if has_body => Spoil::Truncated,
                FaultKind::EmptyPage if is_page => Spoil::EmptyPage,
                FaultKind::LoopingLink if is_page => Spoil::Looping,
                FaultKind::ForeignLink { host } if is_page => Spoil::Foreign(host.clone()),
                _ => return None,
            };
            armed.strikes(subject, &mut self.dice).then_some((link, armed.fault.kind.as_str()))
        })
    }
}

impl Armed {
    fn new(fault: Fault) -> Self {
        Self { fault, n_seen: 0, n_struck: 0, due: HashMap::new(), refused: HashSet::new(), since: None }
    }

    fn is_about(&self, subject: &Subject<'_>) -> bool {
        self.fault.method.as_deref().is_none_or(|method| method == subject.method)
            && (self.fault.operation == "*" || fast_glob::glob_match(&self.fault.operation, subject.operation))
    }

    /// Whether it is one that happens before anything is done, and has reason to.
    fn concerns(&mut self, subject: &Subject<'_>, now: Instant) -> bool {
        if !self.is_about(subject) {
            return false;
        }
        match self.fault.kind {
            FaultKind::Throttle { rate, .. } => subject.tenant.is_some_and(|tenant| self.is_early(tenant, rate, now)),
            FaultKind::ClaimsChallenge => subject.token.is_some_and(|(token, issued)| {
                self.since.is_none_or(|since| issued < since) || self.refused.contains(&token)
            }),
            FaultKind::NoEffect => subject.would_act,
            FaultKind::Unavailable { .. } | FaultKind::ResetBefore | FaultKind::Html { .. } => true,
            _ => false,
        }
    }

    /// Counts a request, and says whether it is struck.
    fn strikes(&mut self, subject: &Subject<'_>, dice: &mut fastrand::Rng) -> bool {
        if !self.is_about(subject) {
            return false;
        }
        self.n_seen += 1;
        let Some(nth) = self.n_seen.checked_sub(self.fault.skip).filter(|nth| *nth > 0) else { return false };
        let strikes = self.fault.every.is_none_or(|every| nth % every == 0)
            && self.fault.times.is_none_or(|times| self.n_struck < times)
            && self.fault.probability.is_none_or(|probability| dice.f64() < probability);
        self.n_struck += u64::from(strikes);
        strikes
    }

    /// Whether a tenant has had as many requests as it may; if not, this one counts. A second's
    /// worth may come at once.
    fn is_early(&mut self, tenant: &str, rate: f64, now: Instant) -> bool {
        let apart = (SECOND / rate) as Instant;
        let ahead = (SECOND * rate.max(1.0) / rate) as Instant - apart;
        let due = self.due.get(tenant).copied().unwrap_or(now);
        // A clock that was set back owes nobody anything.
        let due = if due - now > ahead + 2 * apart { now } else { due.max(now) };
        if due > now + ahead {
            return true;
        }
        self.due.insert(tenant.to_owned(), due + apart);
        false
    }

    fn strike(&mut self, subject: &Subject<'_>, now: Instant) -> Option<Strike> {
        Some(match &self.fault.kind {
            FaultKind::Throttle { retry_after, .. } => {
                let mut refusal = Refusal::new(TOO_MANY, "TooManyRequests", "Please retry again later.");
                refusal.inner = &[("code", "429"), ("message", "Please retry after"), ("status", "429")];
                Strike::Refuse(later(refusal, *retry_after))
            }
            FaultKind::Unavailable { retry_after } => {
                let message = "The service is temporarily unavailable.";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message);
                Strike::Refuse(later(refusal, *retry_after))
            }
            FaultKind::ClaimsChallenge => {
                let seconds = now / SECOND as Instant;
                let since = *self.since.get_or_insert(seconds);
                if self.refused.len() < MOST_TOKENS {
                    self.refused.extend(subject.token.map(|(token, _)| token));
                }
                Strike::Refuse(challenge(since))
            }
            FaultKind::ResetBefore => Strike::Reset,
            FaultKind::Html { status } => Strike::Html(StatusCode::from_u16(*status).ok()?),
            FaultKind::NoEffect => Strike::NoEffect,
            _ => return None,
        })
    }
}

const TOO_MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;

fn later(refusal: Box<Refusal>, retry_after: Option<u32>) -> Box<Refusal> {
    match retry_after {
        Some(seconds) => refusal.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => refusal,
    }
}

/// 401 for a token that was good until now: one made from this second on is wanted.
fn challenge(since: i64) -> Box<Refusal> {
    let claims = format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{since}"}}}}}}"#);
    let value = format!(
        r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/v2.0/authorize", error="insufficient_claims", claims="{}""#,
        BASE64.encode(claims)
    );
    let message = "Continuous access evaluation resulted in a challenge; a token with the claims is wanted.";
    let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message);
    let value = HeaderValue::from_str(&value).expect("base64 and literals are ASCII");
    refusal.with(WWW_AUTHENTICATE, value)
}
