//! Transcripts of operations that are not described.

use std::collections::HashSet;

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "operation_unknown",
    reason: "a documented exchange of an operation that is not described is checked by nothing",
    check: |lint, findings| {
        let Some(transcripts) = lint.transcripts.filter(|transcripts| !transcripts.exchanges.is_empty()) else {
            return;
        };
        let known: HashSet<&str> =
            lint.operations().filter_map(|(_, node)| node.get("operationId").and_then(Node::text)).collect();
        for exchange in transcripts.exchanges.iter().filter(|exchange| !known.contains(exchange.operation.as_str())) {
            let message = format!("no operation '{}' in {}", exchange.operation, lint.document.file);
            let remedy = match known.iter().find(|id| id.eq_ignore_ascii_case(&exchange.operation)) {
                Some(near) => format!("did you mean '{near}'?"),
                None => "name its operationId, or describe the operation".to_owned(),
            };
            let mut finding = lint.finding(exchange.origin.line, &exchange.name, message, &remedy);
            finding.origin = exchange.origin.clone();
            findings.push(finding);
        }
    },
};
