//! Apps, machines and pipelines that sign in by themselves.

use entra_risk::contract::Contract;
use entra_risk::embedded;
use entra_risk::emulator::{App, Config, Directory, Emulator, Tenant};
use entra_risk::signin::{Cause, Claims};
use ring::signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use wiremock::matchers::{header, query_param};

use super::*;

async fn emulator() -> Emulator {
    let contracts: Vec<Contract> = embedded::contracts().to_vec();
    let mut config = Config::new(&contracts);
    let app = App {
        client_id: CLIENT.to_owned(),
        client_secret: entra_risk::emulator::Secret::new(SECRET),
        ..App::new_with_everything()
    };
    let tenant = Tenant { id: TENANT.to_owned(), domains: vec!["contoso.example".to_owned()] };
    config.directory = Directory { tenants: vec![tenant], apps: vec![app], users: Vec::new() };
    Emulator::start(config).await.unwrap()
}

#[tokio::test]
async fn an_app_signs_in_with_its_secret_and_again_before_its_token_ends() {
    let emulator = emulator().await;
    let clock = Watch::patient();
    let tokens = at(&emulator.root(), app_with(SECRET), means(clock.clone())).unwrap();
    let first = tokens.obtain(PLAIN).await.unwrap();
    let claims = Claims::of(&first).unwrap();
    assert_eq!((claims.tid.as_deref(), claims.application()), (Some(TENANT), Some(CLIENT)));
    assert!(!claims.permissions().is_empty() && claims.is_of_this_machine() && claims.is_for(GRAPH));
    clock.advance(3200);
    assert_eq!(tokens.obtain(PLAIN).await.unwrap(), first);
    clock.advance(200);
    assert_ne!(tokens.obtain(PLAIN).await.unwrap(), first);
}

#[tokio::test]
async fn what_the_authority_refuses_is_told_with_its_code_and_what_to_do() {
    let emulator = emulator().await;
    let refused = |credential: Credential, tenant: &str| {
        let authority = Authority::parse(&emulator.root()).unwrap();
        let found = Found { credential, tenant: Some(tenant.to_owned()) };
        let tokens = tokens(found, Some(authority), means(Watch::patient())).unwrap();
        async move { tokens.obtain(PLAIN).await.unwrap_err() }
    };
    let other = Credential::ClientSecret {
        client_id: "99999999-aaaa-4bbb-8ccc-444444444444".to_owned(),
        secret: Held::Variable("AZURE_CLIENT_SECRET".into(), Secret::new(SECRET)),
    };
    for (error, code, remedy) in [
        (refused(app_with("another"), TENANT).await, "AADSTS7000215", "not its id"),
        (refused(other, TENANT).await, "AADSTS700016", "--client-id"),
        (refused(app_with(SECRET), "nowhere.example").await, "AADSTS90002", "--tenant"),
    ] {
        assert_eq!(error.cause, Cause::Refused);
        let shown = error.to_string();
        assert!(shown.starts_with("sign in with the client secret: ") && shown.contains(code), "{shown}");
        assert!(!shown.contains("Trace ID") && error.remedy.contains(remedy), "{error:?}");
    }
}

#[tokio::test]
async fn a_challenge_is_passed_on_and_its_token_is_a_new_one() {
    let server = numbering().await;
    let tokens = at(&server.uri(), app_with(SECRET), means(Watch::patient())).unwrap();
    let first = tokens.obtain(PLAIN).await.unwrap();
    let asked = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    let challenged = TokenRequest { claims: Some(asked), rejected: Some(&first), ..PLAIN };
    assert_ne!(tokens.obtain(challenged).await.unwrap(), first);
    let forms = forms(&server).await;
    let claims: Vec<Value> = forms.iter().map(|form| serde_json::from_str(&form["claims"]).unwrap()).collect();
    let able = json!({"values": ["cp1"]});
    assert_eq!(claims[0], json!({"access_token": {"xms_cc": able}}));
    assert_eq!(claims[1], json!({"access_token": {"nbf": {"essential": true, "value": "1"}, "xms_cc": able}}));
    assert!(forms.iter().all(|form| form["scope"] == format!("{GRAPH}/.default") && form["client_secret"] == SECRET));
}

/// The bytes of each section of a PEM file, by its name.
fn sections(pem: &str) -> Vec<(String, Vec<u8>)> {
    let mut sections = Vec::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (name, after) = after.split_once("-----").unwrap();
        let (body, after) = after.split_once("-----END").unwrap();
        let body: String = body.split_whitespace().collect();
        sections.push((name.to_owned(), base64::engine::general_purpose::STANDARD.decode(body).unwrap()));
        rest = after;
    }
    sections
}

#[tokio::test]
async fn a_certificate_signs_an_assertion_for_the_token_endpoint() {
    let server = numbering().await;
    let tokens = at(&server.uri(), app_certificate(fixture("app.pem")), means(Watch::patient())).unwrap();
    tokens.obtain(PLAIN).await.unwrap();
    let form = forms(&server).await.remove(0);
    assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let sections = sections(&std::fs::read_to_string(fixture("app.pem")).unwrap());
    let key = RsaKeyPair::from_pkcs8(&sections[0].1).unwrap();
    let (signed, signature) = form["client_assertion"].rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key().as_ref())
        .verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .expect("a signature of the key in the file");
    let (header, claims) = signed.split_once('.').unwrap();
    let (header, claims) = (decoded(header), decoded(claims));
    let thumbprint = ring::digest::digest(&ring::digest::SHA256, &sections[1].1);
    assert_eq!(header, json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(thumbprint)}));
    assert_eq!(claims["aud"], format!("{}{}", server.uri(), token_path()));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(CLIENT), &json!(CLIENT)));
    let seconds = |name: &str| claims[name].as_u64().unwrap();
    let now = SystemClock::new().now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert!(seconds("nbf") <= now && (now..now + 700).contains(&seconds("exp")), "{claims}");
}

#[tokio::test]
async fn every_assertion_is_another_one() {
    let server = numbering().await;
    let clock = Watch::patient();
    let tokens = at(&server.uri(), app_certificate(fixture("app.pem")), means(clock.clone())).unwrap();
    tokens.obtain(PLAIN).await.unwrap();
    clock.advance(3600);
    tokens.obtain(PLAIN).await.unwrap();
    let ids: Vec<Value> = forms(&server)
        .await
        .iter()
        .map(|form| decoded(form["client_assertion"].split('.').nth(1).unwrap())["jti"].clone())
        .collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn a_certificate_that_is_of_no_use_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let pem = std::fs::read_to_string(fixture("app.pem")).unwrap();
    let other = std::fs::read_to_string(fixture("other.pem")).unwrap();
    let (key, certificate) = pem.split_at(pem.find("-----BEGIN CERTIFICATE").unwrap());
    let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for (content, reason, remedy) in [
        (key.as_bytes().to_vec(), "it has no certificate, only a key", "into one file"),
        (certificate.as_bytes().to_vec(), "it has no private key", "into one file"),
        (format!("{key}{other}").into_bytes(), "is not that of its key", "belong together"),
        (format!("{elliptic}{certificate}").into_bytes(), "no RSA key", "RSA"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n".to_vec(), "has a password", "openssl pkcs8"),
        (vec![0x30, 0x82, 0xff, 0x00], "read the certificate", "openssl pkcs12"),
        (Vec::new(), "it is empty", ""),
    ] {
        let path = folder.path().join("app.pem");
        std::fs::write(&path, content).unwrap();
        let error = at("https://login.example", app_certificate(path), means(Watch::patient())).unwrap_err();
        assert_eq!(error.cause, Cause::Given);
        assert!(error.to_string().contains(reason) && error.remedy.contains(remedy), "{error:?}");
    }
    // In any order, and among others.
    let path = folder.path().join("chain.pem");
    std::fs::write(&path, format!("{other}{certificate}{key}")).unwrap();
    assert!(at("https://login.example", app_certificate(path), means(Watch::patient())).is_ok());
}

#[tokio::test]
async fn a_federated_token_is_read_anew_each_time() {
    let server = numbering().await;
    let (clock, file) = (Watch::patient(), tempfile::NamedTempFile::new().unwrap());
    let credential = Credential::TokenFile { client_id: CLIENT.to_owned(), path: file.path().to_owned() };
    let tokens = at(&server.uri(), credential, means(clock.clone())).unwrap();
    std::fs::write(file.path(), "first\n").unwrap();
    tokens.obtain(PLAIN).await.unwrap();
    std::fs::write(file.path(), "second\n").unwrap();
    clock.advance(3600);
    tokens.obtain(PLAIN).await.unwrap();
    let assertions: Vec<String> =
        forms(&server).await.into_iter().map(|form| form["client_assertion"].clone()).collect();
    assert_eq!(assertions, ["first", "second"]);
    std::fs::write(file.path(), "").unwrap();
    clock.advance(3600);
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert!(error.to_string().starts_with("use the federated token file"), "{error}");
}

#[tokio::test]
async fn a_job_of_github_actions_exchanges_its_identity() {
    let (server, github) = (numbering().await, MockServer::start().await);
    let answer = ResponseTemplate::new(200).set_body_json(json!({"value": "identity-of-the-job"}));
    let asked = Mock::given(method("GET")).and(path("/token")).and(query_param("audience", "api://exchange"));
    let asked = asked.and(query_param("v", "1")).and(header("authorization", format!("Bearer {SECRET}").as_str()));
    asked.respond_with(answer).expect(1).mount(&github).await;
    let credential =
        |url: String| Credential::GithubActions { client_id: CLIENT.to_owned(), url, token: Secret::new(SECRET) };
    let tokens = at(&server.uri(), credential(format!("{}/token?v=1", github.uri())), means(Watch::patient())).unwrap();
    tokens.obtain(PLAIN).await.unwrap();
    assert_eq!(forms(&server).await[0]["client_assertion"], "identity-of-the-job");
    let tokens = at(&server.uri(), credential(format!("{}/other", github.uri())), means(Watch::patient())).unwrap();
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert!(error.to_string().contains("404") && error.remedy.contains("id-token: write"), "{error:?}");
}

#[cfg(unix)]
mod cli {
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Output;

    use entra_risk::signin::Executor;

    use super::*;

    /// Runs programs with a path of its own.
    #[derive(Debug)]
    struct Shell(String);

    #[async_trait::async_trait]
    impl Executor for Shell {
        async fn run(&self, program: &OsStr, args: &[&OsStr]) -> std::io::Result<Output> {
            tokio::process::Command::new(program).args(args).env("PATH", &self.0).output().await
        }
    }

    async fn with_az(script: &str) -> Result<Token, SignInError> {
        let folder = tempfile::tempdir().unwrap();
        let az = folder.path().join("az");
        std::fs::write(&az, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).unwrap();
        let shell = Arc::new(Shell(format!("{}:/bin:/usr/bin", folder.path().display())));
        let means = Means { shell, ..means(Watch::patient()) };
        let tokens = at("https://login.example", Credential::AzureCli, means)?;
        tokens.obtain(PLAIN).await
    }

    #[tokio::test]
    async fn the_azure_cli_gives_what_it_is_signed_in_as() {
        // The arguments are the token, so that they are seen.
        let script = r#"echo "{\"accessToken\":\"$(echo "$@" | tr -c 'a-z0-9\n' '-')\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}""#;
        let arguments = "account-get-access-token--o-json---scope-https---graph-microsoft-com--default---tenant";
        assert_eq!(with_az(script).await.unwrap(), is(format!("{arguments}-{TENANT}")));
    }

    #[tokio::test]
    async fn what_the_azure_cli_says_is_told() {
        let script = "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1";
        let error = with_az(script).await.unwrap_err();
        assert_eq!(error.to_string(), "sign in with the Azure CLI: ERROR: Please run 'az login' to setup account");
        assert_eq!((error.cause, error.remedy.as_str()), (Cause::Refused, "sign in there first: az login"));
    }
}
