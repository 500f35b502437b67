//! The command line: arguments in, reports and exit codes out. Everything else is done by the
//! library.

mod accepted_list;
mod check;
mod completions;
mod conform;
mod corpus;
mod docs;
mod exit;
mod explain;
mod findings;
mod git;
mod groups;
mod jobs;
mod ledger_place;
mod man;
mod open_files;
mod output;
mod probes;
mod progress;
mod recording;
mod run_report;
mod schema;
mod seed_file;
mod self_test;
mod serve;
mod signing_in;
mod spec;
mod specs;
mod spreadsheet;
mod stage;
mod table;
mod whoami;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

pub use exit::Exit;
use exit::Failure;

/// Settle the risk of Microsoft Entra ID Protection on Microsoft Graph, and prove that client,
/// description and server do what the documentation says.
#[derive(Debug, Parser)]
#[command(name = "entra-risk", version, propagate_version = true, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
    0  done, nothing to report
    1  done, with findings, or not everything was there
    2  unusable arguments or input; nothing was sent
    3  the server could not be reached, or refused before anything was sent
    4  stopped part-way: what was printed is not all
  130  interrupted

Try:
  entra-risk users list --emulator         a tenant of made-up accounts, to try everything with
  entra-risk jobs list                    what was done, and what is left to do
  entra-risk conform                      check everything against the embedded emulator
  entra-risk conform --list               the names of all checks
  entra-risk conform --self-test          what the checks themselves can notice
  entra-risk check -- COMMAND…            a verdict on your program, by the requests that it makes
  entra-risk whoami                       who you are to Microsoft Graph, and what you may do with this program
  entra-risk serve                        a double of the service, with a token to use it
  entra-risk docs lint DIR                where documentation pages contradict themselves
  entra-risk spec compare --docs DIR      where pages and description disagree; --metadata FILE: service and description";

#[derive(Debug, Subcommand)]
enum Command {
    // Their own comments are the help: one here would replace the long form too.
    #[command(flatten)]
    Groups(groups::Groups),
    Check(Box<check::Check>),
    Conform(Box<conform::Conform>),
    Explain(explain::Explain),
    Schema(schema::Schema),
    Docs(docs::Docs),
    Serve(serve::Serve),
    Spec(spec::Spec),
    Whoami(Box<whoami::Whoami>),
    Jobs(jobs::Jobs),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (result, json) = match arguments.command {
        Command::Groups(command) => {
            let json = command.is_json();
            (runtime(true).and_then(|runtime| runtime.block_on(groups::run(command))), json)
        }
        Command::Completions(command) => (completions::run(&command, &mut Arguments::command()), false),
        Command::Man(command) => (man::run(&command, Arguments::command()), false),
        Command::Check(command) => {
            let json = command.is_json();
            (runtime(true).and_then(|runtime| runtime.block_on(check::run(*command))), json)
        }
        Command::Conform(command) => {
            let json = command.is_json();
            (runtime(false).and_then(|runtime| runtime.block_on(conform::run(*command))), json)
        }
        Command::Explain(command) => (explain::run(&command), false),
        Command::Schema(command) => (schema::run(&command), false),
        Command::Docs(command) => {
            let json = command.is_json();
            (docs::run(command), json)
        }
        Command::Serve(command) => (runtime(true).and_then(|runtime| runtime.block_on(serve::run(command))), false),
        Command::Spec(command) => (spec::run(&command), command.is_json()),
        Command::Jobs(command) => {
            let json = command.is_json();
            (runtime(true).and_then(|runtime| runtime.block_on(jobs::run(&command))), json)
        }
        Command::Whoami(command) => {
            let json = command.is_json();
            (runtime(false).and_then(|runtime| runtime.block_on(whoami::run(*command))), json)
        }
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::complain(&failure, json);
            failure.exit.into()
        }
    }
}

/// A run is one conversation at a time: one thread does it with the least overhead.
fn runtime(parallel: bool) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = match parallel {
        true => tokio::runtime::Builder::new_multi_thread(),
        false => tokio::runtime::Builder::new_current_thread(),
    };
    builder.enable_all().build().map_err(|error| Failure::input(format!("start the runtime: {error}"), ""))
}
