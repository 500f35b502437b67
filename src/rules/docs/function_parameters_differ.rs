//! The example calls a function with other parameters than its template has.

use super::context::Detail as _;
use super::route::Fit;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/function_parameters_differ",
    severity: Severity::Warning,
    reason: "a function is found by the names of its parameters; a call that lacks one, or has one more, names no \
             function at all",
    check: Check::Page(|page, findings| {
        for sent in page.sent() {
            let Some((index, Fit::Call(name, only_template, only_example))) = &sent.fit else { continue };
            let template = &page.requests()[*index];
            let list = |names: &[String]| names.join(", ");
            let message = match (only_template.is_empty(), only_example.is_empty()) {
                (true, _) => format!("the example calls {name} with {}, which the template lacks", list(only_example)),
                (_, true) => {
                    format!("the example calls {name} without {}, which the template has", list(only_template))
                }
                _ => format!(
                    "the example calls {name} with {} where the template has {}",
                    list(only_example),
                    list(only_template)
                ),
            };
            let message =
                format!("{message}: {} against {}", sent.is.url.as_deref().unwrap_or_default(), template.path);
            let remedy = "name the same parameters in both places";
            let finding = page.finding_of(sent, sent.is.line, message, remedy);
            findings.push(finding.against(page.at(template.line)).on(page.fact("request", None)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_parameter_on_one_side_alone_is_found() {
        let page = Sound::page().with("beta/widgets/7/paint", "beta/widgets/7/paint(coat=2)");
        fires(&RULE, &page, &["paint(coat=2)"]);
        let page = Sound::page().with("/widgets/{id}/paint", "/widgets/{id}/paint(coat={coat})");
        fires(&RULE, &page, &["beta/widgets/7/paint"]);
    }

    #[test]
    fn values_aliases_and_order_do_not_matter() {
        let page = Sound::page().with("/widgets/{id}/paint", "/widgets/{id}/paint(coat={coat},tone={tone})");
        for call in ["paint(tone='a,b',coat=2)", "paint(coat=@c,tone=@t)?@c=1&@t='x'", "paint(Coat=2, tone='é')"] {
            quiet(&RULE, &page.with("beta/widgets/7/paint", &format!("beta/widgets/7/{call}")));
        }
        quiet(&RULE, &Sound::page().with("beta/widgets/7/paint", "beta/widgets/7/paint()"));
    }
}
