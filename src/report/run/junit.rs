//! JUnit's XML, as quick-junit writes it and Jenkins' schema `junit-10.xsd` wants it: a suite for
//! each operation of a side, a case for each check. There are no warnings in JUnit: what does
//! not fail the run is skipped, with the reason as its message.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Run, STALE, both_sides, rest};
use crate::report::text::{on_one_line, shown};
use crate::verdict::{Check, Judged, Standing};

pub(super) fn render(run: &Run<'_>) -> String {
    let mut report = Report::new("entra-risk conform");
    let mut suites: Vec<TestSuite> = Vec::new();
    for judged in &run.report.checks {
        let name = suite(judged);
        let case = case(run, judged, &name);
        match suites.iter_mut().rfind(|suite| suite.name.as_str() == name) {
            Some(suite) => suite.add_test_case(case),
            None => {
                let mut suite = TestSuite::new(name);
                about(run, &judged.check, &mut suite);
                suites.push(suite);
                suites.last_mut().expect("it was just added").add_test_case(case)
            }
        };
    }
    if !run.report.stale.is_empty() {
        let mut suite = TestSuite::new(STALE);
        for stale in &run.report.stale {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(on_one_line(&stale.text)).set_type(STALE);
            status.set_description(format!("at {}", run.place(&stale.origin)));
            suite.add_test_case(TestCase::new(on_one_line(&stale.text), status));
        }
        suites.push(suite);
    }
    report.add_test_suites(suites);
    let text = report.to_string().expect("text is written to memory");
    // The schema knows the attribute on suites only.
    text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1)
}

/// `server.beta.riskyUser.dismiss`: consumers make a tree of the dots.
fn suite(judged: &Judged) -> String {
    let id: Vec<&str> = judged.check.id.splitn(4, '/').take(3).collect();
    on_one_line(&id.join(".")).into_owned()
}

/// What the run was about, as far as this suite goes: its checks are of one API version.
fn about(run: &Run<'_>, check: &Check, suite: &mut TestSuite) {
    let (file, sha256) = run
        .report
        .description_of(check)
        .map_or(("", ""), |description| (description.file.as_str(), description.sha256.as_str()));
    for (name, value) in
        [("tool", run.report.tool.as_str()), ("spec", file), ("specSha256", sha256), ("target", &run.report.target)]
    {
        suite.add_property((name, &*on_one_line(value)));
    }
}

fn case(run: &Run<'_>, judged: &Judged, suite: &str) -> TestCase {
    let check = &judged.check;
    // What follows the operation.
    let name = check.id.splitn(4, '/').nth(3).unwrap_or_else(|| rest(check));
    let mut case = TestCase::new(on_one_line(name), status(run, judged));
    case.set_classname(suite);
    case
}

fn status(run: &Run<'_>, judged: &Judged) -> TestCaseStatus {
    let standing = run.standing(judged);
    let seen = on_one_line(&judged.seen);
    let documented = on_one_line(&judged.check.documented);
    let (mut status, message) = match standing {
        Standing::Passed => return TestCaseStatus::success(),
        Standing::Failed => {
            let status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            (status, format!("documented: {documented}; seen: {seen}"))
        }
        Standing::Accepted => {
            let why = on_one_line(judged.accepted.as_deref().unwrap_or_default());
            (TestCaseStatus::skipped(), format!("accepted: {why}"))
        }
        Standing::Assumed => {
            let message = format!("an assumption that no page states did not hold: {documented}; seen: {seen}");
            (TestCaseStatus::skipped(), message)
        }
        Standing::Warning => (TestCaseStatus::skipped(), format!("warning: {seen}")),
        Standing::NotRun => (TestCaseStatus::skipped(), format!("not run: {seen}")),
        Standing::NotApplicable => (TestCaseStatus::skipped(), format!("not applicable: {seen}")),
    };
    status.set_message(message);
    match standing {
        Standing::Failed => status.set_type(judged.check.rule()),
        _ => status.set_type(standing.as_str()),
    };
    if matches!(standing, Standing::Failed | Standing::Accepted | Standing::Assumed | Standing::Warning) {
        status.set_description(description(run, judged));
    }
    status
}

fn description(run: &Run<'_>, judged: &Judged) -> String {
    let mut text = String::from("\n");
    for (name, value) in both_sides(judged) {
        text += &format!("{name}: {}\n", shown(&value));
    }
    text += &format!("at: {}\n", run.place(&judged.check.origin));
    text += &format!("reproduce:\n{}\n", shown(&judged.check.reproduce));
    text
}
