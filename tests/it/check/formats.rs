//! The verdict in each format.

use serde_json::Value;

use super::{check, entra_risk, folder, judged};

const WRONG: &str = "curl -s $ENTRA_RISK_BASE_URL_BETA/riskyUsers; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers; \
                     G $ENTRA_RISK_BASE_URL_BETA/me";

#[test]
fn the_verdict_for_programs_keeps_to_its_schema() {
    let schema = entra_risk().args(["schema", "check"]).output().expect("it starts").stdout;
    let schema: Value = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for script in [WRONG, "true", "G $ENTRA_RISK_BASE_URL_BETA/riskyUsers; kill -KILL $$"] {
        let (_, mut verdict) = judged(&[], script);
        let errors: Vec<String> = validator.iter_errors(&verdict).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{verdict:#}");
        // The schema can fail: it is closed.
        verdict["more"] = true.into();
        verdict["requests"]["wrong"] = "one".into();
        assert_eq!(validator.iter_errors(&verdict).count(), 2);
    }
}

#[test]
fn one_run_is_written_in_several_formats() {
    let folder = folder("check-formats");
    let file = |name: &str| folder.join(name).display().to_string();
    let to = |format: &str| format!("{format}={}", file(format));
    let outputs = [to("sarif"), to("markdown"), to("json"), to("human")];
    let options: Vec<&str> = outputs.iter().flat_map(|output| ["--output", output]).collect();
    let checked = check(&[&["--format", "github"], &options[..]].concat(), WRONG);
    assert_eq!(checked.code, Some(1));
    let said = &checked.stdout;
    assert!(said.starts_with("::error file=openapi/beta.yaml,line="), "{said}");
    assert!(said.contains("title=program/token_missing::GET /riskyUsers: Access token is empty"), "{said}");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the file");
    let sarif: Value = serde_json::from_str(&read("sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "program/token_missing");
    let verdict: Value = serde_json::from_str(&read("json")).expect("JSON");
    assert_eq!(verdict["wrong"][0]["rule"], "program/token_missing");
    assert!(read("markdown").contains("| `GET /riskyUsers`: Access token is empty"), "{}", read("markdown"));
    let human = read("human");
    for part in ["documented operations", "not as documented", "outside of the descriptions", "least permissions"] {
        assert!(human.contains(part), "{part}: {human}");
    }
    assert!(!human.contains('\u{1b}'));
}

#[test]
fn github_gets_a_summary_of_the_job_beside_the_annotations() {
    let folder = folder("check-summary");
    let summary = folder.join("summary.md");
    let output = entra_risk()
        .env("GITHUB_STEP_SUMMARY", &summary)
        .args(["check", "--format", "github", "--", "true"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with("::error title=entra-risk check::failed: no request reached"), "{said}");
    let summary = std::fs::read_to_string(&summary).expect("the summary");
    assert!(summary.starts_with("## entra-risk check") && summary.contains("no request reached"), "{summary}");
}

#[test]
fn unusable_options_start_nothing() {
    let gone = folder("check-gone").join("gone/report.json").display().to_string();
    let to_gone = format!("json={gone}");
    for (options, part) in [
        (&["--output", &to_gone][..], "gone/report.json"),
        (&["--output", "pdf=x"], "the formats are"),
        (&["--format", "pdf"], "the formats are"),
        (&["--spec", &gone], "gone/report.json"),
        (&["--listen", "here"], "socket address"),
        (&["--listen", "192.0.2.1:1"], "failed to listen on 192.0.2.1:1"),
    ] {
        let checked = check(options, "echo started");
        assert_eq!(checked.code, Some(2), "{options:?}: {}", checked.stderr);
        assert!(checked.stderr.starts_with("error: ") && checked.stderr.contains(part), "{}", checked.stderr);
        assert!(checked.stdout.is_empty(), "{options:?}");
    }
}
