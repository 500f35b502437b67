//! Workflow commands of GitHub Actions.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; what is
//! escaped is what the runner's own toolkit escapes.

use std::fmt::Write as _;

use super::{Found, headline, place};
use crate::finding::{Finding, Severity};
use crate::report::text::{on_one_line, shown};

pub(super) fn render(found: &Found<'_>) -> String {
    let mut text: String = found.findings.iter().map(command).collect();
    let _ = writeln!(text, "{}", on_one_line(&found.total()));
    text
}

fn command(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if !finding.origin.file.is_empty() {
        properties.push(format!("file={}", property(&finding.origin.file)));
    }
    if finding.origin.line > 0 {
        properties.push(format!("line={}", finding.origin.line));
    }
    properties.push(format!("title={}", property(&finding.rule)));
    let mut message = headline(finding);
    if let Some(other) = &finding.other {
        let _ = write!(message, "\nother side: {}", place(other));
    }
    if !finding.remedy.is_empty() {
        let _ = write!(message, "\nhelp: {}", shown(&finding.remedy));
    }
    format!("::{level} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&on_one_line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_property_is_escaped() {
        assert_eq!(data("50% of a: b, c\r\n::error::x"), "50%25 of a: b, c%0D%0A::error::x");
        assert_eq!(property("C:\\a,b%20\n.md"), "C%3A\\a%2Cb%2520 .md");
        assert_eq!(data("%0A"), "%250A");
    }
}
