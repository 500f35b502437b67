//! `entra-risk check`: a recorder, a program that is run against it, and a verdict.

mod environment;
mod program;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use self::environment::{Environment, SigningIn};
use self::program::{Ended, Signals};
use super::exit::{Exit, Failure};
use super::output::{self, Destination, WholeFile};
use super::run_report;
use super::specs;
use super::stage::Stage;
use crate::check::{self, Circumstances, Judgement, Program, Tally};
use crate::contract::Contract;
use crate::emulator::{Emulator, Identity, Proxying, Recording};
use crate::report::check::{Format, render};

/// Judge a program by the requests that it makes.
///
/// Starts a recorder that answers like Microsoft Graph and its sign-in, runs COMMAND with the
/// environment that leads there, and holds every request against the documentation. Nothing
/// reaches the real service, and real secrets in the environment (AZURE_…, ENTRA_RISK_TOKEN) are
/// not handed on. Without COMMAND it prints what to export, and records until Ctrl-C.
///
/// What COMMAND prints is passed through, to standard error where --format is for programs.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Check {
    /// Address to listen on, for requests and as a proxy; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Description to judge by, or folder of them, with exchanges/ beside; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Fail for assumptions, for Graph paths outside of the descriptions, and for refused hosts too
    #[arg(long)]
    strict: bool,
    /// Let the program reach this host too, or these: '*.example.org'; may be repeated
    #[arg(long, value_name = "GLOB")]
    allow_host: Vec<String>,
    /// Format of standard output: human, json, sarif, github or markdown
    #[arg(long, default_value = "human")]
    format: Format,
    /// Also write the verdict to a file: json=check.json; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Destination<Format>>,
    #[command(flatten)]
    stage: Stage,
    /// The program and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Exit codes:
    0  every request was as documented, and the program succeeded
    1  a request was not, there was none, or the program failed
    2  unusable arguments, or a command that does not exist
  130  interrupted while the program ran

Try:
  entra-risk check -- python3 my_script.py
  entra-risk check --format json --output markdown=check.md -- npm test";

impl Check {
    /// Whether errors are written for programs.
    pub(super) fn is_json(&self) -> bool {
        self.format.is_json()
    }
}

pub(super) async fn run(command: Check) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let files = output::begin_all(&command.output)?;
    let recorder = Recorder::start(&command, &contracts).await?;
    if !command.listen.ip().is_loopback() {
        output::note("warning: this is no loopback address: whoever reaches it can use it, as a proxy too");
    }
    // Before the program starts, so that no signal ends us and leaves it behind.
    let mut signals = Signals::listen()?;
    let program = match command.command.split_first() {
        Some((name, arguments)) => {
            let aside = command.format != Format::Human;
            let ended = program::run(name, arguments, &recorder.environment, aside, &mut signals).await?;
            Some(shown(name, &ended))
        }
        None => {
            output::print(&recorder.environment.exports())?;
            signals.next().await;
            None
        }
    };
    let interrupted = program.as_ref().is_some_and(|program| program.interrupted);
    let judgement = recorder.stop(program, command.strict).await;
    finish(&judgement, command.format, files)?;
    Ok(match (interrupted, judgement.passed) {
        (true, _) => Exit::Interrupted,
        (_, true) => Exit::Done,
        (_, false) => Exit::Findings,
    })
}

fn finish(judgement: &Judgement, format: Format, files: Vec<(Format, WholeFile)>) -> Result<(), Failure> {
    for (format, file) in files {
        file.finish(&output::plain(&render(judgement, format)))?;
    }
    if format == Format::Github {
        run_report::summarize(|| output::plain(&render(judgement, Format::Markdown)))?;
    }
    // What the program printed last may have no end of line.
    let begin = if format == Format::Human && judgement.program.is_some() { "\n" } else { "" };
    output::print(&format!("{begin}{}", render(judgement, format)))
}

fn shown(name: &std::ffi::OsStr, ended: &Ended) -> Program {
    Program {
        name: name.to_string_lossy().into_owned(),
        exit_code: ended.exit_code,
        signal: ended.signal,
        interrupted: ended.interrupted,
    }
}

/// The emulator that records, and what it counted.
struct Recorder {
    emulator: Emulator,
    tally: Arc<Mutex<Tally>>,
    environment: Environment,
}

impl Recorder {
    async fn start(command: &Check, contracts: &[Contract]) -> Result<Self, Failure> {
        let tally = Arc::new(Mutex::new(Tally::new(contracts)));
        let mut config = command.stage.config(contracts)?;
        config.listen = command.listen;
        config.outside_is_501 = true;
        let hosts = check::graph_hosts(contracts).into_iter().chain(check::sign_in_hosts()).collect();
        config.proxy = Some(Proxying { hosts, allow: command.allow_host.clone() });
        let counted = tally.clone();
        config.record = Some(Recording {
            // Each is counted as it comes; none has to be kept.
            keep: 1,
            bodies: 64 * 1024,
            observer: Some(Arc::new(move |received| {
                counted.lock().unwrap_or_else(PoisonError::into_inner).add(received);
            })),
        });
        let signing_in = SigningIn::new(&config);
        let emulator = Emulator::start(config).await.map_err(|error| command.stage.refused(&error))?;
        let token = emulator.token(&Identity::all(contracts));
        let mut environment = Environment::new(&emulator, contracts, &token, !command.allow_host.is_empty())?;
        environment.sign_in(signing_in);
        Ok(Self { emulator, tally, environment })
    }

    /// Waits for the answers in flight, and judges.
    async fn stop(self, program: Option<Program>, strict: bool) -> Judgement {
        let version = env!("CARGO_PKG_VERSION");
        // Tunnels that are still open have nothing more to say.
        let asked = self.emulator.asked();
        self.emulator.shutdown().await;
        let circumstances = Circumstances { version, program, asked, strict };
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.judge(circumstances)
    }
}
