//! What changes members.

use clap::{ArgMatches, Command};

use super::super::exit::{Exit, Failure};
use super::verb_command;
use crate::remediation::{Group, Verb};

pub(super) fn arguments(_: &'static Group, verb: &'static Verb) -> Command {
    verb_command(verb)
}

pub(super) async fn run(group: &'static Group, verb: &'static Verb, _: &ArgMatches) -> Result<Exit, Failure> {
    let what = format!("run '{} {}': this build only reads", group.name, verb.name);
    Err(Failure::input(what, "use a build that settles"))
}
