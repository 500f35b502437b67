//! An annotation that is no JSON.

use super::context::quoted;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/annotation_unparsable",
    severity: Severity::Warning,
    reason: "tools drop the annotation, and with it the example that it describes",
    check: Check::Page(|page, findings| {
        for annotation in page.annotations {
            let Err(error) = &annotation.value else { continue };
            let (why, at) = error.split_once(" at line ").unwrap_or((error, "1"));
            let below = at.split(' ').next().and_then(|line| line.parse::<usize>().ok()).unwrap_or(1);
            let line = annotation.line + below.saturating_sub(1);
            let message = format!("the annotation is no JSON: {why}, at {}", quoted(page.page.outline.line(line)));
            findings.push(page.finding(line, message, "correct the annotation"));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_comma_too_many_is_found() {
        let page = Sound::page().with("\"name\": \"widget_paint\"\n", "\"name\": \"widget_paint\",\n");
        fires(&RULE, &page, &["}-->\n```http\nPOST"]);
    }

    #[test]
    fn comments_for_people_are_none() {
        quiet(&RULE, &Sound::page().with("Namespace: microsoft.graph", "<!-- uuid: 1\n2020 --><!-- see [x] -->"));
    }
}
