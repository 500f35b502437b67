//! Where secrets go, and where they do not; tokens that were given.

use entra_risk::signin::Cause;

use super::*;

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let (server, elsewhere) = (MockServer::start().await, numbering().await);
    let away = ResponseTemplate::new(307).insert_header("Location", format!("{}{}", elsewhere.uri(), token_path()));
    Mock::given(method("POST")).respond_with(away).mount(&server).await;
    for credential in [app_with(SECRET), app_certificate(fixture("app.pem")), Credential::DeviceCode(CLIENT.to_owned())]
    {
        let tokens = at(&server.uri(), credential, means(Watch::patient())).unwrap();
        let error = tokens.obtain(PLAIN).await.unwrap_err();
        assert_eq!(error.cause, Cause::Unreachable);
        assert!(error.to_string().contains("redirects"), "{error}");
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_authority_that_is_not_there_or_is_none_is_told() {
    let tokens = at("http://127.0.0.1:9", app_with(SECRET), means(Watch::patient())).unwrap();
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(error.to_string().contains("http://127.0.0.1:9: no connection"), "{error}");
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_string("<html>Welcome</html>"))
        .mount(&server)
        .await;
    for credential in [app_with(SECRET), Credential::DeviceCode(CLIENT.to_owned())] {
        let tokens = at(&server.uri(), credential, means(Watch::patient())).unwrap();
        assert!(tokens.obtain(PLAIN).await.is_err());
    }
}

#[tokio::test]
async fn without_an_authority_a_given_token_alone_is_of_use() {
    let variable = || Held::Variable("ENTRA_RISK_TOKEN".into(), Secret::new("given"));
    let given = tokens(found(Credential::Token(variable())), None, means(Watch::patient())).unwrap();
    assert_eq!(given.obtain(PLAIN).await.unwrap(), is("given"));
    let error = tokens(found(app_with(SECRET)), None, means(Watch::patient())).unwrap_err();
    assert_eq!((error.cause, error.remedy.as_str()), (Cause::Given, "give --authority URL"));
}

/// A token of this many seconds from now.
fn lasting(seconds: u64) -> String {
    let end = SystemClock::new().now() + Duration::from_secs(seconds);
    let end = end.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    format!("e30.{}.{seconds}", URL_SAFE_NO_PAD.encode(json!({"exp": end}).to_string()))
}

#[tokio::test]
async fn a_file_with_a_token_is_read_again_when_it_changes() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let clock = Watch::patient();
    let credential = Credential::Token(Held::File(file.path().to_owned()));
    let tokens = tokens(found(credential), None, means(clock.clone())).unwrap();
    let write = |text: &str| std::fs::write(file.path(), format!("{text}\n")).unwrap();
    write(&lasting(1000));
    assert_eq!(tokens.obtain(PLAIN).await.unwrap(), is(lasting(1000)));
    write(&lasting(90_000));
    let second = tokens.obtain(PLAIN).await.unwrap();
    assert_eq!(second, is(lasting(90_000)));
    clock.advance(90_001);
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert!(error.to_string().contains("it expired at") && error.cause == Cause::Refused, "{error}");
    write("a b");
    let error = tokens.obtain(PLAIN).await.unwrap_err();
    assert!(error.to_string().contains("a character that no bearer token has"), "{error}");
}

#[tokio::test]
async fn a_given_token_cannot_answer_a_challenge() {
    let credential = Credential::Token(Held::Variable("ENTRA_RISK_TOKEN".into(), Secret::new(lasting(1000))));
    let tokens = tokens(found(credential), None, means(Watch::patient())).unwrap();
    let first = tokens.obtain(PLAIN).await.unwrap();
    let challenged = TokenRequest { claims: Some("{}"), rejected: Some(&first), ..PLAIN };
    let error = tokens.obtain(challenged).await.unwrap_err();
    assert!(error.to_string().contains("asks for other claims"), "{error}");
    assert_eq!(tokens.obtain(PLAIN).await.unwrap(), first, "it is still the token of other calls");
}

#[tokio::test]
async fn what_was_begun_as_one_is_not_gone_on_with_as_another() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let credential = Credential::Token(Held::File(file.path().to_owned()));
    let tokens = tokens(found(credential), None, means(Watch::patient())).unwrap();
    let whose = |tid: &str, oid: &str, aud: &str, salt: &str| {
        let claims = json!({"tid": tid, "oid": oid, "aud": aud, "salt": salt}).to_string();
        std::fs::write(file.path(), format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))).unwrap();
    };
    whose(TENANT, "a", GRAPH, "");
    tokens.obtain(PLAIN).await.unwrap();
    for (tid, oid, aud) in [("other", "a", GRAPH), (TENANT, "b", GRAPH), (TENANT, "a", "https://vault.azure.net")] {
        whose(tid, oid, aud, "longer");
        let error = tokens.obtain(PLAIN).await.unwrap_err();
        assert!(error.to_string().contains("of another tenant or account"), "{error}");
    }
    whose(TENANT, "a", GRAPH, "renewed");
    assert!(tokens.obtain(PLAIN).await.is_ok());
}
