//! Servers that break off, refuse, or say what nobody expects.

use std::io::Read as _;
use std::process::Stdio;

use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{at, command, run};

const LIST: &str = "/v1.0/identityProtection/riskyUsers";
const TOKEN: &str = "a-token-of-nobody-at-all";

fn page(server: &MockServer, members: &[Value], next: Option<&str>) -> ResponseTemplate {
    let mut page = json!({"value": members});
    if let Some(next) = next {
        page["@odata.nextLink"] = json!(format!("{}{next}", server.uri()));
    }
    ResponseTemplate::new(200).set_body_json(page)
}

fn member(n: usize) -> Value {
    json!({"id": format!("aaaaaaaa-0000-4000-8000-{n:012}"), "riskLevel": "severe", "riskState": null})
}

/// A list of two pages, of which the second is this.
async fn broken(second: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let next = Mock::given(method("GET")).and(path("/v1.0/next"));
    next.respond_with(second).mount(&server).await;
    let first = page(&server, &[member(1), member(2)], Some("/v1.0/next"));
    Mock::given(method("GET")).and(path(LIST)).respond_with(first).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_stands_where_a_list_breaks_off() {
    let error = json!({"error": {"code": "boom", "message": "it broke"}});
    let server = broken(ResponseTemplate::new(500).set_body_json(error)).await;
    for format in ["ids", "table", "json", "csv"] {
        let ran = at(&server.uri(), TOKEN, &format!("users list --format {format}")).await;
        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(ran.stdout.contains("aaaaaaaa-0000-4000-8000-000000000002"), "{ran:?}");
        assert!(ran.stderr.contains("one page came before, so this is not all"), "{ran:?}");
        if format == "json" {
            let members: Vec<Value> = serde_json::from_str(&ran.stdout).expect("a whole document");
            assert_eq!(members.len(), 2);
        }
    }
    let counted = at(&server.uri(), TOKEN, "users list --count").await;
    assert_eq!((counted.code, counted.stdout.as_str()), (Some(4), ""), "a part is no count");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_an_enumeration_that_nobody_knows_is_shown_as_it_came() {
    let server = broken(ResponseTemplate::new(200).set_body_json(json!({"value": [member(3)]}))).await;
    let ran = at(&server.uri(), TOKEN, "users list --columns level,state --format csv").await;
    assert_eq!(ran.lines(), ["riskLevel,riskState", "severe,", "severe,", "severe,"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_which_permission_is_needed() {
    let server = MockServer::start().await;
    let error = json!({"error": {"code": "Forbidden", "message": format!("not with {TOKEN}")}});
    let refusal = ResponseTemplate::new(403).set_body_json(error);
    Mock::given(method("GET")).and(query_param("$top", "500")).respond_with(refusal).mount(&server).await;
    let ran = at(&server.uri(), TOKEN, "users list -v").await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""));
    assert!(ran.stderr.contains("IdentityRiskyUser.Read.All"), "{ran:?}");
    assert!(!ran.stderr.contains(TOKEN), "{ran:?}");
    let json = at(&server.uri(), TOKEN, "users list --format json").await;
    // Before it stands that such a token is not looked into.
    let last = json.stderr.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).expect("an error in the form of the output");
    assert_eq!(error["error"]["exitCode"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_graph_goes_to_graph_alone() {
    use base64::Engine as _;
    let server = MockServer::start().await;
    let claims = json!({"aud": "https://graph.microsoft.com", "iss": "https://sts.windows.net/x/"}).to_string();
    let token = format!("e30.{}.x", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims));
    let ran = at(&server.uri(), &token, "users list").await;
    assert!(
        ran.code == Some(2) && ran.stderr.contains("its audience is Microsoft Graph, and it goes nowhere else"),
        "{ran:?}"
    );
    assert_eq!(server.received_requests().await.unwrap_or_default().len(), 0);
}

#[test]
fn nobody_there_and_no_token() {
    let mut nobody = command("users list --server http://127.0.0.1:9");
    let ran: super::Ran = nobody.env("ENTRA_RISK_TOKEN", TOKEN).output().expect("it starts").into();
    assert!(ran.code == Some(3) && ran.stderr.contains("no connection"), "{ran:?}");
    let ran = run("users list");
    assert!(ran.code == Some(2) && ran.stderr.contains("--emulator"), "{ran:?}");
    let ran = run("users list --emulator --server http://127.0.0.1:9");
    assert!(ran.code == Some(2) && ran.stderr.contains("cannot be used with"), "{ran:?}");
    for unusable in ["--level severe", "--updated-since soon", "--filter=", "--upn-contains=", "--top 0"] {
        assert_eq!(run(&format!("users list --emulator {unusable}")).code, Some(2), "{unusable}");
    }
}

#[test]
fn who_reads_may_leave() {
    let mut command = command("users list --emulator --emulator-rate unlimited --emulator-users 3000 --format jsonl");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
    assert_eq!((child.wait().expect("it ends").code(), said.as_str()), (Some(0), ""));
}
