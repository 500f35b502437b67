//! Signs in by a way of its own: keeps a token, and takes a new one when the service refuses it.
//!
//! `ENTRA_RISK_TOKEN` stands for the sign-in here. `entra-risk serve` prints the two variables
//! to set; without `ENTRA_RISK_BASE_URL` the global cloud is asked.

#![allow(clippy::disallowed_methods)] // a program reads its environment
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use entra_risk::client::{BoxFuture, TokenError, TokenProvider, TokenRequest};
use entra_risk::{Cloud, Session, Token};

/// Keeps the token of the last sign-in. A provider for production also drops it shortly before
/// it expires.
#[derive(Default)]
struct Signin {
    kept: Mutex<Option<Token>>,
}

impl Signin {
    /// Here a program would ask its identity service for a token with the scope
    /// `{resource}/.default`, and pass on the claims as they are.
    async fn sign_in(&self, resource: &str, claims: Option<&str>) -> Result<Token, TokenError> {
        println!("signing in for {resource}{}", if claims.is_some() { ", with claims" } else { "" });
        let text = std::env::var("ENTRA_RISK_TOKEN")
            .map_err(|_| TokenError::new("set ENTRA_RISK_TOKEN to an access token"))?;
        Token::new(text)
    }

    async fn give(&self, request: TokenRequest<'_>) -> Result<Token, TokenError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = kept
            && request.claims.is_none()
            && request.rejected != Some(&token)
        {
            return Ok(token);
        }
        let token = self.sign_in(request.resource, request.claims).await?;
        if request.rejected == Some(&token) {
            return Err(TokenError::new("the sign-in gave the token again that the service refused"));
        }
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}

impl TokenProvider for Signin {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, TokenError>> {
        Box::pin(self.give(request))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let session = match std::env::var("ENTRA_RISK_BASE_URL") {
        Ok(url) => Session::builder().base_url(&url),
        Err(_) => Session::builder().cloud(Cloud::Global),
    };
    let client = session.token(Signin::default()).build()?.v1();

    // Two calls, one sign-in.
    let first = client.risky_user_list().top(std::num::NonZeroU32::MIN).await?.into_inner();
    println!("{} account on a page of one", first.value.len());
    let users = client.risky_user_list().pages().all().await?;
    println!("{} accounts in all", users.len());
    Ok(())
}
