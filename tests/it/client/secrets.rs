//! The token is shown nowhere, whatever fails and whatever the service says.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::time::Duration;

use entra_risk::client::{Error, ErrorKind, Token, TokenError};
use entra_risk::{Session, StaticToken, TokenFn};
use tokio::net::TcpSocket;

use super::wire::{Act, Wire, answer};
use super::{SHOWN, TOKEN, Watch, client, dismissal, session};

/// Part of a token is as bad as the whole: its signature, and its claims.
#[track_caller]
fn hidden(text: &str) {
    for part in TOKEN.split('.') {
        assert!(!text.contains(part), "the token is shown: {text}");
    }
}

fn printed(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

/// Everything that an error tells.
fn told(error: &Error) -> String {
    let mut text = format!("{error} {error:#} {} {} {:?}", printed(error), error.message(), error.code());
    write!(text, "{:?} {:?} {:?}", error.inner_codes(), error.request_id(), error.headers()).unwrap();
    let mut source = error.source();
    while let Some(inner) = source {
        write!(text, " {inner} {inner:?} {inner:#?}").unwrap();
        source = inner.source();
    }
    text
}

#[tokio::test]
async fn nothing_that_holds_the_token_prints_it() {
    let watch = Watch::default();
    let token = StaticToken::new(TOKEN).unwrap();
    hidden(&printed(&token));
    hidden(&printed(&Token::new(TOKEN).unwrap()));
    let builder = session("http://127.0.0.1:1", &watch);
    hidden(&printed(&builder));
    let session = builder.build().unwrap();
    hidden(&printed(&session));
    let client = session.beta();
    hidden(&printed(&client));
    hidden(&printed(&dismissal(&client)));
    hidden(&printed(&client.risky_user_confirm_compromised()));
    hidden(&printed(&client.risky_user_get().id(SHOWN)));
    hidden(&printed(&client.risky_user_list()));
    hidden(&printed(&entra_risk::client::AnyClient::connect(&session, "beta")));
}

#[tokio::test]
async fn a_text_that_is_no_token_is_not_repeated() {
    for text in [format!("\"{TOKEN}\""), format!("{TOKEN}\u{e9}"), format!("{TOKEN} {TOKEN}"), format!("a\r\n{TOKEN}")]
    {
        let error: TokenError = Token::new(&text).unwrap_err();
        hidden(&format!("{error} {error:?} {error:#?}"));
        let error = StaticToken::new(&text).unwrap_err();
        hidden(&format!("{error} {error:?} {error:#?}"));
    }
}

#[tokio::test]
async fn the_context_of_a_call_does_not_print_it() {
    // Held by the session while it serves the call; seen here through a provider that is asked.
    let server = Wire::start([Act::Close("HTTP/1.1 204 No Content\r\n\r\n".to_owned())]).await;
    let session = Session::builder().root(&server.root());
    let session = session.token(TokenFn(|_, _| std::future::ready(Token::new(TOKEN)))).build().unwrap();
    dismissal(&session.beta()).await.unwrap();
    hidden(&printed(&session));
}

#[tokio::test]
async fn no_failure_shows_it() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n";
    let acts = [
        (ErrorKind::AnswerUnknown, Act::Reset),
        (ErrorKind::AnswerUnknown, Act::Close(String::new())),
        (ErrorKind::AnswerUnknown, Act::Close(format!("{head}{{\"id\": "))),
        (ErrorKind::Unexpected, answer("302 Found", "Location: http://127.0.0.1:9/\r\n", "")),
        (ErrorKind::Unexpected, answer("204 No Content", "", "")),
        (ErrorKind::Unexpected, answer("200 OK", "", "[]")),
        (ErrorKind::Refused, answer("403 Forbidden", "", "")),
    ];
    for (kind, act) in acts {
        let server = Wire::start([act]).await;
        let error = client(&server.root()).risky_user_get().id(SHOWN).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        hidden(&told(&error));
    }
}

#[tokio::test]
async fn no_lost_connection_shows_whom_the_call_was_about() {
    for act in [Act::Reset, Act::Close("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_owned())] {
        let server = Wire::start([act]).await;
        let error = client(&server.root()).risky_user_get().id(SHOWN).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AnswerUnknown);
        assert!(error.source().is_some() && !told(&error).contains(&SHOWN.to_string()), "{}", told(&error));
    }
}

#[tokio::test]
async fn no_connection_does_not_show_it() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let error = dismissal(&client(&format!("http://{}", socket.local_addr().unwrap()))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    hidden(&told(&error));
}

#[tokio::test(start_paused = true)]
async fn silence_does_not_show_it() {
    let server = Wire::start([Act::Hang]).await;
    let session = session(&server.root(), &Watch::default()).attempt_timeout(Duration::from_secs(5));
    let error = dismissal(&session.build().unwrap().beta()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AnswerUnknown);
    hidden(&told(&error));
}

#[tokio::test]
async fn arguments_that_are_refused_do_not_show_it() {
    let client = client("http://127.0.0.1:1");
    for error in [
        client.risky_user_get().await.unwrap_err(),
        client.risky_user_list().workbook_session_id("\n").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        hidden(&told(&error));
    }
}

#[tokio::test]
async fn a_service_that_repeats_the_token_does_not_make_the_error_show_it() {
    let json = "Content-Type: application/json\r\n";
    let odata = |code: &str, message: &str, inner: &str| {
        let body = format!(
            r#"{{"error": {{"code": "{code}", "message": "{message}", "innerError": {{"code": "{inner}"}}}}}}"#
        );
        answer("401 Unauthorized", json, &body)
    };
    let echoes = [
        odata("Bad", "Token {token} is not valid", "x"),
        odata("{token}", "no", "x"),
        odata("Bad", "no", "{token}"),
        answer("401 Unauthorized", json, r#"{"detail": "Authorization: Bearer {token}"}"#),
        answer("400 Bad Request", "Content-Type: text/html\r\n", "<pre>Authorization: Bearer {token}</pre>"),
        answer("500 {token}", "", ""),
        answer("403 Forbidden", "request-id: {token}\r\nx-debug: Bearer {token}\r\n", ""),
        answer("307 Elsewhere", "Location: http://127.0.0.1:9/?access_token={token}\r\n", ""),
        answer("418 {token}", "WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"{token}\"\r\n", ""),
        answer("200 OK", json, r#"{"id": "{token}"}"#),
        answer("200 OK", json, r#"{"riskLevel": 1, "id": "04487ee0-f4f6-4e7f-8999-facc5a30e232", "{token}": {token}}"#),
        answer("200 OK", json, r#"{"isDeleted": "{token}"}"#),
        answer("200 {token}", "", "{token}"),
        answer("202 {token}", "x-request: {token}\r\n", "{token}"),
        Act::Close("{token}\r\n\r\n".to_owned()),
        Act::Close("HTTP/1.1 200 OK\r\n{token}\r\n\r\n".to_owned()),
        Act::Close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{token}".to_owned()),
    ];
    for echo in echoes {
        let server = Wire::start([echo]).await;
        let error = client(&server.root()).risky_user_get().id(SHOWN).await.unwrap_err();
        assert!(server.requests()[0].contains(TOKEN));
        hidden(&told(&error));
    }
}

#[tokio::test]
async fn what_hides_the_token_leaves_the_rest_of_the_sentence() {
    let body = r#"{"error": {"code": "Bad", "message": "Token {token} is not valid"}}"#;
    let server = Wire::start([answer("401 Unauthorized", "request-id: 7\r\n", body)]).await;
    let error = dismissal(&client(&server.root())).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("Bad"), "Token [token] is not valid"));
    assert_eq!(error.request_id(), Some("7"));
}

#[tokio::test]
async fn a_page_that_repeats_the_token_does_not_make_the_error_show_it() {
    let link = r#"{"value": [], "@odata.nextLink": "http://{here}/beta/riskyUsers?$skiptoken=1"}"#;
    for second in [
        answer("401 Unauthorized", "x: {token}\r\n", r#"{"error": {"code": "{token}", "message": "{token}"}}"#),
        answer("200 OK", "", r#"{"value": [{"id": "{token}"}]}"#),
        answer("200 OK", "", r#"{"value": [], "@odata.nextLink": "http://{token}.example/{token}"}"#),
        answer("200 OK", "", r#"{"value": [], "@odata.nextLink": "{token}"}"#),
    ] {
        let server = Wire::start([answer("200 OK", "", link), second]).await;
        let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
        hidden(&told(&error));
    }
}
