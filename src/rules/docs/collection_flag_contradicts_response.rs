//! The annotation says one object where the answer has a list, or the reverse.

use serde_json::Value;

use super::context::{Answer, Detail as _};
use super::json::{Json, Shape};
use super::{Check, Rule};
use crate::docs::annotation::Annotation;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/collection_flag_contradicts_response",
    severity: Severity::Warning,
    reason: "tools take the type of the answer from its annotation: a list of one kind of object, or one such object",
    check: Check::Page(|page, findings| {
        for answer in page.all_answers() {
            let Some(annotation) = answer.annotation.map(|at| &page.annotations[at]) else { continue };
            let Some(kind) = annotation.str("@odata.type").filter(|_| annotation.block_type() == Some("response"))
            else {
                continue;
            };
            let Some(json) = answer.json().filter(|_| is_success(answer)) else { continue };
            let flag = flag(annotation);
            let collection =
                flag == Some(true) || kind.trim_start_matches('#').to_ascii_lowercase().starts_with("collection(");
            let Some(list) = is_list(json) else { continue };
            let note = match (flag, collection, list) {
                (_, true, false) => "says a collection, the answer is one object",
                (Some(false), false, true) => "says no collection, the answer is a list under 'value'",
                (None, false, true) => "says one object, without isCollection, and the answer is a list under 'value'",
                _ => continue,
            };
            let severity = if flag.is_none() && list { Severity::Note } else { Severity::Warning };
            let line = answer.is.body_line.unwrap_or(answer.is.line);
            let message = format!("the annotation of type {kind} {note}");
            let finding = page.finding(annotation.line, message, "make isCollection say what the answer is");
            findings.push(finding.against(page.at(line)).of_severity(severity));
        }
    }),
};

fn is_success(answer: &Answer<'_>) -> bool {
    answer.is.status.is_none_or(|status| (200..300).contains(&status))
}

fn flag(annotation: &Annotation) -> Option<bool> {
    let object = annotation.value.as_ref().ok()?;
    let (_, value) = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("isCollection"))?;
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) => word.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// Whether an answer is a list; nothing where it cannot be told.
fn is_list(json: &Json<'_>) -> Option<bool> {
    if json.shape == Shape::Array {
        return Some(true);
    }
    let value = json.member("value");
    if json.shape != Shape::Object || json.member("error").is_some() || value.is_none() && json.elided {
        return None;
    }
    match value {
        Some(value) if value.shape == Shape::Array => {
            // A property may have the name, beside others.
            let alone = json.top().all(|member| member.key == "value" || member.key.contains('@'));
            alone.then_some(true)
        }
        // `{"value": 3}` may be a primitive or its list cut short.
        Some(_) => None,
        // A list under another name is a property of an object.
        None => {
            let one = json.top().filter(|member| !member.key.contains('@')).take(2).count();
            let array = json.top().any(|member| member.shape == Shape::Array);
            (one > 1 || one == 1 && !array).then_some(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const TYPE: &str = "\"@odata.type\": \"microsoft.graph.widget\"\n";
    const BODY: &str = "{\n  \"id\": \"7\",\n  \"colour\": \"red\"\n}";

    fn flagged(flag: &str) -> Sound {
        Sound::page().with(TYPE, &format!("\"@odata.type\": \"microsoft.graph.widget\",\n  \"isCollection\": {flag}\n"))
    }

    #[test]
    fn a_flag_and_an_answer_of_two_kinds_are_found() {
        fires(&RULE, &flagged("true"), &["<!-- {\n  \"blockType\": \"response\""]);
        fires(&RULE, &flagged("false").with(BODY, "{ \"value\": [] }"), &["<!-- {\n  \"blockType\": \"response\""]);
        fires(
            &RULE,
            &Sound::page().with(BODY, "{ \"value\": [ { \"id\": \"7\" } ] }"),
            &["<!-- {\n  \"blockType\": \"response\""],
        );
    }

    #[test]
    fn lists_properties_and_elisions_are_none() {
        for body in
            ["{ \"@odata.context\": \"x\", \"value\": [] }", "[ { \"id\": \"7\" } ]", "{ ... }", "{ \"items\": [] }"]
        {
            quiet(&RULE, &flagged("true").with(BODY, body));
        }
        quiet(&RULE, &Sound::page().with(BODY, "{ \"id\": \"7\", \"value\": [ \"a\" ] }"));
        let typed = Sound::page().with("\"microsoft.graph.widget\"\n", "\"Collection(microsoft.graph.widget)\"\n");
        quiet(&RULE, &typed.with(BODY, "{ \"value\": [] }"));
    }
}
