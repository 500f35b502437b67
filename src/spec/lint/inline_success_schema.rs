//! Answers and bodies without a named form, and more or fewer than one success.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "inline_success_schema",
    reason: "an inline schema of an answer may silently take the type of another one; several success answers panic",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            let answers: Vec<_> = operation.get("responses").into_iter().flat_map(Node::entries).collect();
            let success = |status: &str| status.len() == 3 && status.starts_with('2') && status.parse::<u16>().is_ok();
            if answers.iter().filter(|(status, _, _)| success(status)).count() != 1 {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "there is not exactly one 2xx answer",
                    "describe the one documented success",
                ));
            }
            let body = operation.get("requestBody").and_then(|body| lint.document.follow(body));
            let parts =
                body.into_iter().chain(answers.iter().filter_map(|(_, _, answer)| lint.document.follow(answer)));
            for schema in parts.filter_map(|part| part.at("/content/application~1json/schema")) {
                if schema.str("$ref").is_none() {
                    findings.push(lint.finding(
                        schema.line,
                        &subject,
                        "a body's schema is inline",
                        "name it under components/schemas",
                    ));
                }
            }
        }
    },
};
