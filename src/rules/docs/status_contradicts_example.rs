//! The answer of an example has another status than the prose says.

use super::context::Detail as _;
use super::{Check, Rule};
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/status_contradicts_example",
    severity: Severity::Error,
    reason: "a client that checks for the status of one of them takes the answer of the other for a failure",
    check: Check::Page(|page, findings| {
        let Some(success) = page.page.success.as_deref().filter(|success| !success.is_empty()) else { return };
        // Each of several operations, and each of a series of steps, has answers of its own.
        let operations = page.sections_about(Subject::Request);
        let several =
            operations.filter(|section| section.title.to_ascii_lowercase().contains("http request")).count() > 1;
        if several || page.annotations.iter().any(|annotation| annotation.is("opaqueUrl")) {
            return;
        }
        for exchange in &page.exchanges {
            let Some(answer) = exchange.answer.as_ref().filter(|answer| !page.ignored(answer.annotation)) else {
                continue;
            };
            let Some(status) = answer.is.status.filter(|status| (200..400).contains(status)) else { continue };
            if success.contains(&status) {
                continue;
            }
            let of_operation = match &exchange.sent {
                Some(sent) => matches!(&sent.fit, Some((index, _))
                    if sent.is.method.as_deref() == Some(page.requests()[*index].method.as_str())),
                None => page.exchanges.len() == 1,
            };
            if !of_operation {
                continue;
            }
            let said: Vec<String> = success.iter().map(u16::to_string).collect();
            let line = page.page.lines.success.unwrap_or(1);
            let message = format!("the example answers {status}, the page says {}", said.join(" or "));
            let finding = page.finding(answer.is.line, message, "state one status in both places");
            findings.push(finding.against(page.at(line)).on(page.fact("success", None)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn another_status_is_found() {
        fires(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 201 Created"), &["HTTP/1.1 201"]);
    }

    #[test]
    fn one_of_several_and_a_refusal_are_none() {
        let page = Sound::page().with("`200 OK` response", "`200 OK` or `201 Created` response");
        quiet(&RULE, &page.with("HTTP/1.1 200 OK", "HTTP/1.1 201 Created"));
        quiet(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"));
        let second = "## Strip it\n### HTTP request\n```http\nPOST /widgets/{id}/strip\n```\n### Response\n\
                      ```http\nHTTP/1.1 302 Found\n```\n";
        quiet(&RULE, &Sound::page().and(second));
    }
}
