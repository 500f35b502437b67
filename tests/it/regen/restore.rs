//! A description in which facts were lost or altered: pages bring them back, and nothing else
//! changes by a byte.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{pages, updated};

/// Our description, after the rendered pages made documented what is an assumption in it.
static BASE: LazyLock<String> = LazyLock::new(|| updated(super::BETA, pages()).expect("a description").text);

/// What is altered, and how.
const ALTERATIONS: &[(&str, &str)] = &[
    // Permissions.
    (
        "        - delegated: [IdentityRiskyUser.ReadWrite.All]\n        - application: [IdentityRiskyUser.ReadWrite.All]",
        "        - delegated: [IdentityRiskyUser.Read.All]\n        - application: [IdentityRiskyUser.ReadWrite.All]",
    ),
    (
        "        - delegated: [IdentityRiskyUser.Read.All]\n        - application: [IdentityRiskyUser.Read.All]\n      parameters:\n        - $ref",
        "        - delegated: [IdentityRiskyUser.Read.All]\n      parameters:\n        - $ref",
    ),
    (
        "      x-entra-permissions: {personal: notSupported}\n      security:\n        - delegated: [IdentityRiskyUser.Read.All]\n        - application: [IdentityRiskyUser.Read.All]\n      parameters:\n        - name: id",
        "      x-entra-permissions: {personal: [IdentityRiskyUser.Read.All]}\n      security:\n        - delegated: [IdentityRiskyUser.Read.All, IdentityRiskyUser.ReadWrite.All]\n        - application: [IdentityRiskyUser.Read.All]\n      parameters:\n        - name: id",
    ),
    // Success.
    ("        '204': {description: The service took", "        '202': {description: The service took"),
    // Limits.
    (
        "      maxItems: 60\n      items: {type: string, format: uuid}\n      x-entra-source: {page: beta",
        "      maxItems: 6\n      items: {type: string, format: uuid}\n      x-entra-source: {page: beta",
    ),
    (
        "      maxItems: 60\n      items: {type: string, format: uuid}\n      x-entra-source: {page: beta",
        "      items: {type: string, format: uuid}\n      x-entra-source: {page: beta",
    ),
    // Body.
    (
        "      description: The accounts whose risk to dismiss.\n      required: [userIds]\n",
        "      description: The accounts whose risk to dismiss.\n",
    ),
    // Aliases.
    ("      x-entra-aliases: [/identityProtection/riskyUsers]\n", ""),
    ("['/identityProtection/riskyUsers/{id}']", "['/identityProtection/riskyUsers/{id}', '/other/riskyUsers/{id}']"),
    // Headers and query options.
    (
        "        - name: $top\n",
        "        - name: Extra\n          in: header   # what it is for\n          schema: {type: string}\n        - name: $top\n",
    ),
    // Members.
    ("enum: [low, medium, high,", "enum: [low, high,"),
    ("hidden, none, unknownFutureValue]", "hiddenAway, none, unknownFutureValue]"),
    ("        - userChangedPasswordOnPremises\n", ""),
    ("        - adminConfirmedSigninSafe\n", "        - adminConfirmedSigninSafe\n        - somethingElse\n"),
    ("atRisk, confirmedCompromised, unknownFutureValue]", "atRisk, confirmedCompromised, unknownFutureValue, bogus]"),
    // Properties.
    ("isDeleted: {type: boolean,", "isDeleted: {type: integer,"),
    ("riskLastUpdatedDateTime: {type: string, format: date-time,", "riskLastUpdatedDateTime: {type: string,"),
    ("        riskDetail: {$ref:", "        bogus: {type: string}\n        riskDetail: {$ref:"),
];

#[test]
fn each_alteration_is_undone_to_the_byte() {
    let pages = pages();
    for (from, to) in ALTERATIONS {
        assert_eq!(BASE.matches(from).count().min(1), 1, "the description has no '{from}'");
        let altered = BASE.replacen(from, to, 1);
        let update = updated(&altered, pages).expect("a description");
        assert!(!update.changes.is_empty(), "nothing changed for '{to}'");
        assert_eq!(update.undecided, Vec::new(), "{to}");
        assert!(update.text == *BASE, "'{to}' became:\n{}", difference(&BASE, &update.text));
    }
}

#[test]
fn nothing_changes_where_pages_and_description_agree() {
    let update = updated(&BASE, pages()).expect("a description");
    assert_eq!(update.changes, Vec::new());
    assert!(update.text == *BASE);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    /// Any alterations together, with comments anywhere, in both kinds of line ends: one update
    /// undoes them all, and a second one finds nothing.
    #[test]
    fn any_alterations_together_are_undone(
        chosen in prop::collection::vec(any::<bool>(), ALTERATIONS.len()),
        commented in prop::collection::vec(0_usize..BASE.lines().count(), 0..4),
        windows in any::<bool>(),
    ) {
        let mut altered = BASE.clone();
        for ((from, to), _) in ALTERATIONS.iter().zip(&chosen).filter(|(_, chosen)| **chosen) {
            altered = altered.replacen(from, to, 1);
        }
        let (altered, expected) = (comment(&altered, &BASE, &commented, windows), comment(&BASE, &altered, &commented, windows));
        let pages = pages();
        let update = updated(&altered, pages).expect("a description");
        prop_assert!(update.text == expected, "{}", difference(&expected, &update.text));
        let again = updated(&update.text, pages).expect("a description");
        prop_assert_eq!(again.changes, Vec::new());
    }
}

/// Comments above lines that both texts have, and line ends.
fn comment(text: &str, other: &str, at: &[usize], windows: bool) -> String {
    let marked: Vec<&str> = at.iter().filter_map(|line| BASE.lines().nth(*line)).collect();
    let once = |line: &str| {
        text.lines().filter(|l| *l == line).count() == 1 && other.lines().filter(|l| *l == line).count() == 1
    };
    let mut commented = String::new();
    for line in text.lines() {
        // Not inside of folded text, where it would be text.
        let is_entry = line.split_whitespace().next().is_some_and(|word| word.ends_with(':') || word == "-");
        if marked.contains(&line) && once(line) && is_entry {
            commented.push_str("      # a comment of ours\n");
        }
        commented.push_str(line);
        commented.push('\n');
    }
    if windows { commented.replace('\n', "\r\n") } else { commented }
}

/// Lines that only one of two texts has.
fn difference(expected: &str, found: &str) -> String {
    let (left, right): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let missing = left.iter().filter(|line| !right.contains(line)).map(|line| format!("- {line}\n"));
    let added = right.iter().filter(|line| !left.contains(line)).map(|line| format!("+ {line}\n"));
    missing.chain(added).collect()
}
