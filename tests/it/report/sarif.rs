//! SARIF against the schema of its standard: `fixtures/sarif-schema-2.1.0.json` is OASIS's file,
//! as the crate serde-sarif 0.8.0 has it.

use entra_risk::report::findings::{Format, Found};
use serde_json::{Value, json};

use super::{accepted, found, hostile, ordinary};

fn log(found: &Found<'_>) -> Value {
    serde_json::from_str(&found.render(Format::Sarif)).expect("JSON")
}

/// The schema of the standard.
pub(super) fn validator() -> jsonschema::Validator {
    let mut schema: Value =
        serde_json::from_str(include_str!("../fixtures/sarif-schema-2.1.0.json")).expect("the fixture is JSON");
    // A pattern of it is no regular expression of the kind that is asked for here; we write no language.
    for with_language in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][with_language]["properties"]["language"];
        language.as_object_mut().expect("a property").remove("pattern").expect("the pattern is there");
    }
    // `uri` is a format that is looked at only when asked for.
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

#[test]
fn sarif_keeps_to_the_schema_of_the_standard() {
    let validator = validator();
    let (ordinary, hostile, accepted) = (ordinary(), hostile(), accepted());
    for found in [found(&ordinary, &accepted), found(&hostile, &[]), Found::default()] {
        let errors: Vec<String> =
            validator.iter_errors(&log(&found)).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, [""; 0]);
    }
    let right = log(&found(&ordinary, &accepted));
    for (pointer, wrong) in [
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b%")),
        ("/runs/0/tool/driver/rules/0/id", json!(1)),
        ("/version", json!("2.0")),
    ] {
        let mut log = right.clone();
        *log.pointer_mut(pointer).expect(pointer) = wrong;
        assert!(!validator.is_valid(&log), "{pointer}");
    }
}

#[test]
fn every_result_names_a_rule_that_is_described() {
    let (ordinary, hostile, accepted) = (ordinary(), hostile(), accepted());
    for found in [found(&ordinary, &accepted), found(&hostile, &[])] {
        let log = log(&found);
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        let results = log["runs"][0]["results"].as_array().expect("results");
        assert_eq!(results.len(), found.findings.len(), "what is accepted is no open alert");
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one");
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(rules[index]["help"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        }
        for described in found.catalogue {
            assert!(
                rules
                    .as_array()
                    .expect("rules")
                    .iter()
                    .any(|rule| { rule["id"] == described.id && rule["fullDescription"]["text"] == described.reason })
            );
        }
    }
}
