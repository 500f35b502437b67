//! Faults: what a server may do to its clients on bad days, and to whom. How they are described
//! and read; `active` decides when one strikes, and `watch` carries it out.

mod active;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(super) use active::{Active, Spoil, Strike, Subject};

/// One fault, and which requests it strikes. As text `throttle=1`, or
/// `unavailable,times=2,operation=*.dismiss`; in files and calls an object with the same names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// To which operations: an id, with `*` for any part of it.
    pub operation: String,
    /// To which method alone.
    pub method: Option<String>,
    /// How many requests it leaves alone first.
    pub skip: u64,
    /// How often at most.
    pub times: Option<u64>,
    /// Each how manieth request only.
    pub every: Option<u64>,
    /// How likely, from 0 to 1. The same run gives the same dice.
    pub probability: Option<f64>,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FaultKind {
    /// 429 to more than so many requests a second and tenant.
    Throttle {
        /// Requests a second.
        rate: f64,
        /// Seconds in `Retry-After`; no header without (as documented for risky users).
        retry_after: Option<u32>,
    },
    /// 503.
    Unavailable {
        /// Seconds in `Retry-After`.
        retry_after: Option<u32>,
    },
    /// The answer takes so much longer.
    Latency {
        /// Milliseconds.
        millis: u64,
    },
    /// The connection breaks, and nothing was done.
    ResetBefore,
    /// The connection breaks, and everything was done.
    ResetAfter,
    /// A page of HTML, as proxies and gateways answer.
    Html {
        /// Its status.
        status: u16,
    },
    /// An answer that ends in its midst.
    Truncated,
    /// A page without members, though there are more behind its next link.
    EmptyPage,
    /// A next link to another host.
    ForeignLink {
        /// That host, with its port if it has one.
        host: String,
    },
    /// A next link to the same page.
    LoopingLink,
    /// 401 that asks for a token with claims; a newer token passes.
    ClaimsChallenge,
    /// The documented success, and nothing was done.
    NoEffect,
}

/// Where a next link leads that is to be foreign: a name that never resolves (RFC 6761).
const FOREIGN: &str = "graph.invalid";

impl FaultKind {
    /// Its name in text, files and calls.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Throttle { .. } => "throttle",
            Self::Unavailable { .. } => "unavailable",
            Self::Latency { .. } => "latency",
            Self::ResetBefore => "reset-before",
            Self::ResetAfter => "reset-after",
            Self::Html { .. } => "html",
            Self::Truncated => "truncated",
            Self::EmptyPage => "empty-page",
            Self::ForeignLink { .. } => "foreign-link",
            Self::LoopingLink => "looping-link",
            Self::ClaimsChallenge => "claims-challenge",
            Self::NoEffect => "no-effect",
        }
    }

    /// One of each kind, with usual values, and what it does in words.
    #[must_use]
    pub fn catalogue() -> Vec<(Self, &'static str)> {
        vec![
            (Self::Throttle { rate: 1.0, retry_after: None }, "429 to more than one request a second and tenant"),
            (Self::Unavailable { retry_after: None }, "503, the service is unavailable"),
            (Self::Latency { millis: 1000 }, "the answer takes a second longer"),
            (Self::ResetBefore, "the connection breaks before anything was done"),
            (Self::ResetAfter, "the connection breaks after everything was done"),
            (Self::Html { status: 502 }, "502 with a page of HTML"),
            (Self::Truncated, "the answer ends in its midst"),
            (Self::EmptyPage, "a list without members, with a next link"),
            (Self::ForeignLink { host: FOREIGN.to_owned() }, "a next link to another host"),
            (Self::LoopingLink, "a next link to the same page"),
            (Self::ClaimsChallenge, "401 until a newer token comes"),
            (Self::NoEffect, "success is answered, and nothing was done"),
        ]
    }
}

impl Fault {
    /// This fault for every request.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self { kind, operation: "*".to_owned(), method: None, skip: 0, times: None, every: None, probability: None }
    }

    /// The same fault, for so many requests at most.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// The same fault, for these operations alone.
    #[must_use]
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.operation = operation.into();
        self
    }
}

/// Why a fault cannot be used. The text completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the fault: {0}")]
pub struct FaultError(String);

/// A fault as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Raw {
    fault: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "retry-after")]
    retry_after: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    millis: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(default = "any")]
    operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    skip: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
}

fn any() -> String {
    "*".to_owned()
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A day, which is longer than anybody waits.
const LONGEST: u64 = 86_400_000;

impl TryFrom<Raw> for Fault {
    type Error = FaultError;

    fn try_from(raw: Raw) -> Result<Self, FaultError> {
        let kind = kind(&raw)?;
        misplaced(&raw)?;
        let refuse = |why: &str| Err(FaultError(why.to_owned()));
        if raw.operation.is_empty() {
            return refuse("'operation' is empty; it is an operation's id, with * for any part of it");
        }
        if raw.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return refuse("'probability' is a number from 0 to 1");
        }
        if raw.every == Some(0) || raw.times == Some(0) {
            return refuse("'every' and 'times' are at least 1");
        }
        let method = raw.method.map(|method| method.to_ascii_uppercase());
        if method.as_deref().is_some_and(|method| !method.bytes().all(|byte| byte.is_ascii_uppercase())) {
            return refuse("'method' is an HTTP method");
        }
        Ok(Self {
            kind,
            operation: raw.operation,
            method,
            skip: raw.skip,
            times: raw.times,
            every: raw.every,
            probability: raw.probability,
        })
    }
}

fn kind(raw: &Raw) -> Result<FaultKind, FaultError> {
    let retry_after = raw.retry_after;
    Ok(match raw.fault.as_str() {
        "throttle" => match raw.rate.unwrap_or(1.0) {
            rate if rate > 0.0 && rate <= 1e6 => FaultKind::Throttle { rate, retry_after },
            _ => return Err(FaultError("'rate' is a number of requests a second above 0".to_owned())),
        },
        "unavailable" => FaultKind::Unavailable { retry_after },
        "latency" => match raw.millis.unwrap_or(1000) {
            millis if millis <= LONGEST => FaultKind::Latency { millis },
            _ => return Err(FaultError("'millis' is at most a day".to_owned())),
        },
        "reset-before" => FaultKind::ResetBefore,
        "reset-after" => FaultKind::ResetAfter,
        "html" => match raw.status.unwrap_or(502) {
            status @ 200..=599 if status != 204 && status != 304 => FaultKind::Html { status },
            _ => return Err(FaultError("'status' is one from 200 to 599 that has a body".to_owned())),
        },
        "truncated" => FaultKind::Truncated,
        "empty-page" => FaultKind::EmptyPage,
        "foreign-link" => {
            let host = raw.host.clone().unwrap_or_else(|| FOREIGN.to_owned());
            match host.parse::<hyper::http::uri::Authority>() {
                Ok(parsed) if !parsed.as_str().contains('@') => FaultKind::ForeignLink { host },
                _ => return Err(FaultError("'host' is a host name, with a port if it has one".to_owned())),
            }
        }
        "looping-link" => FaultKind::LoopingLink,
        "claims-challenge" => FaultKind::ClaimsChallenge,
        "no-effect" => FaultKind::NoEffect,
        other => {
            let known: Vec<_> = FaultKind::catalogue().iter().map(|(kind, _)| kind.as_str()).collect();
            let shown: String = other.chars().take(64).collect();
            return Err(FaultError(format!("there is no fault '{shown}'; there are {}", known.join(", "))));
        }
    })
}

/// Refuses a setting that the fault would not look at.
fn misplaced(raw: &Raw) -> Result<(), FaultError> {
    let fault = raw.fault.as_str();
    let settings = [
        ("rate", raw.rate.is_some(), &["throttle"][..]),
        ("retryAfter", raw.retry_after.is_some(), &["throttle", "unavailable"]),
        ("millis", raw.millis.is_some(), &["latency"]),
        ("status", raw.status.is_some(), &["html"]),
        ("host", raw.host.is_some(), &["foreign-link"]),
    ];
    for (name, is_set, of) in settings {
        if is_set && !of.contains(&fault) {
            return Err(FaultError(format!("'{name}' is a setting of {}, not of {fault}", of.join(" and "))));
        }
    }
    Ok(())
}

impl From<Fault> for Raw {
    fn from(fault: Fault) -> Self {
        let mut raw = Self {
            fault: fault.kind.as_str().to_owned(),
            operation: fault.operation,
            method: fault.method,
            skip: fault.skip,
            times: fault.times,
            every: fault.every,
            probability: fault.probability,
            ..Self::default()
        };
        match fault.kind {
            FaultKind::Throttle { rate, retry_after } => (raw.rate, raw.retry_after) = (Some(rate), retry_after),
            FaultKind::Unavailable { retry_after } => raw.retry_after = retry_after,
            FaultKind::Latency { millis } => raw.millis = Some(millis),
            FaultKind::Html { status } => raw.status = Some(status),
            FaultKind::ForeignLink { host } => raw.host = Some(host),
            FaultKind::ResetBefore
            | FaultKind::ResetAfter
            | FaultKind::Truncated
            | FaultKind::EmptyPage
            | FaultKind::LoopingLink
            | FaultKind::ClaimsChallenge
            | FaultKind::NoEffect => {}
        }
        raw
    }
}

impl fmt::Display for Fault {
    /// Writes what `from_str` reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn setting<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, value: Option<T>) -> fmt::Result {
            value.map_or(Ok(()), |value| write!(f, ",{name}={value}"))
        }
        let raw = Raw::from(self.clone());
        f.write_str(&raw.fault)?;
        setting(f, "rate", raw.rate)?;
        setting(f, "retryAfter", raw.retry_after)?;
        setting(f, "millis", raw.millis)?;
        setting(f, "status", raw.status)?;
        setting(f, "host", raw.host)?;
        setting(f, "operation", Some(raw.operation).filter(|operation| operation != "*"))?;
        setting(f, "method", raw.method)?;
        setting(f, "skip", Some(raw.skip).filter(|skip| *skip > 0))?;
        setting(f, "times", raw.times)?;
        setting(f, "every", raw.every)?;
        setting(f, "probability", raw.probability)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    /// Reads `KIND[=VALUE][,SETTING=VALUE]…`; the value of the kind is its first setting.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut parts = text.split(',');
        let first = parts.next().unwrap_or_default().trim();
        let (fault, value) = first.split_once('=').map_or((first, None), |(fault, value)| (fault, Some(value)));
        let mut raw = Raw { fault: fault.trim().to_owned(), operation: any(), ..Raw::default() };
        if let Some(value) = value {
            let setting = match raw.fault.as_str() {
                "throttle" => "rate",
                "unavailable" => "retryAfter",
                "latency" => "millis",
                "html" => "status",
                "foreign-link" => "host",
                fault => return kind(&raw).and(Err(FaultError(format!("'{fault}' takes no value after =")))),
            };
            set(&mut raw, setting, value)?;
        }
        for part in parts {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                let shown: String = part.trim().chars().take(64).collect();
                FaultError(format!("'{shown}' is no SETTING=VALUE"))
            })?;
            set(&mut raw, name.trim(), value)?;
        }
        Self::try_from(raw)
    }
}

fn set(raw: &mut Raw, name: &str, value: &str) -> Result<(), FaultError> {
    fn number<T: FromStr>(name: &str, value: &str) -> Result<Option<T>, FaultError> {
        let shown: String = value.chars().take(64).collect();
        value.parse().map(Some).map_err(|_| FaultError(format!("'{name}' has to be a number, not '{shown}'")))
    }
    let value = value.trim();
    match name {
        "rate" => raw.rate = number(name, value)?,
        "retryAfter" | "retry-after" => raw.retry_after = number(name, value)?,
        "millis" => raw.millis = number(name, value)?,
        "status" => raw.status = number(name, value)?,
        "host" => raw.host = Some(value.to_owned()),
        "operation" => raw.operation = value.to_owned(),
        "method" => raw.method = Some(value.to_owned()),
        "skip" => raw.skip = number(name, value)?.unwrap_or_default(),
        "times" => raw.times = number(name, value)?,
        "every" => raw.every = number(name, value)?,
        "probability" => raw.probability = number(name, value)?,
        other => {
            let shown: String = other.chars().take(64).collect();
            let known = "rate, retryAfter, millis, status, host, operation, method, skip, times, every, probability";
            return Err(FaultError(format!("there is no setting '{shown}'; there are {known}")));
        }
    }
    Ok(())
}
