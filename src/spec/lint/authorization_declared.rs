//! A token that is declared as an argument.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "authorization_declared",
    reason: "as a parameter the token becomes an argument of every call and is printed by Debug",
    check: |lint, findings| {
        for (subject, name, parameter) in lint.parameters() {
            if name.eq_ignore_ascii_case("authorization") {
                findings.push(lint.finding(
                    parameter.line,
                    &subject,
                    "Authorization is declared as a parameter",
                    "declare it in securitySchemes",
                ));
            }
        }
    },
};
