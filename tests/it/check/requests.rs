//! Requests, right and wrong, at the address of the recorder itself.

use serde_json::json;

use super::{check, judged, rules};

/// Dismisses the accounts in `$IDS`, a list in JSON.
const DISMISS: &str =
    "D() { G -H 'Content-Type: application/json' -d \"$1\" $ENTRA_RISK_BASE_URL_BETA/riskyUsers/dismiss; };";

#[test]
fn a_program_without_mistakes_passes_and_hears_what_it_needs() {
    let (code, verdict) = judged(
        &[],
        &format!(
            "{DISMISS} G $ENTRA_RISK_BASE_URL_BETA/riskyUsers?%24top=1 && \
             D '{{\"userIds\": [\"04487ee0-f4f6-4e7f-8999-facc5a30e232\"]}}' && G $ENTRA_RISK_GRAPH_ROOT/beta/riskyUsers"
        ),
    );
    assert_eq!(code, Some(0), "{verdict:#}");
    assert_eq!(verdict["passed"], true);
    assert_eq!(verdict["requests"], json!({"documented": 3, "wrong": 0, "outside": 0, "signIn": 0}));
    let used: Vec<_> = verdict["operations"].as_array().expect("a list").iter().map(|used| &used["times"]).collect();
    assert_eq!(used, [1, 2]);
    let needed = json!([{"caller": "application", "permissions": [
        "IdentityRiskyUser.Read.All",
        "IdentityRiskyUser.ReadWrite.All",
    ]}]);
    assert_eq!(verdict["permissions"], needed);
}

#[test]
fn what_only_reads_needs_a_permission_to_read_only() {
    let (_, verdict) = judged(&[], "G $ENTRA_RISK_BASE_URL_BETA/riskyUsers");
    assert_eq!(verdict["permissions"][0]["permissions"], json!(["IdentityRiskyUser.Read.All"]));
}

#[test]
fn each_mistake_is_named_with_page_line_and_both_sides() {
    let sixty_one = format!("[{}]", vec!["\"04487ee0-f4f6-4e7f-8999-facc5a30e232\""; 61].join(","));
    let too_many = format!("D '{{\"userIds\": {sixty_one}}}'");
    let cases: &[(&str, &[&str])] = &[
        ("curl -s $ENTRA_RISK_BASE_URL_BETA/riskyUsers", &["token_missing"]),
        ("curl -s -H 'Authorization: Bearer abc' $ENTRA_RISK_BASE_URL_BETA/riskyUsers", &["token_missing"]),
        (&too_many, &["list_too_long"]),
        ("G -X PUT $ENTRA_RISK_BASE_URL_BETA/riskyUsers", &["method_wrong"]),
        (
            "G -H 'Content-Type: text/plain' -d '{\"userIds\": [\"04487ee0-f4f6-4e7f-8999-facc5a30e232\"]}' \
             $ENTRA_RISK_BASE_URL_BETA/riskyUsers/dismiss",
            &["content_type_wrong"],
        ),
        ("D '{\"userIds\": '", &["body_wrong"]),
        ("D '{\"userIds\": \"04487ee0-f4f6-4e7f-8999-facc5a30e232\"}'", &["body_wrong"]),
        ("G $ENTRA_RISK_BASE_URL_BETA/riskyUsers?%24expand=history", &["query_wrong"]),
        ("G $ENTRA_RISK_BASE_URL_BETA/riskyUsers/dismiss/all", &["path_unknown"]),
        ("G $ENTRA_RISK_GRAPH_ROOT/riskyUsers", &["path_unknown"]),
    ];
    for (script, expected) in cases {
        let (code, verdict) = judged(&[], &format!("{DISMISS} {script}"));
        assert_eq!(rules(&verdict), *expected, "{script}: {verdict:#}");
        assert_eq!(code, Some(1), "{script}");
        let wrong = &verdict["wrong"][0];
        for part in ["message", "remedy", "sent", "curl", "subject", "page"] {
            assert!(wrong[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {wrong:#}");
        }
        assert!(wrong["origin"]["line"].as_u64().is_some_and(|line| line > 0), "{wrong:#}");
        assert_eq!(verdict["reasons"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn the_requests_inside_a_batch_are_judged_like_others() {
    let batch = |inner: &str| {
        let body = format!("{{\"requests\": [{inner}]}}");
        judged(&[], &format!("G -H 'Content-Type: application/json' -d '{body}' $ENTRA_RISK_BASE_URL_BETA/\\$batch"))
    };
    let list = r#"{"id": "1", "method": "GET", "url": "/riskyUsers?$top=1"}"#;
    let dismiss = |ids: &str| {
        format!(
            r#"{{"id": "2", "method": "POST", "url": "/riskyUsers/dismiss",
                "headers": {{"Content-Type": "application/json"}}, "body": {{"userIds": {ids}}}}}"#
        )
    };
    let (code, verdict) = batch(&format!("{list}, {}", dismiss(r#"["04487ee0-f4f6-4e7f-8999-facc5a30e232"]"#)));
    assert_eq!(code, Some(0), "{verdict:#}");
    assert_eq!(verdict["requests"], json!({"documented": 2, "wrong": 0, "outside": 0, "signIn": 0}));

    let (code, verdict) = batch(&format!("{list}, {}", dismiss("[7]")));
    assert_eq!((code, rules(&verdict)), (Some(1), vec!["body_wrong"]), "{verdict:#}");
    assert_eq!(verdict["requests"], json!({"documented": 1, "wrong": 1, "outside": 0, "signIn": 0}));
    assert_eq!(verdict["wrong"][0]["sent"], "POST /beta/riskyUsers/dismiss");

    let (code, verdict) = batch(r#"{"id": "1", "method": "GET", "url": "/groups"}"#);
    assert_eq!((code, rules(&verdict)), (Some(0), vec![]), "{verdict:#}");
    assert_eq!(verdict["outside"][0]["path"], "/beta/groups");

    let (code, verdict) = batch(&vec![list; 21].join(", "));
    assert_eq!((code, rules(&verdict).len()), (Some(1), 1), "{verdict:#}");
}

#[test]
fn the_same_mistake_is_told_once_and_counted() {
    let (_, verdict) = judged(
        &[],
        "for n in 1 2 3; do curl -s $ENTRA_RISK_BASE_URL_BETA/riskyUsers?n=$n; done; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers",
    );
    assert_eq!(rules(&verdict), ["token_missing", "query_wrong"]);
    assert_eq!(verdict["wrong"][0]["times"], 3);
    assert_eq!(verdict["operations"][0]["times"], 4);
    assert_eq!(verdict["operations"][0]["wrong"], 3);
}

#[test]
fn an_assumption_fails_a_strict_run_only() {
    let script = format!("{DISMISS} D '{{\"userIds\": [\"04487ee0-f4f6-4e7f-8999-facc5a30e232\"], \"more\": 1}}'");
    let (code, verdict) = judged(&[], &script);
    assert_eq!((code, rules(&verdict)), (Some(0), vec!["property_undocumented"]), "{verdict:#}");
    assert_eq!(verdict["wrong"][0]["severity"], "warning");
    assert_eq!(judged(&["--strict"], &script).0, Some(1));
}

#[test]
fn a_value_of_the_wrong_form_is_told() {
    let (_, verdict) =
        judged(&[], "G $ENTRA_RISK_BASE_URL_BETA/riskyUsers?%24top=x; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers/x");
    assert_eq!(rules(&verdict), ["query_wrong", "value_malformed"], "{verdict:#}");
}

#[test]
fn another_path_of_graph_is_outside_and_fails_a_strict_run_only() {
    let script = "G $ENTRA_RISK_BASE_URL_BETA/me; G $ENTRA_RISK_BASE_URL_BETA/me?a=b; \
                  curl -s -w '%{http_code}' $ENTRA_RISK_GRAPH_ROOT/v1.0/users/x >&2";
    let (code, verdict) = judged(&[], script);
    assert_eq!(code, Some(0), "{verdict:#}");
    let outside = json!([
        {"method": "GET", "path": "/beta/me", "times": 2},
        {"method": "GET", "path": "/v1.0/users/x", "times": 1},
    ]);
    assert_eq!(verdict["outside"], outside);
    let checked = check(&["--strict"], script);
    assert_eq!(checked.code, Some(1));
    assert!(checked.stdout.contains("no description speaks"), "{}", checked.stdout);
    assert!(checked.stderr.contains("NotImplemented") && checked.stderr.contains("501"), "{}", checked.stderr);
}
