//! A declared length that no way to count the body gives.

use super::context::Detail as _;
use super::json::Json;
use super::{Check, PageContext, Rule};
use crate::docs::page::{BodyKind, ExampleHeader};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "docs/content_length_wrong",
    severity: Severity::Warning,
    reason: "a message with another length than it declares is cut off, or runs into the next one",
    check: Check::Page(|page, findings| {
        for sent in page.all_sent() {
            let is = sent.is;
            if let (Some(header), Some(json)) = (sent.header("content-length"), sent.json()) {
                body(page, header, json, is.body.as_deref(), is.body_kind, is.body_line, findings);
            }
        }
        for answer in page.all_answers() {
            let truncated = answer.annotation.is_some_and(|at| page.annotations[at].is("truncated"))
                || is_called_short(page, answer.is.line);
            let is = answer.is;
            if let (Some(header), Some(json), false) = (answer.header("content-length"), answer.json(), truncated) {
                body(page, header, json, is.body.as_deref(), is.body_kind, is.body_line, findings);
            }
        }
    }),
};

fn body(
    page: &PageContext<'_>,
    header: &ExampleHeader,
    json: &Json<'_>,
    body: Option<&str>,
    kind: BodyKind,
    line: Option<usize>,
    findings: &mut Vec<Finding>,
) {
    let (Ok(declared), Some(body), Some(line)) = (header.value.parse::<usize>(), body, line) else { return };
    if kind != BodyKind::Json || json.elided || shortened(body) {
        return;
    }
    // A placeholder may stand for anything, but what stands around it has its length.
    if json.placeholders > 0 && declared >= json.compact - json.placeholders {
        return;
    }
    let shown = body.len() - body.matches('\r').count();
    let breaks = body.matches('\n').count();
    // With LF or CR LF, with or without a last line end, or without any blank.
    let counts = [shown, shown + 1, shown + breaks, shown + breaks + 2, json.compact];
    if counts.contains(&declared) || (json.compact..=shown).contains(&declared) && breaks == 0 {
        return;
    }
    let message = format!(
        "'{}: {}', but the body has {shown} bytes as it stands ({} with CR LF, {} without blanks)",
        header.name,
        header.value,
        shown + breaks,
        json.compact
    );
    findings.push(page.finding(header.line, message, "remove the header, or count again").against(page.at(line)));
}

/// Whether the prose above an answer says that it is not the whole.
fn is_called_short(page: &PageContext<'_>, line: usize) -> bool {
    let blocks = &page.page.outline.blocks;
    let at = blocks.partition_point(|block| block.last < line);
    blocks[at.saturating_sub(4)..at].iter().any(|block| {
        let text = page.page.outline.text(block.first, block.last).to_ascii_lowercase();
        ["shorten", "truncat", "readability", "brevity", "partial"].iter().any(|word| text.contains(word))
    })
}

/// Whether a value is cut off by dots.
fn shortened(body: &str) -> bool {
    body.contains("...") || body.contains('…')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_length_that_cannot_be_is_found() {
        let page = Sound::page()
            .with("json\n\n{\n  \"colour\": \"red\"\n}", "json\nContent-Length: 99\n\n{\n  \"colour\": \"red\"\n}");
        fires(&RULE, &page, &["Content-Length: 99"]);
    }

    #[test]
    fn every_way_to_count_will_do_and_a_part_has_no_length() {
        for length in [21, 22, 23, 25, 16] {
            let header = format!("json\nContent-Length: {length}\n\n{{\n  \"colour\": \"red\"\n}}");
            quiet(&RULE, &Sound::page().with("json\n\n{\n  \"colour\": \"red\"\n}", &header));
        }
        quiet(&RULE, &Sound::page().with("json\n\n{\n  \"id\"", "json\nContent-Length: 999\n\n{\n  \"id\""));
        quiet(
            &RULE,
            &Sound::page()
                .with("json\n\n{\n  \"colour\": \"red\"", "json\nContent-Length: 99\n\n{\n  \"colour\": \"{red}\""),
        );
    }
}
