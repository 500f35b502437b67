//! Dismisses the risk of accounts, and reads them back.
//!
//! Give the object ids of the accounts: `cargo run --example dismiss_two -- ID ID`. `entra-risk
//! serve` prints the two variables to set, and knows the ids of the documentation,
//! 04487ee0-f4f6-4e7f-8999-facc5a30e232 and 13387ee0-f4f6-4e7f-8999-facc5120e345.

#![allow(clippy::disallowed_methods)] // a program reads its environment
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;

use entra_risk::v1::RiskLevel;
use entra_risk::v1::types::DismissRequest;
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
    let ids = std::env::args().skip(1).map(|id| id.parse()).collect::<Result<Vec<Uuid>, _>>();
    let ids = ids.map_err(|error| format!("give object ids, not names: {error}"))?;
    let token = std::env::var("ENTRA_RISK_TOKEN").map_err(|_| "set ENTRA_RISK_TOKEN to an access token")?;
    let session = match std::env::var("ENTRA_RISK_BASE_URL") {
        Ok(url) => Session::builder().base_url(&url),
        Err(_) => Session::builder().cloud(Cloud::Global),
    };
    let client = session.token(StaticToken::new(token)?).build()?.v1();

    // No ids, or more than one call takes, are refused here and now.
    let request = DismissRequest { user_ids: ids.clone().try_into()? };
    let answer = client.risky_user_dismiss().body(request).await?;
    println!("accepted with {}; reading back", answer.status());

    // The service says that it took the request, not that it has carried it out.
    let mut n_pending = 0;
    for id in ids {
        let user = client.risky_user_get().id(id).await?.into_inner();
        match user.risk_level {
            Some(RiskLevel::None) => println!("{id}: dismissed"),
            other => {
                n_pending += 1;
                println!(
                    "{id}: still {}",
                    other.map_or_else(|| "without a risk level".to_owned(), |it| it.to_string())
                );
            }
        }
    }
    match n_pending {
        0 => Ok(()),
        _ => Err(format!("{n_pending} accounts are not settled yet; read them again in a while").into()),
    }
}
