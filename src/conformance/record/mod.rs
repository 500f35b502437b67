//! A run against a server, kept so that it can be judged again without one: what each case
//! showed, without tokens and without names of accounts. What a service really does becomes
//! evidence in this way, where before there was an assumption.
//!
//! Must not read or write files; nor the clock: whoever records says when.

mod redact;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use self::redact::Redactor;
use super::mask::Mask;
use super::run::Judging;
use crate::contract::Contract;
use crate::rules::server::{ServerCase, ServerSeen};
use crate::verdict::{Outcome, Verdict};

/// The version of the form.
const SCHEMA_VERSION: &str = "1";

/// A recorded run. Its JSON has a case a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Where it comes from.
    pub head: Head,
    cases: Vec<Case>,
}

/// Where a recording comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    schema_version: String,
    /// Name and version of the program.
    pub tool: String,
    /// The API version.
    pub api: String,
    /// The description by which the requests were made.
    pub spec_file: String,
    /// Its SHA-256.
    pub spec_sha256: String,
    /// The server.
    pub target: String,
    /// When it was recorded.
    pub recorded: String,
    /// SHA-256 of the cases as they are written: a file that was damaged is no evidence.
    cases_sha256: String,
}

/// One case and what it showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    /// The ids of its checks.
    checks: Vec<String>,
    /// A digest of what is asked: another request has another answer.
    asked: String,
    showed: Showed,
}

/// What came of carrying out a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Showed {
    /// Answers to judge.
    Seen(Box<ServerSeen>),
    /// It came to no answers; this is the verdict of every check.
    Undecided { outcome: Outcome, seen: String },
}

/// Why there is no recording. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[error("read the recording: {0}")]
pub struct RecordingError(String);

/// Keeps what a run shows.
pub struct Recorder {
    redactor: Redactor,
    cases: Vec<Case>,
}

impl Recorder {
    /// Nothing is kept yet.
    #[must_use]
    pub fn new(contract: &Contract) -> Self {
        Self { redactor: Redactor::new(contract), cases: Vec::new() }
    }

    /// Keeps a case. What cannot be told without names is not kept: redacted or not, the judgement is
    /// the same.
    pub(super) fn keep(&mut self, case: &ServerCase, seen: &Result<ServerSeen, Verdict>) {
        let showed = match seen {
            Err(verdict) => Showed::Undecided { outcome: verdict.outcome, seen: verdict.seen.clone() },
            Ok(seen) => {
                let redacted = self.redactor.redact(seen);
                let outcome = |seen: &ServerSeen| -> Vec<Outcome> {
                    case.checks.iter().map(|asserted| (asserted.judge)(seen).outcome).collect()
                };
                match outcome(seen) == outcome(&redacted) {
                    true => Showed::Seen(Box::new(redacted)),
                    false => Showed::Undecided { outcome: Outcome::NotRun, seen: NAMES.to_owned() },
                }
            }
        };
        let checks = case.checks.iter().map(|asserted| asserted.check.id.clone()).collect();
        self.cases.push(Case { checks, asked: asked(case), showed });
    }

    /// The recording of a run against `target` at the time `recorded`.
    #[must_use]
    pub fn finish(self, contract: &Contract, target: &str, recorded: &str) -> Recording {
        let head = Head {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: concat!("entra-risk ", env!("CARGO_PKG_VERSION")).to_owned(),
            api: contract.api.clone(),
            spec_file: contract.file.clone(),
            spec_sha256: contract.sha256.clone(),
            target: target.to_owned(),
            recorded: recorded.to_owned(),
            cases_sha256: digest(&lines(&self.cases)),
        };
        Recording { head, cases: self.cases }
    }
}

const NAMES: &str = "it was not recorded: without names of accounts it would show something else";

impl Recording {
    /// Reads what [`Recording::to_json`] wrote.
    ///
    /// # Errors
    /// Text that is no recording, one of another version of the form, one that was cut or changed.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            head: Head,
            cases: Vec<Case>,
        }
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| RecordingError(format!("it is no JSON: {error}")))?;
        match value.pointer("/head/schemaVersion").and_then(serde_json::Value::as_str) {
            Some(SCHEMA_VERSION) => {}
            Some(other) => {
                return Err(RecordingError(format!("this program does not know version '{other}' of the form")));
            }
            None => return Err(RecordingError("it is no recording of a run".to_owned())),
        }
        let Written { head, cases } =
            serde_json::from_value(value).map_err(|error| RecordingError(error.to_string()))?;
        if digest(&lines(&cases)) != head.cases_sha256 {
            return Err(RecordingError("it was changed since it was recorded".to_owned()));
        }
        Ok(Self { head, cases })
    }

    /// The recording as JSON, with a case a line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let head = serde_json::to_string_pretty(&self.head).expect("a head is plain text");
        format!("{{\"head\": {head},\n\"cases\": [\n{}\n]}}\n", lines(&self.cases))
    }

    /// What the case showed, if it is in here and asks the same.
    fn showed(&self, case: &ServerCase, check: &str) -> Result<&ServerSeen, Verdict> {
        let Some(kept) = self.cases.iter().find(|kept| kept.checks.iter().any(|id| id == check)) else {
            return Err(Verdict::not_run("it was not recorded"));
        };
        if kept.asked != asked(case) {
            return Err(Verdict::not_run("another request was recorded for it; record it again"));
        }
        match &kept.showed {
            Showed::Seen(seen) => Ok(seen),
            Showed::Undecided { outcome, seen } => Err(Verdict { outcome: *outcome, seen: seen.clone() }),
        }
    }
}

/// Judges what was recorded.
pub(super) fn replay(cases: Vec<ServerCase>, recording: &Recording, judging: &mut Judging<'_>) {
    let mask = Mask::default();
    for mut case in cases {
        for asserted in std::mem::take(&mut case.checks) {
            let mut verdict = match recording.showed(&case, &asserted.check.id) {
                Ok(seen) => (asserted.judge)(seen),
                Err(verdict) => verdict,
            };
            verdict.seen = mask.text(&verdict.seen);
            judging.record(asserted.check, verdict);
        }
    }
}

fn lines(cases: &[Case]) -> String {
    let line = |case: &Case| serde_json::to_string(case).expect("a case is plain values");
    cases.iter().map(line).collect::<Vec<_>>().join(",\n")
}

/// What a case asks, before other accounts stand for the documented ones.
fn asked(case: &ServerCase) -> String {
    let requests = (&case.operation, &case.setup, &case.before, &case.request, &case.after);
    let json = serde_json::to_string(&requests).expect("requests are plain values");
    digest(&format!("{:?} {:?} {} {json}", case.credential, case.form, case.follows))
}

fn digest(text: &str) -> String {
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
