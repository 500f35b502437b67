//! What the suite noticed of mutants: the matrix for people, and all of it for programs.

use std::fmt::Write as _;

use super::human::described;
use super::style::{BOLD, DIM, GREEN, PLAIN, RED, YELLOW};
use super::text::on_one_line;
use crate::selftest::{Fate, Matrix, Operator, Outcome, RuleRow, Witness};

/// For programs: one document.
#[must_use]
pub fn json(matrix: &Matrix) -> String {
    let mut text = serde_json::to_string_pretty(matrix).expect("a matrix is plain values");
    text.push('\n');
    text
}

/// For people.
#[must_use]
pub fn human(matrix: &Matrix) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}{} · mutants", matrix.tool, described(&matrix.descriptions));
    table(&mut text, matrix);
    proof(&mut text, matrix);
    lives(&mut text, matrix);
    wrong(&mut text, matrix);
    end(&mut text, matrix);
    text
}

/// Rules by witnesses and operators.
fn table(text: &mut String, matrix: &Matrix) {
    let width = matrix.rules.iter().map(|row| row.rule.len()).max().unwrap_or_default();
    let _ = write!(text, "\n{BOLD}{:<width$}  aimed at", "rule");
    for witness in Witness::ALL {
        let _ = write!(text, "  {:<15}", witness.as_str());
    }
    let _ = write!(text, "{PLAIN}\n{DIM}{:<width$}   hit/all", "");
    for _ in Witness::ALL {
        let _ = write!(text, "  {:<15}", "drp alt wid nar");
    }
    let _ = writeln!(text, "{PLAIN}");
    for row in &matrix.rules {
        let style = match (row.is_idle() || row.on_everything, row.hit < row.aimed) {
            (true, _) => RED,
            (false, true) => YELLOW,
            (false, false) => GREEN,
        };
        let aimed = match row.aimed {
            0 => "-".to_owned(),
            aimed => format!("{}/{aimed}", row.hit),
        };
        let _ = write!(text, "{style}{:<width$}{PLAIN}  {aimed:>8}", row.rule);
        cells(text, |witness, operator| {
            let count = row.by.get(&format!("{}/{}", witness.as_str(), operator.as_str()));
            count.map_or_else(|| "·".to_owned(), usize::to_string)
        });
    }
    for (label, outcome) in [("killed", Some(Outcome::Killed)), ("of", None)] {
        let _ = write!(text, "{BOLD}{label:>width$}{PLAIN}  {:>8}", "");
        cells(text, |witness, operator| {
            let of = |fate: &&Fate| fate.mutant.witness == witness && fate.mutant.operator == operator;
            let wanted = |fate: &&Fate| outcome.is_none_or(|outcome| fate.outcome == outcome);
            match matrix.mutants.iter().filter(of).filter(wanted).count() {
                0 => "·".to_owned(),
                count => count.to_string(),
            }
        });
    }
}

fn cells(text: &mut String, cell: impl Fn(Witness, Operator) -> String) {
    for witness in Witness::ALL {
        let cells: Vec<String> =
            Operator::ALL.iter().map(|operator| format!("{:>3}", cell(witness, *operator))).collect();
        let _ = write!(text, "  {}", cells.join(" "));
    }
    let end = text.trim_end().len();
    text.truncate(end);
    text.push('\n');
}

fn proof(text: &mut String, matrix: &Matrix) {
    let proof = &matrix.proof;
    let _ = writeln!(
        text,
        "\n{BOLD}Facts{PLAIN}: {} of {} are proven to be covered: a check that claims them fails when they are altered",
        proof.proven, proof.facts
    );
    for unproven in &proof.unproven {
        let _ = writeln!(text, "  {YELLOW}unproven{PLAIN} {}  {DIM}{}{PLAIN}", unproven.fact, unproven.reason);
    }
    if !proof.unproven_claims.is_empty() {
        let _ = writeln!(
            text,
            "  {DIM}{} of {} claims of single checks are not proven; --format json lists them{PLAIN}",
            proof.unproven_claims.len(),
            proof.claims
        );
    }
}

/// What lives, known or not.
fn lives(text: &mut String, matrix: &Matrix) {
    let known: Vec<&Fate> = matrix.mutants.iter().filter(|fate| fate.outcome == Outcome::Known).collect();
    if !known.is_empty() {
        let _ = writeln!(text, "\n{BOLD}Known to survive{PLAIN}");
        let mut reasons: Vec<&str> = known.iter().filter_map(|fate| fate.reason.as_deref()).collect();
        reasons.dedup();
        reasons.sort_unstable();
        reasons.dedup();
        for reason in reasons {
            let of: Vec<&&Fate> = known.iter().filter(|fate| fate.reason.as_deref() == Some(reason)).collect();
            let more = if of.len() > 1 { format!(" and {} more", of.len() - 1) } else { String::new() };
            let _ = writeln!(text, "  {}{more}  {DIM}{}{PLAIN}", of[0].mutant.id, on_one_line(reason));
        }
    }
    // One version needs no name.
    let of = |api: &str| if matrix.descriptions.len() > 1 { format!("  ({api})") } else { String::new() };
    let mut survivors = matrix.survivors().peekable();
    if survivors.peek().is_some() {
        let _ = writeln!(text, "\n{BOLD}Survivors{PLAIN}");
    }
    for fate in survivors {
        let _ = writeln!(text, "  {RED}alive{PLAIN}    {}{}", fate.mutant.id, of(&fate.mutant.api));
        let _ = writeln!(text, "           {DIM}defect{PLAIN}   {}", on_one_line(&fate.mutant.breaks));
        let noticed = match (fate.missed.is_empty(), fate.killers.first()) {
            (false, _) => format!("{} did not notice", fate.missed.join(", ")),
            (true, Some(killer)) => format!("{} alone, and it fails no run without --strict", killer.check),
            (true, None) => "no check failed".to_owned(),
        };
        let _ = writeln!(text, "           {DIM}seen by{PLAIN}  {noticed}");
        let _ = writeln!(
            text,
            "           {DIM}to do{PLAIN}    make a rule notice it, or give openapi/survivors.toml a reason why none can"
        );
    }
}

fn wrong(text: &mut String, matrix: &Matrix) {
    let mut line = |what: &str, which: &str, remedy: &str| {
        let _ = writeln!(text, "{RED}{what}{PLAIN}: {which}; {remedy}");
    };
    for row in matrix.rules.iter().filter(|row| row.is_idle()) {
        line("no mutant", &row.rule, "nothing shows that this rule can fail: give it one in src/selftest");
    }
    for row in matrix.rules.iter().filter(|row| row.on_everything) {
        line("fires on everything", &row.rule, "it fails on mutants that do not concern it");
    }
    for check in &matrix.false_alarms {
        line("fires without a mutant", check, "entra-risk conform says why");
    }
    for entry in &matrix.stale {
        line("stale", entry, "no survivor meets this entry of the list of known ones: remove it");
    }
}

fn end(text: &mut String, matrix: &Matrix) {
    let count = |outcome: Outcome| matrix.mutants.iter().filter(|fate| fate.outcome == outcome).count();
    let idle = |row: &&RuleRow| row.is_idle();
    let style = if matrix.fails() { RED } else { GREEN };
    if let Some(reason) = &matrix.no_client {
        let _ = writeln!(text, "\n{YELLOW}the client was not tried{PLAIN}: {reason}");
    }
    let _ = writeln!(
        text,
        "\n{style}{BOLD}{} mutants: {} killed, {} survived, {} known to survive; {} rules, {} of them without a mutant{PLAIN}",
        matrix.mutants.len(),
        count(Outcome::Killed),
        count(Outcome::Survived),
        count(Outcome::Known),
        matrix.rules.len(),
        matrix.rules.iter().filter(idle).count(),
    );
}
