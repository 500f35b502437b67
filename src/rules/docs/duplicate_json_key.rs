//! An object that has a key twice.

use super::context::Detail as _;
use super::json::Json;
use super::{Check, PageContext, Rule};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "docs/duplicate_json_key",
    severity: Severity::Error,
    reason: "a reader takes the first value, the last one, or none: what the example says is not what arrives",
    check: Check::Page(|page, findings| {
        page.all_sent().filter_map(|sent| sent.json()).for_each(|json| body(page, json, findings));
        page.all_answers().filter_map(|answer| answer.json()).for_each(|json| body(page, json, findings));
    }),
};

fn body(page: &PageContext<'_>, json: &Json<'_>, findings: &mut Vec<Finding>) {
    // Where parts are left out, two objects may have run together.
    for repeated in json.repeated.iter().filter(|_| !json.elided) {
        let message = format!(
            "one object has the key '{}' in line {} and in line {}",
            repeated.key, repeated.first, repeated.line
        );
        let finding = page.finding(repeated.line, message, "keep one of them");
        findings.push(finding.against(page.at(repeated.first)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_key_of_one_object_twice_is_found() {
        fires(&RULE, &Sound::page().with("\"id\": \"7\",", "\"id\": \"7\",\n  \"id\": \"8\","), &["\"id\": \"8\""]);
    }

    #[test]
    fn keys_of_two_objects_are_two() {
        let two = "\"a\": {\"id\": 1},\n  \"b\": [{\"id\": 2}, {\"id\": 3}],\n  \"id\": \"7\",";
        quiet(&RULE, &Sound::page().with("\"id\": \"7\",", two));
    }
}
