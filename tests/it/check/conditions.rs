//! Sign-in, seed files and faults: what a program has to cope with beside the operations.

use serde_json::{Value, json};

use super::{check, entra_risk, folder, judged, rules};

/// Signs in with the secret that is given, or else that of the environment, and lists.
const SIGN_IN: &str = "\
    T=$(curl -sS https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/v2.0/token \
        -d grant_type=client_credentials -d client_id=$AZURE_CLIENT_ID -d client_secret=${SECRET:-$AZURE_CLIENT_SECRET} \
        -d scope=https://graph.microsoft.com/.default | sed 's/.*access_token\":\"\\([^\"]*\\)\".*/\\1/'); \
    curl -sS -o /dev/null -H \"Authorization: Bearer $T\" https://graph.microsoft.com/beta/riskyUsers";

#[test]
fn a_program_signs_in_with_what_the_environment_holds() {
    let (code, verdict) = judged(&[], SIGN_IN);
    assert_eq!(code, Some(0), "{verdict:#}");
    assert_eq!(verdict["requests"], json!({"documented": 1, "wrong": 0, "outside": 0, "signIn": 1}));
    assert_eq!(verdict["signIns"][0]["status"], 200);
    let (code, verdict) =
        judged(&[], "curl -sS https://login.microsoftonline.us/$AZURE_TENANT_ID/v2.0/.well-known/openid-configuration");
    assert_eq!(code, Some(1), "signing in alone proves nothing");
    assert!(verdict["reasons"][0].as_str().is_some_and(|said| said.contains("but those to sign in")), "{verdict:#}");
}

#[test]
fn a_refused_sign_in_is_a_mistake_and_its_secret_is_not_told() {
    let checked = check(&["--format", "json"], &format!("SECRET=marker-of-a-secret; {SIGN_IN}"));
    let verdict: Value = serde_json::from_str(&checked.stdout).expect("JSON");
    assert_eq!((checked.code, rules(&verdict)), (Some(1), vec!["sign_in_refused", "token_missing"]), "{verdict:#}");
    assert!(verdict["wrong"][0]["message"].as_str().is_some_and(|said| said.contains("invalid_client (AADSTS")));
    assert!(!checked.stdout.contains("marker-of-a-secret") && !checked.stderr.contains("marker-of-a-secret"));
}

#[test]
fn an_app_of_the_seed_file_lacks_a_permission() {
    let seed = folder("check-seed").join("seed.toml");
    let text = "[[apps]]\nclient_id = \"5c1b2f0e-3a57-4f0a-9c8d-0b7d6f2e1a43\"\nclient_secret = \"s\"\npermissions = [\"User.Read.All\"]\n";
    std::fs::write(&seed, text).expect("a file");
    let (code, verdict) = judged(&["--seed", &seed.display().to_string()], SIGN_IN);
    assert_eq!((code, rules(&verdict)), (Some(1), vec!["permission_missing"]), "{verdict:#}");
    assert_eq!(verdict["permissions"][0]["permissions"], json!(["IdentityRiskyUser.Read.All"]), "what it would need");
    std::fs::write(&seed, "[[apps]]\nclientid = 1\n").expect("a file");
    let checked = check(&["--seed", &seed.display().to_string()], "echo started");
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(2), ""), "{}", checked.stderr);
}

#[test]
fn a_call_that_comes_again_too_early_is_a_mistake() {
    let list = "$ENTRA_RISK_BASE_URL_BETA/riskyUsers";
    let throttled = ["--fault", "unavailable=60,times=1"];
    let (code, verdict) = judged(&throttled, &format!("G {list}; G {list}"));
    assert_eq!((code, rules(&verdict)), (Some(1), vec!["retried_too_early"]), "{verdict:#}");
    let said = verdict["wrong"][0]["message"].as_str().expect("text");
    assert!(said.starts_with("Retry-After asked for 60 s, and the same was sent again after "), "{said}");
    // Another call is no repetition, nor is one where nothing was asked.
    let (code, verdict) = judged(&throttled, &format!("G {list}; G {list}?%24top=1"));
    assert_eq!((code, rules(&verdict)), (Some(0), vec![]), "{verdict:#}");
    let (code, verdict) = judged(&["--fault", "throttle=1,times=1"], &format!("G {list}; G {list}; G {list}"));
    assert_eq!((code, rules(&verdict)), (Some(0), vec![]), "{verdict:#}");
    // curl waits as it is told to.
    let (code, verdict) = judged(
        &["--fault", "unavailable=1,times=1"],
        &format!("curl -sS --retry 2 -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\" {list} >/dev/null"),
    );
    assert_eq!((code, rules(&verdict)), (Some(0), vec![]), "{verdict:#}");
    assert_eq!(verdict["requests"]["documented"], 2);
}

#[test]
fn a_program_in_rust_is_judged_like_any_other() {
    // This very program, as a client of the emulator that judges it: conform sends what is wrong on
    // purpose, and its listing alone does not.
    let run = |check: &str| {
        let binary = env!("CARGO_BIN_EXE_entra-risk");
        let script = format!("{binary} conform --side server --server $ENTRA_RISK_BASE_URL_BETA --check '{check}' >&2");
        let output = entra_risk().args(["check", "--format", "json", "--", "sh", "-c", &script]).output();
        let output = output.expect("it starts");
        let verdict: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), verdict)
    };
    let (code, verdict) = run("**/query_ignored/**");
    assert!(verdict["requests"]["documented"].as_u64().is_some_and(|n| n > 0), "{verdict:#}");
    let (other, wrong) = run("**/bad_request_accepted/**");
    assert_eq!(other, Some(1));
    assert!(!rules(&wrong).is_empty(), "{wrong:#}");
    assert_eq!(code, Some(i32::from(verdict["requests"]["wrong"] != 0)), "{verdict:#}");
}
