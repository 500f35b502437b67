//! SARIF of a run against the schema of its standard, and what GitHub needs besides.

use entra_risk::report::Format;
use serde_json::Value;

use super::{hostile, ordinary, rendered};
use crate::report::sarif::validator;

fn log(report: &entra_risk::verdict::Report) -> Value {
    serde_json::from_str(&rendered(report, false, Format::Sarif)).expect("JSON")
}

#[test]
fn sarif_of_a_run_keeps_to_the_schema_of_the_standard() {
    let validator = validator();
    for report in [ordinary(), hostile()] {
        let log = log(&report);
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, [""; 0]);
    }
}

#[test]
fn the_place_is_the_description_in_the_repository_and_the_page_is_related() {
    let log = log(&ordinary());
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    // Two failures, a warning, an assumption, an entry that is out of date; what is accepted is no alert.
    assert_eq!(results.len(), 5);
    let effect = results.iter().find(|result| result["ruleId"] == "server/effect_missing").expect("it failed");
    let place = &effect["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "openapi/beta.yaml", "from the root of the repository");
    assert_eq!(
        (&place["artifactLocation"]["uriBaseId"], &place["region"]["startLine"]),
        (&"%SRCROOT%".into(), &40.into())
    );
    let page = &effect["relatedLocations"][0];
    assert_eq!(page["physicalLocation"]["artifactLocation"]["uri"], "beta/api/thing-polish.md");
    assert_eq!(page["physicalLocation"]["artifactLocation"]["uriBaseId"], "DOCUMENTATION");
    assert!(run["originalUriBaseIds"]["DOCUMENTATION"].is_object());
    assert!(
        effect["message"]["text"].as_str().is_some_and(|text| text.contains("[the page](1)") && text.contains("curl"))
    );
    let levels: Vec<&str> = results.iter().filter_map(|result| result["level"].as_str()).collect();
    assert_eq!(levels, ["warning", "error", "error", "note", "error"]);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(rules[index]["help"]["text"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

#[test]
fn a_fingerprint_of_a_check_does_not_move_with_its_line_or_words() {
    let prints = |report: &entra_risk::verdict::Report| -> Vec<String> {
        let log = log(report);
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().map(|result| result["partialFingerprints"]["entraRisk/v1"].to_string()).collect()
    };
    let before = ordinary();
    let mut after = ordinary();
    for judged in &mut after.checks {
        judged.check.origin.line += 7;
        judged.seen += " today";
    }
    assert_eq!(prints(&before), prints(&after));
    let mut all = prints(&before);
    all.dedup();
    assert_eq!(all.len(), 5, "each failure has its own");
}
