//! The example leaves out a property that the page calls required.

use super::body_property_undocumented::{MOST, is_documented_call, wraps};
use super::context::Detail as _;
use super::json::Shape;
use super::{Check, Rule};
use crate::docs::page::BodyKind;
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/required_property_not_sent",
    severity: Severity::Warning,
    reason: "the example is refused as it stands, or the property is not required",
    check: Check::Page(|page, findings| {
        let table = page.page.body.as_deref().unwrap_or_default();
        let tables = page.sections_about(Subject::Body).flat_map(|section| section.tables()).count();
        // What a new object requires, a change may leave out.
        let change = page.requests().iter().any(|request| request.method == "PATCH");
        if change || table.len() > MOST || tables != 1 || !table.iter().any(|property| property.required == Some(true))
        {
            return;
        }
        for sent in page.sent().filter(|sent| sent.has_own_body && sent.is.body_kind == BodyKind::Json) {
            let Some(json) = sent.json().filter(|json| json.shape == Shape::Object) else { continue };
            if !is_documented_call(page, sent) || wraps(json, table) {
                continue;
            }
            let sends = |name: &str| json.members.iter().any(|member| member.key.eq_ignore_ascii_case(name));
            for property in table.iter().filter(|property| property.required == Some(true)) {
                let row = page.page.outline.line(property.line);
                let name = property.name.trim_start_matches('@');
                let nested = name.contains(['.', '/', '@', '{', '$']);
                if nested || sends(name) || is_conditional(row) {
                    continue;
                }
                let message = format!(
                    "the example does not send '{}', which the page calls required: {}",
                    property.name,
                    super::context::quoted(row)
                );
                let line = sent.is.body_line.unwrap_or(sent.is.line);
                let finding =
                    page.finding_of(sent, line, message, "complete the example, or call the property optional");
                let fact = page.fact("bodyRequired", Some(&property.name));
                findings.push(finding.against(page.at(property.line)).on(fact));
            }
        }
    }),
};

/// Whether a row makes it depend on something whether the property is required.
fn is_conditional(row: &str) -> bool {
    let row = row.to_ascii_lowercase();
    const WORDS: &[&str] = &[
        " if ",
        "when",
        "unless",
        "either",
        " or ",
        "optional",
        "only",
        "not required",
        "n't required",
        "one of",
        "for ",
        "read-only",
        "default",
        "inherited",
        "must be null",
    ];
    // The word itself may stand in the name or type.
    let behind = row.find("required").map_or("", |at| &row[at..]);
    let described = row.rsplit_once("||").map_or(row.as_str(), |(before, _)| before);
    WORDS.iter().any(|word| behind.contains(word))
        || ["optional", " if ", "unless", "default"].iter().any(|word| described.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const ROW: &str = "|colour|String|The colour. Required.|";

    #[test]
    fn a_required_property_that_is_left_out_is_found() {
        let page = Sound::page().with(ROW, "|colour|String|The colour. Required.|\n|coat|Int32|Which coat. Required.|");
        fires(&RULE, &page, &["{\n  \"colour\": \"red\"\n}\n```\n\n###"]);
    }

    #[test]
    fn a_condition_a_change_and_an_elided_body_are_none() {
        let page =
            Sound::page().with(ROW, "|colour|String|The colour. Required.|\n|coat|Int32|Required if there are two.|");
        quiet(&RULE, &page);
        let patch = page.with("Required if there are two.", "Required.").with("POST /widgets", "PATCH /widgets");
        quiet(&RULE, &patch.with("POST https", "PATCH https"));
        let page = Sound::page().with(ROW, "|colour|String|The colour. Required.|\n|coat|Int32|Required.|");
        quiet(
            &RULE,
            &page.with("{\n  \"colour\": \"red\"\n}\n```\n\n###", "{\n  \"colour\": \"red\",\n  ...\n}\n```\n\n###"),
        );
    }
}
