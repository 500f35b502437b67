//! The example sends a property that the table of the request body lacks.

use super::context::{Detail as _, PageContext, Sent};
use super::json::Shape;
use super::route::Fit;
use super::{Check, Rule};
use crate::docs::outline::BlockKind;
use crate::docs::page::BodyProperty;
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/body_property_undocumented",
    severity: Severity::Warning,
    reason: "one of the two names is wrong, or the table does not say all that can be sent",
    check: Check::Page(|page, findings| {
        let Some(table) = exhaustive(page) else { return };
        for sent in page.sent().filter(|sent| sent.has_own_body) {
            let Some(json) = sent.json().filter(|json| json.shape == Shape::Object) else { continue };
            // A derived type has properties of its own.
            let derived = json.member("@odata.type").is_some();
            if derived || !is_documented_call(page, sent) || wraps(json, table) {
                continue;
            }
            for member in json.top() {
                let name = member.key;
                // Annotations, keys and extensions may stand in any object.
                let open = name.contains(['@', '.', '_', '#', '{', '<', ' ']) || name == "id" || name.is_empty();
                if open || table.iter().any(|property| property.name.eq_ignore_ascii_case(name)) {
                    continue;
                }
                let listed: Vec<&str> = table.iter().take(6).map(|property| property.name.as_str()).collect();
                let more = if table.len() > listed.len() { ", …" } else { "" };
                let message = format!("the example sends '{name}', the table has only {}{more}", listed.join(", "));
                let finding =
                    page.finding_of(sent, member.line, message, "document the property, or correct the example");
                findings.push(finding.against(page.at(table[0].line)).on(page.fact("body", Some(name))));
            }
        }
    }),
};

/// No body has nearly as many properties.
pub(super) const MOST: usize = 500;

/// The table of a body, where it is meant to have everything that can be sent.
fn exhaustive<'a>(page: &PageContext<'a>) -> Option<&'a [BodyProperty]> {
    let table = page.page.body.as_deref().filter(|table| !table.is_empty())?;
    let mut lead = 0;
    for (_, text) in page.texts_about(Subject::Body) {
        let text = text.to_ascii_lowercase();
        // "Supply an object of this type": the table then shows a choice of its properties.
        let choice = [
            "json representation",
            "required when",
            "are required",
            "required propert",
            "properties that",
            "at least",
            "following resource",
            "instance of",
            "for example",
            "addition",
            "inherit",
            "derived",
            "such as",
            "optional propert",
            "other propert",
            "writable",
            "common propert",
        ];
        if choice.iter().any(|words| text.contains(words)) {
            return None;
        }
        lead += 1;
    }
    if table.len() > MOST {
        return None;
    }
    let tables = page.sections_about(Subject::Body).flat_map(|section| section.tables()).count();
    let mut sketch = 0;
    for block in page.sections_about(Subject::Body).flat_map(|section| section.blocks) {
        match block.kind {
            // The lead that all pages of updates share.
            BlockKind::Include if page.page.outline.line(block.first).contains("table-intro") => lead += 1,
            BlockKind::Include | BlockKind::Fence { .. } => sketch += 1,
            _ => {}
        }
    }
    let from_table = table.iter().all(|property| property.kind.is_some());
    // A second table may be of a nested object or of a type of its own.
    (lead > 0 && tables == 1 && sketch == 0 && from_table).then_some(table)
}

/// Whether the request is a call of the operation whose body is documented: not one of several
/// operations, nor a step beside it.
pub(super) fn is_documented_call(page: &PageContext<'_>, sent: &Sent<'_>) -> bool {
    let Some((first, others)) = page.requests().split_first() else { return false };
    let one = others.iter().all(|other| other.method == first.method);
    let called = matches!(&sent.fit, Some((_, fit)) if *fit != Fit::No);
    one && called
        && sent.is.method.as_deref() == Some(&first.method)
        && !page.requests().iter().any(|request| request.path.to_ascii_lowercase().contains("extension"))
}

/// Whether the documented properties stand one level below: the table then describes the object
/// in the example's only member.
pub(super) fn wraps(json: &super::json::Json<'_>, table: &[BodyProperty]) -> bool {
    let known = |key: &str| table.iter().any(|property| property.name.eq_ignore_ascii_case(key));
    let mut top = json.top().filter(|member| !member.key.contains('@'));
    let one = top.next().filter(|_| top.next().is_none());
    one.is_some_and(|outer| {
        !known(outer.key)
            && match outer.shape {
                Shape::Object => {
                    json.members.iter().any(|member| member.within == Some(outer.key) && known(member.key))
                }
                // What is inside a list is not read.
                Shape::Array => true,
                Shape::Scalar => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_property_that_the_table_lacks_is_found() {
        let page = Sound::page().with("{\n  \"colour\": \"red\"", "{\n  \"coat\": 2,\n  \"colour\": \"red\"");
        fires(&RULE, &page, &["\"coat\""]);
    }

    #[test]
    fn a_choice_of_properties_an_annotation_and_a_wrapper_are_none() {
        let sent = Sound::page().with("{\n  \"colour\": \"red\"", "{\n  \"coat\": 2,\n  \"colour\": \"red\"");
        quiet(&RULE, &sent.with("provide a JSON object with the", "supply a JSON representation of a widget with the"));
        quiet(&RULE, &sent.with("\"coat\": 2", "\"coat\": 2, \"@odata.type\": \"#microsoft.graph.tin\""));
        quiet(
            &RULE,
            &Sound::page().with(
                "{\n  \"colour\": \"red\"\n}\n```\n\n###",
                "{ \"paint\": {\n  \"Colour\": \"red\"\n} }\n```\n\n###",
            ),
        );
    }
}
