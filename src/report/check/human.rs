//! For people: what was used, what was wrong, what is needed, and the verdict last.

use std::fmt::Write as _;

use super::{documented, times, total};
use crate::check::{Judgement, Passage, Program, Wrong};
use crate::finding::Severity;
use crate::report::style::{BLUE, BOLD, DIM, GREEN, PLAIN, RED, YELLOW};
use crate::report::text::{on_one_line, shown};

pub(super) fn render(judgement: &Judgement) -> String {
    let mut text = String::new();
    operations(&mut text, judgement);
    wrong(&mut text, judgement);
    elsewhere(&mut text, judgement);
    permissions(&mut text, judgement);
    if let Some(program) = &judgement.program {
        let _ = writeln!(text, "{BOLD}program{PLAIN}  {}\n", ended(program));
    }
    let style = if judgement.passed { GREEN } else { RED };
    let _ = writeln!(text, "{style}{BOLD}{}{PLAIN}", shown(&total(judgement)));
    text
}

fn operations(text: &mut String, judgement: &Judgement) {
    if judgement.operations.is_empty() {
        return;
    }
    let _ = writeln!(text, "{BOLD}documented operations{PLAIN}");
    for used in &judgement.operations {
        let wrong = if used.wrong > 0 { format!(", {RED}{} wrong{PLAIN}", used.wrong) } else { String::new() };
        let _ = writeln!(
            text,
            "  {} {} {}  {DIM}{}  {}{PLAIN}  {}{wrong}",
            on_one_line(&used.api),
            on_one_line(&used.method),
            on_one_line(&used.path),
            on_one_line(&used.operation),
            on_one_line(&used.page),
            times(used.times),
        );
    }
    text.push('\n');
}

fn wrong(text: &mut String, judgement: &Judgement) {
    if judgement.wrong.is_empty() {
        return;
    }
    let _ = writeln!(text, "{BOLD}not as documented{PLAIN}");
    judgement.wrong.iter().for_each(|wrong| one(text, wrong));
    text.push('\n');
}

fn one(text: &mut String, wrong: &Wrong) {
    let finding = &wrong.finding;
    let (style, word) = match finding.severity {
        Severity::Error => (RED, "error"),
        Severity::Warning => (YELLOW, "warning"),
        Severity::Note => (BLUE, "note"),
    };
    let place = match finding.origin.file.is_empty() {
        true => String::new(),
        false => format!("{BOLD}{}{PLAIN}: ", on_one_line(&finding.origin.to_string())),
    };
    let (subject, message) = (on_one_line(&finding.subject), on_one_line(&finding.message));
    let _ = writeln!(text, "{place}{style}{word}{PLAIN}: {subject}: {message} {DIM}[{}]{PLAIN}", finding.rule);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "    {DIM}{name:<10}{PLAIN}  {}", on_one_line(value));
    };
    if let Some(documented) = documented(wrong) {
        line("documented", &documented);
    }
    let answer = wrong.status.map(|status| format!(", answered {status}")).unwrap_or_default();
    line("sent", &format!("{}, {}{answer}", wrong.sent, times(wrong.times)));
    if let Some(fact) = &finding.fact {
        line("fact", fact.as_str());
    }
    if !finding.remedy.is_empty() {
        line("help", &finding.remedy);
    }
    if let Some(curl) = &wrong.curl {
        line("try", curl);
    }
}

/// What was asked for beside the documented operations.
fn elsewhere(text: &mut String, judgement: &Judgement) {
    if !judgement.outside.is_empty() {
        let _ =
            writeln!(text, "{BOLD}outside of the descriptions{PLAIN} {DIM}(answered 501; fails with --strict){PLAIN}");
        for outside in &judgement.outside {
            let (method, path) = (on_one_line(&outside.method), on_one_line(&outside.path));
            let _ = writeln!(text, "  {method} {path}  {}", times(outside.times));
        }
        text.push('\n');
    }
    if !judgement.sign_ins.is_empty() {
        let _ = writeln!(text, "{BOLD}sign-in{PLAIN}");
        for sign_in in &judgement.sign_ins {
            let (method, path) = (on_one_line(&sign_in.method), on_one_line(&sign_in.path));
            let answer = sign_in.status.map(|status| format!(", answered {status}")).unwrap_or_default();
            let _ = writeln!(text, "  {method} {path}  {}{answer}", times(sign_in.times));
        }
        text.push('\n');
    }
    if !judgement.hosts.is_empty() {
        let _ = writeln!(text, "{BOLD}other hosts{PLAIN}");
        for host in &judgement.hosts {
            let (style, what) = match host.passage {
                Passage::Refused => (YELLOW, "refused; --allow-host lets it through, --strict fails for it"),
                Passage::Allowed => (DIM, "let through"),
                Passage::Unreachable => (YELLOW, "let through, and not reached"),
                Passage::Untrusted => (RED, "the program did not accept the recorder's certificate"),
                Passage::InTheClear => (RED, "without TLS"),
            };
            let detail = on_one_line(&host.detail);
            let reason = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
            let _ = writeln!(
                text,
                "  {}  {}  {style}{what}{PLAIN}{DIM}{reason}{PLAIN}",
                on_one_line(&host.host),
                times(host.times)
            );
        }
        text.push('\n');
    }
}

fn permissions(text: &mut String, judgement: &Judgement) {
    for needed in &judgement.permissions {
        let _ = writeln!(text, "{BOLD}least permissions{PLAIN} {DIM}({}){PLAIN}", super::caller(needed.caller));
        for permission in &needed.permissions {
            let _ = writeln!(text, "{}", on_one_line(permission));
        }
        for operation in &needed.unsupported {
            let _ = writeln!(text, "{YELLOW}not supported for this kind of caller{PLAIN}: {}", on_one_line(operation));
        }
        text.push('\n');
    }
}

fn ended(program: &Program) -> String {
    let name = on_one_line(&program.name);
    match (program.interrupted, program.exit_code, program.signal) {
        (true, ..) => format!("{name}: interrupted"),
        (_, Some(code), _) => format!("{name}: exit code {code}"),
        (_, None, Some(signal)) => format!("{name}: ended by signal {signal}"),
        (_, None, None) => format!("{name}: did not end by itself"),
    }
}
