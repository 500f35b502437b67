//! No secret is in what is printed: neither ours, nor one that somebody repeats.

use entra_risk::client::TokenError;

use super::*;

/// Everything that is said of an error.
fn said(error: &SignInError) -> String {
    format!("{error} {error:?} {} {:?}", error.remedy, TokenError::from(error.clone()))
}

#[tokio::test]
async fn no_error_has_a_secret_even_where_the_authority_repeats_it() {
    let repeats = |request: &Request| {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let all: Vec<&str> = form.values().map(String::as_str).collect();
        // As Entra writes it, with an escaped apostrophe.
        let said = json!(format!("AADSTS7000215: Not {}.", all.join(", "))).to_string();
        let body = format!(r#"{{"error":"invalid_client","error_codes":[7000215],"error_description":{said}}}"#);
        ResponseTemplate::new(400).set_body_string(body.replace("Not ", r"\u0027Not\u0027 "))
    };
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(repeats).mount(&server).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), SECRET).unwrap();
    let from_file =
        Credential::ClientSecret { client_id: CLIENT.to_owned(), secret: Held::File(file.path().to_owned()) };
    let federated = Credential::TokenFile { client_id: CLIENT.to_owned(), path: file.path().to_owned() };
    for credential in [app_with(SECRET), from_file, federated] {
        let tokens = at(&server.uri(), credential, means(Watch::patient())).unwrap();
        let error = tokens.obtain(PLAIN).await.unwrap_err();
        assert!(error.to_string().contains("AADSTS7000215: 'Not' "), "{error}");
        assert!(!said(&error).contains(SECRET), "{error}");
    }
    let device = at(&server.uri(), Credential::DeviceCode(CLIENT.to_owned()), means(Watch::patient())).unwrap();
    assert!(device.obtain(PLAIN).await.unwrap_err().to_string().contains("'Not' "));
    let broken = Authority::parse(&format!("https://me:{SECRET}@login.example")).unwrap_err();
    assert!(!said(&broken).contains(SECRET), "{broken}");
}

#[tokio::test]
async fn nothing_that_holds_a_secret_prints_it() {
    let server = numbering().await;
    let tokens = at(&server.uri(), app_with(SECRET), means(Watch::patient())).unwrap();
    let token = tokens.obtain(PLAIN).await.unwrap();
    let environment: entra_risk::signin::Environment = [("AZURE_CLIENT_SECRET", SECRET)].into_iter().collect();
    let job = Credential::GithubActions { client_id: String::new(), url: String::new(), token: Secret::new(SECRET) };
    let printed = format!("{tokens:?} {token:?} {environment:?} {:?} {job:?}", found(app_with(SECRET)));
    assert!(!printed.contains(SECRET) && !printed.contains("token-1"), "{printed}");
    assert!(printed.contains("AZURE_CLIENT_SECRET"), "{printed}");
}
