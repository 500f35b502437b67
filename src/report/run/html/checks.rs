//! What is wrong, each with both sides; and every check by operation and example.

use maud::{Markup, html};

use super::{class, sign};
use crate::report::run::{Run, rest};
use crate::report::text::{on_one_line, shown};
use crate::verdict::{Judged, Outcome, Side, Standing};

/// What failed, whatever that means for the run, the worst first.
pub(super) fn problems(run: &Run<'_>) -> Markup {
    let standings = [Standing::Failed, Standing::Warning, Standing::Assumed, Standing::Accepted];
    let n_problems: usize = standings.iter().map(|standing| run.those(*standing).count()).sum();
    html! {
        section #problems {
            h2 { "What is wrong" }
            @if n_problems == 0 && run.report.stale.is_empty() {
                p.good { span.sign aria-hidden="true" { "✓" } " Nothing: every check that ran saw what is documented." }
            }
            @for stale in &run.report.stale {
                article.is-failed {
                    h3 { span.sign aria-hidden="true" { (sign(Standing::Failed)) } " Out of date in the accepted list" }
                    p { (shown(&stale.text)) }
                    p { "at " code { (on_one_line(&run.place(&stale.origin).to_string())) } }
                }
            }
            @for standing in standings {
                @for judged in run.those(standing) {
                    (problem(run, judged))
                }
            }
        }
    }
}

fn problem(run: &Run<'_>, judged: &Judged) -> Markup {
    let check = &judged.check;
    let standing = run.standing(judged);
    html! {
        article class=(class(standing)) {
            h3 {
                span.sign aria-hidden="true" { (sign(standing)) }
                " " code { (on_one_line(&check.id)) }
                " " span.word { (standing.as_str()) }
            }
            p { (sentence(&check.asserts)) }
            @if let Some(reason) = &judged.accepted {
                p { "Accepted: " (shown(reason)) }
            }
            @if check.side == Side::Docs {
                div.sides { div { h4 { "Seen" } pre { (shown(&judged.seen)) } } }
            } @else {
                div.sides {
                    div { h4 { "Documented" } pre { (shown(&check.documented)) } }
                    div { h4 { "Seen" } pre { (shown(&judged.seen)) } }
                }
            }
            (about(run, judged))
        }
    }
}

/// Who says so, where, and how to see it by hand.
fn about(run: &Run<'_>, judged: &Judged) -> Markup {
    let check = &judged.check;
    html! {
        dl {
            dt { "Rests on" } dd { (check.severity.as_str()) ": " (shown(&check.page)) }
            dt { "Written at" } dd { code { (on_one_line(&run.place(&check.origin).to_string())) } }
            @if !check.facts.is_empty() {
                dt { "Facts" }
                dd { @for fact in &check.facts { code.fact { (on_one_line(fact.as_str())) } " " } }
            }
            dt { "Reproduce" } dd { pre tabindex="0" { (shown(&check.reproduce)) } }
        }
    }
}

/// Every check but the rules that found nothing on a page: of those there are dozens a page.
pub(super) fn all(run: &Run<'_>) -> Markup {
    let is_quiet = |judged: &&Judged| judged.check.side == Side::Docs && judged.outcome == Outcome::Pass;
    let n_quiet = run.report.checks.iter().filter(is_quiet).count();
    let mut groups: Vec<(String, Vec<&Judged>)> = Vec::new();
    for judged in run.report.checks.iter().filter(|judged| !is_quiet(judged)) {
        let group = judged.check.group();
        match groups.last_mut() {
            Some((last, members)) if *last == group => members.push(judged),
            _ => groups.push((group, vec![judged])),
        }
    }
    html! {
        section #checks {
            h2 { "All checks" }
            @if n_quiet > 0 {
                p { (n_quiet) " rules found nothing on their page and are not listed." }
            }
            @for (group, members) in groups {
                (one_group(run, &group, &members))
            }
        }
    }
}

fn one_group(run: &Run<'_>, group: &str, members: &[&Judged]) -> Markup {
    let worst = members.iter().map(|judged| run.standing(judged)).min().unwrap_or(Standing::Passed);
    let is_one = members.iter().all(|judged| run.standing(judged) == worst);
    // Where all are alike, the filter hides the heading with them.
    let class = if is_one { format!("group {}", class(worst)) } else { "group".to_owned() };
    html! {
        details class=(class) {
            summary {
                span class=(format!("sign {}", super::class(worst))) aria-hidden="true" { (sign(worst)) }
                " " code { (on_one_line(group)) }
                " " small { @for (standing, number) in counts(run, members) { (number) " " (standing.as_str()) " " } }
            }
            @for judged in members {
                (one(run, judged))
            }
        }
    }
}

fn one(run: &Run<'_>, judged: &Judged) -> Markup {
    let standing = run.standing(judged);
    html! {
        details class=(format!("check {}", class(standing))) {
            summary {
                span.sign { (sign(standing)) }
                " " code { (on_one_line(rest(&judged.check))) }
                " " span.seen { (on_one_line(&judged.seen)) }
            }
            p { (sentence(&judged.check.asserts)) " Documented: " (shown(&judged.check.documented)) }
            (about(run, judged))
        }
    }
}

/// How many of these stand how, the worst first.
pub(super) fn counts(run: &Run<'_>, members: &[&Judged]) -> Vec<(Standing, usize)> {
    let count = |standing| members.iter().filter(|judged| run.standing(judged) == standing).count();
    Standing::ALL.into_iter().map(|standing| (standing, count(standing))).filter(|(_, number)| *number > 0).collect()
}

fn sentence(text: &str) -> String {
    let text = shown(text);
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
