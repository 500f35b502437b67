//! `entra-risk serve`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tempfile::NamedTempFile;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::exit::{Exit, Failure};
use super::stage::Stage;
use super::{output, probes, specs};
use crate::contract::Contract;
use crate::emulator::{Config, Emulator, Identity};

/// Serve the documented operations, with state, sign-in and OData errors.
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
    /// Address of the calls for test fixtures and of the page for people; who reaches it needs no token
    #[arg(long, value_name = "ADDR")]
    control: Option<SocketAddr>,
    #[command(flatten)]
    stage: Stage,
    /// Accept every token and every sign-in for everything
    #[arg(long)]
    any_token: bool,
    /// What to log on standard error: a line for each request, without tokens or ids
    #[arg(long, value_name = "LEVEL", default_value = "off")]
    log: Level,
    /// Description to serve, or folder of them, with exchanges/ beside; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Off,
    Info,
    Debug,
}

pub(super) async fn run(command: Serve) -> Result<Exit, Failure> {
    log_to_stderr(command.log);
    let contracts = specs::contracts(&command.spec)?;
    let config = config(&command, &contracts)?;
    let addresses = [Some(config.listen), config.tls, config.control];
    let app = config.directory.apps.first().cloned();
    let tenant = config.directory.tenants.first().map(|tenant| tenant.id.clone());
    let emulator = Emulator::start(config).await.map_err(|error| command.stage.refused(&error))?;
    if addresses.iter().flatten().any(|address| !address.ip().is_loopback()) {
        output::note("warning: this is no loopback address: whoever reaches it can use it");
    }
    let authority = emulator.authority_pem().map(authority_file).transpose()?;
    let mut exports = Exports::default();
    exports.addresses(&emulator, &contracts);
    exports.add("ENTRA_RISK_TENANT_ID", tenant.unwrap_or_default());
    if let Some(app) = app {
        exports.add("ENTRA_RISK_CLIENT_ID", app.client_id);
        exports.add("ENTRA_RISK_CLIENT_SECRET", app.client_secret.reveal());
    }
    if let Some(root) = emulator.control_root() {
        exports.add("ENTRA_RISK_CONTROL", root);
    }
    exports.tokens(&emulator, &contracts);
    if let Some(file) = &authority {
        exports.add("ENTRA_RISK_CA_FILE", file.path().display().to_string());
    }
    let stopped = stop_signals().map_err(|error| Failure::input(format!("wait for a signal to stop: {error}"), ""))?;
    output::print(&exports.lines)?;
    stopped.await;
    emulator.shutdown().await;
    Ok(Exit::Done)
}

fn config(command: &Serve, contracts: &[Contract]) -> Result<Config, Failure> {
    let mut config = command.stage.config(contracts)?;
    config.listen = command.listen;
    config.tls = command.tls.then_some(command.tls_listen);
    config.control = command.control;
    config.any_token = command.any_token;
    Ok(config)
}

/// The certificate of the authority in a file that goes with the process. Its key is in no file.
fn authority_file(pem: &str) -> Result<NamedTempFile, Failure> {
    let file = tempfile::Builder::new().prefix("entra-risk-ca-").suffix(".pem").tempfile();
    file.and_then(|mut file| file.write_all(pem.as_bytes()).map(|()| file))
        .map_err(|error| Failure::input(format!("write the certificate of the authority: {error}"), ""))
}

/// Lines that a shell can evaluate.
#[derive(Default)]
struct Exports {
    lines: String,
    names: BTreeSet<String>,
}

impl Exports {
    fn add(&mut self, name: &str, value: impl AsRef<str>) {
        self.names.insert(name.to_owned());
        self.lines += &format!("export {name}={}\n", quoted(value.as_ref()));
    }

    /// Where it is. Where it listens for HTTPS too, that is where to sign in: several libraries
    /// sign in nowhere else.
    fn addresses(&mut self, emulator: &Emulator, contracts: &[Contract]) {
        let roots = [("", Some(emulator.root())), ("_TLS", emulator.tls_root())];
        for (variant, root) in &roots {
            let Some(root) = root else { continue };
            self.add(&format!("ENTRA_RISK_GRAPH_ROOT{variant}"), root);
            for (name, url) in base_urls(contracts, root, variant) {
                self.add(&name, url);
            }
        }
        self.add("ENTRA_RISK_AUTHORITY", emulator.tls_root().unwrap_or_else(|| emulator.root()));
    }

    fn tokens(&mut self, emulator: &Emulator, contracts: &[Contract]) {
        self.add("ENTRA_RISK_TOKEN", emulator.token(&Identity::all(contracts)));
        self.add("ENTRA_RISK_TOKEN_USER", emulator.token(&Identity::all_delegated(contracts)));
        for (kind, token) in probes::of_emulator(emulator, contracts) {
            self.add(&kind.variable(), token);
        }
        for (upn, token) in emulator.user_tokens() {
            let name = format!("ENTRA_RISK_TOKEN_OF_{}", in_capitals(upn.split('@').next().unwrap_or(upn)));
            let mut free = name.clone();
            let mut n = 2;
            while self.names.contains(&free) {
                free = format!("{name}_{n}");
                n += 1;
            }
            self.add(&free, token);
        }
    }
}

/// The root of each version below an address: of the first one, which is the default, and where there
/// are several of each by its name.
pub(super) fn base_urls(contracts: &[Contract], root: &str, variant: &str) -> Vec<(String, String)> {
    let url = |contract: &Contract| format!("{root}/{}", contract.api);
    let first = contracts.first().map(|contract| (format!("ENTRA_RISK_BASE_URL{variant}"), url(contract)));
    let each = contracts.iter().filter(|_| contracts.len() > 1);
    let each =
        each.map(|contract| (format!("ENTRA_RISK_BASE_URL_{}{variant}", in_capitals(&contract.api)), url(contract)));
    first.into_iter().chain(each).collect()
}

/// A part of a variable's name.
fn in_capitals(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// A value that a shell takes as it is.
pub(super) fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    match !value.is_empty() && value.chars().all(is_plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', r"'\''")),
    }
}

/// Our own lines alone: what libraries say is about their insides.
fn log_to_stderr(level: Level) {
    let level = match level {
        Level::Off => return,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let ours = Targets::new().with_target("entra_risk", level);
    // Whoever has set one up already keeps it.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}

/// Ctrl-C, or the signal by which service managers and containers stop a program. It listens for
/// them from now on, so that whoever reads that we are ready can stop us.
#[cfg(unix)]
pub(super) fn stop_signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub(super) fn stop_signals() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler there is nothing to wait for.
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use super::{in_capitals, quoted};

    #[test]
    fn a_shell_takes_every_value_as_it_is() {
        for (value, expected) in [
            ("https://127.0.0.1:8443/beta", "https://127.0.0.1:8443/beta"),
            ("http://[::1]:80", "'http://[::1]:80'"),
            ("a b", "'a b'"),
            ("it's; rm -rf $HOME `x`\n", "'it'\\''s; rm -rf $HOME `x`\n'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(value), expected);
        }
        assert_eq!(in_capitals("v1.0"), "V1_0");
    }
}
