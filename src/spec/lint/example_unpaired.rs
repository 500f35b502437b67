//! Examples of a request without one of its answer, and the reverse.

use super::{Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "example_unpaired",
    reason: "an example shows an exchange: a request of which nobody shows the answer cannot be checked, nor can an answer to nothing",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            let Some(body) = operation.get("requestBody").and_then(|body| lint.document.follow(body)) else { continue };
            let (mut success, mut any) = (Vec::new(), Vec::new());
            let mut answers = false;
            for (status, _, answer) in operation.get("responses").into_iter().flat_map(Node::entries) {
                let Some(answer) = lint.document.follow(answer) else { continue };
                let shown = of(lint, answer);
                any.extend(shown.iter().map(|(name, _)| *name));
                if status.starts_with('2') {
                    answers |= answer.get("content").is_some();
                    success.extend(shown);
                }
            }
            let requests = of(lint, body);
            // An answer that is nothing but its status has no example to give.
            for (name, line) in requests.iter().filter(|(name, _)| answers && !any.contains(name)) {
                let message = format!("no answer has an example{}", called(name));
                findings.push(lint.finding(
                    *line,
                    &subject,
                    message,
                    "add the answer that the page shows to this request",
                ));
            }
            for (name, line) in success.iter().filter(|(name, _)| !requests.iter().any(|(other, _)| other == name)) {
                let message = format!("the request has no example{}", called(name));
                findings.push(lint.finding(
                    *line,
                    &subject,
                    message,
                    "add the request that the page shows with this answer",
                ));
            }
        }
    },
};

fn called(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" '{name}'") }
}

/// Names and lines of the examples of a request body or answer.
fn of<'a>(lint: &Lint<'a>, message: &'a Node) -> Vec<(&'a str, usize)> {
    let media = message.get("content").into_iter().flat_map(Node::entries).map(|(_, _, media)| media);
    media.flat_map(|media| lint.examples(media)).map(|(name, value)| (name, value.line)).collect()
}
