//! A line of the request section that is no template of a path.

use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/template_unreadable",
    severity: Severity::Warning,
    reason: "a path with a bracket too many or a blank inside cannot be called, nor read by tools",
    check: Check::Page(|page, findings| {
        for request in page.requests() {
            let Some(wrong) = wrong_path(&request.path) else { continue };
            let message = format!("the template {} {} {wrong}", request.method, request.path);
            findings.push(page.finding(
                request.line,
                message,
                "write the path as it is called, placeholders in braces",
            ));
        }
        for request in page.requests() {
            let line = page.page.outline.line(request.line).trim_start();
            let glued =
                line.get(..request.method.len()).is_some_and(|start| start.eq_ignore_ascii_case(&request.method))
                    && line[request.method.len()..].starts_with(['/', '\\']);
            if glued {
                let message = format!("the template '{}' has no blank behind its method", line.trim_end());
                findings.push(page.finding(request.line, message, "put a blank between method and path"));
            }
        }
    }),
};

/// What keeps a path from being one.
pub(super) fn wrong_path(path: &str) -> Option<&'static str> {
    let mut open: Vec<char> = Vec::new();
    let mut quoted = false;
    for character in path.chars() {
        match character {
            '\'' => quoted = !quoted,
            '{' | '(' | '<' | '[' if !quoted || character == '{' => open.push(character),
            '}' | ')' | ']' | '>' if !quoted || character == '}' => {
                let expected = match character {
                    '}' => '{',
                    ')' => '(',
                    ']' => '[',
                    _ => '<',
                };
                match open.last() {
                    Some(last) if *last == expected => {
                        open.pop();
                    }
                    _ => return Some(closes(character)),
                }
            }
            // The query may have anything behind it.
            '?' if open.is_empty() && !quoted => return None,
            _ => {}
        }
    }
    match open.last()? {
        '{' => Some("opens a brace that it does not close"),
        '(' => Some("opens a parenthesis that it does not close"),
        '[' => Some("opens a bracket that it does not close"),
        _ => Some("opens an angle bracket that it does not close"),
    }
}

fn closes(character: char) -> &'static str {
    match character {
        '}' => "closes a brace that it did not open",
        ')' => "closes a parenthesis that it did not open",
        ']' => "closes a bracket that it did not open",
        _ => "closes an angle bracket that it did not open",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn what_is_not_balanced_or_glued_is_found() {
        fires(&RULE, &Sound::page().with("POST /widgets/{id}/paint", "POST /widgets/{id/paint"), &["/widgets/{id/"]);
        fires(&RULE, &Sound::page().with("POST /widgets/{id}/paint", "POST /widgets/{id}/paint)"), &["paint)"]);
        fires(&RULE, &Sound::page().with("POST /widgets/{id}/paint", "POST/widgets/{id}/paint"), &["POST/widgets"]);
    }

    #[test]
    fn every_known_form_of_placeholder_is_none() {
        for path in ["/widgets/{id | name}/paint", "/widgets/<widget id>/paint", "/widgets/(widget-id)/paint"] {
            quiet(&RULE, &Sound::page().with("/widgets/{id}/paint", path));
        }
        quiet(&RULE, &Sound::page().with("/widgets/{id}/paint", "/widgets/{id}/paint[?coat=true]"));
    }
}
