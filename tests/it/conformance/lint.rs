//! The catalogue of the lint: each rule fires on one change of the real description, and the
//! real one is quiet.

use entra_risk::contract::Origin;
use entra_risk::finding::{Finding, Severity};
use entra_risk::spec::lint::{RULES, lint, lint_with, unusable};
use entra_risk::spec::{Document, Transcripts};

use super::spec::{BETA, changed};

fn check(text: &str) -> Vec<Finding> {
    lint(&Document::parse_with_duplicates(text, "spec.yaml").expect("YAML"))
}

#[test]
fn the_description_is_quiet() {
    assert_eq!(check(BETA), Vec::new());
}

/// Rule, text to find, text instead.
const BREAKS: &[(&str, &str, &str)] = &[
    ("version_unusable", "openapi: 3.0.3", "openapi: 3.1.0"),
    ("version_unusable", "  version: beta", "  version: Beta 1"),
    ("version_unusable", "https://graph.microsoft.us/beta", "http://graph.microsoft.us/beta"),
    ("unknown_key", "operationId: riskyUser.get", "operationID: riskyUser.get"),
    ("unknown_key", "      x-entra-licence: M", "      x-entra-license: M"),
    ("unknown_key", "      maxItems: 60", "      maxitems: 60"),
    ("dangling_reference", "#/components/schemas/DismissRequest", "#/components/schemas/Dismissal"),
    ("dangling_reference", "        /requestBody: {page", "        /requestbody: {page"),
    ("operation_id_missing", "      operationId: riskyUser.get\n", ""),
    ("name_collision", "operationId: riskyUser.get", "operationId: riskyUser.List"),
    ("name_collision", "    RiskState:", "    riskLevel:"),
    ("name_collision", "name: $select", "name: filter"),
    ("method_unusable", "  /riskyUsers/dismiss:", "  riskyUsers/dismiss:"),
    ("method_unusable", "    get:\n      operationId: riskyUser.list", "    head:\n      operationId: riskyUser.list"),
    ("authorization_declared", "name: Workbook-Session-Id", "name: authorization"),
    (
        "collection_option_not_string",
        "The properties to answer, separated by commas.\n          example: id,riskLevel,riskState\n          schema: {type: string}",
        "x\n          schema: {type: array, items: {type: string}}",
    ),
    (
        "parameter_unguarded",
        "schema: {type: string, format: uuid}\n        - $ref",
        "schema: {type: string}\n        - $ref",
    ),
    (
        "parameter_unguarded",
        "          in: path\n          required: true",
        "          in: path\n          required: false",
    ),
    ("parameter_unguarded", "        - name: id\n          in: path", "        - name: key\n          in: path"),
    (
        "several_media_types",
        "          application/json:\n            schema: {$ref: '#/components/schemas/DismissRequest'}",
        "          text/json:\n            schema: {$ref: '#/components/schemas/DismissRequest'}",
    ),
    (
        "inline_success_schema",
        "schema: {$ref: '#/components/schemas/RiskyUserCollection'}",
        "schema: {type: object, additionalProperties: {}}",
    ),
    ("error_answers_differ", "        5XX: {$ref: '#/components/responses/Error'}\n", ""),
    (
        "response_closed",
        "        userPrincipalName: {type: string, nullable: true, description: Sign-in name of the account.}\n      additionalProperties: {}",
        "        userPrincipalName: {type: string, nullable: true, description: Sign-in name of the account.}\n      additionalProperties: false",
    ),
    ("response_closed", "      additionalProperties: false", "      additionalProperties: true"),
    ("inline_enum", "        userDisplayName: {type: string,", "        userDisplayName: {type: string, enum: [a, b],"),
    (
        "security_missing",
        "        - delegated: [IdentityRiskyUser.Read.All]",
        "        - delegated: [IdentityRiskyUser.Reed.All]",
    ),
    ("source_missing", "      x-entra-source: {page: beta/api/riskyusers-get.md (2021-07), rests: documented}\n", ""),
    ("effect_unfounded", "        - set: riskyUsers\n", "        - set: riskyPeople\n"),
    ("effect_unfounded", "            isDeleted: {value: true}", "            isGone: {value: true}"),
    ("effect_unfounded", "touch: [riskLastUpdatedDateTime]", "touch: [riskLastTouched]"),
    ("effect_unfounded", "processing: isProcessing", "processing: isBusy"),
    ("effect_unfounded", "            set: riskyUsers/history", "            set: riskyUsers/past"),
    ("effect_unfounded", "            dated: risk", "            dated: lastRisk"),
    ("effect_unfounded", "activity/detail: {from", "activities/detail: {from"),
    ("effect_unfounded", "x-entra-of: {set: riskyUsers,", "x-entra-of: {set: riskyPeople,"),
    ("extension_unusable", "x-entra-of: {set: riskyUsers, match: {userId: path.id}}", "x-entra-of: {set: riskyUsers}"),
    ("extension_unusable", "initiatedBy: {from: caller.id}", "initiatedBy: {from: caller.name}"),
    ("extension_unusable", "            isDeleted: {value: true}", "            isDeleted: {is: true}"),
    (
        "content_forbidden",
        "'204': {description: The service took the request.}",
        "'204': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/RiskyUser'}}}}",
    ),
    ("inline_success_schema", "'204': {description: The service took the request.}", "2XX: {description: x}"),
    ("error_answers_differ", "'204': {description: The service took the request.}", "2XX: {description: x}"),
    ("pattern_unusable", "schema: {type: string, format: uuid}", "schema: {type: string, format: uuid, pattern: '^a'}"),
    ("type_unusable", "userDisplayName: {type: string,", "userDisplayName: {type: strng,"),
    ("type_unusable", "    ODataErrorBody:\n      type: object", "    ODataErrorBody:"),
    ("type_unusable", "    RiskLevel:\n      type: string", "    RiskLevel:\n      type: integer"),
    ("type_unusable", "enum: [low,", "enum: [1,"),
    ("type_unusable", "enum: [low,", "enum: [null,"),
    ("type_unusable", "minItems: 1", "minItems: one"),
    ("combined_schema", "userDisplayName: {type: string,", "userDisplayName: {anyOf: [{type: string}],"),
    (
        "combined_schema",
        "riskState: {$ref: '#/components/schemas/RiskState'}",
        "riskState: {allOf: [{$ref: '#/components/schemas/RiskState'}]}",
    ),
    (
        "reference_overlaid",
        "riskState: {$ref: '#/components/schemas/RiskState'}",
        "riskState: {$ref: '#/components/schemas/RiskState', nullable: true}",
    ),
    (
        "reference_elsewhere",
        "riskState: {$ref: '#/components/schemas/RiskState'}",
        "riskState: {$ref: '#/components/schemas/RiskyUser/properties/isDeleted'}",
    ),
    (
        "reference_elsewhere",
        "schema: {$ref: '#/components/schemas/DismissRequest'}",
        "schema: {$ref: '#/components/responses/Error'}",
    ),
    ("parameter_form_unusable", "          schema: {type: string}\n        - name: $select", "        - name: $select"),
    (
        "parameter_form_unusable",
        "          schema: {type: string}\n        - name: $select",
        "          content: {application/json: {schema: {type: string}}}\n        - name: $select",
    ),
    (
        "parameter_form_unusable",
        "          schema: {type: string}\n        - name: $select",
        "          style: deepObject\n          schema: {type: string}\n        - name: $select",
    ),
    (
        "parameter_form_unusable",
        "known effect.\n      schema: {type: string}",
        "known effect.\n      schema: {type: object}",
    ),
    (
        "parameter_form_unusable",
        "known effect.\n      schema: {type: string}",
        "known effect.\n      schema: {type: string, nullable: true}",
    ),
    ("parameter_form_unusable", "  /riskyUsers/{id}:\n", "  /riskyUsers/{id}:\n    parameters: []\n"),
    ("parameter_form_unusable", "  /riskyUsers/{id}:\n", "  /riskyUsers(id={id}):\n"),
    ("name_unusable", "operationId: riskyUser.get", "operationId: post"),
    ("name_unusable", "operationId: riskyUser.get", "operationId: type"),
    ("name_unusable", "operationId: riskyUser.get", "operationId: 1st.get"),
    ("name_unusable", "    RiskState:", "    riskState:"),
    ("name_unusable", "    RiskyUser:", "    '1RiskyUser':"),
    ("name_unusable", "        - name: $top", "        - name: $"),
    ("name_unusable", "        userDisplayName: {", "        '@': {"),
    ("name_collision", "        userDisplayName: {", "        user_principal_name: {"),
    ("name_collision", "        userDisplayName: {", "        extra: {"),
    ("member_unusable", "enum: [low, medium,", "enum: [low, Low,"),
    ("member_unusable", "enum: [low, medium,", "enum: [low, '-',"),
    (
        "component_nullable",
        "    DismissUserIds:\n      type: array",
        "    DismissUserIds:\n      nullable: true\n      type: array",
    ),
    (
        "list_unnamed",
        "userIds: {$ref: '#/components/schemas/DismissUserIds'}",
        "userIds: {type: array, maxItems: 60, items: {type: string, format: uuid}}",
    ),
    (
        "list_unnamed",
        "      maxItems: 60\n      items: {type: string, format: uuid}",
        "      maxItems: 60\n      items: {type: boolean}",
    ),
    (
        "page_without_link",
        "        '@odata.nextLink': {type: string, description: Address of the next page; absent from the last one.}\n",
        "",
    ),
    ("page_without_link", "'@odata.nextLink': {type: string,", "'@odata.nextLink': {type: integer,"),
    ("required_key_missing", "        '204': {description: The service took the request.}", "        '204': {}"),
    ("required_key_missing", "  title: Risky users of Microsoft Entra ID Protection\n", ""),
    ("cloud_repeated", "x-entra-cloud: us-l4", "x-entra-cloud: global"),
    ("extension_unusable", "missing: create", "missing: forget"),
    ("extension_unusable", "match: {id: body.userIds}", "match: {id: userIds}"),
    ("extension_unusable", "rests: documented}", "rests: certain}"),
    (
        "duplicate_key",
        "      operationId: riskyUser.get\n",
        "      operationId: riskyUser.get\n      summary: Twice.\n",
    ),
    (
        "response_closed",
        "          type: object\n          description: Further detail; `request-id` and `date` among it.\n          additionalProperties: {}",
        "          type: object\n          description: Further detail.",
    ),
    (
        "inline_enum",
        "        - name: $filter\n          in: query\n          description: An OData condition that the listed accounts meet.\n          example: riskLevel eq microsoft.graph.riskLevel'medium'\n          schema: {type: string}",
        "        - name: $filter\n          in: query\n          schema: {type: string, enum: [a]}",
    ),
    ("example_misfit", "id: {type: string, format: uuid,", "id: {type: string, format: uuid, example: me,"),
    ("example_misfit", "userDisplayName: {type: string,", "userDisplayName: {type: string, default: 1,"),
    (
        "example_misfit",
        "schema: {type: integer, format: int32, minimum: 1, maximum: 500}",
        "example: 501\n          schema: {type: integer, format: int32, minimum: 1, maximum: 500}",
    ),
    (
        "example_misfit",
        "            schema: {$ref: '#/components/schemas/DismissRequest'}",
        "            schema: {$ref: '#/components/schemas/DismissRequest'}\n            examples: {one: {value: {userIds: []}}}",
    ),
    (
        "example_misfit",
        "              schema: {$ref: '#/components/schemas/RiskyUser'}",
        "              schema: {$ref: '#/components/schemas/RiskyUser'}\n              example: {riskLevel: severe}",
    ),
    ("example_unpaired", PAIRED, PAIRED_NOT),
];

const PAIRED: &str = "            schema: {$ref: '#/components/schemas/DismissRequest'}\n      responses:\n        '204': {description: The service took the request.}";
const PAIRED_NOT: &str = "            schema: {$ref: '#/components/schemas/DismissRequest'}\n            examples: {one: {value: {userIds: [04487ee0-f4f6-4e7f-8999-facc5a30e232]}}}\n      responses:\n        '200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/RiskyUser'}, examples: {two: {value: {}}}}}}";

/// Rules that look at the transcripts, or at what is no document.
const ELSEWHERE: &[&str] = &["yaml_unusable", "transcript_unreadable", "operation_unknown", "operation_unshown"];

#[test]
fn every_rule_fires_on_its_defect_and_says_where() {
    for (rule, from, to) in BREAKS {
        let findings = check(&changed(from, to));
        let found = findings.iter().find(|finding| finding.rule == *rule);
        let found = found.unwrap_or_else(|| panic!("{rule} is quiet on '{to}': {findings:?}"));
        assert!(found.origin.line > 1 || *rule == "version_unusable", "{found}");
        assert_eq!(found.to_string().lines().count(), 1, "one line: {found}");
        assert!(!found.remedy.is_empty(), "{found}");
    }
    for rule in RULES {
        let shown = BREAKS.iter().any(|(id, ..)| *id == rule.id) || ELSEWHERE.contains(&rule.id);
        assert!(shown, "{} has no defect that shows it", rule.id);
        assert!(!rule.reason.is_empty());
    }
}

/// Changes that are no defect.
#[test]
fn what_is_allowed_is_quiet() {
    let example = |value: &str| format!("{PAIRED_BODY}\n            examples: {{one: {{value: {value}}}}}");
    let right = example("{userIds: [04487ee0-f4f6-4e7f-8999-facc5a30e232]}");
    for (from, to) in [
        // An answer that is only its status has no example to pair with.
        (PAIRED_BODY, right.as_str()),
        ("enum: [low, medium,", "enum: [low, other, self, 2x, medium,"),
        (
            "userDisplayName: {type: string,",
            "userDisplayName: {type: string, example: Ann, maxLength: 9, x-of-others: 1,",
        ),
        (
            "riskState: {$ref: '#/components/schemas/RiskState'}",
            "riskState: {description: x, $ref: '#/components/schemas/RiskState'}",
        ),
        (
            "schema: {type: string, format: uuid}\n        - $ref",
            "schema: {type: string, minLength: 1}\n        - $ref",
        ),
        ("'@odata.nextLink': {type: string,", "'@odata.nextLink': {type: string, format: uri,"),
        ("operationId: riskyUser.get", "operationId: post.get"),
        // Names of properties that mean something elsewhere.
        ("userDisplayName: {type: string,", "pattern: {type: string,"),
        ("userDisplayName: {type: string,", "anyOf: {type: string,"),
        ("userDisplayName: {type: string,", "example: {type: string,"),
    ] {
        assert_eq!(check(&changed(from, to)), Vec::new(), "{to}");
    }
}

const PAIRED_BODY: &str = "            schema: {$ref: '#/components/schemas/DismissRequest'}";

#[test]
fn a_duplicate_key_has_two_places_and_hides_nothing_else() {
    let twice = changed("      summary: Read one account's risk.\n", "      summary: Read.\n      summary: Read.\n");
    let text = twice.replace("operationId: riskyUser.dismiss", "operationID: riskyUser.dismiss");
    let findings = check(&text);
    let line = |part: &str| text.lines().position(|line| line.contains(part)).expect("a line") + 1;
    let duplicate = findings.iter().find(|finding| finding.rule == "duplicate_key").expect("found");
    let first = line("summary: Read.");
    assert_eq!(duplicate.origin.line, first + 1);
    assert_eq!(duplicate.other, Some(Origin { file: "spec.yaml".to_owned(), line: first }));
    assert!(findings.iter().any(|finding| finding.rule == "unknown_key"), "{findings:?}");
    assert!(Document::parse(&text, "spec.yaml").is_err(), "nothing is generated from it");
}

#[test]
fn what_is_no_yaml_is_one_finding() {
    for text in ["", "a: [1\n", "a: 1\n---\nb: 2\n", "a: &x 1\nb: *x\n", "\u{1}\u{2}", "- {? [a] : b}"] {
        let error = Document::parse_with_duplicates(text, "spec.yaml").expect_err(text);
        let finding = unusable(error);
        assert_eq!((finding.rule.as_str(), finding.severity), ("yaml_unusable", Severity::Error));
        assert!(finding.origin.line >= 1 && finding.to_string().starts_with("spec.yaml:"), "{finding}");
    }
}

/// Any shape at any place: a rule must look before it takes.
#[test]
fn no_shape_of_a_document_makes_a_rule_panic() {
    for value in ["1", "x", "null", "[]", "{}", "[{}]", "{x: {}}", "{'': [1]}", "{$ref: '#/'}", "{$ref: 1}"] {
        for line in BETA.lines().enumerate().filter(|(_, line)| line.contains(": ")).map(|(at, _)| at) {
            // Every seventeenth line, in turn with the value, is enough to meet every kind of place.
            if (line + value.len()) % 17 != 0 {
                continue;
            }
            let lines = BETA.lines().enumerate().map(|(at, text)| match (at == line, text.split_once(": ")) {
                (true, Some((key, _))) => format!("{key}: {value}\n"),
                _ => format!("{text}\n"),
            });
            if let Ok(document) = Document::parse_with_duplicates(&lines.collect::<String>(), "spec.yaml") {
                let _ = (lint(&document), document.contract());
            }
        }
    }
}

const DISMISS: &str = include_str!("../../../openapi/exchanges/beta/dismiss_riskyuser.http");

/// Rule and line of what is found with these transcripts.
fn with(texts: &[(&str, &str)]) -> Vec<(String, Severity, String)> {
    let document = Document::parse(BETA, "spec.yaml").expect("YAML");
    let mut transcripts = Transcripts::new("exchanges/beta");
    for (name, text) in texts {
        transcripts.add(text, name, &format!("exchanges/beta/{name}.http"));
    }
    let findings = lint_with(&document, &transcripts).into_iter();
    findings.map(|finding| (finding.rule.clone(), finding.severity, finding.to_string())).collect()
}

#[test]
fn transcripts_and_operations_belong_together() {
    let of = |operation: &str| DISMISS.replace("riskyUser.dismiss", operation);
    let all = [
        "riskyUser.list",
        "riskyUser.get",
        "riskyUser.listHistory",
        "riskyUser.getHistoryItem",
        "riskyUser.dismiss",
        "riskyUser.confirmCompromised",
    ];
    let texts: Vec<_> = all.iter().map(|id| of(id)).collect();
    let complete: Vec<_> = texts.iter().map(|text| ("a", text.as_str())).collect();
    assert_eq!(with(&complete), Vec::new());
    // One operation without.
    let found = with(&complete[1..]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1), ("operation_unshown", Severity::Warning));
    assert!(found[0].2.contains("'riskyUser.list'"), "{found:?}");
    // None at all is one finding, not one for each operation.
    let found = with(&[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].2.contains("exchanges/beta"), "{found:?}");
    // An operation that is not there, and a file that is no exchange.
    let (unknown, broken) = (of("riskyuser.Dismiss"), DISMISS.replace("HTTP/1.1 204", "HTTP/1.1 abc"));
    let mut texts = complete.clone();
    texts.extend([("unknown", unknown.as_str()), ("broken", broken.as_str())]);
    let found = with(&texts);
    let rules: Vec<_> = found.iter().map(|(rule, severity, _)| (rule.as_str(), *severity)).collect();
    assert_eq!(rules, [("transcript_unreadable", Severity::Error), ("operation_unknown", Severity::Error)]);
    assert!(found[0].2.starts_with("exchanges/beta/broken.http:"), "{found:?}");
    assert!(
        found[1].2.contains("unknown.http:") && found[1].2.contains("did you mean 'riskyUser.dismiss'?"),
        "{found:?}"
    );
}
