//! Requests that must be refused, each derived from the documented one by one change.

use serde_json::{Map, Value, json};

use super::{Action, ServerCase, documented_request, generated_id, refusal_changes_state, refusal_unlike_odata};
use crate::contract::{Fact, Shape};
use crate::rules::{Credential, ProbeToken, Request, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "bad_request_accepted",
    side: Side::Server,
    reason: "what is accepted without permission or sense is done to accounts all the same",
};

/// A request with one thing wrong.
struct Probe<'a> {
    name: String,
    request: Request,
    credential: Credential,
    fact: Option<&'a Fact>,
    /// Further facts that the probe examines.
    also: Vec<Option<&'a Fact>>,
    right: Right,
}

/// The statuses that are right.
#[derive(Clone, Copy)]
enum Right {
    /// This one.
    Is(u16),
    /// Any that says that the request is bad: 400, 411, 413, 415 or 422.
    Bad,
    /// Any that says that such a caller is not served: 400, 401 or 403.
    Stranger,
}

impl Right {
    fn meets(self, status: u16) -> bool {
        match self {
            Self::Is(right) => status == right,
            Self::Bad => matches!(status, 400 | 411 | 413 | 415 | 422),
            Self::Stranger => matches!(status, 400 | 401 | 403),
        }
    }

    fn says(self) -> String {
        match self {
            Self::Is(status) => status.to_string(),
            Self::Bad => "400, 411, 413, 415 or 422".to_owned(),
            Self::Stranger => "400, 401 or 403".to_owned(),
        }
    }
}

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let action = Action::of(subject);
    let mut probes = identity(subject);
    probes.extend(body(subject));
    probes
        .into_iter()
        .map(|probe| {
            let mut case = match &action {
                Some(action) => action.case(probe.request, &action.ids[..1.min(action.ids.len())]),
                None => ServerCase::new(subject, probe.request),
            };
            case.acts = true;
            case.credential = probe.credential;
            let asserts = format!("a request with {} is refused", probe.name.replace('-', " "));
            let mut check = subject.check(&RULE, &probe.name, probe.fact, probe.right.says(), asserts);
            check.facts.extend(probe.also.into_iter().flatten().map(|fact| fact.id.clone()));
            let severity = check.severity;
            let right = probe.right;
            case.assert(check, move |seen| Verdict::when(right.meets(seen.reply.status), seen.reply.summary()));
            refusal_unlike_odata::check(subject, &probe.name, severity, &mut case);
            if let Some(action) = &action {
                refusal_changes_state::check(action, &probe.name, severity, &mut case);
            }
            case
        })
        .collect()
}

/// Who asks, and with what right.
fn identity<'a>(subject: &Subject<'a>) -> Vec<Probe<'a>> {
    let unauthenticated = subject.convention("unauthenticated");
    let forbidden = subject.convention("forbidden");
    let authorization = subject.fact("header", Some("Authorization"));
    let permission = |kind| subject.fact("permission", Some(kind));
    let every = subject.operation.permissions.kinds().map(|(kind, _)| permission(kind)).collect();
    let request = documented_request(subject);
    let probe = |name: &str, credential, fact, also, right| Probe {
        name: name.to_owned(),
        request: request.clone(),
        credential,
        fact,
        also,
        right,
    };
    let token = |kind: ProbeToken, fact, also, right| probe(kind.as_str(), Credential::Probe(kind), fact, also, right);
    let (no, out) = (Right::Is(403), Right::Is(401));
    let mut probes = vec![
        probe("no-token", Credential::None, unauthenticated, vec![authorization], out),
        probe("wrong-scheme", Credential::OtherScheme, unauthenticated, vec![authorization], out),
        probe("unknown-token", Credential::Unknown, subject.convention("unknown-token"), vec![authorization], out),
        // Which of the two counts is a matter of taste; that none does is safest (RFC 9110, 5.3).
        probe("two-credentials", Credential::Twice, subject.convention("one-credential"), vec![], Right::Stranger),
        token(ProbeToken::NoPermission, forbidden, every, no),
        token(ProbeToken::Expired, unauthenticated, vec![authorization], out),
        token(ProbeToken::WrongAudience, unauthenticated, vec![authorization], out),
    ];
    let permissions = &subject.operation.permissions;
    if permissions.delegated_personal.is_empty() {
        probes.push(token(ProbeToken::Personal, permission("delegatedPersonal"), vec![], Right::Stranger));
    }
    // Where a user may not call at all, no permission helps.
    let delegated = match permissions.delegated_work.is_empty() {
        true => Right::Stranger,
        false => no,
    };
    probes.push(token(ProbeToken::Delegated, forbidden, vec![permission("delegatedWork")], delegated));
    // Who names no role says nothing about users without one.
    let roles = operation_roles(subject);
    if let Some((first, others)) = roles.split_first()
        && !permissions.delegated_work.is_empty()
    {
        probes.push(token(ProbeToken::NoRole, *first, others.to_vec(), no));
    }
    probes
}

/// The facts of the roles of which a signed-in user needs one.
fn operation_roles<'a>(subject: &Subject<'a>) -> Vec<Option<&'a Fact>> {
    subject.operation.roles.iter().map(|role| subject.fact("role", Some(&role.name))).collect()
}

/// What is asked, and in which form.
fn body<'a>(subject: &Subject<'a>) -> Vec<Probe<'a>> {
    let Some(body) = subject.operation.body.as_ref() else { return Vec::new() };
    let Some(Value::Object(documented)) = &subject.exchange.request.body else { return Vec::new() };
    let malformed = subject.convention("malformed-body");
    let content_type = subject.fact("contentType", None);
    let mut probes = Vec::new();
    let mut add = |name: String, request: Request, fact: Option<&'a Fact>, also: Vec<Option<&'a Fact>>| {
        probes.push(Probe { name, request, credential: Credential::Permitted, fact, also, right: Right::Bad });
    };
    let request = documented_request(subject);
    let with = |text: String| Request { body: Some(text.into_bytes()), ..request.clone() };
    let typed = |media: Option<&str>| {
        let mut request = request.clone();
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        request.headers.extend(media.map(|media| ("Content-Type".to_owned(), media.to_owned())));
        request
    };
    let media = subject.convention("wrong-content-type");
    add("no-content-type".into(), typed(None), media, vec![content_type]);
    add("wrong-content-type".into(), typed(Some("text/plain")), media, vec![content_type]);
    let text = Value::Object(documented.clone()).to_string();
    add("no-body".into(), with(String::new()), malformed, vec![]);
    add("malformed-json".into(), with(text[..text.len() - 1].to_owned()), malformed, vec![]);
    add("a-list-for-an-object".into(), with("[]".into()), malformed, vec![]);
    let mut wider = documented.clone();
    wider.insert("notDocumented".into(), json!(true));
    add(
        "an-unknown-property".into(),
        with(Value::Object(wider).to_string()),
        subject.convention("unknown-property"),
        vec![],
    );

    let Shape::Object { properties, .. } = subject.facts.contract.resolve(&body.shape) else { return probes };
    for property in properties {
        let Some(value) = documented.get(&property.name) else { continue };
        let name = property.name.as_str();
        let fact = subject.fact("body", Some(name));
        let changed = |value: Value| {
            let mut changed: Map<String, Value> = documented.clone();
            changed.insert(name.to_owned(), value);
            with(Value::Object(changed).to_string())
        };
        if property.required {
            let mut without = documented.clone();
            without.remove(name);
            add(format!("{name}-missing"), with(Value::Object(without).to_string()), malformed, vec![fact]);
        }
        if !property.nullable {
            add(format!("{name}-null"), changed(Value::Null), malformed, vec![fact]);
        }
        let twice = format!("{{{0}:{1},{0}:{1}}}", json!(name), value);
        add(format!("{name}-twice"), with(twice), subject.convention("duplicate-property"), vec![]);
        let Shape::List { .. } = subject.facts.contract.resolve(&property.shape) else { continue };
        add(format!("{name}-a-string"), changed(json!("04487ee0-f4f6-4e7f-8999-facc5a30e232")), malformed, vec![fact]);
        add(format!("{name}-of-numbers"), changed(json!([1, 2])), malformed, vec![fact]);
        add(format!("{name}-of-null"), changed(json!([null])), malformed, vec![fact]);
        if let Some(format) = subject.fact("format", Some(name)) {
            add(format!("{name}-not-a-guid"), changed(json!(["not-a-guid"])), Some(format), vec![]);
            // All or nothing: what is right beside it is not done.
            let mixed: Vec<Value> =
                value.as_array().into_iter().flatten().cloned().chain([json!("not-a-guid")]).collect();
            add(format!("{name}-one-not-a-guid"), changed(json!(mixed)), Some(format), vec![]);
        }
        if let Some(minimum) = subject.fact("minimum", Some(name)) {
            let fewer = minimum.value.parse::<usize>().unwrap_or(1).saturating_sub(1);
            let ids: Vec<String> = (0..fewer).map(generated_id).collect();
            add(format!("{name}-{fewer}"), changed(json!(ids)), Some(minimum), vec![]);
        }
        // The bound is the transcript's word, so that a description with another one is noticed.
        let limit = subject.exchange.states("limit", name).and_then(|stated| stated.value.parse::<usize>().ok());
        if let Some(limit) = limit {
            // The documented ones are among them, so that it is seen whether they change.
            let documented = value.as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned));
            let ids: Vec<String> = documented.chain((0..).map(generated_id)).take(limit + 1).collect();
            add(format!("{name}-{}", limit + 1), changed(json!(ids)), subject.fact("limit", Some(name)), vec![]);
        }
    }
    probes
}
