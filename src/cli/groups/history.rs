//! `history`: what happened to members, newest first.

use clap::{ArgMatches, Command};

use super::super::exit::{Exit, Failure};
use super::columns::Form;
use super::reading::{self, Pace, Printing, Progress, Stopped, View, each};
use super::show::{call_arguments, ids, ids_argument, reach};
use super::writer::Format;
use super::{connected, verb_command};
use crate::client::RawPages;
use crate::contract::Shape;
use crate::remediation::{Group, Offer, Verb};

pub(super) fn arguments(group: &'static Group, verb: &'static Verb) -> Command {
    let call = format!("entra-risk {} {}", group.name, verb.name);
    let examples = format!(
        "A table has the newest first; other formats have them as they come, unless they are sorted.\n\n\
         Examples:\n  {call} 04487ee0-f4f6-4e7f-8999-facc5a30e232 --emulator\n  {call} ID --format jsonl"
    );
    connected(verb_command(verb).arg(ids_argument()).args(reading::arguments()), verb).after_help(examples)
}

pub(super) async fn run(_: &'static Group, verb: &'static Verb, matches: &ArgMatches) -> Result<Exit, Failure> {
    let (connected, client, asked) = reach(verb, matches).await?;
    let Offer { contract, operation } = asked;
    let shape = operation.success.shape.as_ref().and_then(|shape| contract.page_of(shape));
    let form = Form::of(contract, shape.unwrap_or(&Shape::Any));
    let ids = ids(matches, asked)?;
    let mut columns = form.of_history();
    if let Some(owner) = operation.of.as_ref().filter(|_| ids.len() > 1) {
        columns.insert(0, form.named(&owner.property)?);
    }
    let mut view = View::of(matches, form, columns)?;
    if let (None, Format::Table, Some(touched)) = (&view.sort, view.format, form.touched()) {
        view.sort = Some((form.named(&touched.name)?, true));
    }
    let mut pace = Pace::new(connected.interval);
    let mut progress = Progress::new("items read", Some(view.format));
    let mut printing = Printing::new(&view);
    let mut ended = Ok(Exit::Done);
    for id in &ids {
        let pages = RawPages::new(&connected.session, &client, &operation.id, call_arguments(operation, id));
        let n_before = printing.n_members;
        let read = each(pages, operation, &mut pace, &mut progress, |items| {
            for item in items {
                printing.member(item)?;
            }
            printing.flush()?;
            Ok(printing.n_members)
        });
        match read.await {
            Ok(()) => {}
            Err(Stopped::Enough) => return Ok(Exit::Done),
            Err(Stopped::Failed(failure)) => {
                let exit = if n_before > 0 { Exit::Partial } else { failure.exit };
                let what = format!("{} (of {id})", failure.what);
                ended = Err(Failure { exit, what, ..failure });
                break;
            }
        }
    }
    match printing.finish(None) {
        Err(Stopped::Failed(failure)) => Err(failure),
        _ => ended,
    }
}
