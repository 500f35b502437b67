//! The example calls the other version of the API.

use super::context::Detail as _;
use super::{Check, Rule};
use crate::docs::path;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/example_of_other_version",
    severity: Severity::Warning,
    reason: "an operation may be in one version only, and an example of the other one shows a call that may not exist",
    check: Check::Page(|page, findings| {
        let Some(api) = page.page.api.as_deref() else { return };
        let by_folder = page.page.page.split('/').any(|part| part == api);
        let why = if by_folder { "the page is of" } else { "the other examples call" };
        for sent in page.sent().filter(|sent| sent.fit.is_some() || page.requests().is_empty()) {
            let (Some(route), Some(url)) = (&sent.route, sent.is.url.as_deref()) else { continue };
            let Some(version) = route.version.as_deref().filter(|version| is_other(api, version)) else { continue };
            let message = format!("the example calls {version} ({url}), {why} {api}");
            findings.push(page.finding_of(sent, sent.is.line, message, "call the version that the page documents"));
        }
        for request in page.requests() {
            let Some(version) = path::version(&request.path).filter(|version| is_other(api, version)) else { continue };
            let message = format!("the template is of {version} ({}), {why} {api}", request.path);
            let finding = page.finding(request.line, message, "write the path without its version");
            findings.push(finding.on(page.fact("request", None)));
        }
    }),
};

fn is_other(api: &str, version: &str) -> bool {
    matches!((api, version), ("beta", "v1.0") | ("v1.0", "beta"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn the_other_version_is_found() {
        fires(&RULE, &Sound::page().with("com/beta/", "com/v1.0/"), &["com/v1.0/"]);
        let page =
            Sound::page().with("POST /widgets/{id}/paint", "POST https://graph.microsoft.com/v1.0/widgets/{id}/paint");
        fires(&RULE, &page, &["v1.0/widgets/{id}"]);
    }

    #[test]
    fn a_placeholder_and_a_bare_path_are_of_any_version() {
        quiet(&RULE, &Sound::page().with("com/beta/", "com/{version}/"));
        quiet(&RULE, &Sound::page().with("https://graph.microsoft.com/beta/", "/"));
    }
}
