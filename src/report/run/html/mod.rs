//! One page for people, in one file: nothing is loaded, nothing is executed. What can be
//! filtered is filtered by style sheet alone, so that it works wherever a file is opened.

mod checks;
mod coverage;
mod matrix;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Run;
use crate::report::text::shown;
use crate::verdict::Standing;

const STYLE: &str = include_str!("style.css");
/// Nothing from elsewhere, whatever a server said that is shown here.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn render(run: &Run<'_>) -> String {
    let report = run.report;
    let title = format!("entra-risk conform · {} · {}", report.apis(), outcome(run));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (shown(&title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#problems" { "Skip to what is wrong" }
                (header(run))
                main {
                    (filter(run))
                    (matrix::section(run))
                    (checks::problems(run))
                    (coverage::section(run))
                    (checks::all(run))
                }
                footer { p { (report.tool) " · report schema " (report.schema_version) } }
            }
        }
    };
    page.into_string() + "\n"
}

fn outcome(run: &Run<'_>) -> &'static str {
    if run.report.fails(run.strict) { "failed" } else { "passed" }
}

fn header(run: &Run<'_>) -> Markup {
    let report = run.report;
    html! {
        header {
            h1 {
                "Conformance of " (shown(&report.apis()))
                " " span class=(format!("badge {}", outcome(run))) { (outcome(run)) }
            }
            dl.about {
                dt { "Server" } dd { (shown(&report.target)) }
                dt { @if report.descriptions.len() > 1 { "Descriptions" } @else { "Description" } }
                @for description in &report.descriptions {
                    dd { code { (shown(&description.file)) } " " small { "sha256 " code { (description.sha256) } } }
                }
                @if let Some(found) = &report.documentation {
                    dt { "Documentation" }
                    dd { (found.pages) " pages in " (shown(&found.paths.join(", "))) ", " (found.matched) " of them matched" }
                }
                dt { "Strict" } dd { @if run.strict { "yes: assumptions and warnings fail" } @else { "no" } }
            }
            nav aria-label="Sections" {
                a href="#matrix" { "Operations by rules" }
                a href="#problems" { "What is wrong" }
                a href="#coverage" { "Coverage" }
                a href="#checks" { "All checks" }
            }
        }
    }
}

/// Counts, each with a box that shows or hides those checks.
fn filter(run: &Run<'_>) -> Markup {
    html! {
        fieldset.filter {
            legend { (run.report.checks.len()) " checks; show" }
            @for standing in Standing::ALL {
                @let number = run.those(standing).count();
                @if number > 0 {
                    label class=(class(standing)) {
                        input type="checkbox" id=(format!("show-{}", slug(standing))) checked;
                        span.sign aria-hidden="true" { (sign(standing)) }
                        b { (number) } " " (standing.as_str())
                    }
                }
            }
        }
    }
}

/// The class of whatever has this standing.
fn class(standing: Standing) -> String {
    format!("is-{}", slug(standing))
}

fn slug(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed => "failed",
        Standing::Warning => "warning",
        Standing::Assumed => "assumed",
        Standing::Accepted => "accepted",
        Standing::NotRun => "not-run",
        Standing::NotApplicable => "not-applicable",
        Standing::Passed => "passed",
    }
}

/// A sign beside the colour, for whoever does not see colours.
fn sign(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed => "✗",
        Standing::Warning => "!",
        Standing::Assumed => "?",
        Standing::Accepted => "≈",
        Standing::NotRun => "–",
        Standing::NotApplicable => "∅",
        Standing::Passed => "✓",
    }
}
