//! The sides that look at pages: each page by every rule of `docs`, and each fact that a page
//! and the description both could speak of. Nothing is sent for them, so their checks come
//! decided.

use std::collections::{BTreeMap, HashMap};

use super::{docs, drift};
use crate::contract::{Contract, FactId, Origin, Rests};
use crate::docs::Page;
use crate::docs::matching::is_of;
use crate::docs::page::PageKind;
use crate::finding::{Finding, Severity};
use crate::verdict::{Check, Side, Verdict};

/// A check with its verdict, and what the verdict rests on.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The check.
    pub check: Check,
    /// What came of it.
    pub verdict: Verdict,
    /// The errors and warnings for which it fails.
    pub findings: Vec<Finding>,
}

/// The checks of both sides, in the order of pages and description.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Each page, each rule.
    pub docs: Vec<Decided>,
    /// Each fact that was compared.
    pub drift: Vec<Decided>,
    /// The pages of the API version.
    pub files: Vec<String>,
    /// How many of them speak of something that the description has.
    pub n_matched: usize,
    /// The facts that were compared.
    pub facts: Vec<FactId>,
}

/// Judges pages. Those of other API versions are left out.
#[must_use]
pub fn judge(contract: &Contract, pages: &[Page]) -> Documents {
    let comparison = drift::compare(contract, pages);
    // What names no version and documents nothing is no reference page: a concept, an index.
    let is_reference = |page: &&Page| page.api.is_some() || page.kind != PageKind::Other;
    let of_api: Vec<&Page> = pages.iter().filter(|page| is_of(page, &contract.api)).filter(is_reference).collect();
    Documents {
        docs: docs_side(contract, &of_api),
        drift: drift_side(contract, &comparison),
        files: of_api.iter().map(|page| page.page.clone()).collect(),
        n_matched: comparison.matched.len(),
        facts: comparison.facts().0.into_iter().cloned().collect(),
    }
}

fn docs_side(contract: &Contract, pages: &[&Page]) -> Vec<Decided> {
    let mut found: HashMap<(usize, String), Vec<Finding>> = HashMap::new();
    for (index, page) in pages.iter().enumerate() {
        for finding in docs::lint(page) {
            found.entry((index, finding.rule.clone())).or_default().push(finding);
        }
    }
    let place: HashMap<&str, usize> =
        pages.iter().enumerate().map(|(index, page)| (page.page.as_str(), index)).collect();
    let mentions: Vec<docs::Mentions> = pages.iter().map(|page| docs::mentions(page)).collect();
    for finding in docs::corpus(&mentions) {
        // What stands in an included file belongs to the first page that includes it.
        let includes =
            || pages.iter().position(|page| page.lines.permissions_file.as_deref() == Some(&finding.origin.file));
        let index = place.get(finding.origin.file.as_str()).copied().or_else(includes).unwrap_or(0);
        found.entry((index, finding.rule.clone())).or_default().push(finding);
    }
    let mut decided = Vec::with_capacity(pages.len() * docs::RULES.len());
    for (index, (page, label)) in pages.iter().zip(labels(pages)).enumerate() {
        for rule in docs::RULES {
            let findings = found.remove(&(index, rule.id.to_owned())).unwrap_or_default();
            let check = Check {
                id: format!("docs/{}/{label}/{}", contract.api, stem(rule.id)),
                side: Side::Docs,
                operation: label.clone(),
                severity: Rests::Documented,
                weight: findings.iter().map(|finding| finding.severity).max().unwrap_or(rule.severity),
                facts: Vec::new(),
                documented: "no contradiction".to_owned(),
                page: page.page.clone(),
                origin: findings
                    .first()
                    .map_or_else(|| Origin { file: page.page.clone(), line: 1 }, |finding| finding.origin.clone()),
                asserts: format!("the page does not contradict itself as {} would find", rule.id),
                reproduce: format!("entra-risk docs lint '{}'", page.page),
            };
            decided.push(decide(check, findings, "nothing found"));
        }
    }
    decided
}

fn drift_side(contract: &Contract, comparison: &drift::Comparison) -> Vec<Decided> {
    // One check for a fact and rule, however many pages speak of it.
    let mut order: Vec<(&'static str, &FactId)> = Vec::new();
    let mut groups: HashMap<(&'static str, &FactId), Vec<&drift::Compared>> = HashMap::new();
    for compared in &comparison.compared {
        let key = (compared.rule, &compared.fact);
        groups.entry(key).or_insert_with(|| {
            order.push(key);
            Vec::new()
        });
        groups.entry(key).and_modify(|group| group.push(compared));
    }
    let decide_group = |key: &(&'static str, &FactId)| {
        let group = groups.get(key)?;
        let first = group.iter().find(|compared| compared.finding.is_some()).or(group.first())?;
        let mut says: Vec<&str> = group.iter().map(|compared| compared.page_says.as_str()).collect();
        says.dedup();
        let says = says.join("; ");
        let findings: Vec<Finding> = group.iter().filter_map(|compared| compared.finding.clone()).collect();
        let segment = |text: &str| text.replace('/', ".");
        let (about, key) = (segment(&first.about), segment(&first.key));
        let id = format!("drift/{}/{about}/{}/{key}", contract.api, stem(first.rule));
        let check = Check {
            reproduce: format!("entra-risk conform --docs '{}' --side drift --check '{id}'", first.page.file),
            id,
            side: Side::Drift,
            operation: first.about.clone(),
            // It is a page that says so.
            severity: Rests::Documented,
            weight: first.severity,
            facts: if first.covers { vec![first.fact.clone()] } else { Vec::new() },
            asserts: format!("the description says of {} what the page says: {says}", first.key),
            documented: says,
            page: first.page.to_string(),
            origin: first.description.clone(),
        };
        Some(decide(check, findings, &first.description_says))
    };
    order.iter().filter_map(decide_group).collect()
}

/// Notes fail nothing.
fn decide(check: Check, mut findings: Vec<Finding>, seen: &str) -> Decided {
    let line = |finding: &Finding| match finding.origin.file == check.page {
        true => format!("line {}: {}", finding.origin.line, finding.message),
        false => format!("{}: {}", finding.origin, finding.message),
    };
    let messages = |findings: &[Finding]| findings.iter().map(line).collect::<Vec<_>>().join("\n");
    let all = messages(&findings);
    findings.retain(|finding| finding.severity > Severity::Note);
    let verdict = match (findings.is_empty(), all.is_empty()) {
        (false, _) => Verdict::fail(messages(&findings)),
        (true, false) => Verdict::pass(format!("worth knowing: {all}")),
        (true, true) => Verdict::pass(seen),
    };
    Decided { check, verdict, findings }
}

/// A rule's id without its family.
fn stem(rule: &str) -> &str {
    rule.rsplit('/').next().unwrap_or(rule)
}

/// A name for each page that does not depend on where the folder lies: the path below the API
/// version, or else the file.
fn labels(pages: &[&Page]) -> Vec<String> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let label = |page: &&Page| {
        let parts: Vec<&str> = page.page.split('/').collect();
        let version = parts.iter().rposition(|part| Some(*part) == page.api.as_deref());
        let below = version.map_or(&parts[parts.len() - 1..], |version| &parts[version + 1..]);
        let label = below.join(".");
        let label = label.strip_suffix(".md").unwrap_or(&label).to_owned();
        let times = used.entry(label.clone()).or_default();
        *times += 1;
        if *times == 1 { label } else { format!("{label}~{times}") }
    };
    pages.iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_label_wherever_it_lies() {
        let page = |file: &str| Page { page: file.to_owned(), api: Some("beta".to_owned()), ..Page::default() };
        let pages = [
            page("/a/docs/beta/api/x-get.md"),
            page("beta/resources/x.md"),
            page("seeds/y.md"),
            page("other/beta/api/x-get.md"),
            page(""),
        ];
        let pages: Vec<&Page> = pages.iter().collect();
        assert_eq!(labels(&pages), ["api.x-get", "resources.x", "y", "api.x-get~2", ""]);
    }
}
