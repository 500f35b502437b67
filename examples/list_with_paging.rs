//! Lists the accounts at high risk, page by page.
//!
//! `entra-risk serve` prints the two variables to set; without `ENTRA_RISK_BASE_URL` the global
//! cloud is asked.

#![allow(clippy::disallowed_methods)] // a program reads its environment
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;

use entra_risk::{Cloud, Session, StaticToken};

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
    let token = std::env::var("ENTRA_RISK_TOKEN").map_err(|_| "set ENTRA_RISK_TOKEN to an access token")?;
    let session = match std::env::var("ENTRA_RISK_BASE_URL") {
        Ok(url) => Session::builder().base_url(&url),
        Err(_) => Session::builder().cloud(Cloud::Global),
    };
    let client = session.token(StaticToken::new(token)?).build()?.v1();

    let mut n_accounts = 0;
    let mut pages = client.risky_user_list().filter("riskLevel eq 'high'").pages();
    while let Some(page) = pages.next().await {
        // An error ends the listing: what was printed until then is not all there is.
        for user in page?.value {
            let name = user.user_principal_name.as_deref().unwrap_or("(no name)");
            let state = user.risk_state.map_or_else(|| "(not said)".to_owned(), |state| state.to_string());
            println!("{name}: {state}");
            n_accounts += 1;
        }
    }
    println!("{n_accounts} accounts at high risk");
    Ok(())
}
