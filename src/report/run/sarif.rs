//! Failures as results of SARIF. The place is the line of the description in the user's
//! repository, since that is what a pull request changes; the page that says so is related.

use serde::Serialize;

use super::{Run, STALE, both_sides, severity};
use crate::finding::Severity;
use crate::report::sarif::{Entry, PAGES, Place, SOURCES, fingerprint, log, unlinked};
use crate::report::text::shown;
use crate::verdict::{Check, Judged, Side, Stale};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    check: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    operation: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rests_on: Option<&'static str>,
}

pub(super) fn render(run: &Run<'_>) -> String {
    let mut entries: Vec<Entry<Properties<'_>>> =
        run.report.checks.iter().filter_map(|judged| entry(run, judged)).collect();
    entries.extend(run.report.stale.iter().map(|stale| out_of_date(run, stale)));
    let version = run.report.tool.rsplit(' ').next().unwrap_or_default();
    log(version, run.catalogue, entries)
}

fn entry<'a>(run: &Run<'_>, judged: &'a Judged) -> Option<Entry<Properties<'a>>> {
    let check = &judged.check;
    let severity = severity(run.standing(judged))?;
    let mut text = format!("{}: not as documented.", check.id);
    for (name, value) in both_sides(judged) {
        text += &format!("\n{name}: {}", shown(&value));
    }
    text = unlinked(&text);
    let other = page(run, check);
    if other.is_some() {
        text += "\nSee [the page](1).";
    }
    text += &format!("\nReproduce: {}", unlinked(&shown(&check.reproduce)));
    Some(Entry {
        rule: check.rule(),
        severity,
        text,
        at: place(run, &check.origin),
        other: other.map(|place| (place, "the page")),
        // It names neither lines nor wording.
        fingerprint: fingerprint(&[&check.id]),
        properties: Properties {
            check: &check.id,
            operation: &check.operation,
            facts: check.facts.iter().map(|fact| fact.as_str()).collect(),
            rests_on: Some(check.severity.as_str()),
        },
    })
}

fn out_of_date<'a>(run: &Run<'_>, stale: &Stale) -> Entry<Properties<'a>> {
    Entry {
        rule: STALE.to_owned(),
        severity: Severity::Error,
        text: unlinked(&shown(&stale.text)),
        at: place(run, &stale.origin),
        other: None,
        fingerprint: fingerprint(&[STALE, &stale.text]),
        properties: Properties { check: "", operation: "", facts: Vec::new(), rests_on: None },
    }
}

fn place(run: &Run<'_>, origin: &crate::contract::Origin) -> Place {
    Place { base: Some(SOURCES), ..Place::of(&run.place(origin)) }
}

/// The page that says so. A failure of a page by itself is at that page already.
fn page(run: &Run<'_>, check: &Check) -> Option<Place> {
    let (file, line) = cited(&check.page)?;
    match check.side {
        Side::Docs => None,
        // It lies where the run looked for it.
        Side::Drift => Some(Place { file: run.repository.path(&file), line, base: Some(SOURCES) }),
        Side::Client | Side::Server => Some(Place { file, line, base: Some(PAGES) }),
    }
}

/// The file of a citation such as `beta/api/thing-get.md (2021-07)` or `pages/thing-get.md:12`;
/// a standard or a convention has none.
fn cited(page: &str) -> Option<(String, usize)> {
    let page = page.split(" (").next().unwrap_or(page);
    let (file, line) = match page.rsplit_once(':') {
        Some((file, line)) => (file, line.parse().ok()?),
        None => (page, 0),
    };
    file.ends_with(".md").then(|| (file.to_owned(), line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_of_a_page_is_a_place_and_one_of_a_standard_is_none() {
        assert_eq!(cited("beta/api/a.md (2021-07)"), Some(("beta/api/a.md".to_owned(), 0)));
        assert_eq!(cited("pages/a.md:12"), Some(("pages/a.md".to_owned(), 12)));
        for page in ["RFC 9110, 15.5.6", "none", "", "Entra: claims challenges (2024-11)"] {
            assert_eq!(cited(page), None, "{page}");
        }
    }
}
