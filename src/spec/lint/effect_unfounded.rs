//! Effects and nested sets that name what no schema has.

use super::{Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "effect_unfounded",
    reason: "an effect on a set or property that nothing describes would be left out of emulator and checks",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            let mut missing: Vec<(usize, String)> = Vec::new();
            if let Some(of) = operation.get("x-entra-of") {
                set(lint, of, &[], &mut missing);
            }
            for effect in operation.get("x-entra-effect").into_iter().flat_map(Node::items) {
                let mut names: Vec<&Node> = effect.get("processing").into_iter().collect();
                names.extend(effect.get("touch").into_iter().flat_map(Node::items));
                set(lint, effect, &names, &mut missing);
                let Some(log) = effect.get("log") else { continue };
                set(lint, log, &log.get("dated").into_iter().collect::<Vec<_>>(), &mut missing);
            }
            for (line, what) in missing {
                let remedy = "name a set of an x-entra-set, and properties of its schema";
                findings.push(lint.finding(line, &subject, format!("no schema has the {what}"), remedy));
            }
        }
    },
};

/// The set that a node names, and the properties that it and `names` name of it.
fn set(lint: &Lint<'_>, node: &Node, names: &[&Node], missing: &mut Vec<(usize, String)>) {
    // Without a name it cannot be read, which is said elsewhere.
    let Some(name) = node.get("set").filter(|name| name.text().is_some()) else { return };
    let of = |schema: &&Node| schema.get("x-entra-set").and_then(|set| set.str("name")) == name.text();
    let mut schemas = lint.schemas().map(|(_, _, schema)| schema);
    let Some(schema) = schemas.find(of) else {
        missing.push((name.line, format!("set '{}'", name.text().unwrap_or_default())));
        return;
    };
    let mut look = |property: &str, line: usize| {
        if schema.get("properties").is_some_and(|properties| properties.get(property).is_none()) {
            missing.push((line, format!("property '{property}'")));
        }
    };
    for name in names {
        look(name.text().unwrap_or_default(), name.line);
    }
    for key in ["becomes", "refuse", "given"] {
        for (property, line, _) in node.get(key).into_iter().flat_map(Node::entries) {
            look(property.split('/').next().unwrap_or_default(), *line);
        }
    }
}
