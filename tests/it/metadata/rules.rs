//! Each rule with what makes it fire, and the pair on which all are quiet.

use std::collections::BTreeSet;
use std::path::Path;

use entra_risk::contract::Template;
use entra_risk::finding::Severity;
use entra_risk::metadata::FLAWS;
use entra_risk::rules::metadata as comparison;

use super::{DESCRIPTION, WHOLE, compare, contract, fragment, read, short, with};

#[test]
fn a_pair_that_agrees_is_quiet() {
    for (metadata, is_whole) in [(WHOLE.to_owned(), true), (fragment(WHOLE), false)] {
        let read = read(&metadata);
        assert_eq!((read.is_whole, &read.findings), (is_whole, &Vec::new()));
        let comparison = comparison::compare(&contract(DESCRIPTION), &read);
        assert_eq!(comparison.findings().map(|finding| finding.to_string()).collect::<Vec<_>>(), [""; 0]);
        assert_eq!((comparison.confirmed.len(), comparison.contradicted.len()), (34, 0), "{metadata}");
        assert_eq!((comparison.n_resting, comparison.n_resting_confirmed), (15, 15));
        assert_eq!(comparison.operations_unspoken, [""; 0]);
    }
}

/// What is altered, and how.
enum Altered {
    Description(&'static str, &'static str),
    Metadata(&'static str, &'static str),
    Fragment(&'static str, &'static str),
}
use Altered::{Description, Fragment, Metadata};

/// The alteration, the severity, and rule and fact of the only finding.
const CASES: &[(Altered, Severity, &str)] = &[
    (
        Description(
            "operationId: lantern.light\n",
            "operationId: lantern.light\n      x-entra-aliases: [/harbour/light]\n",
        ),
        Severity::Error,
        "path_unknown POST /lanterns/light#alias[/harbour/light]",
    ),
    (
        Description("[/harbour/lanterns]", "[/harbour/lamps]"),
        Severity::Error,
        "path_unknown GET /lanterns#alias[/harbour/lamps]",
    ),
    (
        Metadata("<Singleton Name=\"harbour\"", "<Singleton Name=\"port\""),
        Severity::Error,
        "path_unknown GET /lanterns#alias[/harbour/lanterns]",
    ),
    (
        Fragment("<Action Name=\"light\"", "<Action Name=\"kindle\""),
        Severity::Error,
        "action_unknown POST /lanterns/light#path",
    ),
    (
        Metadata("<Action Name=\"light\"", "<Action Name=\"kindle\""),
        Severity::Error,
        "action_unknown POST /lanterns/light#path",
    ),
    (
        Metadata(
            "<Function",
            "<Action Name=\"dim\" IsBound=\"true\"><Parameter Name=\"b\" Type=\"Collection(self.lantern)\"/></Action><Function",
        ),
        Severity::Note,
        "action_missing POST /lanterns/dim#path",
    ),
    (
        Metadata("Type=\"Collection(self.lantern)\"", "Type=\"self.lantern\""),
        Severity::Error,
        "binding_differs POST /lanterns/light#path",
    ),
    (
        Fragment("Type=\"Collection(self.lantern)\"", "Type=\"self.lantern\""),
        Severity::Error,
        "binding_differs POST /lanterns/light#path",
    ),
    (
        Metadata("<Parameter Name=\"bright\"", "<Parameter Name=\"loud\""),
        Severity::Error,
        "parameter_missing POST /lanterns/light#body[loud]",
    ),
    (
        Description("        bright: {type: boolean}\n", ""),
        Severity::Error,
        "parameter_missing POST /lanterns/light#body[bright]",
    ),
    (
        Description("bright: {type: boolean}", "bright: {type: boolean}\n        loud: {type: boolean}"),
        Severity::Error,
        "parameter_unknown POST /lanterns/light#body[loud]",
    ),
    (
        Description("bright: {type: boolean}", "bright: {type: string}"),
        Severity::Error,
        "parameter_type_differs POST /lanterns/light#body[bright]",
    ),
    (
        Metadata(
            "<Parameter Name=\"bright\" Type=\"Edm.Boolean\"",
            "<Parameter Name=\"bright\" Type=\"Edm.Boolean\" Nullable=\"false\"",
        ),
        Severity::Warning,
        "nullability_differs POST /lanterns/light#body[bright]",
    ),
    (
        Metadata("        <ReturnType Type=\"Edm.Boolean\" />\n", ""),
        Severity::Error,
        "return_differs POST /lanterns/{id}/trim#success",
    ),
    (
        Metadata("<ReturnType Type=\"self.lantern\" />", "<ReturnType Type=\"Collection(self.lantern)\" />"),
        Severity::Error,
        "return_differs GET /lanterns/{id}/nearest#success",
    ),
    (
        Description("value: {type: boolean}", "value: {type: integer}"),
        Severity::Error,
        "return_differs POST /lanterns/{id}/trim#success",
    ),
    (
        Description("    LogItem:\n", "    LogEntry:\n"),
        Severity::Error,
        "return_differs GET /lanterns/{id}/log#success",
    ),
    (
        Metadata("<EnumType Name=\"lanternState\"", "<EnumType Name=\"place\"/><EnumType Name=\"lanternState\""),
        Severity::Error,
        "kind_differs Place#property[pier]",
    ),
    (
        Metadata("<PropertyRef Name=\"id\" />", "<PropertyRef Name=\"colour\" />"),
        Severity::Error,
        "key_differs Lantern#property[id]",
    ),
    (
        Metadata("<Property Name=\"pier\"", "<Property Name=\"quay\""),
        Severity::Error,
        "property_unknown Place#property[pier]",
    ),
    // An assumption of ours fails a strict run alone.
    (
        Metadata("        <Property Name=\"colour\" Type=\"Edm.String\" />\n", ""),
        Severity::Warning,
        "property_unknown Lantern#property[colour]",
    ),
    (
        Description(
            "        pier: {type: string, nullable: true}\n",
            "        pier: {type: string, nullable: true}\n        quay: {type: string}\n",
        ),
        Severity::Error,
        "property_unknown Place#property[quay]",
    ),
    (
        Description("        height: {type: number, nullable: true}\n", ""),
        Severity::Note,
        "property_missing Lantern#property[height]",
    ),
    (
        Metadata("Type=\"Edm.DateTimeOffset\"", "Type=\"Edm.Date\""),
        Severity::Error,
        "property_type_differs Lantern#property[litDateTime]",
    ),
    (
        Metadata("UnderlyingType=\"Edm.Int32\"", "UnderlyingType=\"Edm.String\""),
        Severity::Error,
        "property_type_differs Lantern#property[n]",
    ),
    (
        Metadata(
            "Name=\"place\" Type=\"harbour.lamps.place\"",
            "Name=\"place\" Type=\"Collection(harbour.lamps.place)\"",
        ),
        Severity::Error,
        "property_type_differs Lantern#property[place]",
    ),
    // Both are strings in JSON.
    (
        Metadata("Name=\"state\" Type=\"self.lanternState\"", "Name=\"state\" Type=\"Edm.String\""),
        Severity::Warning,
        "property_type_differs Lantern#property[state]",
    ),
    (
        Description("isLit: {type: boolean, nullable: true}", "isLit: {type: boolean}"),
        Severity::Note,
        "nullability_differs Lantern#property[isLit]",
    ),
    (
        Metadata("Name=\"isLit\" Type=\"Edm.Boolean\"", "Name=\"isLit\" Type=\"Edm.Boolean\" Nullable=\"false\""),
        Severity::Warning,
        "nullability_differs Lantern#property[isLit]",
    ),
    (
        Metadata("        <Member Name=\"lit\" Value=\"1\" />\n", ""),
        Severity::Error,
        "member_unknown LanternState#member[lit]",
    ),
    (
        Metadata("Name=\"unknownFutureValue\"", "Name=\"UnknownFutureValue\""),
        Severity::Error,
        "member_unknown LanternState#member[unknownFutureValue]",
    ),
    (Description("lit, unknown", "lit, gone, unknown"), Severity::Error, "member_unknown LanternState#member[gone]"),
    (Description("smoking, broken]", "smoking]"), Severity::Warning, "member_missing LanternState#member[broken]"),
    (
        Description("lit, unknownFutureValue, smoking,", "lit, smoking, unknownFutureValue,"),
        Severity::Error,
        "sentinel_differs LanternState#member[smoking]",
    ),
];

#[test]
fn each_rule_fires_once_for_what_it_is_named_for() {
    let mut wrong = Vec::new();
    for (altered, severity, expected) in CASES {
        let (description, metadata) = match altered {
            Description(from, to) => (with(DESCRIPTION, from, to), WHOLE.to_owned()),
            Metadata(from, to) => (DESCRIPTION.to_owned(), with(WHOLE, from, to)),
            Fragment(from, to) => (DESCRIPTION.to_owned(), with(&fragment(WHOLE), from, to)),
        };
        let found: Vec<_> = compare(&description, &metadata).findings().collect();
        let of_rule: Vec<_> = found.iter().filter(|finding| short(finding) == *expected).collect();
        let [finding] = of_rule.as_slice() else {
            wrong.push(format!("{expected}: {:?}", found.iter().map(short).collect::<Vec<_>>()));
            continue;
        };
        if finding.severity != *severity {
            wrong.push(format!("{expected}: {:?}", finding.severity));
        }
        // Nothing else is said, but for the other half of a renaming.
        let halves = [
            "action_missing",
            "property_missing",
            "parameter_unknown",
            "fact_unconfirmed",
            "property_type_differs Lantern#property[place]",
            "key_differs LogItem",
            "type_unknown",
        ];
        let others = found.iter().map(short).filter(|other| other != expected);
        wrong.extend(
            others
                .filter(|other| !halves.iter().any(|half| other.starts_with(half)))
                .map(|other| format!("{expected}: also {other}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_of_whole_documents_are_silent_on_fragments() {
    let renamed = |text: &str| text.replace("Name=\"logItem\"", "Name=\"entry\"").replace(".logItem", ".entry");
    let found: Vec<String> = compare(DESCRIPTION, &renamed(WHOLE)).findings().map(|finding| short(&finding)).collect();
    assert_eq!(found, ["type_unknown LogItem#property[id]", "return_differs GET /lanterns/{id}/log#success"]);
    let resting = with(
        DESCRIPTION,
        "    LogItem:\n",
        "    Quay:\n      type: object\n      x-entra-set: {name: quays, key: id}\n      x-entra-source: {page: m, rests: metadata}\n      properties: {id: {type: string}, n: {type: string}}\n    LogItem:\n",
    );
    let comparison = compare(&resting, WHOLE);
    let found: Vec<String> = comparison.findings().map(|finding| short(&finding)).collect();
    assert_eq!(found, ["type_unknown Quay#property[id]", "fact_unconfirmed Quay#property[n]"]);
    assert_eq!((comparison.n_resting, comparison.n_resting_confirmed), (17, 15));
    let comparison = compare(&resting, &fragment(WHOLE));
    assert_eq!(comparison.findings().count(), 0);
    let notes: Vec<String> = comparison.unspoken_notes().map(|note| short(&note)).collect();
    assert!(notes.contains(&"fact_unspoken Quay#property[n]".to_owned()), "{notes:?}");
    // Of a resource that is not there, nothing is said.
    let without =
        with(&fragment(WHOLE), "<Singleton Name=\"harbour\"", "<Singleton Name=\"port\"").replace("lantern", "beacon");
    let comparison = compare(DESCRIPTION, &without);
    assert_eq!(comparison.findings().map(|finding| short(&finding)).collect::<Vec<_>>(), [""; 0]);
    assert!(
        comparison.operations_unspoken.contains(&"lantern.light".to_owned()),
        "{:?}",
        comparison.operations_unspoken
    );
}

#[test]
fn methods_and_arguments_of_calls_are_held_to_their_declarations() {
    let mut contract = contract(DESCRIPTION);
    let at = |contract: &entra_risk::contract::Contract, id: &str| {
        contract.operations.iter().position(|one| one.id == id).unwrap()
    };
    let nearest = at(&contract, "lantern.nearest");
    contract.operations[nearest].path = Template::new("/lanterns/{id}/nearest(colour={colour})");
    let found = |contract: &_, metadata: &str| -> Vec<String> {
        comparison::compare(contract, &read(metadata)).findings().map(|finding| short(&finding)).collect()
    };
    let path = "GET /lanterns/{id}/nearest(colour={colour})";
    assert_eq!(found(&contract, WHOLE), [format!("parameter_unknown {path}#body[colour]")]);
    let argument = "<Parameter Name=\"bindingParameter\" Type=\"self.lantern\" />\n        <Parameter Name=\"colour\" Type=\"Edm.String\" />\n        <ReturnType Type=\"self.lantern\" />";
    let with_argument = with(
        WHOLE,
        "<Parameter Name=\"bindingParameter\" Type=\"self.lantern\" />\n        <ReturnType Type=\"self.lantern\" />",
        argument,
    );
    assert_eq!(found(&contract, &with_argument), [""; 0]);
    assert_eq!(
        found(&self::contract(DESCRIPTION), &with_argument),
        ["parameter_missing GET /lanterns/{id}/nearest#body[colour]"]
    );
    for (id, method) in [("lantern.trim", "GET"), ("lantern.trim", "PUT"), ("lantern.nearest", "POST")] {
        let mut contract = self::contract(DESCRIPTION);
        let operation = at(&contract, id);
        contract.operations[operation].method = method.to_owned();
        let fact = format!("method_differs {method} {}#method", contract.operations[operation].path);
        assert_eq!(found(&contract, WHOLE), [fact]);
    }
}

#[test]
fn a_finding_has_both_places_both_sides_and_a_remedy() {
    let metadata = with(WHOLE, "Type=\"Edm.DateTimeOffset\"", "Type=\"Edm.Date\"");
    let finding = compare(DESCRIPTION, &metadata).findings().next().expect("a finding");
    let line = |text: &str, at: usize| text.lines().nth(at - 1).unwrap_or_default().to_owned();
    assert_eq!(finding.origin.file, "metadata.xml");
    assert!(line(&metadata, finding.origin.line).contains("Name=\"litDateTime\""), "{finding}");
    let other = finding.other.as_ref().expect("the other place");
    assert!(line(DESCRIPTION, other.line).contains("litDateTime:"), "{finding}");
    assert!(finding.message.contains("'Edm.Date'") && finding.message.contains("'date-time'"), "{finding}");
    assert!(finding.remedy.contains(&other.to_string()), "{finding}");
}

#[test]
fn rule_files_the_catalogue_and_the_cases_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/metadata");
    let paths = std::fs::read_dir(folder).expect("the rules").map(|entry| entry.expect("an entry").path());
    let stems = paths.filter(|path| path.is_file()).filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let files: BTreeSet<String> = stems.filter(|stem| stem != "mod").map(|stem| format!("metadata/{stem}")).collect();
    let rules: BTreeSet<String> = comparison::RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(files, rules);
    assert_eq!(rules.len(), comparison::RULES.len());
    assert!(comparison::RULES.iter().all(|rule| !rule.reason.is_empty()));
    assert!(FLAWS.iter().all(|(id, ..)| id.starts_with("metadata/") && !rules.contains(*id)));
    // Those that fire in a test of their own.
    let others = ["type_unknown", "fact_unconfirmed", "fact_unspoken", "method_differs"];
    let cases = CASES.iter().filter_map(|(_, _, expected)| expected.split(' ').next()).chain(others);
    let fired: BTreeSet<String> = cases.map(|rule| format!("metadata/{rule}")).collect();
    assert_eq!(fired, rules);
}
