//! The options of what changes members.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches as _};

use super::super::connection::Rate;
use super::super::{connected, filters, list, verb_command};
use crate::cli::exit::Failure;
use crate::cli::jobs::Form;
use crate::cli::ledger_place::LedgerPlace;
use crate::cli::output::Destination;
use crate::remediation::{Action, Group, Id, IdForm, Members, Settings, Verb, VerbKind};

/// Whom.
#[derive(Debug, Args)]
pub(super) struct Whom {
    /// Ids of whom it is done to
    #[arg(value_name = "ID")]
    pub(super) ids: Vec<String>,
    /// File of ids, one a line; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "ids", help_heading = "Whom")]
    pub(super) from: Option<PathBuf>,
    /// The file is a table with a header row, and this column of it holds the ids
    #[arg(long, value_name = "NAME", requires = "from", help_heading = "Whom")]
    pub(super) csv_column: Option<String>,
    /// File of ids that are never touched
    #[arg(long, value_name = "FILE", help_heading = "Whom")]
    pub(super) exclude: Option<PathBuf>,
}

/// What is done although it is left out by default. The options are there where they mean something.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Whom")]
pub(super) struct AllTheSameArguments {
    /// Also who is in a state for which the service refuses it, as deleted ones
    #[arg(long)]
    pub(super) include_deleted: bool,
    /// Also whose compromise was confirmed, by their state or by a job of the last 30 days
    #[arg(long)]
    pub(super) include_compromised: bool,
    /// Also who is not in the list
    #[arg(long)]
    pub(super) include_unlisted: bool,
}

/// In which tenants.
#[derive(Debug, Args)]
pub(super) struct ManyTenants {
    /// File of tenants to do it in, each at its own pace: [[tenants]] with tenant, where its credential is,
    /// and whom; what an entry does not say is taken from the command line
    #[arg(long, value_name = "FILE", conflicts_with = "tenant", help_heading = "Whom")]
    pub(super) tenants: Option<PathBuf>,
}

/// What is approved.
#[derive(Debug, Args)]
#[command(next_help_heading = "Plan")]
pub(super) struct Drafting {
    /// Show what would be done, and stop
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Write the plan to this file and stop; `apply FILE` carries it out
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(super) plan_out: Option<PathBuf>,
}

/// How it is carried out.
#[derive(Debug, Args)]
pub(in crate::cli) struct How {
    /// Do not ask for approval
    #[arg(long, short, help_heading = "Plan")]
    pub(super) yes: bool,
    /// Do nothing if it would be done to more than so many
    #[arg(long, value_name = "N", help_heading = "Plan")]
    pub(super) max: Option<usize>,
    /// The ticket that it is done for, for the ledger
    #[arg(long, value_name = "TEXT", help_heading = "Ledger")]
    pub(super) ticket: Option<String>,
    /// Why it is done, for the ledger
    #[arg(long, value_name = "TEXT", help_heading = "Ledger")]
    pub(super) reason: Option<String>,
    #[command(flatten, next_help_heading = "Ledger")]
    pub(super) ledger: LedgerPlace,
    /// Requests a second, or 'unlimited'; as documented by default
    #[arg(long, value_name = "RATE", help_heading = "Run")]
    pub(super) rate: Option<Rate>,
    /// Send the second batch without having seen an effect of the first
    #[arg(long, help_heading = "Run")]
    pub(super) no_canary: bool,
    /// Do not read back: what the service took is "accepted" then, and nobody knows more
    #[arg(long, help_heading = "Run")]
    pub(super) no_verify: bool,
    /// How long the service may take to settle what it accepted, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = seconds(), help_heading = "Run")]
    pub(super) verify_for: u64,
    #[command(flatten)]
    pub(super) printing: Printing,
}

/// How long anybody waits: a week at most.
pub(super) fn seconds() -> clap::builder::RangedU64ValueParser<u64> {
    clap::value_parser!(u64).range(..=7 * 86_400)
}

/// What is printed, and written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct Printing {
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(in crate::cli) format: Format,
    /// Write a line for each id to a file, such as jsonl=ids.jsonl; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(in crate::cli) output: Vec<Destination<Form>>,
}

/// How plan and summary are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Format {
    /// For people
    Human,
    /// One object
    Json,
}

impl How {
    /// As a run takes it.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            verify: !self.no_verify,
            canary: !self.no_canary,
            verify_for: std::time::Duration::from_secs(self.verify_for),
            ..Settings::default()
        }
    }
}

/// The options of a verb.
pub(super) fn command(group: &'static Group, verb: &'static Verb) -> Command {
    let actions: Vec<Action> = verb.offers.iter().filter_map(|offer| Action::new(*offer)).collect();
    let members: Vec<Members> = actions.iter().filter_map(Action::members).collect();
    let by_filter = actions.iter().any(|action| action.operation.command.filters);
    let mut command = ManyTenants::augment_args(Whom::augment_args(verb_command(verb)));
    if by_filter {
        let filters: Vec<Arg> = filters::arguments(&members);
        let conflicting = |argument: Arg| argument.conflicts_with_all(["ids", "from"]);
        command = command.args(filters.into_iter().map(conflicting));
    } else {
        // Whoever knows them of the other verbs is told why they are not here.
        let listed = group.verbs.iter().filter(|verb| verb.kind == VerbKind::List).flat_map(|verb| &verb.offers);
        let listed: Vec<Members> = listed.filter_map(|offer| list::members(*offer)).collect();
        command = command.args(filters::arguments(&listed).into_iter().map(refused));
    }
    let refuses = actions.iter().any(|action| action.effect.is_some_and(|effect| !effect.refuses.is_empty()));
    let contradicted = actions.iter().any(|action| action.contradictions().next().is_some());
    let absent = !members.is_empty() && actions.iter().any(|action| !action.creates());
    command = AllTheSameArguments::augment_args(command)
        .mut_arg("include_deleted", |argument| argument.hide(!refuses))
        .mut_arg("include_compromised", |argument| argument.hide(!contradicted))
        .mut_arg("include_unlisted", |argument| argument.hide(!absent));
    let call = format!("entra-risk {} {}", group.name, verb.name);
    let mut command = How::augment_args(Drafting::augment_args(command));
    if members.is_empty() {
        // There is nothing to be read back.
        for name in ["no_canary", "no_verify", "verify_for"] {
            command = command.mut_arg(name, |argument| argument.hide(true));
        }
    }
    connected(command, verb).after_help(examples(&call, by_filter, &members))
}

/// A filter where none is taken.
fn refused(argument: Arg) -> Arg {
    argument.hide(true).value_parser(|_: &str| -> Result<String, &'static str> {
        Err("this is done to the ids that are given, and never to whatever a filter finds")
    })
}

fn examples(call: &str, by_filter: bool, members: &[Members]) -> String {
    let mut lines = String::from("Examples:\n");
    let criteria = members.first().map(crate::remediation::Criterion::all).unwrap_or_default();
    let has_level = criteria.iter().any(|criterion| criterion.name == "level");
    if by_filter && has_level {
        lines += &format!("  {call} --emulator --level low,medium\n");
        lines += &format!("  {call} --level high --updated-since 7d --plan-out plan.jsonl\n");
    }
    lines += &format!("  {call} --from ids.txt --ticket INC-1234 --reason \"false alarm of the proxy\"\n");
    lines += &format!("  {call} --from report.csv --csv-column id --dry-run\n\n");
    lines
        + "Nothing is sent before the plan was approved, by typing how many there are or by --yes. Each id ends as \
           settled, still processing, unchanged, refused (with the code) or unknown; where nothing can be read back, \
           as accepted. `entra-risk jobs show last` shows it.\n\n\
           Exit codes: 0 every id is settled; 1 some are not; 2 nothing was sent; 3 refused before anything was \
           sent; 4 stopped part-way, `entra-risk jobs resume last` goes on; 130 interrupted, likewise."
}

impl Whom {
    pub(super) fn of(matches: &ArgMatches) -> Self {
        Self::from_arg_matches(matches).expect("the command is made with these options")
    }

    /// Ids that are never touched.
    pub(super) fn excluded(&self, form: IdForm) -> Result<std::collections::HashSet<Id>, Failure> {
        match &self.exclude {
            Some(path) => Ok(super::demand::read(path, form, None)?.ids.into_iter().collect()),
            None => Ok(std::collections::HashSet::new()),
        }
    }
}
