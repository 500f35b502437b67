//! Other spellings of the documented request, which HTTP and JSON call the same.

use super::{Action, ServerCase, documented_request, property};
use crate::contract::Fact;
use crate::rules::{Credential, Form, Request, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "equal_request_refused",
    side: Side::Server,
    reason: "each library writes a request in its own way, and all of them reach Graph",
};

/// A spelling.
struct Spelling<'a> {
    name: &'static str,
    request: Request,
    credential: Credential,
    form: Form,
    fact: Option<&'a Fact>,
}

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let action = Action::of(subject);
    let status = subject.exchange.status;
    let case = |spelling: Spelling<'_>| {
        let (mut case, becomes) = match &action {
            Some(action) => (action.case(spelling.request, &action.ids[..1.min(action.ids.len())]), action.becomes()),
            None => (ServerCase::new(subject, spelling.request), None),
        };
        let ready = case.ready.clone();
        (case.credential, case.form) = (spelling.credential, spelling.form);
        let asserts =
            format!("the request with {} is answered and done like any other", spelling.name.replace('-', " "));
        let check = subject.check(&RULE, spelling.name, spelling.fact, status.to_string(), asserts);
        case.assert_state(check, move |seen| {
            if seen.reply.status != status {
                return Verdict::fail(seen.reply.summary());
            }
            let Some((name, value)) = &becomes else { return Verdict::pass(status.to_string()) };
            // Where actions have no effect at all, that is not this spelling's fault.
            let begun = ready.as_ref().is_some_and(|(name, opposite)| {
                seen.before.iter().all(|reply| property(reply, name).as_ref() == Some(opposite))
            });
            if !begun {
                return Verdict::pass(format!("{status}; whether it is done, cannot be seen"));
            }
            let states: Vec<String> = seen.after.iter().filter_map(|reply| property(reply, name)).collect();
            Verdict::when(
                states.iter().all(|state| state == value),
                format!("answer {status}, then {}", states.join(", ")),
            )
        });
        case
    };
    spellings(subject).into_iter().map(case).collect()
}

fn spellings<'a>(subject: &Subject<'a>) -> Vec<Spelling<'a>> {
    let (equal, letters) = (subject.convention("equal-request"), subject.convention("letter-case"));
    let request = documented_request(subject);
    let plain = |name, request: &Request, fact| Spelling {
        name,
        request: request.clone(),
        credential: Credential::Permitted,
        form: Form::Plain,
        fact,
    };
    let small =
        Spelling { credential: Credential::SmallScheme, ..plain("a-scheme-in-small-letters", &request, letters) };
    let mut spellings = vec![small];
    let (Some(body), Some(text)) = (&subject.operation.body, &subject.exchange.request.body) else { return spellings };
    let typed = |media: String| {
        let mut request = request.clone();
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        request.headers.push(("Content-Type".to_owned(), media));
        request
    };
    let with = |text: String| Request { body: Some(text.into_bytes()), ..request.clone() };
    let media = &body.content_type;
    spellings.extend([
        Spelling { form: Form::Chunked, ..plain("a-body-in-chunks", &request, equal) },
        Spelling { form: Form::Expect, ..plain("a-body-that-waits-for-leave", &request, equal) },
        plain("a-charset", &typed(format!("{media}; charset=utf-8")), equal),
        plain("a-media-type-in-capitals", &typed(media.to_ascii_uppercase()), letters),
        plain("white-space", &with(format!("\r\n\t{text:#}\n ")), equal),
        plain("escaped-names", &with(escaped(&text.to_string())), equal),
    ]);
    spellings
}

/// JSON with the first letter of each name or text as an escape.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut opens = true;
    let mut rest = json.chars();
    while let Some(next) = rest.next() {
        out.push(next);
        match next {
            '"' if opens => {
                match rest.next() {
                    Some(letter) if letter.is_ascii_alphanumeric() => out += &format!("\\u{:04x}", u32::from(letter)),
                    Some('"') => {
                        out.push('"');
                        continue;
                    }
                    Some('\\') => {
                        out.push('\\');
                        out.extend(rest.next());
                    }
                    other => out.extend(other),
                }
                opens = false;
            }
            '"' => opens = true,
            '\\' => out.extend(rest.next()),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::escaped;

    #[test]
    fn escaped_json_says_the_same() {
        for value in [json!({"userIds": ["0a", "", "\"q\"", "\\", "é"], "b": 1}), json!([]), json!("x\"y")] {
            let text = value.to_string();
            let other = escaped(&text);
            assert_eq!(serde_json::from_str::<Value>(&other).expect(&other), value, "{other}");
        }
        assert_eq!(escaped(r#"{"a":"b"}"#), r#"{"\u0061":"\u0062"}"#);
    }
}
