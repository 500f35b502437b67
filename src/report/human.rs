//! The report for people: a line for each example, more for what is not as documented; each check where
//! asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::style::{BOLD, DIM, GREEN, PLAIN, RED, YELLOW};
use super::text::{on_one_line, shown};
use crate::contract::Rests;
use crate::finding::Severity;
use crate::verdict::{Check, Coverage, Description, Judged, Outcome, Report, Side, Standing};

/// Renders text; the caller strips the styles where nobody sees them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Human {
    strict: bool,
    verbose: bool,
}

impl Human {
    /// `strict` marks failed assumptions as failures.
    #[must_use]
    pub fn new(strict: bool) -> Self {
        Self { strict, verbose: false }
    }

    /// Whether checks that passed have a line each; they are counted otherwise.
    #[must_use]
    pub fn verbose(self, verbose: bool) -> Self {
        Self { verbose, ..self }
    }

    /// The whole report.
    #[must_use]
    pub fn render(self, report: &Report) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}{} · server: {}{}",
            report.tool,
            described(&report.descriptions),
            on_one_line(&report.target),
            on_one_line(&documentation(report))
        );
        if !self.verbose {
            text.push('\n');
        }
        let loud: Vec<&Judged> = report.checks.iter().filter(|judged| !is_quiet(judged)).collect();
        for of_group in loud.chunk_by(|a, b| a.check.group() == b.check.group()) {
            self.group(&mut text, of_group);
        }
        quiet(&mut text, report);
        self.end(&mut text, report);
        text
    }

    /// The checks of one example, or of one page.
    fn group(self, text: &mut String, checks: &[&Judged]) {
        let group = checks.first().map(|judged| judged.check.group()).unwrap_or_default();
        if self.verbose {
            let _ = writeln!(text, "\n{BOLD}{group}{PLAIN}");
        } else {
            let _ = writeln!(text, "{BOLD}{group}{PLAIN}  {DIM}{}{PLAIN}", counted(checks));
        }
        for judged in checks.iter().filter(|judged| self.verbose || judged.outcome == Outcome::Fail) {
            self.line(text, judged, &group);
        }
    }

    fn line(self, text: &mut String, judged: &Judged, group: &str) {
        let (word, style) = self.word(judged);
        let rest = judged.check.id.strip_prefix(group).unwrap_or(&judged.check.id).trim_start_matches('/');
        let _ = writeln!(text, "  {style}{word:<8}{PLAIN} {rest}  {DIM}{}{PLAIN}", one_line(&judged.seen, 100));
        if judged.outcome != Outcome::Fail {
            return;
        }
        let check = &judged.check;
        if word == "accepted" || word == "assumed" {
            let why = judged.accepted.as_deref().unwrap_or("no page says so");
            let _ = writeln!(
                text,
                "           {DIM}{} was expected; {}{PLAIN}",
                on_one_line(&check.documented),
                on_one_line(why)
            );
            return;
        }
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(
                text,
                "           {DIM}{name:<10}{PLAIN} {}",
                shown(value).replace('\n', "\n                      ")
            );
        };
        if check.side != Side::Docs {
            row("documented", &check.documented);
        }
        row("seen", &judged.seen);
        if check.side != Side::Docs {
            row("rests on", &format!("{}: {}", check.severity, check.page));
        }
        row("at", &check.origin.to_string());
        row("reproduce", &check.reproduce);
        row("more", &format!("entra-risk explain '{}'", check.id));
    }

    fn word(self, judged: &Judged) -> (&'static str, &'static str) {
        match judged.standing(self.strict) {
            Standing::Passed => ("pass", GREEN),
            Standing::Accepted => ("accepted", YELLOW),
            Standing::Assumed => ("assumed", YELLOW),
            Standing::Warning => ("warning", YELLOW),
            Standing::Failed => ("FAIL", RED),
            Standing::NotRun => ("not run", YELLOW),
            Standing::NotApplicable => ("n/a", DIM),
        }
    }

    fn end(self, text: &mut String, report: &Report) {
        let summary = report.summary;
        let broken: Vec<&Judged> = report
            .checks
            .iter()
            .filter(|judged| judged.outcome == Outcome::Fail && judged.accepted.is_none())
            .collect();
        let is_warning =
            |judged: &&&Judged| judged.check.severity != Rests::Assumption && judged.check.weight != Severity::Error;
        let warnings = broken.iter().filter(is_warning).count();
        let assumed = broken.iter().filter(|judged| judged.check.severity == Rests::Assumption).count();
        let _ = write!(text, "\n{}", coverage(&report.coverage));
        for stale in &report.stale {
            let _ = writeln!(text, "{RED}stale{PLAIN} in the accepted list: {}", on_one_line(&stale.text));
        }
        if !broken.is_empty() {
            let _ = writeln!(text, "\n{BOLD}Not as documented{PLAIN}");
            for judged in broken {
                let (word, style) = self.word(judged);
                let _ = writeln!(text, "  {style}{word:<8}{PLAIN} {}", judged.check.id);
            }
        }
        not_run(text, report);
        assumptions(text, report);
        let style = if report.fails(self.strict) { RED } else { GREEN };
        let _ = write!(
            text,
            "\n{style}{BOLD}{} checks: {} passed, {} failed",
            report.checks.len(),
            summary.passed,
            summary.failed
        );
        match (assumed, warnings) {
            (0, 0) => {}
            (assumed, 0) => text.push_str(&format!(" ({assumed} of them assumptions of ours)")),
            (0, warnings) => text.push_str(&format!(" ({warnings} of them warnings)")),
            (assumed, warnings) => {
                text.push_str(&format!(" ({assumed} of them assumptions of ours, {warnings} warnings)"));
            }
        }
        let _ = writeln!(
            text,
            ", {} accepted, {} not run, {} not applicable{PLAIN}",
            summary.accepted, summary.not_run, summary.not_applicable
        );
    }
}

/// `57 passed`, or `50 of 57 passed, 7 not run`.
fn counted(checks: &[&Judged]) -> String {
    let n_of = |outcome| checks.iter().filter(|judged| judged.outcome == outcome).count();
    let n_passed = n_of(Outcome::Pass);
    let mut text = n_passed.to_string();
    if n_passed < checks.len() {
        let _ = write!(text, " of {}", checks.len());
    }
    text.push_str(" passed");
    for (n_checks, what) in [(n_of(Outcome::NotRun), "not run"), (n_of(Outcome::NotApplicable), "not applicable")] {
        if n_checks > 0 {
            let _ = write!(text, ", {n_checks} {what}");
        }
    }
    text
}

/// Each description: ` · beta · openapi/beta.yaml (sha256 …)`.
pub(crate) fn described(descriptions: &[Description]) -> String {
    let one = |description: &Description| {
        let sha256 = description.sha256.get(..12).unwrap_or_default();
        let (api, file) = (on_one_line(&description.api), on_one_line(&description.file));
        format!(" · {api} · {file} {DIM}(sha256 {sha256}…){PLAIN}")
    };
    descriptions.iter().map(one).collect()
}

/// What a service was seen to do where no page says so: evidence for the description.
fn assumptions(text: &mut String, report: &Report) {
    let tried = report.assumptions();
    if tried.is_empty() || !report.is_evidence() {
        return;
    }
    let (broken, held): (Vec<_>, Vec<_>) =
        tried.into_iter().partition(|(_, judged)| judged.iter().any(|judged| judged.outcome == Outcome::Fail));
    for (heading, style, facts) in
        [("Assumptions that did not hold here", YELLOW, broken), ("Assumptions that held here", GREEN, held)]
    {
        if !facts.is_empty() {
            let _ = writeln!(text, "\n{BOLD}{heading}{PLAIN}");
        }
        for (fact, judged) in facts {
            let seen = judged.iter().find(|judged| judged.outcome == Outcome::Fail).or(judged.first());
            let seen = seen.map_or("", |judged| judged.seen.as_str());
            let fact = on_one_line(fact.as_str());
            let _ = writeln!(text, "  {style}{fact}{PLAIN}  {DIM}{}{PLAIN}", one_line(seen, 100));
        }
    }
    if report.replay.is_some() {
        let _ = writeln!(text, "  {DIM}to rest a fact on this: rests: observed, with the recording as its page{PLAIN}");
    }
}

/// Why checks were not run, each reason once and in full: it says what to do.
fn not_run(text: &mut String, report: &Report) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in report.checks.iter().filter(|judged| judged.outcome == Outcome::NotRun) {
        *reasons.entry(&judged.seen).or_default() += 1;
    }
    if !reasons.is_empty() {
        let _ = writeln!(text, "\n{BOLD}Not run{PLAIN}");
    }
    for (reason, n_checks) in reasons {
        let _ = writeln!(text, "  {n_checks:>4}  {}", on_one_line(reason));
    }
}

/// A page has dozens of rules, and nearly all of them find nothing: they are counted.
fn is_quiet(judged: &Judged) -> bool {
    judged.check.side == Side::Docs && judged.outcome == Outcome::Pass
}

fn quiet(text: &mut String, report: &Report) {
    let quiet: Vec<&Judged> = report.checks.iter().filter(|judged| is_quiet(judged)).collect();
    let pages: BTreeSet<&str> = quiet.iter().map(|judged| judged.check.page.as_str()).collect();
    if !quiet.is_empty() {
        let _ = writeln!(text, "\n{BOLD}docs{PLAIN}");
        let _ = writeln!(text, "  {GREEN}{:<8}{PLAIN} {} rules on {}", "pass", quiet.len(), n_pages(pages.len()));
    }
}

fn n_pages(n_pages: usize) -> String {
    if n_pages == 1 { "1 page".to_owned() } else { format!("{n_pages} pages") }
}

fn documentation(report: &Report) -> String {
    report.documentation.as_ref().map_or_else(String::new, |found| {
        let (pages, matched) = (n_pages(found.pages), found.matched);
        format!(" · documentation: {pages} in {}, {matched} of them matched", found.paths.join(", "))
    })
}

/// How many facts are listed for one reason.
const MOST_FACTS: usize = 25;

/// What the checks examined of the contract, the rest by reason.
#[must_use]
pub fn coverage(coverage: &Coverage) -> String {
    let mut text = format!("{} of {} facts covered", coverage.covered, coverage.facts);
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for uncovered in &coverage.uncovered {
        reasons.entry(&uncovered.reason).or_default().push(uncovered.fact.as_str());
    }
    text.push_str(if reasons.is_empty() { "\n" } else { "; not covered:\n" });
    for (reason, facts) in reasons {
        let _ = writeln!(text, "  {}: {reason}", n_facts(facts.len()));
        for fact in facts.iter().take(MOST_FACTS) {
            let _ = writeln!(text, "    {DIM}{fact}{PLAIN}");
        }
        if facts.len() > MOST_FACTS {
            let _ = writeln!(text, "    {DIM}… the JSON report has all{PLAIN}");
        }
    }
    text
}

fn n_facts(n_facts: usize) -> String {
    if n_facts == 1 { "1 fact".to_owned() } else { format!("{n_facts} facts") }
}

/// One check, as a page of a manual.
#[must_use]
pub fn explain(check: &Check, reason: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{BOLD}{}{PLAIN}\n", check.id);
    let _ = writeln!(text, "Asserts     {}.", capital(&check.asserts));
    let _ = writeln!(text, "Expected    {}", check.documented);
    let _ = writeln!(text, "Because     {reason}.");
    let _ = writeln!(text, "Rests on    {}: {}", check.severity, check.page);
    let _ = writeln!(text, "Written at  {}", check.origin);
    for (index, fact) in check.facts.iter().enumerate() {
        let _ = writeln!(text, "{:<11} {fact}", if index == 0 { "Facts" } else { "" });
    }
    let _ = writeln!(
        text,
        "\nReproduce{}",
        if check.reproduce.starts_with("curl") {
            " (ENTRA_RISK_GRAPH_ROOT and ENTRA_RISK_TOKEN as printed by entra-risk serve)"
        } else {
            ""
        }
    );
    for line in check.reproduce.lines() {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// A rule for pages, as a page of a manual.
#[must_use]
pub fn explain_rule(id: &str, severity: Severity, reason: &str) -> String {
    let weight = match severity {
        Severity::Error => "an error: it fails a run",
        Severity::Warning => "a warning: it fails a strict run",
        Severity::Note => "a note: it fails nothing",
    };
    let command = if id.starts_with("docs/") { "docs lint PATH" } else { "spec compare --docs PATH" };
    format!("{BOLD}{id}{PLAIN}\n\nIs          {weight}\nBecause     {reason}.\n\nReproduce\n  entra-risk {command}\n")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn one_line(text: &str, longest: usize) -> String {
    let line = on_one_line(text);
    match line.char_indices().nth(longest) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Origin;
    use crate::verdict::Summary;

    #[test]
    fn what_a_server_says_does_nothing_to_the_terminal() {
        let check = Check {
            id: "server/v/op/example/rule".to_owned(),
            side: Side::Server,
            operation: "op".to_owned(),
            severity: Rests::Documented,
            weight: Severity::Error,
            facts: Vec::new(),
            documented: "204".to_owned(),
            page: "page".to_owned(),
            origin: Origin { file: "spec.yaml".to_owned(), line: 1 },
            asserts: "something".to_owned(),
            reproduce: "curl\ncurl".to_owned(),
        };
        let seen = "200 \u{1b}[2J\u{7}evil\r".to_owned();
        let judged = Judged { check, outcome: Outcome::Fail, seen, accepted: None };
        let report = Report {
            schema_version: "2",
            tool: String::new(),
            descriptions: Vec::new(),
            documentation: None,
            target: String::new(),
            replay: None,
            summary: Summary::of(std::slice::from_ref(&judged)),
            checks: vec![judged],
            coverage: Coverage::default(),
            stale: Vec::new(),
        };
        let text = Human::new(false).render(&report);
        assert!(
            text.contains("evil") && !text.contains("[2J\u{7}") && !text.contains("\u{1b}[2J") && !text.contains('\r')
        );
    }
}
