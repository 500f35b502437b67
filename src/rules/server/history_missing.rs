//! What is written down of a change: one item, the newest, with the state after it.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::{ALL_MEMBERS, Action, ServerCase, ServerSeen, property};
use crate::contract::{Contract, Effect, GivenValue, Log, Operation, Owner, Rests, ValueSource};
use crate::rules::{Reply, Request, Rule};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "history_missing",
    side: Side::Server,
    reason: "who settled which risk, and when, is asked long afterwards",
};

/// What the checks know.
#[derive(Clone)]
struct History {
    id: String,
    key: String,
    dated: String,
    becomes: Vec<(String, String)>,
    /// Pointer into an item, and the property of the entity that it repeats.
    repeated: Vec<(String, String)>,
}

pub(super) fn case(action: &Action<'_>) -> Option<ServerCase> {
    let subject = action.subject;
    let contract = subject.facts.contract;
    let log = action.effect.log.as_ref()?;
    let id = action.ids.first()?;
    let history = History {
        id: id.clone(),
        key: lister(contract, log)
            .and_then(|(operation, _)| contract.served_set(operation))
            .map(|set| set.key.clone())?,
        dated: log.dated.clone(),
        becomes: action.stated(),
        repeated: repeated(log),
    };
    let mut case = action.case(action.request(&action.ids), std::slice::from_ref(id));
    let read = request(contract, log, id)?;
    case.before.push(read.clone());
    case.after.push(read);
    let fact = subject.fact("log", Some(&log.set));
    let check = |name, documented: &str, asserts: &str| subject.check(&RULE, name, fact, documented, asserts);
    let known = history.clone();
    let item = check("item", "one new item", "each change is written down once");
    case.assert_state(item, move |seen| {
        compared(seen, &known, |before, after| {
            let last = before.iter().filter_map(|item| known.time(item)).max();
            let new = after.iter().filter(|item| known.time(item) > last).count();
            Verdict::when(new == 1, format!("{new} new among {}", after.len()))
        })
    });
    let known = history.clone();
    let state = check("state", "the state after the change", "the newest item has the state that the action left");
    case.assert_state(state, move |seen| {
        compared(seen, &known, |_, after| {
            let Some(newest) = known.newest(after) else { return Verdict::fail("there is no item with a date") };
            let shown = |name: &String| text(newest.get(name));
            let right = known.becomes.iter().all(|(name, value)| newest.get(name).is_none() || shown(name) == *value);
            let said: Vec<String> = known.becomes.iter().map(|(name, _)| shown(name)).collect();
            Verdict::when(right, said.join(", "))
        })
    });
    let known = history.clone();
    let given = check("given", "what the change was", "the newest item repeats what the change was");
    case.assert_state(given, move |seen| {
        compared(seen, &known, |_, after| {
            let (Some(newest), Some(entity)) = (known.newest(after), seen.after.first()) else {
                return Verdict::fail("there is no item with a date");
            };
            let differs = known.repeated.iter().find(|(pointer, name)| {
                newest.pointer(pointer).is_some_and(|found| Some(text(Some(found))) != property(entity, name))
            });
            match differs {
                Some((pointer, name)) => Verdict::fail(format!("{pointer} is not the account's {name}")),
                None => Verdict::pass("as the account"),
            }
        })
    });
    // Only examples show how items are called.
    let mut named =
        check("identity", "the account's, the newest; others begin with it", "items are called after the account");
    named.severity = Rests::Assumption;
    let known = history;
    case.assert_state(named, move |seen| {
        compared(seen, &known, |_, after| {
            let asked = seen.after.get(1).and_then(|_| known.asked(seen)).unwrap_or_default();
            let name = |item: &Value| text(item.get(&known.key)).to_ascii_lowercase();
            let newest = known.newest(after).map(name).unwrap_or_default();
            let all = after.iter().all(|item| name(item).starts_with(&asked));
            Verdict::when(
                newest == asked && all,
                format!("the newest is {}", if newest == asked { "the account's" } else { "another" }),
            )
        })
    });
    Some(case)
}

impl History {
    fn time(&self, item: &Value) -> Option<DateTime<FixedOffset>> {
        DateTime::parse_from_rfc3339(item.get(&self.dated)?.as_str()?).ok()
    }

    /// The order of a page is not promised; the dates are.
    fn newest<'a>(&self, items: &'a [Value]) -> Option<&'a Value> {
        items.iter().filter(|item| self.time(item).is_some()).max_by_key(|item| self.time(item))
    }

    /// The account that was asked for, which may be another than the documented one.
    fn asked(&self, seen: &ServerSeen) -> Option<String> {
        let entity = seen.after.first()?;
        let own = property(entity, &self.key).unwrap_or_else(|| self.id.clone());
        Some(own.to_ascii_lowercase())
    }
}

/// Judges the items before and after, if there are any to see.
fn compared(seen: &ServerSeen, history: &History, judge: impl FnOnce(&[Value], &[Value]) -> Verdict) -> Verdict {
    let (Some(before), Some(after)) = (seen.before.get(1), seen.after.get(1)) else {
        return Verdict::not_run("the account's history was not read");
    };
    if matches!(after.status, 404 | 405 | 501) {
        return Verdict::not_applicable("the server has no history of this account");
    }
    let taken = (200..300).contains(&seen.reply.status);
    let state = |reply: Option<&Reply>| {
        let values = history.becomes.iter().map(|(name, _)| reply.and_then(|reply| property(reply, name)));
        values.collect::<Vec<_>>()
    };
    if !taken || state(seen.before.first()) == state(seen.after.first()) {
        return Verdict::not_run(format!("nothing changed that could be written down ({})", seen.reply.status));
    }
    match (items(before), items(after)) {
        (Some(before), Some(after)) => judge(&before, &after),
        _ => Verdict::fail(format!("the history is answered with {}", after.summary())),
    }
}

fn items(page: &Reply) -> Option<Vec<Value>> {
    (page.status == 200).then(|| page.json()).flatten()?.get("value")?.as_array().cloned()
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "absent".to_owned(),
    }
}

fn repeated(log: &Log) -> Vec<(String, String)> {
    let of = log.given.iter().filter_map(|given| match &given.value {
        GivenValue::Entity(name) => Some((format!("/{}", given.path.join("/")), name.clone())),
        GivenValue::Caller | GivenValue::Fixed(_) => None,
    });
    of.collect()
}

/// The operation that lists a log.
fn lister<'a>(contract: &'a Contract, log: &Log) -> Option<(&'a Operation, &'a Owner)> {
    contract.operations.iter().find_map(|operation| {
        let is_page = operation.success.shape.as_ref().is_some_and(|shape| contract.page_of(shape).is_some());
        let of = contract.served_set(operation).is_some_and(|set| set.name == log.set);
        (operation.method == "GET" && is_page && of && operation.parameters.len() == 1)
            .then_some((operation, operation.of.as_ref()?))
    })
}

/// A read of the log of one entity.
fn request(contract: &Contract, log: &Log, id: &str) -> Option<Request> {
    let (operation, owner) = lister(contract, log)?;
    let ValueSource::Path(name) = &owner.id else { return None };
    let path = operation.path.as_str().replace(&format!("{{{name}}}"), id);
    let headers = vec![("Prefer".to_owned(), ALL_MEMBERS.to_owned())];
    Some(Request { method: operation.method.clone(), path, headers, ..Request::default() })
}

/// The log of an effect, for the rule about repeated calls.
pub(super) fn read(contract: &Contract, effect: &Effect, id: &str) -> Option<Request> {
    request(contract, effect.log.as_ref()?, id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::Facts;
    use crate::verdict::Outcome;

    const ID: &str = "29f270bb-4d23-4f68-8a57-dc73dc0d4caf";

    fn reply(body: &Value) -> Reply {
        Reply { status: 200, body: body.to_string().into_bytes(), ..Reply::default() }
    }

    fn item(id: &str, level: &str, time: &str) -> Value {
        let (state, detail) = match level {
            "high" => ("confirmedCompromised", "adminConfirmedUserCompromised"),
            _ => ("dismissed", "adminDismissedAllRiskForUser"),
        };
        json!({
            "id": id, "userId": ID, "riskLevel": level, "riskState": state, "riskDetail": detail,
            "riskLastUpdatedDateTime": time, "activity": {"detail": detail}
        })
    }

    /// The outcomes of item, state, given and identity for a confirmation with this history after it.
    fn outcomes(after: &[Value]) -> Vec<Outcome> {
        let contract = crate::embedded::contract("beta").expect("this build has beta");
        let facts = Facts::new(contract);
        let subjects: Vec<_> = facts.subjects().collect();
        let of = |subject: &&crate::rules::Subject<'_>| {
            subject.exchange.request.body.as_ref().is_some_and(|body| body.to_string().contains(ID))
        };
        let action = Action::of(subjects.iter().find(of).expect("a documented action")).expect("an action");
        let case = case(&action).expect("a case");
        let (old, new) = (item(ID, "none", "2026-01-01T00:00:00Z"), item(ID, "high", "2026-01-02T00:00:00Z"));
        let seen = ServerSeen {
            before: vec![reply(&old), reply(&json!({"value": [old]}))],
            reply: Reply { status: 204, ..Reply::default() },
            after: vec![reply(&new), reply(&json!({"value": after}))],
            ..ServerSeen::default()
        };
        case.checks.iter().map(|asserted| (asserted.judge)(&seen).outcome).collect()
    }

    #[test]
    fn a_change_is_written_down_once_and_truly() {
        use Outcome::{Fail, Pass};
        let old = || item(&format!("{ID}639028224000000000"), "none", "2026-01-01T00:00:00Z");
        let new = |level| item(ID, level, "2026-01-02T00:00:00Z");
        assert_eq!(outcomes(&[new("high"), old()]), [Pass; 4]);
        // The order is not promised.
        assert_eq!(outcomes(&[old(), new("high")]), [Pass; 4]);
        assert_eq!(outcomes(&[item(ID, "none", "2026-01-01T00:00:00Z")])[0], Fail, "nothing is written down");
        assert_eq!(outcomes(&[new("high"), new("high"), old()])[0], Fail, "it is written down twice");
        assert_eq!(outcomes(&[new("none"), old()])[1], Fail, "with another state");
        let mut other = new("high");
        other["activity"]["detail"] = "none".into();
        assert_eq!(outcomes(&[other, old()])[2], Fail, "with another activity");
        assert_eq!(outcomes(&[item("another", "high", "2026-01-02T00:00:00Z"), old()])[3], Fail, "under another name");
    }
}
