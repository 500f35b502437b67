//! `entra-risk whoami` as people and scripts use it.

use std::process::{Command, Output};

use entra_risk::contract::Contract;
use entra_risk::embedded;
use entra_risk::emulator::{App, Config, Emulator, Identity, Tenant};

use super::*;

struct Server {
    emulator: Emulator,
    app: App,
    tenant: String,
}

impl Server {
    async fn start() -> Self {
        let contracts: Vec<Contract> = embedded::contracts().to_vec();
        let mut config = Config::new(&contracts);
        let app = App::new_with_everything();
        config.directory.apps.push(app.clone());
        let tenant = config.directory.tenants[0].id.clone();
        config.directory.tenants.push(Tenant { id: TENANT.to_owned(), domains: vec!["other.example".to_owned()] });
        Self { emulator: Emulator::start(config).await.unwrap(), app, tenant }
    }

    fn token(&self, identity: &Identity) -> String {
        self.emulator.token(identity)
    }

    /// Runs it with these variables and no others.
    async fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
        command.arg("whoami").args(arguments).env_clear().envs(variables.iter().copied());
        tokio::task::spawn_blocking(move || command.output().expect("the program starts")).await.unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_with_what_it_allows() {
    let server = Server::start().await;
    let (root, token) = (server.emulator.root(), server.token(&Identity::all_delegated(embedded::contracts())));
    let shown = server.run(&["--server", &root], &[("ENTRA_RISK_TOKEN", &token)]).await;
    let text = out(&shown);
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
    let roles = &embedded::contracts()[0].operations[0].roles;
    for part in ["work or school account", &server.tenant, &roles[0].name, ", in 59 min", "signed in    by token"] {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
    for operation in &embedded::contracts()[0].operations {
        assert!(text.lines().any(|line| line.starts_with(&operation.id)), "{}", operation.id);
    }
    assert!(!text.contains(&token) && !text.contains('\u{1b}'));
    // With the version behind it, the root is the same.
    let url = server.emulator.base_url("v1.0");
    let json = server.run(&["--server", &url, "--format", "json"], &[("ENTRA_RISK_TOKEN", &token)]).await;
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["root"], &json["tenant"]), (&json!(root), &json!(server.tenant)));
    let allowed = |operation: &&Value| operation["outcome"] == "allowed";
    let operations = json["operations"].as_array().unwrap();
    let n_all: usize = embedded::contracts().iter().map(|contract| contract.operations.len()).sum();
    assert_eq!((operations.len(), operations.iter().filter(allowed).count()), (n_all, n_all));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_shown_once_with_its_id_and_how_it_is_granted() {
    let server = Server::start().await;
    let (root, token) = (server.emulator.root(), server.token(&Identity::none()));
    let shown = server.run(&["--server", &root], &[("ENTRA_RISK_TOKEN", &token)]).await;
    let text = out(&shown);
    let register = entra_risk::signin::Register::parse(embedded::SIGNIN).unwrap();
    for (name, ids) in &register.permissions {
        let Some(id) = &ids.application else { continue };
        assert_eq!(text.matches(id.as_str()).count(), 1, "{name}: {text}");
    }
    assert!(text.contains("permissions  none") && text.contains("grants admin consent"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opaque_token_is_said_to_be_one() {
    let server = Server::start().await;
    let shown = server.run(&["--server", &server.emulator.root()], &[("ENTRA_RISK_TOKEN", "opaque")]).await;
    assert_eq!(shown.status.code(), Some(0));
    assert!(out(&shown).contains("it cannot be read"), "{}", out(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_signs_in_with_what_serve_exports() {
    let server = Server::start().await;
    let root = server.emulator.root();
    let exported = [
        ("ENTRA_RISK_AUTHORITY", root.as_str()),
        ("ENTRA_RISK_TENANT_ID", &server.tenant),
        ("ENTRA_RISK_CLIENT_ID", &server.app.client_id),
        ("ENTRA_RISK_CLIENT_SECRET", server.app.client_secret.reveal()),
    ];
    let shown = server.run(&["--server", &root], &exported).await;
    assert!(out(&shown).contains("signed in    by client-secret"), "{}{}", out(&shown), err(&shown));
    // Without the server that they are of, they are of no use: Microsoft is not asked.
    let shown = server.run(&["--authority", &root], &exported).await;
    assert_eq!(shown.status.code(), Some(2));
    assert!(err(&shown).contains("that is this machine"), "{}", err(&shown));
    // And without an authority, nobody is given the secret.
    let shown = server.run(&["--server", &root], &exported[1..]).await;
    assert_eq!(shown.status.code(), Some(2));
    assert!(err(&shown).contains("nobody says where it signs in"), "{}", err(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_identity_is_that_of_the_environment() {
    let server = Server::start().await;
    let (root, identity) = (server.emulator.root(), MockServer::start().await);
    let token = server.token(&Identity::all(embedded::contracts()));
    let answer = json!({
        "access_token": token, "expires_on": "4102444800", "resource": root, "token_type": "Bearer",
    });
    Mock::given(method("GET"))
        .and(path("/msi/token"))
        .and(wiremock::matchers::header("x-identity-header", SECRET))
        .and(wiremock::matchers::query_param("client_id", CLIENT))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .expect(1)
        .mount(&identity)
        .await;
    let endpoint = format!("{}/msi/token", identity.uri());
    let variables = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", SECRET)];
    // It is found without being asked for.
    let arguments = ["--server", &root, "--authority", &root, "--client-id", CLIENT];
    let shown = server.run(&arguments, &variables).await;
    assert!(out(&shown).contains("signed in    by managed-identity"), "{}{}", out(&shown), err(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_goes_only_to_whom_it_is_for() {
    let server = Server::start().await;
    let root = server.emulator.root();
    let ours = server.token(&Identity::all(embedded::contracts()));
    let foreign = |claims: Value| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let issuer = "https://sts.windows.net/x/";
    let real = foreign(json!({"aud": GRAPH, "iss": issuer, "roles": [], "tid": TENANT, "exp": 4_102_444_800_u64}));
    let other = foreign(json!({"aud": "https://vault.azure.net", "iss": issuer, "exp": 4_102_444_800_u64}));
    let (here, there): (&[&str], &[&str]) = (&["--server", &root], &["--cloud", "us-l4"]);
    for (arguments, token, code, said) in [
        (&[][..], ours.as_str(), 2, "a double on this machine made it"),
        (here, &real, 2, "it goes nowhere else"),
        (&[], &other, 2, "it is for https://vault.azure.net"),
        (there, &real, 2, "it is for https://graph.microsoft.com"),
        (&[], &foreign(json!({"aud": GRAPH, "exp": 1})), 3, "it expired at 1970-01-01T00:00:01Z"),
        (&["--server", "http://graph.example"], &ours, 2, "a token never travels over plain HTTP"),
        (&["--server", &root, "--tenant", TENANT], &ours, 2, "the token is of tenant"),
        // What a domain is, the authority says.
        (&["--server", &root, "--authority", &root, "--tenant", "other.example"], &ours, 2, "the token is of tenant"),
        (&["--server", &root, "--authority", &root, "--tenant", "nowhere.example"], &ours, 3, "find the tenant of"),
        (&["--server", &root, "--tenant", "contoso.onmicrosoft.com"], &ours, 2, "nobody says where it signs in"),
    ] {
        let shown = server.run(arguments, &[("ENTRA_RISK_TOKEN", token)]).await;
        assert_eq!(shown.status.code(), Some(code), "{}", err(&shown));
        assert!(err(&shown).contains(said) && !err(&shown).contains(token), "{}", err(&shown));
    }
    let named = ["--server", &root, "--authority", &root, "--tenant", "contoso.onmicrosoft.com"];
    let shown = server.run(&named, &[("ENTRA_RISK_TOKEN", &ours)]).await;
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
    let shown = server.run(&[], &[("ENTRA_RISK_TOKEN", &real)]).await;
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
    assert!(out(&shown).contains("https://graph.microsoft.com (cloud global)"), "{}", out(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_anything_to_sign_in_with_all_that_was_looked_for_is_told() {
    let server = Server::start().await;
    let shown = server.run(&["--format", "json"], &[]).await;
    assert_eq!(shown.status.code(), Some(2));
    let error: Value = serde_json::from_slice(&shown.stderr).unwrap();
    assert_eq!(error["error"]["exitCode"], 2);
    assert!(error["error"]["message"].as_str().unwrap().contains("AZURE_CLIENT_SECRET is not set"), "{error}");
}
