//! Carries out the server's cases.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::mask::Mask;
use super::record::Recording;
use super::target::{Reach, Target, TargetError};
use super::{Run, RunError};
use crate::contract::Contract;
use crate::rules::server::{ServerCase, ServerSeen, is_generated};
use crate::rules::{Credential, ProbeToken, Reply, Request};
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
    run: &mut Run<'_>,
) -> Result<(), RunError> {
    let mut target = Target::new(&options.base_url, &options.token, options.probes)?;
    target.greet().await?;
    // Accounts that were named are the only ones to act on, wherever the server is.
    let away = target.reach() == Reach::Away || options.test_ids.is_some();
    let mut session = Examination {
        target,
        replaced: BTreeMap::new(),
        listed: None,
        silences: 0,
        settle: options.settle,
        in_vain: 0,
    };
    match (away, options.test_ids) {
        (true, Some(ids)) => session.replace_by(&cases, ids),
        (true, None) => {}
        (false, _) => session.replace_by_listed(&cases, contract).await?,
    }
    for case in cases {
        let reason = session.reason_not_to(&case, away);
        let seen = match reason {
            Some(reason) => Err(Verdict::not_run(reason)),
            None => session.carry_out(&case, contract).await,
        };
        run.keep(&case, &seen);
        for mut asserted in case.checks {
            let mut verdict = match &seen {
                Ok(seen) => (asserted.judge)(seen),
                Err(verdict) => verdict.clone(),
            };
            // What looks like anybody's token may be part of a link, but not of a report.
            verdict.seen = session.target.mask().text(&verdict.seen);
            // The lines to repeat it name the identities that it was tried with.
            asserted.check.reproduce = session.replace_in(&asserted.check.reproduce);
            run.record(asserted.check, verdict);
        }
    }
    Ok(())
}

/// Judges what was recorded.
pub(super) fn replay(cases: Vec<ServerCase>, recording: Option<&Recording>, run: &mut Run<'_>) {
    let mask = Mask::default();
    for mut case in cases {
        for asserted in std::mem::take(&mut case.checks) {
            let showed = recording.map(|recording| recording.showed(&case, &asserted.check.id));
            let mut verdict = match showed {
                Some(Ok(seen)) => (asserted.judge)(seen),
                Some(Err(verdict)) => verdict,
                None => Verdict::not_run("there is no recording"),
            };
            verdict.seen = mask.text(&verdict.seen);
            run.record(asserted.check, verdict);
        }
    }
}

struct Examination {
    target: Target,
    /// Documented identities and those that stand for them.
    replaced: BTreeMap<String, String>,
    /// Identities that the server lists, once it was asked.
    listed: Option<Vec<String>>,
    silences: u32,
    settle: Duration,
    in_vain: u32,
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

impl Examination {
    /// Why a case is not carried out, if so.
    fn reason_not_to(&self, case: &ServerCase, away: bool) -> Option<String> {
        if self.silences >= MOST_SILENCES {
            return Some("the server stopped answering".to_owned());
        }
        if let Some(kind) = self.target.lacks(case.credential) {
            return Some(format!("it needs {}: --probe-token {}=FILE", kind.describe(), kind.as_str()));
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
        for request in &case.setup {
            seen.setup.push(self.send(request, Credential::Permitted, false).await?);
        }
        let mut pause = self.pause();
        loop {
            seen.before = self.read(&case.before).await?;
            if case.is_ready(&seen.before) || !pause.take().await {
                break;
            }
        }
        self.learn(&pause, case.is_ready(&seen.before));
        seen.request = self.replace(&case.request);
        seen.reply = self.send(&case.request, case.credential, case.to_the_end).await?;
        if seen.reply.status == 404 && !case.acts && !contract_literal(contract, case) {
            self.read_another(case, contract, &mut seen).await?;
        }
        let mut pause = self.pause();
        // Only what was taken can still take effect.
        let taken = (200..300).contains(&seen.reply.status) && !case.after.is_empty();
        loop {
            seen.after = self.read(&case.after).await?;
            let settled = !case.checks.iter().any(|asserted| (asserted.judge)(&seen).outcome == Outcome::Fail);
            if !taken || settled || !pause.take().await {
                self.learn(&pause, settled);
                return Ok(seen);
            }
        }
    }

    async fn read(&mut self, requests: &[Request]) -> Result<Vec<Reply>, Verdict> {
        let mut replies = Vec::with_capacity(requests.len());
        for request in requests {
            replies.push(self.send(request, Credential::Permitted, false).await?);
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
        let documented = identities(&case.request);
        let listed = self.listed(contract).await?;
        let (Some(documented), Some(other)) = (documented.first(), listed.first()) else {
            return Err(Verdict::not_run("the server does not have the documented entity, and lists no other"));
        };
        let mut request = case.request.clone();
        request.path = request.path.replace(documented, other);
        seen.request = request.clone();
        seen.reply = self.send(&request, case.credential, case.to_the_end).await?;
        Ok(())
    }

    async fn send(&mut self, request: &Request, credential: Credential, to_the_end: bool) -> Result<Reply, Verdict> {
        let request = self.replace(request);
        match self.target.send(&request, credential, to_the_end).await {
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

    /// The request with identities that the server has.
    fn replace(&self, request: &Request) -> Request {
        let mut request = request.clone();
        if !self.replaced.is_empty() {
            request.path = self.replace_in(&request.path);
            request.body = request.body.map(|body| match String::from_utf8(body) {
                Ok(text) => self.replace_in(&text).into_bytes(),
                Err(other) => other.into_bytes(),
            });
        }
        request
    }

    fn replace_in(&self, text: &str) -> String {
        self.replaced.iter().fold(text.to_owned(), |text, (documented, other)| text.replace(documented, other))
    }

    /// Test ids stand for the documented ones, in order, as far as they go.
    fn replace_by(&mut self, cases: &[ServerCase], ids: Vec<String>) {
        let mut documented: Vec<String> = Vec::new();
        for id in cases.iter().filter(|case| case.acts).flat_map(|case| case.before.iter().flat_map(identities)) {
            if !is_generated(&id) && !documented.contains(&id) {
                documented.push(id);
            }
        }
        self.replaced = documented.into_iter().zip(ids).collect();
    }

    /// On a server with accounts of its own, those stand for documented ones that it lacks.
    async fn replace_by_listed(&mut self, cases: &[ServerCase], contract: &Contract) -> Result<(), TargetError> {
        let mut missing: Vec<String> = Vec::new();
        for request in cases.iter().filter(|case| case.acts).flat_map(|case| &case.before) {
            let Some(id) = identities(request).into_iter().next() else { continue };
            if is_generated(&id) || missing.contains(&id) || self.replaced.contains_key(&id) {
                continue;
            }
            match self.target.send(request, Credential::Permitted, false).await {
                Ok(reply) if reply.status == 404 => missing.push(id),
                // Known, or a fault that a check will name.
                _ => {
                    self.replaced.insert(id.clone(), id);
                }
            }
        }
        let known = std::mem::take(&mut self.replaced);
        if !missing.is_empty() {
            let listed = self.listed(contract).await.unwrap_or_default();
            let spare = listed.into_iter().filter(|id| !known.contains_key(id));
            self.replaced = missing.into_iter().zip(spare).collect();
        }
        Ok(())
    }

    /// Identities that the server lists, by the description's own listing.
    async fn listed(&mut self, contract: &Contract) -> Result<Vec<String>, Verdict> {
        if let Some(listed) = &self.listed {
            return Ok(listed.clone());
        }
        let mut listed = Vec::new();
        let lists = contract.operations.iter().filter_map(|operation| {
            let entity = contract.page_of(operation.success.shape.as_ref()?)?;
            Some((operation, contract.entity_set(entity)?.key.clone()))
        });
        for (operation, key) in lists.filter(|(operation, _)| operation.parameters.is_empty()) {
            let request =
                Request { method: operation.method.clone(), path: operation.path.to_string(), ..Request::default() };
            let reply = self.send(&request, Credential::Permitted, false).await?;
            let body = reply.json().unwrap_or_default();
            let items = body.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
            listed.extend(items.iter().filter_map(|item| item.get(&key)?.as_str().map(str::to_owned)));
        }
        self.listed = Some(listed.clone());
        Ok(listed)
    }
}

/// Whether the path of a case has no parameter: a 404 there is about the path itself.
fn contract_literal(contract: &Contract, case: &ServerCase) -> bool {
    contract.operation(&case.operation).is_none_or(|operation| operation.parameters.is_empty())
}

/// GUIDs in the path and body of a request.
fn identities(request: &Request) -> Vec<String> {
    let mut found: Vec<String> = request.path.split('/').filter(|part| is_guid(part)).map(str::to_owned).collect();
    let mut collect = vec![request.json().unwrap_or_default()];
    while let Some(value) = collect.pop() {
        match value {
            Value::String(text) if is_guid(&text) => found.push(text),
            Value::Array(items) => collect.extend(items),
            Value::Object(object) => collect.extend(object.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    found
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

#[cfg(test)]
mod tests {
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
        let mut session = Examination {
            target,
            replaced: BTreeMap::new(),
            listed: None,
            silences: 0,
            settle: Duration::ZERO,
            in_vain: 0,
        };
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
