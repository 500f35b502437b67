//! Confirms that an account is compromised, and reads it back.
//!
//! Give its object id: `cargo run --example confirm_one -- ID`. `entra-risk serve` prints the
//! two variables to set, and knows the id of the documentation,
//! 29f270bb-4d23-4f68-8a57-dc73dc0d4caf.

#![allow(clippy::disallowed_methods)] // a program reads its environment
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;

use entra_risk::client::Delivery;
use entra_risk::v1::RiskLevel;
use entra_risk::v1::types::ConfirmCompromisedRequest;
use entra_risk::{Cloud, Session, StaticToken};
use uuid::Uuid;

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
    let id = std::env::args().nth(1).ok_or("give the object id of an account")?;
    let id: Uuid = id.parse().map_err(|error| format!("give an object id, not a name: {error}"))?;
    let token = std::env::var("ENTRA_RISK_TOKEN").map_err(|_| "set ENTRA_RISK_TOKEN to an access token")?;
    let session = match std::env::var("ENTRA_RISK_BASE_URL") {
        Ok(url) => Session::builder().base_url(&url),
        Err(_) => Session::builder().cloud(Cloud::Global),
    };
    let client = session.token(StaticToken::new(token)?).build()?.v1();

    let request = ConfirmCompromisedRequest { user_ids: [id].try_into()? };
    match client.risky_user_confirm_compromised().body(request).await {
        Ok(answer) => println!("accepted with {}; reading back", answer.status()),
        // It may have arrived: what the account says now decides, and not a second try.
        Err(error) if error.delivery() == Delivery::Unknown => println!("{error}; reading back"),
        Err(error) => return Err(error.into()),
    }

    let user = client.risky_user_get().id(id).await?.into_inner();
    match user.risk_level {
        Some(RiskLevel::High) => {
            println!("{id}: confirmed, {}", user.risk_state.map_or("".into(), |it| it.to_string()))
        }
        _ => return Err(format!("{id} is not settled yet; read it again in a while").into()),
    }
    Ok(())
}
