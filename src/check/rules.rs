//! What can be wrong with a request, each named for what is wrong, with what to do about it. The
//! kind of fact that was violated says which it is.

use crate::emulator::Violation;

/// A rule: its id in reports, and why it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// Why it exists.
    pub reason: &'static str,
    /// What to do.
    pub(super) remedy: &'static str,
    /// The facts whose violation it reports: `permission`, or the name of a convention.
    facts: &'static [&'static str],
}

const fn rule(id: &'static str, reason: &'static str, remedy: &'static str, facts: &'static [&'static str]) -> Rule {
    Rule { id, reason, remedy, facts }
}

/// Every rule. The last one is for what no other speaks of.
pub const RULES: &[Rule] = &[
    rule(
        "program/token_missing",
        "Graph answers nobody whom it does not know",
        "send `Authorization: Bearer TOKEN` with the token in ENTRA_RISK_TOKEN, or one from the sign-in",
        &["unauthenticated", "one-credential"],
    ),
    rule(
        "program/permission_missing",
        "an operation needs one of its permissions",
        "grant the caller one of those named",
        &["permission", "forbidden"],
    ),
    rule(
        "program/role_missing",
        "a signed-in user needs a role besides",
        "give the user one of those named",
        &["role"],
    ),
    rule(
        "program/path_unknown",
        "a misspelt path reaches nothing",
        "compare the path with those of the page",
        &["unknown-path"],
    ),
    rule("program/method_wrong", "another method is another operation", "use the documented method", &["wrong-method"]),
    rule("program/header_missing", "a documented header is required", "send the header", &["header"]),
    rule(
        "program/content_type_wrong",
        "a body is read as what it is announced as",
        "announce the documented media type",
        &["contentType", "wrong-content-type"],
    ),
    rule(
        "program/body_wrong",
        "a body has a documented form",
        "send a body like that of the page's example",
        &["body", "malformed-body", "duplicate-property"],
    ),
    rule(
        "program/property_undocumented",
        "a misspelt property changes nothing",
        "leave it out, or spell it as documented",
        &["unknown-property"],
    ),
    rule(
        "program/list_too_long",
        "a call takes a limited number of items",
        "send the items in several calls",
        &["limit"],
    ),
    rule(
        "program/list_too_short",
        "a call without items asks for nothing",
        "make no call where there is nothing",
        &["minimum"],
    ),
    rule("program/value_malformed", "a value has a documented form", "send a value of that form", &["format"]),
    rule(
        "program/query_wrong",
        "Graph refuses options that it does not document",
        "use the documented query options",
        &["query"],
    ),
    rule(
        "program/cloud_not_offered",
        "an operation is not offered in every national cloud",
        "use the root of a cloud that the page names",
        &["cloud"],
    ),
    rule(
        "program/sent_in_the_clear",
        "over plain HTTP anybody on the way reads the token",
        "begin the address with https://",
        &["clear"],
    ),
    rule(
        "program/retried_too_early",
        "a throttled call that comes again before Retry-After has passed is throttled again",
        "wait as many seconds as Retry-After says",
        &["throttled"],
    ),
    rule(
        "program/sign_in_refused",
        "without a token nothing else can work",
        "use the AZURE_… values of the environment",
        &["signIn"],
    ),
    rule("program/request_malformed", "a request has a documented form", "compare the request with the page", &[]),
];

/// The rule for a kind of fact.
pub(super) fn of(kind: &str) -> &'static Rule {
    let last = &RULES[RULES.len() - 1];
    RULES.iter().find(|rule| rule.facts.contains(&kind)).unwrap_or(last)
}

/// The rule for a violation, by the fact that it names: `…#permission[application]`,
/// `…#convention[unauthenticated]`, or words.
pub(super) fn for_violation(violation: &Violation) -> &'static Rule {
    let fact = violation.fact.as_deref().unwrap_or_default();
    let Some((_, kind)) = fact.split_once('#') else {
        // Statements without an id: all options of an operation together, the form of a value.
        let kinds = [("query option", "query"), ("path parameter", "format")];
        return of(kinds.iter().find(|(words, _)| fact.contains(words)).map_or("", |(_, kind)| kind));
    };
    match kind.split_once('[') {
        Some(("convention", name)) => of(name.trim_end_matches(']')),
        Some((kind, _)) => of(kind),
        None => of(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_ids_of_their_own_and_no_fact_has_two() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        let mut facts: Vec<_> = RULES.iter().flat_map(|rule| rule.facts).collect();
        facts.sort_unstable();
        let n_facts = facts.len();
        facts.dedup();
        assert_eq!(facts.len(), n_facts);
        assert_eq!(of("permission").id, "program/permission_missing");
        assert_eq!(of("anything").id, "program/request_malformed");
    }
}
