//! What a server is tried with: the documented requests, sequences that make an effect visible,
//! and requests that must be refused.

pub mod alias_unknown;
pub mod bad_query_accepted;
pub mod bad_request_accepted;
pub mod bystander_changed;
pub mod correlation_lost;
pub mod effect_missing;
pub mod entity_malformed;
pub mod equal_request_refused;
pub mod example_not_answered;
pub mod head_has_body;
pub mod header_twice;
pub mod history_missing;
pub mod limit_not_reached;
pub mod member_refused;
pub mod missing_entity_mishandled;
pub mod newer_member_shown;
pub mod no_content_has_content;
pub mod optional_header_refused;
pub mod page_lost;
pub mod query_ignored;
pub mod refusal_changes_state;
pub mod refusal_unlike_odata;
pub mod refused_state_accepted;
pub mod repeat_refused;
pub mod request_id_missing;
pub mod unknown_path_accepted;
pub mod wrong_method_accepted;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Asserted, Credential, Facts, Form, Reply, Request, Subject};
use crate::contract::{Becomes, Contract, Effect, Operation, Shape, ValueSource};
use crate::verdict::Check;

/// One request to a server, with what goes before and after it, and what is to be said of it.
pub struct ServerCase {
    /// The API version.
    pub api: String,
    /// Id of the operation.
    pub operation: String,
    /// Whether something of it can change state, or is derived to be refused: such a case is
    /// for loopback, or for test ids.
    pub acts: bool,
    /// Who asks.
    pub credential: Credential,
    /// Requests that bring about the state, each of which must succeed.
    pub setup: Vec<Request>,
    /// What every read before the request shows once the setup took effect: property and value.
    pub ready: Option<(String, String)>,
    /// Reads before the request.
    pub before: Vec<Request>,
    /// The request itself.
    pub request: Request,
    /// Reads after it.
    pub after: Vec<Request>,
    /// How the request is put on the connection.
    pub form: Form,
    /// Whether the path is what is tried: where an alias is not there, no other path will do.
    pub exact: bool,
    /// How many of the further pages that the answer names are read.
    pub follows: usize,
    /// Made-up identities for which any that the server lists may stand.
    pub population: Vec<String>,
    /// Whether the connection is read up to its end, to see what follows the answer.
    pub to_the_end: bool,
    /// The checks.
    pub checks: Vec<Asserted<ServerSeen>>,
    /// Ids of those that look at the state afterwards, which may take its time.
    pub of_state: Vec<String>,
}

/// What a case showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerSeen {
    /// Answers to the setup.
    pub setup: Vec<Reply>,
    /// Answers to the reads before.
    pub before: Vec<Reply>,
    /// The request as it was sent.
    pub request: Request,
    /// The answer.
    pub reply: Reply,
    /// Answers to the reads after.
    pub after: Vec<Reply>,
    /// Further pages, in order.
    pub pages: Vec<Reply>,
    /// The link to a further page that was not read, and why.
    pub unread: Option<Unread>,
}

/// Why a further page was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unread {
    /// Its link leads elsewhere, where no token goes.
    Elsewhere(String),
    /// There are more pages than are read.
    TooMany,
}

impl ServerSeen {
    /// Every answer.
    pub(crate) fn replies_mut(&mut self) -> impl Iterator<Item = &mut Reply> {
        let Self { setup, before, request: _, reply, after, pages, unread: _ } = self;
        setup.iter_mut().chain(before).chain([reply]).chain(after).chain(pages)
    }
}

/// Every case for a server of a contract.
#[must_use]
pub fn cases(facts: &Facts<'_>) -> Vec<ServerCase> {
    let mut cases = unwritten(facts);
    cases.iter_mut().for_each(ServerCase::write_down);
    cases
}

/// The same without the lines to repeat a check: whoever tries them on thousands of mutants shows none.
pub(crate) fn unwritten(facts: &Facts<'_>) -> Vec<ServerCase> {
    let mut cases = Vec::new();
    for subject in facts.subjects() {
        match Action::of(&subject) {
            Some(action) => {
                cases.push(action.documented());
                cases.extend(bystander_changed::case(&action));
                cases.extend(missing_entity_mishandled::case(&action));
                cases.extend(history_missing::case(&action));
                cases.extend(refused_state_accepted::cases(&action));
                cases.extend(repeat_refused::case(&action));
                cases.extend(limit_not_reached::case(&action));
                cases.extend(alias_unknown::canonical(&subject));
            }
            None => {
                cases.push(read(&subject));
                cases.extend(alias_unknown::cases(&subject));
                cases.extend(query_ignored::cases(&subject));
            }
        }
        cases.extend(optional_header_refused::cases(&subject));
        if subject.is_first() {
            cases.extend(equal_request_refused::cases(&subject));
            cases.extend(page_lost::cases(&subject));
            cases.extend(member_refused::cases(&subject));
            cases.extend(bad_query_accepted::cases(&subject));
            cases.extend(head_has_body::cases(&subject));
            cases.extend(bad_request_accepted::cases(&subject));
            cases.extend(wrong_method_accepted::cases(&subject));
            cases.extend(unknown_path_accepted::cases(&subject));
        }
    }
    cases
}

impl ServerCase {
    /// A case with one request and no checks yet.
    fn new(subject: &Subject<'_>, request: Request) -> Self {
        Self {
            api: subject.facts.contract.api.clone(),
            operation: subject.operation.id.clone(),
            acts: subject.operation.acts(),
            credential: Credential::Permitted,
            setup: Vec::new(),
            ready: None,
            before: Vec::new(),
            request,
            after: Vec::new(),
            form: Form::Plain,
            exact: false,
            follows: 0,
            population: Vec::new(),
            to_the_end: false,
            checks: Vec::new(),
            of_state: Vec::new(),
        }
    }

    /// Adds a check that looks at the answer.
    fn assert(&mut self, check: Check, judge: impl Fn(&ServerSeen) -> crate::verdict::Verdict + Send + Sync + 'static) {
        self.checks.push(Asserted::new(check, judge));
    }

    /// Adds a check that looks at the state afterwards.
    fn assert_state(
        &mut self,
        check: Check,
        judge: impl Fn(&ServerSeen) -> crate::verdict::Verdict + Send + Sync + 'static,
    ) {
        self.of_state.push(check.id.clone());
        self.checks.push(Asserted::new(check, judge));
    }

    /// Gives every check the lines to repeat it, once the case is complete.
    fn write_down(&mut self) {
        let (mut of_answer, mut of_state) = (None, None);
        for nth in 0..self.checks.len() {
            let state = self.of_state.contains(&self.checks[nth].check.id);
            let lines = if state { &mut of_state } else { &mut of_answer };
            let lines = lines.get_or_insert_with(|| self.lines(state));
            self.checks[nth].check.reproduce.clone_from(lines);
        }
    }

    /// The case as lines for a shell; the last one shows what the check looks at.
    fn lines(&self, state: bool) -> String {
        let plain = |request: &Request| request.curl(&self.api, Credential::Permitted, Form::Plain);
        let mut lines: Vec<String> = self.setup.iter().map(plain).collect();
        lines.push(self.request.curl(&self.api, self.credential, self.form));
        if state {
            // Of many the ends will do.
            let (first, rest) = (self.after.first(), self.after.get(1..).unwrap_or_default());
            let rest = if rest.len() > 4 { &rest[rest.len() - 1..] } else { rest };
            lines.extend(first.into_iter().chain(rest).map(plain));
        }
        lines.join("\n")
    }
}

/// An operation with an effect, shown by an exchange: all that its cases need.
pub(super) struct Action<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) effect: &'a Effect,
    /// The documented identities.
    pub(super) ids: Vec<String>,
    /// An operation that brings the same entities into another state.
    pub(super) opposite: Option<(&'a Operation, &'a Effect)>,
}

impl<'a> Action<'a> {
    pub(super) fn of(subject: &'a Subject<'a>) -> Option<Self> {
        let effect = subject.operation.effects.first()?;
        let ids = match &effect.ids {
            ValueSource::Body(name) => strings(subject.exchange.request.body.as_ref()?.get(name)?),
            ValueSource::Path(name) => {
                let target = subject.exchange.target(&subject.facts.contract.api)?;
                let matched = subject.operation.paths().find_map(|path| path.matches(&target.path))?;
                vec![matched.get(name)?.to_owned()]
            }
        };
        let opposite = opposite(subject.facts.contract, subject.operation, effect);
        Some(Self { subject, effect, ids, opposite })
    }

    pub(super) fn contract(&self) -> &'a Contract {
        self.subject.facts.contract
    }

    /// The action on these identities.
    pub(super) fn request(&self, ids: &[String]) -> Request {
        let mut request = documented_request(self.subject);
        if let ValueSource::Body(name) = &self.effect.ids {
            request.body = Some(json!({ name: ids }).to_string().into_bytes());
        }
        request
    }

    /// Brings identities into another state.
    pub(super) fn undo(&self, ids: &[String]) -> Vec<Request> {
        self.opposite.iter().map(|(operation, effect)| act(operation, effect, ids)).collect()
    }

    /// Reads of these identities; none where the API cannot read them.
    pub(super) fn reads(&self, ids: &[String]) -> Vec<Request> {
        ids.iter().filter_map(|id| read_request(self.contract(), &self.effect.set, id)).collect()
    }

    /// The property that an effect is seen by, and what it becomes by the word of the transcript.
    pub(super) fn becomes(&self) -> Option<(String, String)> {
        self.stated().into_iter().next()
    }

    /// Every property that the action sets, with its value by the word of the transcript.
    fn stated(&self) -> Vec<(String, String)> {
        let value = |becomes: &Becomes| {
            let stated = self.subject.exchange.states("effect", &becomes.property);
            (becomes.property.clone(), stated.map_or(&becomes.value, |stated| &stated.value).clone())
        };
        self.effect.becomes.iter().map(value).collect()
    }

    /// A case that acts on `request`, with the state of `seen` before and after.
    pub(super) fn case(&self, request: Request, seen: &[String]) -> ServerCase {
        let mut case = ServerCase::new(self.subject, request);
        case.setup = self.undo(&self.ids);
        case.ready = self.opposite.and_then(|(_, effect)| {
            let becomes = effect.becomes.first()?;
            Some((becomes.property.clone(), becomes.value.clone()))
        });
        case.before = self.reads(seen);
        case.after = self.reads(seen);
        case
    }

    /// The documented request, and everything that the page says of its answer and effect.
    fn documented(&self) -> ServerCase {
        let mut case = self.case(documented_request(self.subject), &self.ids);
        case.to_the_end = true;
        example_not_answered::check(self.subject, &mut case);
        no_content_has_content::check(self.subject, &mut case);
        request_id_missing::check(self.subject, &mut case);
        correlation_lost::check(self.subject, &mut case);
        header_twice::check(self.subject, &mut case);
        effect_missing::check(self, &mut case);
        newer_member_shown::check_effect(self, &mut case);
        case
    }
}

/// The documented read, and everything that the page says of its answer.
fn read(subject: &Subject<'_>) -> ServerCase {
    let mut case = ServerCase::new(subject, documented_request(subject));
    example_not_answered::check(subject, &mut case);
    request_id_missing::check(subject, &mut case);
    correlation_lost::check(subject, &mut case);
    header_twice::check(subject, &mut case);
    entity_malformed::check(subject, &mut case);
    newer_member_shown::check(subject, &mut case);
    case
}

/// The request of the transcript.
pub(super) fn documented_request(subject: &Subject<'_>) -> Request {
    let exchange = subject.exchange;
    let target = exchange.target(&subject.facts.contract.api);
    Request {
        method: exchange.method.clone(),
        path: target.as_ref().map_or_else(|| subject.operation.path.to_string(), |target| target.path.clone()),
        query: super::client::query(target.and_then(|target| target.query).as_deref().unwrap_or_default()),
        headers: exchange.request.headers.clone(),
        body: exchange.request.body.as_ref().map(|body| body.to_string().into_bytes()),
    }
}

fn act(operation: &Operation, effect: &Effect, ids: &[String]) -> Request {
    let mut request =
        Request { method: operation.method.clone(), path: operation.path.to_string(), ..Request::default() };
    match &effect.ids {
        ValueSource::Body(name) => {
            request.headers =
                operation.body.iter().map(|body| ("Content-Type".to_owned(), body.content_type.clone())).collect();
            request.body = Some(json!({ name: ids }).to_string().into_bytes());
        }
        ValueSource::Path(name) => {
            let id = ids.first().map_or("", String::as_str);
            request.path = request.path.replace(&format!("{{{name}}}"), id);
        }
    }
    request
}

fn read_request(contract: &Contract, set: &str, id: &str) -> Option<Request> {
    let (mut request, _) = reader(contract, set, id)?;
    // Without it the service hides members that are newer than their enum
    // (concepts/best-practices.md).
    request.headers.push(("Prefer".to_owned(), ALL_MEMBERS.to_owned()));
    Some(request)
}

/// A plain read of one member of a set, and the form of what it answers.
fn reader(contract: &Contract, set: &str, id: &str) -> Option<(Request, Shape)> {
    let reader = contract.operations.iter().find(|operation| {
        let entity = operation.success.shape.as_ref().and_then(|shape| contract.entity_set(shape));
        operation.method == "GET" && operation.parameters.len() == 1 && entity.is_some_and(|entity| entity.name == set)
    })?;
    let (name, _) = reader.parameters.first()?;
    let path = reader.path.as_str().replace(&format!("{{{name}}}"), id);
    let shape = reader.success.shape.clone()?;
    Some((Request { method: reader.method.clone(), path, ..Request::default() }, shape))
}

/// The operation on the same set that leaves most properties otherwise.
fn opposite<'a>(contract: &'a Contract, operation: &Operation, effect: &Effect) -> Option<(&'a Operation, &'a Effect)> {
    let differences = |other: &Effect| {
        let differs = |theirs: &&Becomes| {
            effect.becomes.iter().any(|ours| ours.property == theirs.property && ours.value != theirs.value)
        };
        other.becomes.iter().filter(differs).count()
    };
    let others = contract.operations.iter().filter(|other| other.id != operation.id);
    let effects = others.flat_map(|other| other.effects.iter().map(move |effect| (other, effect)));
    let same_set = effects.filter(|(_, other)| other.set == effect.set && differences(other) > 0);
    // The first of the best, so that the description's order decides.
    same_set.rev().max_by_key(|(_, other)| differences(other))
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// A GUID that belongs to nobody: version 4 in form, a number in fact.
pub(super) fn generated_id(index: usize) -> String {
    format!("{GENERATED}{index:012x}")
}

/// Whether an id is made up by the rules.
pub(crate) fn is_generated(id: &str) -> bool {
    id.starts_with(GENERATED)
}

/// Asks for members of enumerations that are newer than their sentinel.
const ALL_MEMBERS: &str = "include-unknown-enum-members";

/// The member behind which newer ones stand (concepts/best-practices.md).
const SENTINEL: &str = "unknownFutureValue";

/// The property of a page that names the next one.
pub(crate) const NEXT_LINK: &str = "@odata.nextLink";

pub(crate) const GENERATED: &str = "e0000000-0000-4000-8000-";

impl ServerCase {
    /// Whether the reads before the request show what the setup was to bring about. Accounts
    /// that are not there never will.
    pub(crate) fn is_ready(&self, before: &[Reply]) -> bool {
        let Some((name, value)) = &self.ready else { return true };
        // Pages tell of the past.
        let is_page = |reply: &Reply| reply.json().is_some_and(|body| body.get("value").is_some_and(Value::is_array));
        let shows = |reply: &Reply| reply.status == 404 || property(reply, name).as_ref() == Some(value);
        before.iter().all(|reply| shows(reply) || is_page(reply))
    }
}

/// A property of a read answer, for comparison and for people.
fn property(reply: &Reply, name: &str) -> Option<String> {
    let body = (reply.status == 200).then(|| reply.json()).flatten()?;
    match body.get(name)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
