//! `show`: single members, by their identities.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use super::super::exit::{Exit, Failure};
use super::super::output;
use super::super::table;
use super::columns::Form;
use super::connection::{Connected, Connection};
use super::reading::{self, Member, Pace, Printing, Stopped, View};
use super::writer::Format;
use super::{connected, note_version, offer, verb_command};
use crate::client::{AnyClient, RetryPolicy};
use crate::contract::{Operation, Shape};
use crate::remediation::{Group, Id, IdForm, Ids, Offer, Verb};

const IDS: &str = "ids";

/// The argument for identities.
pub(super) fn ids_argument() -> Arg {
    Arg::new(IDS).value_name("ID").required(true).action(ArgAction::Append).help("Ids, as `list` shows them")
}

pub(super) fn arguments(group: &'static Group, verb: &'static Verb) -> Command {
    let call = format!("entra-risk {} {}", group.name, verb.name);
    let examples = format!(
        "A table shows everything that is known of a member, a property a line.\n\n\
         Examples:\n  {call} 04487ee0-f4f6-4e7f-8999-facc5a30e232 --emulator\n  {call} ID --format json"
    );
    connected(verb_command(verb).arg(ids_argument()).args(reading::arguments()), verb).after_help(examples)
}

/// The identities that were given, each once. One that is malformed ends the command.
pub(super) fn ids(matches: &ArgMatches, Offer { contract, operation }: Offer) -> Result<Vec<Id>, Failure> {
    let texts: Vec<&str> = matches.get_many::<String>(IDS).into_iter().flatten().map(String::as_str).collect();
    let form = match operation.parameters.first().map(|(_, shape)| contract.resolve(shape)) {
        Some(Shape::Text { format: Some(format), .. }) if format == "uuid" => IdForm::Guid,
        _ => IdForm::Text,
    };
    let mut malformed = Vec::new();
    let ids = Ids::given(texts, form, |it| malformed.push(format!("'{}': {}", it.text, it.reason)));
    match malformed.is_empty() {
        true => Ok(ids.map_err(|error| Failure::input(error.to_string(), ""))?.ids.into_iter().collect()),
        false => Err(Failure::input(format!("use {}", malformed.join("; ")), "nothing was sent")),
    }
}

/// The arguments of a call for one identity, which stands in the path.
pub(super) fn call_arguments(operation: &Operation, id: &Id) -> Map<String, Value> {
    let name = operation.path.parameters().next();
    name.map(|name| (name.to_owned(), Value::String(id.to_string()))).into_iter().collect()
}

/// Connects for reading single members. What cannot be used is said before anybody signs in.
pub(super) async fn reach(verb: &'static Verb, matches: &ArgMatches) -> Result<(Connected, AnyClient, Offer), Failure> {
    let asked = offer(verb, matches, None)?;
    ids(matches, asked)?;
    let connected = Connection::of(matches).open(RetryPolicy::default()).await?;
    let asked = match connected.api {
        Some(api) => offer(verb, matches, Some(api))?,
        None => asked,
    };
    note_version(asked, matches, connected.api);
    let client = connected.client(asked)?;
    Ok((connected, client, asked))
}

pub(super) async fn run(verb: &'static Verb, matches: &ArgMatches) -> Result<Exit, Failure> {
    let (connected, client, asked) = reach(verb, matches).await?;
    let Offer { contract, operation } = asked;
    let shape = operation.success.shape.as_ref();
    let form = Form::of(contract, shape.unwrap_or(&Shape::Any));
    let view = View::of(matches, form, form.every())?;
    let mut pace = Pace::new(connected.interval);
    let mut printing = Shown::new(&view, matches.contains_id("columns"), form);
    let mut n_missing = 0;
    for (at, id) in ids(matches, asked)?.iter().enumerate() {
        pace.wait().await;
        match member(&client, operation, id).await {
            Ok(member) => {
                if let Err(stopped) = printing.member(member) {
                    return stopped.end();
                }
            }
            Err(error) if error.status().is_some_and(|status| status.as_u16() == 404) => {
                n_missing += 1;
                output::note(&format!("{id} is not there"));
            }
            Err(error) => {
                // What came is shown, also where not everything did.
                let _ = printing.finish();
                return Err(reading::failed(&error, operation, 0, at - n_missing));
            }
        }
    }
    match printing.finish() {
        Err(stopped) => stopped.end(),
        Ok(()) if n_missing > 0 => Ok(Exit::Findings),
        Ok(()) => Ok(Exit::Done),
    }
}

async fn member(client: &AnyClient, operation: &Operation, id: &Id) -> Result<Member, crate::client::Error> {
    let answer = client.dispatch(&operation.id, &call_arguments(operation, id)).await?;
    Ok(match answer.body {
        Some(Value::Object(member)) => member,
        _ => Map::new(),
    })
}

/// Prints members: as a table by pairs, unless columns were asked for.
enum Shown<'a> {
    Listed(Printing<'a>),
    Pairs { form: Form<'a>, blocks: Vec<String> },
}

impl<'a> Shown<'a> {
    fn new(view: &'a View, has_columns: bool, form: Form<'a>) -> Self {
        match view.format == Format::Table && !has_columns && view.sort.is_none() {
            true => Self::Pairs { form, blocks: Vec::new() },
            false => Self::Listed(Printing::new(view)),
        }
    }

    fn member(&mut self, member: Member) -> Result<(), Stopped> {
        match self {
            Self::Listed(printing) => printing.member(member),
            Self::Pairs { form, blocks } => {
                let pairs = form.every().into_iter().map(|column| (column.cell(&member), column.name));
                let pairs = pairs.filter(|(cell, _)| !cell.is_empty()).map(|(cell, name)| [name, cell]);
                blocks.push(table::pairs(pairs.collect(), table::width()));
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<(), Stopped> {
        match self {
            Self::Listed(printing) => printing.finish(None),
            Self::Pairs { blocks, .. } => output::print(&blocks.join("\n")).map_err(Stopped::Failed),
        }
    }
}
