//! A table of answers, and the outcome that each must have.

use std::time::Duration;

use super::{Answer, ClientCase, ClientSeen, REQUEST_ID, arguments, documented_answer, http};
use crate::contract::Fact;
use crate::rules::shape::{same, without_nulls};
use crate::rules::{Asserted, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "answer_misread",
    side: Side::Client,
    reason: "a client that takes a refusal for success, or an unknown outcome for a refusal, lets risk stand unseen",
};

/// What a call must give.
#[derive(Clone)]
enum Expect {
    /// Success with the documented status and body, after so many attempts.
    Success { attempts: usize },
    /// Success after a wait as long as the service asked for, or of backoff.
    SuccessAfter { least: Duration, most: Duration },
    /// An error that says what the service said.
    Refused { status: u16, code: Option<&'static str>, attempts: usize },
    /// An error, since this is not the documented answer.
    Unexpected { status: u16 },
    /// An error that says that the outcome is not known.
    Unknown,
}

/// What `429` says (concepts/throttling.md).
const THROTTLED: &str = r#"{"error":{"code":"TooManyRequests","message":"Come again later."}}"#;

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ClientCase> {
    let documented = documented_answer(subject);
    let status = subject.exchange.status;
    let success = subject.fact("success", None);
    let odata = subject.convention("odata-error");
    let throttled = subject.convention("throttled");
    let broken = subject.convention("broken-answer");
    let refusal = |status: u16, code: &str| {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"Scripted refusal."}}}}"#);
        Answer::Bytes(http(status, &json_type(), Some(&body)))
    };
    let html = |status: u16| {
        Answer::Bytes(http(
            status,
            &[("Content-Type".into(), "text/html".into())],
            Some("<html><h1>Gateway</h1></html>"),
        ))
    };
    let throttle = |after: Option<&str>| {
        let mut headers = json_type();
        headers.extend(after.map(|after| ("Retry-After".to_owned(), after.to_owned())));
        Answer::Bytes(http(429, &headers, Some(THROTTLED)))
    };
    let mut table = Table { subject, cases: Vec::new() };
    table.add("documented", success, vec![documented.clone()], Expect::Success { attempts: 1 });
    for other in [200, 201, 202, 204].into_iter().filter(|other| *other != status) {
        let body = (other != 204).then_some("{}");
        table.add(
            &other.to_string(),
            success,
            vec![Answer::Bytes(http(other, &json_type(), body))],
            Expect::Unexpected { status: other },
        );
    }
    if status == 204 {
        let junk = b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\njunk".to_vec();
        table.add(
            "204-with-body",
            subject.convention("no-content"),
            vec![Answer::Truncated(junk)],
            Expect::Success { attempts: 1 },
        );
    } else {
        table.add("200-html", success, vec![html(200)], Expect::Unexpected { status: 200 });
    }
    let elsewhere = vec![("Location".to_owned(), "http://127.0.0.2:9/elsewhere".to_owned())];
    table.add("307", success, vec![Answer::Bytes(http(307, &elsewhere, None))], Expect::Unexpected { status: 307 });
    for (code, word) in [
        (400, "BadRequest"),
        (401, "InvalidAuthenticationToken"),
        (403, "Forbidden"),
        (404, "ResourceNotFound"),
        (500, "InternalServerError"),
    ] {
        table.add(
            &code.to_string(),
            odata,
            vec![refusal(code, word)],
            Expect::Refused { status: code, code: Some(word), attempts: 1 },
        );
    }
    table.add("403-html", odata, vec![html(403)], Expect::Refused { status: 403, code: None, attempts: 1 });
    table.add(
        "403-empty",
        odata,
        vec![Answer::Bytes(http(403, &[], None))],
        Expect::Refused { status: 403, code: None, attempts: 1 },
    );
    let seconds = Duration::from_secs;
    table.add(
        "429-retry-after",
        throttled,
        vec![throttle(Some("7")), documented.clone()],
        Expect::SuccessAfter { least: seconds(7), most: seconds(8) },
    );
    table.add(
        "429-no-retry-after",
        throttled,
        vec![throttle(None), documented.clone()],
        Expect::SuccessAfter { least: Duration::from_millis(100), most: seconds(5) },
    );
    table.add(
        "429-too-long",
        throttled,
        vec![throttle(Some("86400"))],
        Expect::Refused { status: 429, code: Some("TooManyRequests"), attempts: 1 },
    );
    table.add(
        "429-for-ever",
        throttled,
        vec![throttle(None); 12],
        Expect::Refused { status: 429, code: Some("TooManyRequests"), attempts: 5 },
    );
    table.add(
        "503",
        throttled,
        vec![html(503), documented.clone()],
        Expect::SuccessAfter { least: Duration::from_millis(100), most: seconds(5) },
    );
    let claims = vec![(
        "WWW-Authenticate".to_owned(),
        r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#.to_owned(),
    )];
    let challenge = Answer::Bytes(http(401, &claims, None));
    table.add(
        "401-claims",
        subject.convention("claims-challenge"),
        vec![challenge.clone(), documented.clone()],
        Expect::Success { attempts: 2 },
    );
    table.add(
        "401-claims-twice",
        subject.convention("claims-challenge"),
        vec![challenge; 3],
        Expect::Refused { status: 401, code: None, attempts: 2 },
    );
    let Answer::Bytes(bytes) = documented else { return table.cases };
    // Half of a status line, or of a body.
    let half = bytes[..if status == 204 { 20 } else { bytes.len() - 20 }].to_vec();
    table.add("truncated", broken, vec![Answer::Truncated(half)], Expect::Unknown);
    table.add("reset", broken, vec![Answer::Reset], Expect::Unknown);
    table.add("slow", broken, vec![Answer::Silence], Expect::Unknown);
    table.cases
}

fn json_type() -> Vec<(String, String)> {
    vec![("Content-Type".to_owned(), "application/json".to_owned())]
}

struct Table<'a> {
    subject: &'a Subject<'a>,
    cases: Vec<ClientCase>,
}

impl Table<'_> {
    fn add(&mut self, case: &str, fact: Option<&Fact>, script: Vec<Answer>, expect: Expect) {
        let subject = self.subject;
        let says = match &expect {
            Expect::Success { .. } => "success".to_owned(),
            Expect::SuccessAfter { .. } => "success after a wait".to_owned(),
            Expect::Refused { status, code, .. } => format!("refused: {status} {}", code.unwrap_or("(no code)")),
            Expect::Unexpected { status } => format!("an error: {status} is not documented"),
            Expect::Unknown => "an error: sent, outcome unknown".to_owned(),
        };
        let asserts = format!("the client reads the answer '{case}' as {says}");
        let check = subject.check(&RULE, case, fact, says, asserts);
        let (status, body) = (subject.exchange.status, subject.exchange.response.body.clone());
        let judge = move |seen: &ClientSeen| {
            let result = &seen.result;
            let documented = || {
                let bodies = match (&body, &result.body) {
                    (None, None) => true,
                    (Some(documented), Some(read)) => same(&without_nulls(documented), &without_nulls(read)),
                    _ => false,
                };
                result.ok && result.status == Some(status) && bodies
            };
            let said = match result.ok {
                true => format!("success, {}", result.status.unwrap_or_default()),
                false => format!("{} ({}): {}", result.kind, result.delivery, result.message),
            };
            let attempts_seen = seen.requests.len();
            let right = match &expect {
                Expect::Success { attempts } => documented() && attempts_seen == *attempts,
                Expect::SuccessAfter { least, most } => {
                    documented() && matches!(seen.waits.as_slice(), [wait] if wait >= least && wait <= most)
                }
                Expect::Refused { status, code, attempts } => {
                    result.kind == "Refused"
                        && result.delivery == "Answered"
                        && result.status == Some(*status)
                        && result.code.as_deref() == *code
                        && result.request_id.as_deref() == Some(REQUEST_ID)
                        && attempts_seen == *attempts
                        && !result.message.is_empty()
                }
                Expect::Unexpected { status } => {
                    result.kind == "Unexpected" && result.status == Some(*status) && attempts_seen == 1
                }
                Expect::Unknown => result.kind == "AnswerUnknown" && result.delivery == "Unknown" && attempts_seen == 1,
            };
            Verdict::when(right, format!("{said}; {attempts_seen} sent"))
        };
        self.cases.push(ClientCase {
            operation: subject.operation.id.clone(),
            arguments: Some(arguments(subject)),
            script,
            checks: vec![Asserted::new(check, judge)],
        });
    }
}
