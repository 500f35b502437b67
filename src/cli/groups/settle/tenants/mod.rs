//! `--tenants FILE`: the same in many tenants. All plans are made first and approved as one; then the first
//! tenant is done alone, and the others beside each other. What fails in one does not stop another.

mod board;
mod course;
mod draft;
mod file;
mod outcome;
mod party;
mod prepare;

use std::path::Path;

use clap::{ArgMatches, FromArgMatches as _};

use self::draft::Drafts;
use self::outcome::Outcome;
use self::prepare::Actions;
use super::super::connection::Connection;
use super::super::note_version;
use super::approve;
use super::arguments::{Drafting, Format, How, Whom};
use super::bound_offer;
use super::carry_out::{note_stop, write_exports};
use super::demand::Terms;
use super::stage::Setting;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{open_files, output, table};
use crate::client::{Clock as _, SystemClock};
use crate::remediation::{Group, Verb};

pub(super) async fn run(
    group: &'static Group,
    verb: &'static Verb,
    matches: &ArgMatches,
    file: &Path,
) -> Result<Exit, Failure> {
    let parse = "the command is made with these options";
    let how = How::from_arg_matches(matches).expect(parse);
    let drafting = Drafting::from_arg_matches(matches).expect(parse);
    if drafting.plan_out.is_some() {
        let what = "write the plan of many tenants: a plan that `apply` takes is of one";
        return Err(Failure::input(what, "look at all with --dry-run; give --plan-out for each tenant by itself"));
    }
    let connection = Connection::of(matches);
    connection.show_calls();
    // Each tenant has a job, and each job a lock.
    open_files::allow_many();
    let actions = Actions::new(verb, matches)?;
    let parties = party::parties(file, matches, actions.default(), &connection)?;
    let terms = Terms::of(matches, actions.default(), &Whom::of(matches))?;
    let outputs = output::begin_all(&how.printing.output)?;
    note_version(bound_offer(actions.default()), matches, None);
    if connection.is_emulator() {
        output::note("note: the tenants of an emulator share its accounts; each has a pace of its own");
    }
    let command = format!("{} {}", group.name, verb.name);
    let setting = Setting::new(connection.is_emulator(), how.rate, &how.ledger, &command)?;
    let prepared = prepare::prepare(parties, connection, setting.clone(), actions, terms).await?;
    let drafts = Drafts { command: &command, prepared: &prepared, how: &how };
    if drafting.dry_run {
        match how.printing.format {
            Format::Human => approve::show(&drafts.text(table::width()), true)?,
            Format::Json => output::print(&format!("{:#}\n", drafts.json()))?,
        }
        return Ok(drafts.exit());
    }
    approve::show(&drafts.text(table::width()), false)?;
    if drafts.n_planned() > 0 {
        drafts.approve(&setting.stop).await?;
    }
    let clock = SystemClock::new();
    let noting = note_stop(&setting.stop);
    let ends = course::carry_out(prepared, &how, &setting.stop).await;
    noting.abort();
    let ends = ends?;
    let outcome = Outcome { command: &command, ends: &ends, took: clock.elapsed(), place: &setting.place };
    match how.printing.format {
        Format::Human => output::print(&outcome.text(table::width()))?,
        Format::Json => output::print(&format!("{:#}\n", outcome.json()))?,
    }
    write_exports(&setting.ledger, &outcome.jobs(), outputs)?;
    Ok(outcome.exit())
}
