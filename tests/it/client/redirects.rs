//! Redirects are answers, never instructions.

use entra_risk::client::{Delivery, ErrorKind};

use super::wire::{Wire, answer};
use super::{SHOWN, client, dismissal};

/// Calls by POST and by GET a server that redirects to this address.
async fn redirected(to: &str) {
    for status in [301, 302, 303, 307, 308] {
        let away = || answer(&format!("{status} Elsewhere"), &format!("Location: {to}\r\n"), "");
        let server = Wire::start([away(), away(), away()]).await;
        let client = client(&server.root());
        let errors = [
            dismissal(&client).await.unwrap_err(),
            client.risky_user_get().id(SHOWN).await.unwrap_err(),
            client.risky_user_list().await.unwrap_err(),
        ];
        for error in errors {
            let seen = (error.kind(), error.delivery(), error.attempts());
            assert_eq!(seen, (ErrorKind::Unexpected, Delivery::Answered, 1), "{status} to {to}: {error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert!(error.message().contains("redirect"), "{error}");
        }
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let other = Wire::elsewhere([]).await;
    redirected(&format!("{}/beta/riskyUsers", other.root())).await;
    other.untouched();
}

#[tokio::test]
async fn a_redirect_to_another_port_is_not_followed() {
    let other = Wire::start([]).await;
    redirected(&format!("{}/beta/riskyUsers", other.root())).await;
    other.untouched();
}

#[tokio::test]
async fn a_redirect_to_the_same_place_is_not_followed() {
    redirected("http://{here}/beta/riskyUsers").await;
    redirected("/beta/riskyUsers").await;
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_not_followed() {
    // From HTTPS to HTTP: see `tls`.
    let other = Wire::start([]).await;
    redirected(&format!("https://127.0.0.1:{}/", other.port())).await;
    other.untouched();
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_answer_too() {
    redirected("http://").await;
    redirected("").await;
}
