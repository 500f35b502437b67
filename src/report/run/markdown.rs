//! A summary in GitHub's Markdown: for the page of a job (`$GITHUB_STEP_SUMMARY`) or a pull
//! request. Nothing of what was found becomes markup, a mention of somebody, or an image.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Run;
use crate::report::text::{code, markdown};
use crate::verdict::{Judged, Side, Standing};

/// A pull request's text ends at 65,536 characters; whoever calls adds some of their own.
const MOST: usize = 50_000;
/// The longest that one side of a failure is shown.
const LONGEST: usize = 400;

pub(super) fn render(run: &Run<'_>) -> String {
    let report = run.report;
    let sign = if report.fails(run.strict) { "❌" } else { "✅" };
    let mut text = format!("### {sign} entra-risk conform: {}\n\n", markdown(&report.apis()));
    let files: Vec<String> = report.descriptions.iter().map(|description| code(&description.file)).collect();
    let (tool, target) = (markdown(&report.tool), markdown(&report.target));
    let _ = writeln!(text, "{tool} · {} · server: {target}\n", files.join(", "));
    counts(&mut text, run);
    stale(&mut text, run);
    problems(&mut text, run);
    not_run(&mut text, run);
    let coverage = &report.coverage;
    let _ = writeln!(text, "{} of {} facts of the description were examined.", coverage.covered, coverage.facts);
    text
}

/// A row for each side, a column for each standing that occurs.
fn counts(text: &mut String, run: &Run<'_>) {
    let used: Vec<Standing> =
        Standing::ALL.into_iter().rev().filter(|standing| run.those(*standing).next().is_some()).collect();
    let words: Vec<&str> = used.iter().map(|standing| standing.as_str()).collect();
    let _ = writeln!(text, "| side | {} |\n|---|{}", words.join(" | "), "--:|".repeat(used.len()));
    for side in Side::ALL {
        let of = |standing| run.those(standing).filter(|judged| judged.check.side == side).count();
        let numbers: Vec<usize> = used.iter().map(|standing| of(*standing)).collect();
        if numbers.iter().any(|number| *number > 0) {
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            let _ = writeln!(text, "| {} | {} |", side.as_str(), numbers.join(" | "));
        }
    }
    text.push('\n');
}

fn stale(text: &mut String, run: &Run<'_>) {
    for stale in &run.report.stale {
        let _ = writeln!(text, "- **out of date in the accepted list**: {}", markdown(&stale.text));
    }
    if !run.report.stale.is_empty() {
        text.push('\n');
    }
}

fn problems(text: &mut String, run: &Run<'_>) {
    let shown = [Standing::Failed, Standing::Warning, Standing::Assumed, Standing::Accepted];
    let all: Vec<(Standing, &Judged)> =
        shown.into_iter().flat_map(|standing| run.those(standing).map(move |judged| (standing, judged))).collect();
    if all.is_empty() {
        return;
    }
    text.push_str("| | check | documented | seen |\n|---|---|---|---|\n");
    for (index, (standing, judged)) in all.iter().enumerate() {
        let row = row(run, *standing, judged);
        if text.len() + row.len() > MOST {
            let _ = writeln!(text, "\n… and {} more; `--output html=FILE` has all", all.len() - index);
            break;
        }
        text.push_str(&row);
    }
    text.push('\n');
}

fn row(run: &Run<'_>, standing: Standing, judged: &Judged) -> String {
    let check = &judged.check;
    let mut documented = markdown(&short(&check.documented));
    let why = judged.accepted.as_deref().map(|reason| format!("accepted: {reason}"));
    let _ =
        write!(documented, "<br>*{}*", markdown(&why.unwrap_or_else(|| format!("{}: {}", check.severity, check.page))));
    let place = run.place(&check.origin).to_string();
    let seen = markdown(&short(&judged.seen));
    format!("| {} | {}<br>{} | {documented} | {seen} |\n", standing.as_str(), code(&check.id), code(&place))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// Why checks were not run, each reason once.
fn not_run(text: &mut String, run: &Run<'_>) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in run.those(Standing::NotRun) {
        *reasons.entry(&judged.seen).or_default() += 1;
    }
    if reasons.is_empty() {
        return;
    }
    text.push_str("Not run:\n\n");
    for (reason, number) in reasons {
        let _ = writeln!(text, "- {number}: {}", markdown(&short(reason)));
    }
    text.push('\n');
}
