//! Operations that no example shows.

use std::collections::HashSet;

use super::{Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "operation_unshown",
    reason: "without a documented exchange nothing but our own description says what an operation does",
    check: |lint, findings| {
        let Some(transcripts) = lint.transcripts else { return };
        if transcripts.exchanges.is_empty() && transcripts.broken.is_empty() {
            let message = format!("no operation is shown by a transcript: there is none in {}", transcripts.folder);
            findings.push(lint.finding(1, "", message, "copy the pages' examples there, one file each"));
            return;
        }
        let shown: HashSet<&str> = transcripts.exchanges.iter().map(|exchange| exchange.operation.as_str()).collect();
        for (subject, operation) in lint.operations() {
            let Some(id) = operation.str("operationId") else { continue };
            if !shown.contains(id) && !has_example(lint, operation) {
                let message = format!("no transcript in {} shows '{id}', nor does an example here", transcripts.folder);
                findings.push(lint.finding(operation.line, &subject, message, "copy the page's example there"));
            }
        }
    },
};

fn has_example(lint: &Lint<'_>, operation: &Node) -> bool {
    let answers = operation.get("responses").into_iter().flat_map(Node::entries);
    let success = answers.filter(|(status, _, _)| status.starts_with('2')).map(|(_, _, answer)| answer);
    let messages = operation.get("requestBody").into_iter().chain(success);
    let media = messages.filter_map(|message| lint.document.follow(message)?.get("content")).flat_map(Node::entries);
    media.into_iter().any(|(_, _, media)| !lint.examples(media).is_empty())
}
