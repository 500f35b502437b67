//! Claims challenges, and providers that have no token.

use std::sync::{Arc, Mutex};

use entra_risk::client::{BoxFuture, Delivery, ErrorKind, Token, TokenError, TokenProvider, TokenRequest};
use entra_risk::{Session, TokenFn};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{TOKEN, Watch, answering, client, dismissal, header, received, status};

const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1750000000"}}}"#;
const ENCODED: &str = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzUwMDAwMDAwIn19fQ==";

fn challenge() -> ResponseTemplate {
    let value = format!(
        r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="{ENCODED}""#
    );
    let body = json!({"error": {"code": "InvalidAuthenticationToken", "message": "Continuous access evaluation."}});
    status(401).insert_header("WWW-Authenticate", value).set_body_json(body)
}

/// What a provider was asked for: resource, claims, and whether the refused token was named.
type Asked = (String, Option<String>, Option<Token>);

/// Gives the first token, and to claims the second.
#[derive(Clone, Default)]
struct Signin(Arc<Mutex<Vec<Asked>>>);

impl TokenProvider for Signin {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>> {
        let asked = (request.resource.to_owned(), request.claims.map(str::to_owned), request.rejected.cloned());
        self.0.lock().unwrap().push(asked);
        Box::pin(std::future::ready(Token::new(if request.claims.is_some() { "fresh-token" } else { TOKEN })))
    }
}

fn signed_in(root: &str, tokens: impl TokenProvider) -> entra_risk::beta::Client {
    Session::builder().root(root).token(tokens).clock(Watch::default()).build().unwrap().beta()
}

#[tokio::test]
async fn a_challenge_is_answered_once_with_its_claims() {
    let server = answering([challenge(), status(204)]).await;
    let signin = Signin::default();
    dismissal(&signed_in(&server.uri(), signin.clone())).await.unwrap();
    let requests = received(&server).await;
    let sent: Vec<_> = requests.iter().map(|request| header(request, "authorization").unwrap()).collect();
    assert_eq!(sent, [format!("Bearer {TOKEN}").as_str(), "Bearer fresh-token"]);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(header(&requests[0], "client-request-id"), header(&requests[1], "client-request-id"));
    let asked = signin.0.lock().unwrap().clone();
    let resource = server.uri();
    let rejected = Token::new(TOKEN).unwrap();
    assert_eq!(asked, [(resource.clone(), None, None), (resource, Some(CLAIMS.to_owned()), Some(rejected))]);
}

#[tokio::test]
async fn a_second_challenge_is_final() {
    let server = answering([challenge(), challenge(), status(204)]).await;
    let error = dismissal(&signed_in(&server.uri(), Signin::default())).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Refused, 2));
    assert_eq!(error.code(), Some("InvalidAuthenticationToken"));
    assert_eq!(received(&server).await.len(), 2);
}

#[tokio::test]
async fn a_provider_without_claims_leaves_the_answer_of_the_service() {
    let server = answering([challenge(), status(204)]).await;
    let error = dismissal(&client(&server.uri())).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Refused, 1));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!((error.code(), error.message()), (Some("InvalidAuthenticationToken"), "Continuous access evaluation."));
    assert_eq!(received(&server).await.len(), 1);
}

#[tokio::test]
async fn another_401_is_final() {
    for value in ["Bearer", r#"Bearer error="invalid_token""#, r#"Basic realm="x""#, "Bearer \u{1}"] {
        let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) else { continue };
        let server = answering([status(401).insert_header("WWW-Authenticate", value), status(204)]).await;
        let signin = Signin::default();
        let error = dismissal(&signed_in(&server.uri(), signin.clone())).await.unwrap_err();
        assert_eq!((error.kind(), received(&server).await.len()), (ErrorKind::Refused, 1));
        assert_eq!(signin.0.lock().unwrap().len(), 1, "the provider is not asked again");
    }
}

#[tokio::test]
async fn a_challenge_among_several_is_found() {
    let answer = challenge().append_header("WWW-Authenticate", r#"Basic realm="x""#);
    let server = answering([answer, status(204)]).await;
    dismissal(&signed_in(&server.uri(), Signin::default())).await.unwrap();
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let server = answering([status(204)]).await;
    let tokens = TokenFn(|_, _| std::future::ready(Err(TokenError::new("the sign-in expired"))));
    let client = signed_in(&server.uri(), tokens);
    let error = dismissal(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Token, Delivery::NotSent, 0));
    assert_eq!(error.to_string(), "call riskyUser.dismiss: nothing was sent, there is no token: the sign-in expired");
    assert_eq!(received(&server).await.len(), 0);
}

#[tokio::test]
async fn every_page_is_asked_for_with_a_token_of_its_own() {
    let server = wiremock::MockServer::start().await;
    let link = format!("{}/beta/riskyUsers?$skiptoken=two", server.uri());
    let answers = [json!({"value": [], "@odata.nextLink": link}), json!({"value": []})];
    let answers = answers.iter().map(|body| status(200).set_body_json(body)).collect();
    let answers = super::InTurn(Mutex::new(answers));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answers).mount(&server).await;
    let signin = Signin::default();
    signed_in(&server.uri(), signin.clone()).risky_user_list().pages().all().await.unwrap();
    assert_eq!(signin.0.lock().unwrap().len(), 2);
}

/// A wait may outlast a token: the provider is asked again after it.
#[tokio::test]
async fn an_attempt_after_a_wait_has_a_token_of_its_own() {
    let server = answering([status(429), status(204)]).await;
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let tokens = TokenFn(move |_: String, _: Option<String>| {
        let mut asked = count.lock().unwrap();
        *asked += 1;
        std::future::ready(Token::new(format!("token-{asked}")))
    });
    dismissal(&signed_in(&server.uri(), tokens)).await.unwrap();
    let requests = received(&server).await;
    let sent: Vec<_> = requests.iter().map(|request| header(request, "authorization").unwrap()).collect();
    assert_eq!(sent, ["Bearer token-1", "Bearer token-2"]);
}
