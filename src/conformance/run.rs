//! One run over the API versions: what is planned of each, what came of it, and the report.

use std::collections::{HashMap, HashSet};

use super::client::{self, Benches};
use super::record::{self, Recorder, Recording};
use super::{Listener, Options, RunError, Selection, Version, coverage, server};
use crate::accepted::{Accepted, Scope};
use crate::contract::FactId;
use crate::finding::Finding;
use crate::rules::client::ClientCase;
use crate::rules::documents::{self, Decided, Documents};
use crate::rules::server::{ServerCase, ServerSeen};
use crate::rules::{self, Asserted, Facts};
use crate::verdict::{
    Check, Description, Documentation, Judged, Outcome, Replay, Report, Side, Stale, Summary, Verdict,
};

/// Where the server's side takes what it judges from.
pub(super) enum Source<'a> {
    /// The server.
    Live,
    /// The server, and what it shows is kept.
    Recorded(&'a mut Recorder),
    /// What was kept.
    Replayed(&'a Recording),
}

/// The checks of one API version, and how they come by their verdicts.
struct Planned<'a> {
    version: Version<'a>,
    facts: Facts<'a>,
    documents: Option<Documents>,
    client: Vec<ClientCase>,
    server: Vec<ServerCase>,
}

impl<'a> Planned<'a> {
    fn new(version: Version<'a>, options: &Context<'a>) -> Self {
        let facts = Facts::new(version.contract);
        let documents = options.docs.map(|docs| documents::judge(version.contract, docs.pages));
        let (client, server) = (rules::client::cases(&facts), rules::server::cases(&facts));
        Self { version, facts, documents, client, server }
    }

    fn decided(&self) -> impl Iterator<Item = &Decided> {
        self.documents.iter().flat_map(|documents| documents.docs.iter().chain(&documents.drift))
    }

    /// Every check of every side, in the order of the report.
    fn checks(&self) -> impl Iterator<Item = &Check> {
        let client = self.client.iter().flat_map(|case| &case.checks).map(|asserted| &asserted.check);
        let server = self.server.iter().flat_map(|case| &case.checks).map(|asserted| &asserted.check);
        self.decided().map(|decided| &decided.check).chain(client).chain(server)
    }
}

/// What is the same for every version.
struct Context<'a> {
    sides: &'a [Side],
    accepted: &'a Accepted,
    docs: Option<super::DocsOptions<'a>>,
}

pub(super) async fn carry_out(
    options: Options<'_>,
    source: Source<'_>,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    let Options { versions, sides, selection, accepted, docs } = options;
    let context = Context { sides, accepted, docs };
    let mut planned: Vec<Planned<'_>> = versions.into_iter().map(|version| Planned::new(version, &context)).collect();
    let of_sides = || planned.iter().flat_map(Planned::checks).filter(|check| sides.contains(&check.side));
    let n_checks = of_sides().filter(|check| selection.takes(&check.id)).count();
    if n_checks == 0 {
        return Err(RunError::Selection(selection.explain(&of_sides().cloned().collect::<Vec<_>>())));
    }
    // Of the checks themselves there is no copy: they are many.
    let ids: Vec<String> = planned.iter().flat_map(Planned::checks).map(|check| check.id.clone()).collect();
    let examined: HashSet<FactId> =
        planned.iter().flat_map(Planned::checks).flat_map(|check| &check.facts).cloned().collect();
    let (recorder, recording) = match source {
        Source::Live => (None, None),
        Source::Recorded(recorder) => (Some(recorder), None),
        Source::Replayed(recording) => (None, Some(recording)),
    };
    let mut judging = Judging::new(listener, accepted, recorder);
    judging.listener.begin(n_checks);
    // The servers first: whether they can be reached decides whether there is a run.
    let mut targets: Vec<String> = Vec::new();
    if sides.contains(&Side::Server) {
        for planned in &mut planned {
            let target = serve(planned, selection, recording, &mut judging).await?;
            targets.extend(target.filter(|target| !targets.contains(target)));
        }
    }
    if sides.contains(&Side::Client) {
        call(&mut planned, selection, &mut judging).await?;
    }
    for decided in planned.iter().flat_map(Planned::decided) {
        if sides.contains(&decided.check.side) && selection.takes(&decided.check.id) {
            judging.record_decided(decided);
        }
    }
    let mut checks = judging.checks;
    let position: HashMap<&str, usize> = ids.iter().enumerate().map(|(index, id)| (id.as_str(), index)).collect();
    checks.sort_by_cached_key(|judged| position.get(judged.check.id.as_str()).copied());
    let planned_sides = if docs.is_some() { &Side::ALL[..] } else { &[Side::Client, Side::Server] };
    let mut stale = accepted.stale_checks(&checks, &ids, planned_sides);
    stale.extend(stale_entries(&context, &planned));
    let facts: Vec<&Facts<'_>> = planned.iter().map(|planned| &planned.facts).collect();
    Ok(Report {
        schema_version: "2",
        tool: concat!("entra-risk ", env!("CARGO_PKG_VERSION")).to_owned(),
        descriptions: planned.iter().map(|planned| Description::of(planned.version.contract)).collect(),
        documentation: documentation(&context, &planned),
        target: if targets.is_empty() { "none".to_owned() } else { targets.join(", ") },
        replay: recording.filter(|_| sides.contains(&Side::Server)).map(|recording| Replay {
            target: recording.head.target.clone(),
            recorded: recording.head.recorded.clone(),
            tool: recording.head.tool.clone(),
            spec_sha256: recording.head.spec_sha256.clone(),
        }),
        summary: Summary::of(&checks),
        coverage: coverage::of(&facts, &examined, &checks),
        checks,
        stale,
    })
}

/// The server's side of one version; tells which server that was, if any.
async fn serve(
    planned: &mut Planned<'_>,
    selection: &Selection,
    recording: Option<&Recording>,
    judging: &mut Judging<'_>,
) -> Result<Option<String>, RunError> {
    let cases = selected(std::mem::take(&mut planned.server), selection, |case| &mut case.checks);
    if let Some(recording) = recording {
        let head = &recording.head;
        record::replay(cases, recording, judging);
        return Ok(Some(format!("replay of {}, recorded {} by {}", head.target, head.recorded, head.tool)));
    }
    if cases.is_empty() {
        return Ok(None);
    }
    let Some(options) = planned.version.server.take() else {
        for asserted in cases.into_iter().flat_map(|case| case.checks) {
            judging.record(asserted.check, Verdict::not_run("no server was given"));
        }
        return Ok(None);
    };
    let label = options.label.clone();
    server::run(cases, options, planned.version.contract, judging).await?;
    Ok(Some(label))
}

/// The client's side of all versions: they share the scripted servers and what calls these.
async fn call(planned: &mut [Planned<'_>], selection: &Selection, judging: &mut Judging<'_>) -> Result<(), RunError> {
    let mut benches: Option<Benches> = None;
    for planned in planned {
        let cases = selected(std::mem::take(&mut planned.client), selection, |case| &mut case.checks);
        let Version { contract, foreign, connect, .. } = &planned.version;
        match foreign {
            Some(reason) => client::decline(cases, reason, judging),
            None if cases.iter().all(|case| case.arguments.is_none()) => client::decline(cases, "", judging),
            None => {
                let benches = match &benches {
                    Some(benches) => benches,
                    None => benches.insert(Benches::start().await?),
                };
                client::run(benches, cases, client::Whose { api: &contract.api, connect: *connect }, judging).await?;
            }
        }
    }
    Ok(())
}

fn documentation(context: &Context<'_>, planned: &[Planned<'_>]) -> Option<Documentation> {
    let docs = context.docs?;
    let of_each = || planned.iter().filter_map(|planned| planned.documents.as_ref());
    Some(Documentation {
        paths: docs.paths.to_vec(),
        pages: of_each().map(|documents| documents.files.len()).sum(),
        matched: of_each().map(|documents| documents.n_matched).sum(),
    })
}

/// Entries of the accepted list about pages or facts that met nothing in any version, on the sides
/// that ran.
fn stale_entries(context: &Context<'_>, planned: &[Planned<'_>]) -> Vec<Stale> {
    let mut scope = Scope::default();
    let mut findings = Vec::new();
    let of = |decided: &[Decided]| decided.iter().flat_map(|decided| decided.findings.clone()).collect::<Vec<_>>();
    for planned in planned {
        let Some(documents) = &planned.documents else { continue };
        scope.files.extend(documents.files.iter().cloned());
        scope.files.push(planned.version.contract.file.clone());
        if context.sides.contains(&Side::Docs) {
            scope.undecided.extend(rules::docs::undecided(documents.files.len()));
            scope.rules.extend(rules::docs::RULES.iter().map(|rule| rule.id.to_owned()));
            findings.extend(of(&documents.docs));
        }
        if context.sides.contains(&Side::Drift) {
            scope.rules.extend(rules::drift::RULES.iter().map(|rule| rule.id.to_owned()));
            scope.facts.extend(documents.facts.iter().cloned());
            findings.extend(of(&documents.drift));
        }
    }
    let stale = context.accepted.apply_findings(findings, &scope).stale;
    let of = |entry: Finding| Stale {
        text: format!("{}: {}; {}", entry.subject, entry.message, entry.remedy),
        origin: entry.origin,
    };
    stale.into_iter().map(of).collect()
}

/// Keeps the checks that were asked for, and the cases that still have one.
fn selected<C, S>(cases: Vec<C>, selection: &Selection, checks: fn(&mut C) -> &mut Vec<Asserted<S>>) -> Vec<C> {
    let keep = |mut case: C| {
        checks(&mut case).retain(|asserted| selection.takes(&asserted.check.id));
        (!checks(&mut case).is_empty()).then_some(case)
    };
    cases.into_iter().filter_map(keep).collect()
}

/// A run in progress.
pub(super) struct Judging<'a> {
    pub(super) checks: Vec<Judged>,
    listener: &'a mut dyn Listener,
    accepted: &'a Accepted,
    recorder: Option<&'a mut Recorder>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        listener: &'a mut dyn Listener,
        accepted: &'a Accepted,
        recorder: Option<&'a mut Recorder>,
    ) -> Self {
        Self { checks: Vec::new(), listener, accepted, recorder }
    }

    /// Keeps what a case showed, if somebody wants it.
    pub(super) fn keep(&mut self, case: &ServerCase, seen: &Result<ServerSeen, Verdict>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.keep(case, seen);
        }
    }

    pub(super) fn record(&mut self, check: Check, verdict: Verdict) {
        let accepted = match verdict.outcome {
            Outcome::Fail => self.accepted.reason(&check.id),
            _ => None,
        };
        self.push(Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted });
    }

    /// A check that needed nothing to be sent. It is accepted by its own id, or if each of its
    /// findings is.
    fn record_decided(&mut self, decided: &Decided) {
        let Decided { check, verdict, findings } = decided.clone();
        let by_findings = || {
            let applied = self.accepted.apply_findings(findings, &Scope::default());
            let reasons: Vec<String> = applied.accepted.into_iter().map(|(_, reason)| reason).collect();
            (applied.remaining.is_empty() && !reasons.is_empty()).then(|| reasons.join("; "))
        };
        let accepted = match verdict.outcome {
            Outcome::Fail => self.accepted.reason(&check.id).or_else(by_findings),
            _ => None,
        };
        self.push(Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted });
    }

    fn push(&mut self, judged: Judged) {
        self.listener.judged(&judged);
        self.checks.push(judged);
    }
}
