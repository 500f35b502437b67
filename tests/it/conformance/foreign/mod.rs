//! The suite on servers that are not ours: right ones are not blamed, and each defect is named.

mod matrix;
pub(crate) mod model;
mod second;

use entra_risk::conformance::{RunError, ServerOptions};
use entra_risk::rules::ProbeToken;
use entra_risk::verdict::{Outcome, Side};
use entra_risk::wire::{Scripted, Step};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use super::{contract, run, with};
use model::{DEFECTS, Defect, Model};

const DOCUMENTED: &[&str] = &[
    "04487ee0-f4f6-4e7f-8999-facc5a30e232",
    "13387ee0-f4f6-4e7f-8999-facc5120e345",
    "29f270bb-4d23-4f68-8a57-dc73dc0d4caf",
    "20f91ec9-d140-4d90-9cd9-f618587a1471",
    "c2b6c2b9-dddc-acd0-2b39-d519d803dbc3",
];
const OTHERS: &[&str] = &[
    "00000000-0000-4000-9000-000000000001",
    "00000000-0000-4000-9000-000000000002",
    "00000000-0000-4000-9000-000000000003",
    "00000000-0000-4000-9000-000000000004",
    "00000000-0000-4000-9000-000000000005",
];

async fn server(defect: Defect, ids: &[&str]) -> (MockServer, ServerOptions) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Model::new(defect, ids)).mount(&server).await;
    let probes = ProbeToken::ALL.map(|kind| (kind, kind.as_str().to_owned())).into();
    let options = ServerOptions { probes, ..ServerOptions::new(format!("{}/beta", server.uri()), "test-token") };
    (server, options)
}

#[tokio::test]
async fn a_right_server_of_another_make_is_not_blamed() {
    for (ids, told) in [(DOCUMENTED, "the documented accounts"), (OTHERS, "accounts of its own"), (&[], "no account")] {
        let (_server, options) = server(Defect::None, ids).await;
        let report = run(contract(), &[Side::Server], &[], Some(options)).await.expect("a run");
        let blamed: Vec<String> =
            with(&report, Outcome::Fail).into_iter().filter(|line| !line.contains("(assumption)")).collect();
        assert_eq!(blamed, Vec::<String>::new(), "with {told}");
        assert!(!report.fails(false));
        let vacuous = report.checks.iter().filter(|judged| ids.is_empty() && judged.outcome == Outcome::Pass);
        assert_eq!(vacuous.filter(|judged| judged.check.id.contains("query_ignored")).count(), 0);
        let expected = if ids.is_empty() { 100 } else { 180 };
        assert!(report.summary.passed > expected, "with {told}: {:?}", report.summary);
    }
}

#[tokio::test]
async fn each_defect_is_named() {
    for (defect, check) in DEFECTS {
        let (_server, options) = server(*defect, DOCUMENTED).await;
        let report = run(contract(), &[Side::Server], &[], Some(options)).await.expect("a run");
        let failed = with(&report, Outcome::Fail);
        let named = failed.iter().find(|line| line.contains(check));
        let named = named.unwrap_or_else(|| panic!("{defect:?} does not fail {check}: {failed:#?}"));
        assert!(report.fails(named.contains("(assumption)")), "{defect:?}");
    }
}

#[tokio::test]
async fn bytes_behind_a_204_are_seen() {
    let server = Scripted::start().await.expect("loopback");
    let answer = b"HTTP/1.1 204 No Content\r\nrequest-id: r\r\n\r\n{}".to_vec();
    server.begin(std::iter::repeat_n(Step::Truncated(answer), 64));
    let options = ServerOptions::new(format!("http://{}/beta", server.address()), "t");
    let report =
        run(contract(), &[Side::Server], &["**/no_content_has_content/body"], Some(options)).await.expect("a run");
    assert_eq!(report.summary.failed, 2, "{:#?}", report.checks);
    assert!(report.checks.iter().all(|judged| judged.seen == "2 bytes"), "{:#?}", report.checks);
}

#[tokio::test]
async fn a_server_that_stops_answering_ends_the_run_with_verdicts() {
    let server = Scripted::start().await.expect("loopback");
    server.begin(
        [Step::Answer(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec())]
            .into_iter()
            .chain(std::iter::repeat_n(Step::Reset, 500)),
    );
    let options = ServerOptions::new(format!("http://{}/beta", server.address()), "t");
    let report = run(contract(), &[Side::Server], &[], Some(options)).await.expect("a run");
    assert_eq!(report.summary.passed, 0);
    assert!(with(&report, Outcome::NotRun).iter().any(|line| line.contains("stopped answering")));
    assert!(report.fails(false));
}

#[tokio::test]
async fn a_token_for_graph_goes_to_graph_only() {
    use base64::Engine as _;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(r#"{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/x/"}"#);
    let server = Scripted::start().await.expect("loopback");
    let real = format!("e30.{claims}.c2ln");
    for (token, probe) in [(real.as_str(), None), ("opaque", Some(real.clone()))] {
        let mut options = ServerOptions::new(format!("http://{}/beta", server.address()), token);
        options.probes.extend(probe.map(|token| (ProbeToken::Expired, token)));
        let error = run(contract(), &[Side::Server], &[], Some(options)).await.expect_err("refused");
        assert!(matches!(error, RunError::Target(_)) && error.to_string().contains("audience"), "{error}");
    }
    assert_eq!(server.received().len(), 0, "nothing is sent");
}

#[tokio::test]
async fn a_missing_token_without_permission_is_said() {
    let (_server, mut options) = server(Defect::None, DOCUMENTED).await;
    options.probes.clear();
    let report = run(contract(), &[Side::Server], &["**/bad_request_accepted/no-permission"], Some(options))
        .await
        .expect("a run");
    assert!(!report.checks.is_empty());
    assert!(
        report.checks.iter().all(|judged| judged.outcome == Outcome::NotRun && judged.seen.contains("--probe-token"))
    );
}

/// The real service works on an action after its answer.
#[tokio::test]
async fn an_effect_that_takes_its_time_is_waited_for() {
    let (_server, mut options) = server(Defect::Late, DOCUMENTED).await;
    let globs = ["effect_missing", "bystander_changed"];
    let report = run(contract(), &[Side::Server], &globs, Some(options.clone())).await.expect("a run");
    assert!(report.fails(false), "without patience it is missed");
    options.settle = std::time::Duration::from_secs(20);
    let report = run(contract(), &[Side::Server], &globs, Some(options)).await.expect("a run");
    assert_eq!(with(&report, Outcome::Fail), Vec::<String>::new());
}

#[tokio::test]
async fn named_test_accounts_are_the_only_ones_acted_on() {
    let (server, mut options) = server(Defect::None, OTHERS).await;
    options.test_ids = Some(OTHERS[..4].iter().map(|id| (*id).to_owned()).collect());
    let report = run(contract(), &[Side::Server], &[], Some(options)).await.expect("a run");
    let blamed: Vec<String> =
        with(&report, Outcome::Fail).into_iter().filter(|line| !line.contains("(assumption)")).collect();
    assert_eq!(blamed, Vec::<String>::new());
    let effects = report.checks.iter().filter(|judged| judged.check.id.ends_with("effect_missing/riskLevel"));
    assert!(effects.into_iter().all(|judged| judged.outcome == Outcome::Pass));
    assert!(with(&report, Outcome::NotRun).iter().any(|line| line.contains("--allow-actions-on")));
    let requests = server.received_requests().await.expect("recorded");
    let acts: Vec<_> = requests.iter().filter(|request| request.method.as_str() != "GET").collect();
    assert!(acts.len() > 20);
    for request in acts {
        let text = format!("{} {}", request.url.path(), String::from_utf8_lossy(&request.body));
        for id in text.split(['"', '/', ' ']).filter(|part| uuid::Uuid::parse_str(part).is_ok()) {
            assert!(OTHERS[..4].contains(&id), "{text}");
        }
    }
}
