//! A verdict on a program by the requests that it made: which documented operations it used, in
//! what its requests were not as documented, and which permissions it needs.
//!
//! It must not know how requests were received, how the program was run, or how the verdict is
//! printed. Its JSON form is the report's (`src/report/check/check.schema.json`) and part of the
//! public surface.

mod curl;
mod hosts;
mod needs;
mod patience;
mod rules;
mod tally;

pub use hosts::{Cloud, clouds, graph_hosts, sign_in_hosts};
pub use needs::Needed;
pub use rules::RULES;
pub use tally::Tally;

pub use crate::emulator::{Asked, Kind, Passage};

use serde::Serialize;

use crate::contract::Rests;
use crate::finding::{Finding, Severity};

/// What there is to say about a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Judgement {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Name and version of the program that judges.
    pub tool: String,
    /// Whether there is nothing to hold against the program.
    pub passed: bool,
    /// Whether assumptions, paths outside of the descriptions and refused hosts count.
    pub strict: bool,
    /// What is held against it, in words; empty if it passed.
    pub reasons: Vec<String>,
    /// How it ended; none if there was no program to run.
    pub program: Option<Program>,
    /// How many requests there were.
    pub requests: Requests,
    /// Documented operations that were called, whether rightly or wrongly.
    pub operations: Vec<Used>,
    /// What was not as documented, each thing once.
    pub wrong: Vec<Wrong>,
    /// Requests to Graph of which no description speaks.
    pub outside: Vec<Outside>,
    /// Requests to the sign-in service.
    pub sign_ins: Vec<SignIn>,
    /// Other hosts that were asked for.
    pub hosts: Vec<Host>,
    /// The least permissions that the operations need, for each kind of caller seen.
    pub permissions: Vec<Needed>,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// Its name, without arguments: these may hold secrets.
    pub name: String,
    /// Its exit code; none if a signal ended it.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Whether it was stopped from outside.
    pub interrupted: bool,
}

/// How many requests there were, by what they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requests {
    /// Documented in every respect.
    pub documented: u64,
    /// Not as documented in some respect.
    pub wrong: u64,
    /// At a path of which no description speaks.
    pub outside: u64,
    /// At the sign-in service.
    pub sign_in: u64,
}

/// A documented operation that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// API version.
    pub api: String,
    /// Its id in the description.
    pub operation: String,
    /// Its method.
    pub method: String,
    /// Its canonical path.
    pub path: String,
    /// Its page.
    pub page: String,
    /// How often it was called.
    pub times: u64,
    /// How many of these calls were not as documented.
    pub wrong: u64,
}

/// One thing that was not as documented, however often.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wrong {
    /// What is wrong, where the description says so, what to do.
    #[serde(flatten)]
    pub finding: Finding,
    /// What is documented, where a fact says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documented: Option<String>,
    /// Who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// How firmly that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests: Option<Rests>,
    /// The first such request: method, path and query.
    pub sent: String,
    /// What it was answered; none if the connection was broken instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How to send the same by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// How often.
    pub times: u64,
}

/// A request to Graph of which no description speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outside {
    /// The method.
    pub method: String,
    /// The path, with its version and without query.
    pub path: String,
    /// How often.
    pub times: u64,
}

/// A request to the sign-in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// The method.
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// What it was answered.
    pub status: Option<u16>,
    /// The code of the error that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How often.
    pub times: u64,
}

/// A host that the program asked the recorder for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// Its name and port.
    pub host: String,
    /// What became of it.
    pub passage: Passage,
    /// More about it, where there is more to say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// How often.
    pub times: u64,
}

/// What the tally does not know and the verdict depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Version of the program that judges.
    pub version: &'static str,
    /// How the program ended; none if there was no program to run.
    pub program: Option<Program>,
    /// Hosts that the recorder was asked for as a proxy.
    pub asked: Vec<Asked>,
    /// Whether assumptions, paths outside of the descriptions and refused hosts count.
    pub strict: bool,
}

impl Judgement {
    /// The findings, for formats that know nothing else.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.wrong.iter().map(|wrong| wrong.finding.clone()).collect()
    }

    /// What is held against the program, in words.
    fn held_against(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let least = if self.strict { Severity::Warning } else { Severity::Error };
        let n_wrong = self.wrong.iter().filter(|wrong| wrong.finding.severity >= least).count();
        if n_wrong > 0 {
            let things = if n_wrong == 1 { "one thing" } else { &format!("{n_wrong} things") };
            reasons.push(format!("{things} in the program's requests {} not as documented", is_or_are(n_wrong)));
        }
        reasons.extend(self.silence());
        if self.strict && !self.outside.is_empty() {
            reasons.push("there are requests of which no description speaks, and the run is strict".to_owned());
        }
        let refused = |host: &Host| host.passage == Passage::Refused;
        if self.strict && self.hosts.iter().any(refused) {
            reasons.push("other hosts were asked for, and the run is strict".to_owned());
        }
        reasons.extend(self.failure(reasons.is_empty()));
        reasons
    }

    /// Why nothing can be said about the program.
    fn silence(&self) -> Option<String> {
        let requests = &self.requests;
        if requests.documented + requests.wrong + requests.outside > 0 || !self.wrong.is_empty() {
            return None;
        }
        if let Some(host) = self.hosts.iter().find(|host| host.passage == Passage::Untrusted) {
            let host = &host.host;
            return Some(format!(
                "no request reached the recorder: the program did not trust its certificate for {host}"
            ));
        }
        Some(match requests.sign_in {
            0 => "no request reached the recorder; the program may have called the real Graph".to_owned(),
            _ => "no request reached the recorder but those to sign in; the program may have called the real Graph"
                .to_owned(),
        })
    }

    /// How the program itself failed.
    fn failure(&self, is_else_clean: bool) -> Option<String> {
        let program = self.program.as_ref()?;
        let how = match (program.exit_code, program.signal) {
            _ if program.interrupted => return None,
            (Some(0), _) => return None,
            (Some(code), _) => format!("the program failed with exit code {code}"),
            (None, Some(signal)) => format!("the program was ended by signal {signal}"),
            (None, None) => "the program did not end by itself".to_owned(),
        };
        Some(if is_else_clean { format!("{how}, though its requests were as documented") } else { how })
    }
}

fn is_or_are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}
