//! A header that only another part of the service knows.

use super::context::Detail as _;
use super::{Check, Rule};
use crate::finding::Severity;

/// Headers of one workload, and the segment that all its paths have.
const OF_WORKLOADS: &[(&str, &str)] = &[("workbook-session-id", "workbook")];

pub(super) const RULE: Rule = Rule {
    id: "docs/header_of_other_workload",
    severity: Severity::Warning,
    reason: "the table was copied from a page of another workload; the operation does not know the header",
    check: Check::Page(|page, findings| {
        let documented = page.page.headers.iter().flatten().map(|header| (header.name.as_str(), header.line));
        let sent = page.sent().flat_map(|sent| &sent.is.headers).map(|header| (header.name.as_str(), header.line));
        for (name, line) in documented.chain(sent) {
            let Some((_, workload)) = OF_WORKLOADS.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)) else {
                continue;
            };
            let Some(request) = page.requests().first() else { return };
            let own = |path: &str| path.to_ascii_lowercase().contains(workload);
            if page.requests().iter().any(|request| own(&request.path)) {
                return;
            }
            let message = format!(
                "the header {name} belongs to paths with '{workload}', the operation is {} {}",
                request.method, request.path
            );
            let finding = page.finding(line, message, "remove the header");
            findings.push(finding.against(page.at(request.line)).on(page.fact("header", Some(name))));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const ROW: &str = "|Authorization|Bearer {token}. Required.|\n";

    #[test]
    fn a_header_of_workbooks_elsewhere_is_found() {
        let row = format!("{ROW}|Workbook-Session-Id|The session. Optional.|\n");
        fires(&RULE, &Sound::page().with(ROW, &row), &["|Workbook-Session-Id"]);
    }

    #[test]
    fn workbooks_have_it() {
        let row = format!("{ROW}|Workbook-Session-Id|The session. Optional.|\n");
        let page = Sound::page().with(ROW, &row).with("/widgets/{id}", "/workbook/widgets/{id}");
        quiet(&RULE, &page.with("beta/widgets", "beta/workbook/widgets"));
    }
}
