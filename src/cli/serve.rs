//! `entra-risk serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::{output, specs};
use crate::emulator::{Config, Emulator, Identity};

/// Serve the documented operations, with state, tokens and OData errors.
///
/// Prints lines to export as soon as it is ready; Ctrl-C stops it.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Listen for HTTPS as well, with a certificate authority made now and forgotten at the end
    #[arg(long)]
    tls: bool,
    /// Address for HTTPS; port 0 takes a free one
    #[arg(long, value_name = "ADDR", requires = "tls", default_value = "127.0.0.1:0")]
    tls_listen: SocketAddr,
    /// Description to serve, or folder of them, with exchanges/ beside; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
}

pub(super) async fn run(command: Serve) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let mut config = Config::new(&contracts);
    config.listen = command.listen;
    config.tls = command.tls.then_some(command.tls_listen);
    let emulator = Emulator::start(config)
        .await
        .map_err(|error| Failure::input(error.to_string(), "give another --listen ADDR"))?;
    let mut lines = format!("export ENTRA_RISK_GRAPH_ROOT={}\n", emulator.root());
    if let Some(contract) = contracts.first() {
        lines += &format!("export ENTRA_RISK_BASE_URL={}\n", emulator.base_url(&contract.api));
    }
    lines += &format!("export ENTRA_RISK_TOKEN={}\n", emulator.token(&Identity::all(&contracts)));
    for (kind, token) in crate::selftest::probe_tokens(&emulator, &contracts) {
        lines += &format!("export {}={token}\n", kind.variable());
    }
    output::print(&lines)?;
    stopped().await.map_err(|error| Failure::input(format!("wait for a signal to stop: {error}"), ""))?;
    emulator.shutdown().await;
    Ok(Exit::Done)
}

/// Ctrl-C, or the signal by which service managers and containers stop a program.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
