//! Carries out the server's cases.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::RunError;
use super::accounts::{identities, set};
use super::run::Judging;
use super::target::{Reach, Target};
use crate::contract::Contract;
use crate::rules::server::{ServerCase, ServerSeen, Unread, is_generated};
use crate::rules::{Credential, Form, ProbeToken, Reply, Request};
use crate::verdict::{Outcome, Verdict};

/// The server to examine. No `Debug`: it holds tokens.
#[derive(Clone)]
pub struct ServerOptions {
    /// Its root with the version.
    pub base_url: String,
    /// How it is called in reports.
    pub label: String,
    /// A token with the documented permissions.
    pub token: String,
    /// Tokens that must not suffice, as far as there are any.
    pub probes: BTreeMap<ProbeToken, String>,
    /// Accounts that actions may be tried on, and no others. Without them there are no actions
    /// on a server that is not on this machine.
    pub test_ids: Option<Vec<String>>,
    /// How long an effect may take to be seen: a 204 says that the request was taken, and the
    /// service may work on it afterwards.
    pub settle: Duration,
}

impl ServerOptions {
    /// The server at a root with the version, without probe tokens and test accounts.
    #[must_use]
    pub fn new(base_url: impl Into<String>, token: impl Into<String>) -> Self {
        let base_url = base_url.into();
        Self {
            label: base_url.clone(),
            base_url,
            token: token.into(),
            probes: BTreeMap::new(),
            test_ids: None,
            settle: Duration::ZERO,
        }
    }
}

/// The wait before an effect is looked for again; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// So many waits in a row without an effect end the waiting: the server is wrong, not slow.
const MOST_IN_VAIN: u32 = 2;

/// So many requests in a row without an answer end a run.
const MOST_SILENCES: u32 = 3;

const AWAY: &str = "actions, and bad requests derived from them, go to this machine only; --allow-actions-on FILE names accounts to try them on";

pub(super) async fn run(
    cases: Vec<ServerCase>,
    options: ServerOptions,
    contract: &Contract,
    judging: &mut Judging<'_>,
) -> Result<(), RunError> {
    let mut target = Target::new(&options.base_url, &options.token, options.probes)?;
    target.greet().await?;
    // Accounts that were named are the only ones to act on, wherever the server is.
    let away = target.reach() == Reach::Away || options.test_ids.is_some();
    let mut session = Examination::new(contract, target, options.settle);
    match (away, options.test_ids) {
        (true, Some(ids)) => session.replace_by(&cases, ids),
        (true, None) => {}
        (false, _) => session.replace_by_listed(&cases, contract).await,
    }
    for case in cases {
        let reason = session.reason_not_to(&case, away);
        let seen = match reason {
            Some(reason) => Err(Verdict::not_run(reason)),
            None => match session.untried.get(&case.operation) {
                Some(verdict) => Err(verdict.clone()),
                None => session.carry_out(&case, contract).await,
            },
        };
        judging.keep(&case, &seen);
        for mut asserted in case.checks {
            let mut verdict = match &seen {
                Ok(seen) => (asserted.judge)(seen),
                Err(verdict) => verdict.clone(),
            };
            // What looks like anybody's token may be part of a link, but not of a report.
            verdict.seen = session.target.mask().text(&verdict.seen);
            // The lines to repeat it name the identities that it was tried with.
            if !session.replaced.is_empty() {
                asserted.check.reproduce = session.replace_in(&asserted.check.reproduce);
            }
            judging.record(asserted.check, verdict);
        }
    }
    Ok(())
}

pub(super) struct Examination<'a> {
    contract: &'a Contract,
    /// Documented aliases that the server does not have.
    pub(super) absent: BTreeSet<String>,
    pub(super) target: Target,
    /// Documented identities and those that stand for them.
    pub(super) replaced: BTreeMap<String, String>,
    /// Identities that the server lists of each set, once it was asked.
    pub(super) listed: BTreeMap<String, Vec<String>>,
    /// Operations below an entity that cannot be tried, and why.
    untried: BTreeMap<String, Verdict>,
    /// Paths that were sent, and by which alias they call their operation.
    canonical: HashMap<String, Option<(String, String)>>,
    silences: u32,
    settle: Duration,
    in_vain: u32,
    /// A state that is known to be there.
    held: Option<Held>,
    /// The last request of a setup and its answer: a read that several cases begin with is
    /// made once, as long as nothing acts in between.
    control: Option<(Request, Reply)>,
}

/// What a setup brought about, and a refused request left as it was: the next case that begins
/// with the same setup need not repeat it.
struct Held {
    setup: Vec<Request>,
    answers: Vec<Reply>,
    reads: Vec<Request>,
    shown: Vec<Reply>,
}

impl Held {
    /// The state behind a case, if it is the one before it.
    fn after(case: &ServerCase, seen: &ServerSeen) -> Option<Self> {
        let refused = (400..500).contains(&seen.reply.status);
        let same = |(one, other): (&Reply, &Reply)| one.status == other.status && one.body == other.body;
        let unchanged = case.before == case.after && seen.before.iter().zip(&seen.after).all(same);
        let useful = !case.setup.is_empty() && !case.before.is_empty();
        (refused && unchanged && useful && case.is_ready(&seen.after)).then(|| Self {
            setup: case.setup.clone(),
            answers: seen.setup.clone(),
            reads: case.after.clone(),
            shown: seen.after.clone(),
        })
    }

    fn serves(&self, case: &ServerCase) -> bool {
        self.setup == case.setup && self.reads == case.before
    }
}

/// Waits, each twice as long as the one before, within a budget.
struct Pause {
    budget: Duration,
    next: Duration,
    waited: bool,
}

impl Pause {
    /// Waits once more; `false` where the budget is spent.
    async fn take(&mut self) -> bool {
        let Some(left) = self.budget.checked_sub(self.next) else { return false };
        tokio::time::sleep(self.next).await;
        (self.budget, self.next, self.waited) = (left, self.next * 2, true);
        true
    }
}

impl<'a> Examination<'a> {
    /// Before anything was sent.
    fn new(contract: &'a Contract, target: Target, settle: Duration) -> Self {
        Self {
            contract,
            absent: BTreeSet::new(),
            target,
            replaced: BTreeMap::new(),
            listed: BTreeMap::new(),
            untried: BTreeMap::new(),
            canonical: HashMap::new(),
            silences: 0,
            settle,
            in_vain: 0,
            held: None,
            control: None,
        }
    }

    /// Why a case is not carried out, if so.
    fn reason_not_to(&self, case: &ServerCase, away: bool) -> Option<String> {
        if self.silences >= MOST_SILENCES {
            return Some("the server stopped answering".to_owned());
        }
        if let Some(kind) = self.target.lacks(case.credential) {
            return Some(format!("it needs {}: --probe-token {}=FILE", kind.describe(), kind.as_str()));
        }
        if case.form != Form::Plain && !self.target.is_bare() {
            return Some("TLS hides how a request is framed; try the server over plain HTTP on loopback".to_owned());
        }
        if !away || !case.acts {
            return None;
        }
        if self.replaced.is_empty() {
            return Some(AWAY.to_owned());
        }
        let all = case.setup.iter().chain(&case.before).chain([&case.request]).chain(&case.after);
        let foreign = |id: &String| is_generated(id) || !self.replaced.contains_key(id);
        all.flat_map(identities)
            .any(|id| foreign(&id))
            .then(|| "it needs more accounts than --allow-actions-on names".to_owned())
    }

    async fn carry_out(&mut self, case: &ServerCase, contract: &Contract) -> Result<ServerSeen, Verdict> {
        let mut seen = ServerSeen::default();
        if case.acts {
            self.control = None;
        }
        match self.held.take().filter(|held| held.serves(case)) {
            Some(held) => (seen.setup, seen.before) = (held.answers, held.shown),
            None => self.prepare(case, &mut seen).await?,
        }
        seen.request = self.replace(&case.request);
        seen.reply = self.send_as(&case.request, case).await?;
        // With a control the path is what is tried.
        let is_path = case.exact && !case.setup.is_empty();
        if seen.reply.status == 404 && !case.acts && !is_path && !contract_literal(contract, case) {
            self.read_another(case, contract, &mut seen).await?;
        }
        if case.follows > 0 {
            self.follow(case, &mut seen).await?;
        }
        let mut pause = self.pause();
        // Only what was taken can still take effect.
        let taken = (200..300).contains(&seen.reply.status) && !case.after.is_empty();
        loop {
            seen.after = self.read(&case.after).await?;
            let of_state = case.checks.iter().filter(|asserted| case.of_state.contains(&asserted.check.id));
            let settled = !of_state.into_iter().any(|asserted| (asserted.judge)(&seen).outcome == Outcome::Fail);
            if !taken || settled || !pause.take().await {
                self.learn(&pause, settled);
                self.held = Held::after(case, &seen);
                return Ok(seen);
            }
        }
    }

    /// Brings about the state that a case begins with.
    async fn prepare(&mut self, case: &ServerCase, seen: &mut ServerSeen) -> Result<(), Verdict> {
        for request in &case.setup {
            let known = self.control.as_ref().filter(|(known, _)| known == request && request.method == "GET");
            let reply = match known {
                Some((_, reply)) => reply.clone(),
                None => self.send(request, Credential::Permitted).await?,
            };
            self.control = Some((request.clone(), reply.clone()));
            seen.setup.push(reply);
        }
        let mut pause = self.pause();
        loop {
            seen.before = self.read(&case.before).await?;
            if case.is_ready(&seen.before) || !pause.take().await {
                break;
            }
        }
        self.learn(&pause, case.is_ready(&seen.before));
        Ok(())
    }

    /// Reads the further pages, as far as they are on the same server.
    async fn follow(&mut self, case: &ServerCase, seen: &mut ServerSeen) -> Result<(), Verdict> {
        let mut page = seen.reply.clone();
        while let Some(link) = page.next_link() {
            let Some(path) = self.target.below(&link) else {
                seen.unread = Some(Unread::Elsewhere(link));
                break;
            };
            if seen.pages.len() == case.follows {
                seen.unread = Some(Unread::TooMany);
                break;
            }
            let request = Request { path, query: Vec::new(), ..case.request.clone() };
            page = self.send(&request, case.credential).await?;
            seen.pages.push(page.clone());
        }
        Ok(())
    }

    async fn read(&mut self, requests: &[Request]) -> Result<Vec<Reply>, Verdict> {
        let mut replies = Vec::with_capacity(requests.len());
        for request in requests {
            replies.push(self.send(request, Credential::Permitted).await?);
        }
        Ok(replies)
    }

    /// The time that an effect is given; none where waiting was of no use before.
    fn pause(&self) -> Pause {
        let budget = if self.in_vain < MOST_IN_VAIN { self.settle } else { Duration::ZERO };
        Pause { budget, next: FIRST_WAIT, waited: false }
    }

    fn learn(&mut self, pause: &Pause, useful: bool) {
        if pause.waited {
            self.in_vain = if useful { 0 } else { self.in_vain + 1 };
        }
    }

    /// The documented entity is not there: any that is listed serves.
    async fn read_another(
        &mut self,
        case: &ServerCase,
        contract: &Contract,
        seen: &mut ServerSeen,
    ) -> Result<(), Verdict> {
        let nested = contract.operation(&case.operation).is_some_and(|operation| operation.of.is_some());
        let documented = identities(&case.request);
        let listed = match set(contract, &case.request) {
            Some(set) => self.listed(contract, &set).await?,
            None => Vec::new(),
        };
        let verdict = if let (Some(documented), Some(other)) = (documented.first(), listed.first()) {
            let mut request = case.request.clone();
            request.path = request.path.replace(documented, other);
            seen.request = request.clone();
            seen.reply = self.send_as(&request, case).await?;
            if seen.reply.status != 404 || !nested {
                return Ok(());
            }
            Verdict::not_applicable("the server has nothing below an entity that it lists")
        } else {
            Verdict::not_run("the server does not have the documented entity, and lists no other")
        };
        if nested {
            self.untried.insert(case.operation.clone(), verdict.clone());
        }
        Err(verdict)
    }

    pub(super) async fn send(&mut self, request: &Request, credential: Credential) -> Result<Reply, Verdict> {
        let way = Way { credential, form: Form::Plain, to_the_end: false, exact: false };
        self.send_on(request, &way).await
    }

    /// Sends what a case is about.
    async fn send_as(&mut self, request: &Request, case: &ServerCase) -> Result<Reply, Verdict> {
        let ServerCase { credential, form, to_the_end, exact, .. } = *case;
        self.send_on(request, &Way { credential, form, to_the_end, exact }).await
    }

    async fn send_on(&mut self, request: &Request, way: &Way) -> Result<Reply, Verdict> {
        let mut request = self.replace(request);
        let alias = if way.exact { None } else { self.canonical(&request.path) };
        if let Some((alias, path)) = &alias
            && self.absent.contains(alias)
        {
            request.path.clone_from(path);
        }
        let reply = self.send_once(&request, way).await?;
        match alias {
            // A documented alias is optional: the server may have the path itself alone.
            Some((alias, path)) if reply.status == 404 && request.path != path => {
                request.path = path;
                let other = self.send_once(&request, way).await?;
                if other.status == 404 {
                    return Ok(reply);
                }
                self.absent.insert(alias);
                Ok(other)
            }
            _ => Ok(reply),
        }
    }

    /// The alias by which a path calls its operation, and the path without it.
    fn canonical(&mut self, path: &str) -> Option<(String, String)> {
        if let Some(known) = self.canonical.get(path) {
            return known.clone();
        }
        let found = canonical(self.contract, path);
        self.canonical.insert(path.to_owned(), found.clone());
        found
    }

    async fn send_once(&mut self, request: &Request, way: &Way) -> Result<Reply, Verdict> {
        match self.target.send(request, way.credential, way.form, way.to_the_end).await {
            Ok(reply) => {
                self.silences = 0;
                Ok(reply)
            }
            Err(reason) => {
                self.silences += 1;
                Err(Verdict::fail(format!("{} {}: failed to {reason}", request.method, request.path)))
            }
        }
    }
}

/// How a request is sent.
struct Way {
    credential: Credential,
    form: Form,
    to_the_end: bool,
    exact: bool,
}

fn canonical(contract: &Contract, path: &str) -> Option<(String, String)> {
    contract.operations.iter().find_map(|operation| {
        if operation.path.matches(path).is_some() {
            return None;
        }
        operation.aliases.iter().find_map(|alias| {
            let matched = alias.path.matches(path)?;
            let path = matched
                .parameters
                .iter()
                .fold(operation.path.to_string(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
            Some((alias.path.to_string(), path))
        })
    })
}

/// Whether the path of a case has no parameter: a 404 there is about the path itself.
fn contract_literal(contract: &Contract, case: &ServerCase) -> bool {
    contract.operation(&case.operation).is_none_or(|operation| operation.parameters.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::accounts::is_guid;
    use super::*;
    use crate::rules::{self, Facts};

    /// What would be sent to a server elsewhere; nothing is.
    fn allowed(test_ids: Option<Vec<String>>) -> (Vec<String>, Vec<String>) {
        let contract = crate::embedded::contract("beta").expect("this build has beta");
        let cases = rules::server::cases(&Facts::new(contract));
        let target =
            Target::new("https://192.0.2.1/beta", "t", ProbeToken::ALL.map(|kind| (kind, "n".to_owned())).into())
                .expect("a target");
        assert_eq!(target.reach(), Reach::Away);
        let mut session = Examination::new(contract, target, Duration::ZERO);
        if let Some(ids) = test_ids {
            session.replace_by(&cases, ids);
        }
        let (mut reads, mut acts) = (Vec::new(), Vec::new());
        for case in cases.iter().filter(|case| session.reason_not_to(case, true).is_none()) {
            let sent = session.replace(&case.request);
            let text =
                format!("{} {} {}", sent.method, sent.path, String::from_utf8_lossy(&sent.body.unwrap_or_default()));
            if case.acts { acts.push(text) } else { reads.push(text) }
        }
        (reads, acts)
    }

    #[test]
    fn away_from_this_machine_only_documented_reads_are_sent() {
        let (reads, acts) = allowed(None);
        assert!(reads.len() >= 8 && reads.iter().all(|read| read.starts_with("GET ")), "{reads:?}");
        assert_eq!(acts, Vec::<String>::new());
    }

    #[test]
    fn test_accounts_stand_for_the_documented_ones_and_no_other_is_named() {
        let ids: Vec<String> = (1..=4).map(|index| format!("aaaaaaaa-0000-4000-8000-00000000000{index}")).collect();
        let (_, acts) = allowed(Some(ids.clone()));
        assert!(acts.len() > 20, "{acts:?}");
        for text in &acts {
            let named = text.split(['"', '/', ' ']).filter(|part| is_guid(part));
            for id in named {
                assert!(ids.iter().any(|own| own == id), "{id} in {text}");
            }
        }
        // With fewer accounts than an example has, that example is left out.
        let (_, fewer) = allowed(Some(ids[..1].to_vec()));
        assert!(fewer.len() < acts.len());
    }
}
