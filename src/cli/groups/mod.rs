//! `entra-risk users …` and its like: what the contracts of this build offer, by the words that
//! `remediation::Group` derives. No set, operation or property is named here.

mod columns;
pub(super) mod connection;
mod filters;
mod history;
mod list;
mod reading;
mod settle;
mod show;
mod verbose;
mod writer;

pub(super) use self::settle::{Resume, Verify};
use std::sync::LazyLock;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::exit::{Exit, Failure};
use crate::embedded;
use crate::remediation::{Group, Offer, Verb, VerbKind};

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| Group::all(embedded::contracts()));

/// One command of one group, with its arguments.
#[derive(Debug)]
pub(super) struct Groups {
    group: &'static Group,
    task: Task,
    matches: ArgMatches,
}

/// What a command of a group does.
#[derive(Debug)]
enum Task {
    Verb(&'static Verb),
    /// Carries out a plan of any of its actions.
    Apply,
}

impl Groups {
    /// Whether errors are wanted as JSON, as what is printed.
    pub(super) fn is_json(&self) -> bool {
        self.matches.try_get_one("format").ok().flatten().is_some_and(writer::Format::is_json)
            || settle::is_json(&self.matches)
    }
}

impl Subcommand for Groups {
    fn augment_subcommands(command: Command) -> Command {
        GROUPS.iter().fold(command, |command, group| command.subcommand(group_command(group)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        GROUPS.iter().any(|group| group.name == name)
    }
}

impl FromArgMatches for Groups {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let found = matches.subcommand().and_then(|(name, below)| {
            let group = GROUPS.iter().find(|group| group.name == name)?;
            let (name, below) = below.subcommand()?;
            let task = match group.verbs.iter().find(|verb| verb.name == name) {
                Some(verb) => Task::Verb(verb),
                None => (name == settle::APPLY).then_some(Task::Apply)?,
            };
            Some(Self { group, task, matches: below.clone() })
        });
        found.ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Runs one command.
pub(super) async fn run(command: Groups) -> Result<Exit, Failure> {
    let Groups { group, task, matches } = command;
    let Task::Verb(verb) = task else { return settle::apply(group, &matches).await };
    match verb.kind {
        VerbKind::List => list::run(verb, &matches).await,
        VerbKind::Show => show::run(verb, &matches).await,
        VerbKind::History => history::run(group, verb, &matches).await,
        VerbKind::Act => settle::run(group, verb, &matches).await,
    }
}

fn group_command(group: &'static Group) -> Command {
    let verbs: Vec<&str> = group.verbs.iter().map(|verb| verb.name.as_str()).collect();
    let list = group.verbs.iter().find(|verb| verb.kind == VerbKind::List).and_then(|verb| verb.offer(None));
    let what = list.map_or("", |list| list.operation.summary.as_str());
    let what = what.strip_prefix("List ").unwrap_or(what).trim_end_matches('.');
    Command::new(group.name.as_str())
        .about(format!("{}: {}", capitalised(what), verbs.join(", ")))
        .subcommand_required(true)
        .arg_required_else_help(true)
        // Only the group that is called needs its options.
        .defer(with_verbs)
}

fn with_verbs(command: Command) -> Command {
    let group = GROUPS.iter().find(|group| group.name == command.get_name());
    let group = group.expect("a command is made for each group, by its name");
    let command = group.verbs.iter().fold(command, |command, verb| {
        let arguments = match verb.kind {
            VerbKind::List => list::arguments(group, verb),
            VerbKind::Show => show::arguments(group, verb),
            VerbKind::History => history::arguments(group, verb),
            VerbKind::Act => settle::arguments(group, verb),
        };
        command.subcommand(arguments)
    });
    command.subcommands(settle::apply_arguments(group))
}

/// What a verb does.
fn summary(verb: &'static Verb) -> &'static str {
    verb.offer(None).map_or("", |offer| offer.operation.summary.as_str()).trim_end_matches('.')
}

/// A command of a verb.
fn verb_command(verb: &'static Verb) -> Command {
    Command::new(verb.name.as_str()).about(summary(verb))
}

/// The same with what every one has; it comes last in the help.
fn connected(command: Command, verb: &'static Verb) -> Command {
    let apis: Vec<&str> = verb.offers.iter().map(|offer| offer.contract.api.as_str()).collect();
    let api = clap::Arg::new(API)
        .long(API)
        .value_name("VERSION")
        .value_parser(clap::builder::PossibleValuesParser::new(apis))
        .help("API version; the first stable one that has the operation by default");
    // What the options' own types say of themselves is not about the command.
    <connection::Connection as Args>::augment_args(command).about(summary(verb)).long_about(None).arg(api)
}

const API: &str = "api";

/// The operation in the version that is asked for, by argument or address.
fn offer(verb: &'static Verb, matches: &ArgMatches, of_address: Option<&str>) -> Result<Offer, Failure> {
    let asked = matches.get_one::<String>(API).map(String::as_str);
    if let (Some(asked), Some(of_address)) = (asked, of_address)
        && asked != of_address
    {
        let what = format!("call {asked}: the address of the server is that of {of_address}");
        return Err(Failure::input(what, "leave the version out of --server, or leave out --api"));
    }
    let offer = verb.offer(asked.or(of_address));
    offer.ok_or_else(|| {
        let apis: Vec<&str> = verb.offers.iter().map(|offer| offer.contract.api.as_str()).collect();
        let api = asked.or(of_address).unwrap_or_default();
        Failure::input(format!("call '{}' in {api}: it is not there", verb.name), format!("use {}", apis.join(" or ")))
    })
}

/// Tells that a version is used that may change, where nobody asked for it.
fn note_version(offer: Offer, matches: &ArgMatches, of_address: Option<&str>) {
    let first = embedded::contracts().iter().min_by_key(|contract| contract.order());
    let is_asked = matches.contains_id(API) || of_address.is_some();
    if let Some(first) = first.filter(|first| !is_asked && first.api != offer.contract.api) {
        let (api, first) = (&offer.contract.api, &first.api);
        super::output::note(&format!("note: {first} has no such operation; using {api}, which may change"));
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
