//! Requests as they come, counted: each kind of mistake once, however often it was made. What is
//! kept does not grow with the number of requests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::needs::Needed;
use super::patience::Patience;
use super::rules::{self, Rule};
use super::{Asked, Circumstances, Host, Judgement, Outside, Passage, Requests, SignIn, Used, Wrong, curl, hosts};
use crate::contract::{Contract, FactId, Operation, Origin, Rests};
use crate::emulator::{Kind, Received, Verdict, Violation};
use crate::finding::{Finding, Severity};

/// What was received so far.
#[derive(Debug)]
pub struct Tally {
    contracts: Vec<Contract>,
    requests: Requests,
    /// Calls, and how many of them were wrong.
    used: BTreeMap<Called, (u64, u64)>,
    wrong: Vec<Wrong>,
    /// Where a mistake is in the list.
    known: HashMap<(String, String, String), usize>,
    patience: Patience,
    outside: BTreeMap<(String, String), u64>,
    /// By method, path, status and code.
    sign_ins: BTreeMap<(String, String, Option<u16>, Option<String>), u64>,
    /// By the name of its kind: what a caller called.
    callers: BTreeMap<&'static str, (Kind, BTreeSet<Called>)>,
}

/// An operation: API version and id.
type Called = (String, String);

/// So many different things are told apart; further ones are only counted.
const MOST: usize = 1000;

impl Tally {
    /// Nothing so far.
    #[must_use]
    pub fn new(contracts: &[Contract]) -> Self {
        Self {
            contracts: contracts.to_vec(),
            requests: Requests::default(),
            used: BTreeMap::new(),
            wrong: Vec::new(),
            known: HashMap::new(),
            patience: Patience::default(),
            outside: BTreeMap::new(),
            sign_ins: BTreeMap::new(),
            callers: BTreeMap::new(),
        }
    }

    /// Counts one request.
    pub fn add(&mut self, received: &Received) {
        if received.verdict == Verdict::SignIn {
            return self.note_sign_in(received);
        }
        let more = [self.not_offered(received), self.too_early(received)];
        let is_wrong = received.verdict == Verdict::Wrong || more.iter().any(Option::is_some);
        self.note_use(received, is_wrong);
        match (received.verdict, is_wrong) {
            (_, true) => self.requests.wrong += 1,
            (Verdict::Outside, false) => {
                self.requests.outside += 1;
                let path = received.target.split('?').next().unwrap_or_default().to_owned();
                count(&mut self.outside, (received.method.clone(), path));
            }
            (_, false) => self.requests.documented += 1,
        }
        if received.verdict == Verdict::Wrong {
            for violation in &received.violations {
                let wrong = Mistake::of(violation);
                self.note(received, wrong);
            }
        }
        for mistake in more.into_iter().flatten() {
            self.note(received, mistake);
        }
    }

    /// The verdict.
    #[must_use]
    pub fn judge(&self, circumstances: Circumstances) -> Judgement {
        let mut judgement = Judgement {
            schema_version: "1",
            tool: format!("entra-risk {}", circumstances.version),
            passed: false,
            strict: circumstances.strict,
            reasons: Vec::new(),
            program: circumstances.program,
            requests: self.requests,
            operations: self.used.iter().filter_map(|(key, counts)| self.operation_used(key, *counts)).collect(),
            wrong: self.wrong.iter().cloned().chain(in_the_clear(&circumstances.asked)).collect(),
            outside: self
                .outside
                .iter()
                .map(|((method, path), times)| Outside { method: method.clone(), path: path.clone(), times: *times })
                .collect(),
            sign_ins: self
                .sign_ins
                .iter()
                .map(|((method, path, status, code), times)| SignIn {
                    method: method.clone(),
                    path: path.clone(),
                    status: *status,
                    code: code.clone(),
                    times: *times,
                })
                .collect(),
            hosts: circumstances.asked.iter().filter_map(host).collect(),
            permissions: self.callers.values().map(|(kind, used)| self.needed(*kind, used)).collect(),
        };
        judgement.reasons = judgement.held_against();
        judgement.passed = judgement.reasons.is_empty();
        judgement
    }

    fn note_sign_in(&mut self, received: &Received) {
        self.requests.sign_in += 1;
        let (method, path) = (received.method.clone(), received.path.clone());
        count(&mut self.sign_ins, (method, path, received.status, received.code.clone()));
        if received.status.is_some_and(|status| status < 400) {
            return;
        }
        let code = received.code.as_deref().unwrap_or("without a code");
        self.note(
            received,
            Mistake {
                rule: rules::of("signIn"),
                message: format!("the sign-in was refused: {code}"),
                fact: None,
                documented: None,
                page: Some("Entra: authentication and authorization error codes".to_owned()),
                rests: Some(Rests::Convention),
                origin: None,
                words: None,
            },
        );
    }

    fn note_use(&mut self, received: &Received, is_wrong: bool) {
        let (Some(api), Some(operation)) = (&received.api, &received.operation) else { return };
        let key = (api.clone(), operation.clone());
        let (times, wrong) = self.used.entry(key.clone()).or_default();
        *times += 1;
        *wrong += u64::from(is_wrong);
        let kind = received.caller.as_ref().map_or(Kind::Application, |caller| caller.kind);
        self.callers.entry(kind.as_str()).or_insert_with(|| (kind, BTreeSet::new())).1.insert(key);
    }

    /// Counts a mistake, or keeps it if it is new.
    fn note(&mut self, received: &Received, mistake: Mistake<'_>) {
        let subject = match &received.operation {
            Some(operation) => operation.clone(),
            None => general(&received.path),
        };
        let key = (format!("{} {subject}", received.method), mistake.rule.id.to_owned(), mistake.about());
        if let Some(known) = self.known.get(&key) {
            self.wrong[*known].times += 1;
            return;
        }
        if self.wrong.len() == MOST {
            return;
        }
        self.known.insert(key, self.wrong.len());
        let subject = self.subject(received);
        self.wrong.push(mistake.told(received, subject));
    }

    /// The operation, or else what was asked for.
    fn subject(&self, received: &Received) -> String {
        let operation = received.api.as_deref().zip(received.operation.as_deref());
        match operation.and_then(|(api, operation)| self.operation(api, operation)) {
            Some(operation) => format!("{} {}", operation.method, operation.path),
            None => format!("{} {}", received.method, received.path),
        }
    }

    fn operation(&self, api: &str, id: &str) -> Option<&Operation> {
        self.contracts.iter().find(|contract| contract.api == api)?.operation(id)
    }

    fn operation_used(&self, (api, id): &Called, (times, wrong): (u64, u64)) -> Option<Used> {
        let operation = self.operation(api, id)?;
        Some(Used {
            api: api.clone(),
            operation: id.clone(),
            method: operation.method.clone(),
            path: operation.path.to_string(),
            page: operation.source.page.clone(),
            times,
            wrong,
        })
    }

    fn needed(&self, kind: Kind, used: &BTreeSet<Called>) -> Needed {
        let operations: Vec<&Operation> = used.iter().filter_map(|(api, id)| self.operation(api, id)).collect();
        Needed::new(kind, &operations)
    }

    /// A described operation, called in a cloud that does not offer it.
    fn not_offered(&self, received: &Received) -> Option<Mistake<'static>> {
        let (api, host) = received.api.as_deref().zip(received.host.as_deref())?;
        let contract = self.contracts.iter().find(|contract| contract.api == api)?;
        if received.operation.is_none() || hosts::is_offered(contract, host) {
            return None;
        }
        let server = contract.servers.first()?;
        let offered: Vec<&str> = contract.servers.iter().map(|server| server.url.as_str()).collect();
        Some(Mistake {
            rule: rules::of("cloud"),
            message: format!("the operation is not offered at {host}"),
            fact: Some(FactId::about(api, "*", "cloud", Some(&server.cloud))),
            documented: Some(offered.join(", ")),
            page: Some(server.source.page.clone()),
            rests: Some(server.source.rests),
            origin: Some(server.origin.clone()),
            words: None,
        })
    }

    /// A call that came again sooner than it was asked to.
    fn too_early(&mut self, received: &Received) -> Option<Mistake<'static>> {
        let (seconds, waited) = self.patience.note(received)?;
        let api = received.api.as_deref()?;
        let contract = self.contracts.iter().find(|contract| contract.api == api)?;
        let throttled = contract.conventions.iter().find(|convention| convention.name == "throttled")?;
        Some(Mistake {
            rule: rules::of("throttled"),
            message: format!("Retry-After asked for {seconds} s, and the same was sent again after {waited} ms"),
            fact: Some(throttled.fact(api)),
            documented: Some(throttled.says.clone()),
            page: Some(throttled.source.page.clone()),
            rests: Some(throttled.source.rests),
            origin: Some(throttled.origin.clone()),
            words: None,
        })
    }
}

/// A host that was asked for, unless it is told of as a mistake.
fn host(asked: &Asked) -> Option<Host> {
    (asked.passage != Passage::InTheClear).then(|| Host {
        host: asked.host.clone(),
        passage: asked.passage,
        detail: asked.detail.clone(),
        times: asked.times,
    })
}

/// Requests to Graph, or to its sign-in, that came without TLS.
fn in_the_clear(asked: &[Asked]) -> impl Iterator<Item = Wrong> {
    let those = asked.iter().filter(|asked| asked.passage == Passage::InTheClear);
    those.map(|asked| {
        let rule = rules::of("clear");
        let (method, path) = asked.detail.split_once(' ').unwrap_or(("CONNECT", ""));
        Wrong {
            finding: Finding {
                rule: rule.id.to_owned(),
                severity: Severity::Error,
                origin: Origin { file: String::new(), line: 0 },
                subject: format!("{method} {path}").trim_end().to_owned(),
                message: format!("the request went to {} over plain HTTP", asked.host),
                remedy: rule.remedy.to_owned(),
                other: None,
                fact: None,
            },
            documented: Some("a bearer token is sent over TLS only".to_owned()),
            page: Some("RFC 6750, 5.3".to_owned()),
            rests: Some(Rests::Convention),
            sent: format!("{method} http://{}{path}", asked.host),
            status: Some(403),
            curl: None,
            times: asked.times,
        }
    })
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    if counts.len() < MOST || counts.contains_key(&key) {
        *counts.entry(key).or_default() += 1;
    }
}

/// A path with its identities left out, so that one mistake about many accounts is one.
fn general(path: &str) -> String {
    let is_identity = |segment: &str| segment.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@');
    path.split('/').map(|segment| if is_identity(segment) { "…" } else { segment }).collect::<Vec<_>>().join("/")
}

/// One thing that is wrong with a request.
struct Mistake<'a> {
    rule: &'static Rule,
    message: String,
    fact: Option<FactId>,
    documented: Option<String>,
    page: Option<String>,
    rests: Option<Rests>,
    origin: Option<Origin>,
    words: Option<&'a str>,
}

impl<'a> Mistake<'a> {
    fn of(violation: &'a Violation) -> Self {
        let fact = violation.fact.as_deref();
        let id = fact.filter(|fact| fact.contains('#'));
        Self {
            rule: rules::for_violation(violation),
            message: violation.message.clone(),
            fact: id.map(|id| FactId(id.to_owned())),
            documented: violation.says.clone(),
            page: violation.page.clone(),
            rests: violation.rests,
            origin: violation.origin.clone(),
            words: fact.filter(|fact| !fact.contains('#')),
        }
    }

    /// What it is about, to tell it from others of its rule.
    fn about(&self) -> String {
        let fact = self.fact.as_ref().map(FactId::as_str);
        fact.or(self.words).unwrap_or(&self.message).to_owned()
    }

    fn told(self, received: &Received, subject: String) -> Wrong {
        let severity = match self.rests {
            Some(Rests::Assumption) => Severity::Warning,
            _ => Severity::Error,
        };
        Wrong {
            finding: Finding {
                rule: self.rule.id.to_owned(),
                severity,
                origin: self.origin.unwrap_or(Origin { file: String::new(), line: 0 }),
                subject,
                message: self.message.trim_end_matches('.').to_owned(),
                remedy: self.rule.remedy.to_owned(),
                other: None,
                fact: self.fact,
            },
            documented: self.documented,
            page: self.page,
            rests: self.rests,
            sent: format!("{} {}", received.method, received.target),
            status: received.status,
            curl: (received.within.is_none() && received.verdict != Verdict::SignIn).then(|| curl::line(received)),
            times: 1,
        }
    }
}
