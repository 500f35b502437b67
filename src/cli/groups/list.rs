//! `list`: the members of a set.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::{Map, Value};

use super::super::exit::{Exit, Failure};
use super::columns::{Column, Form};
use super::connection::Connection;
use super::reading::{Member, Pace, Printing, Progress, Stopped, View, each};
use super::{connected, filters, note_version, offer, reading, verb_command};
use crate::client::{Clock as _, RawPages, RetryPolicy, SystemClock};
use crate::remediation::{Group, Members, Offer, Selection, Verb};

/// What a number that is no bound looks like: everything that fits its type.
const UNBOUNDED: i64 = i32::MAX as i64;

pub(super) fn arguments(group: &'static Group, verb: &'static Verb) -> Command {
    let members: Vec<Members> = verb.offers.iter().filter_map(|offer| members(*offer)).collect();
    let mut command = verb_command(verb).args(filters::arguments(&members)).args(reading::arguments());
    let arg = |name: &'static str| Arg::new(name).long(name).help_heading("Output");
    let top = arg("top").value_name("N").value_parser(value_parser!(u64).range(1..));
    command = command.arg(top.help("Stop after so many"));
    let count = arg("count").action(ArgAction::SetTrue).conflicts_with_all(["columns", "sort", "format"]);
    command = command.arg(count.help("Print only how many there are"));
    if members.iter().any(|members| members.takes("$select")) {
        let select = arg("select").value_name("LIST").value_delimiter(',').action(ArgAction::Append);
        let select = select.conflicts_with("count");
        command = command.arg(select.help("Properties that the service sends; the key is always among them"));
    }
    connected(command, verb).after_help(examples(group, verb, &members))
}

fn examples(group: &Group, verb: &Verb, members: &[Members]) -> String {
    let call = format!("entra-risk {} {}", group.name, verb.name);
    let criteria: Vec<String> =
        members.iter().take(1).flat_map(crate::remediation::Criterion::all).map(|criterion| criterion.name).collect();
    let has = |name: &str| criteria.iter().any(|known| known == name);
    let mut lines = format!("Examples:\n  {call} --emulator --top 5\n");
    if has("level") && has("state") {
        lines += &format!("  {call} --level high,medium --state at-risk\n");
    }
    if let Some(since) = criteria.iter().find(|name| name.ends_with("-since")) {
        lines += &format!("  {call} --{since} 7d --format csv > week.csv\n");
    }
    lines + &format!("  {call} --count")
}

pub(super) async fn run(verb: &'static Verb, matches: &ArgMatches) -> Result<Exit, Failure> {
    let connection = Connection::of(matches);
    let listing = |of_address| Listing::of(verb, matches, of_address);
    // What cannot be used is said before anything is started.
    listing(None)?;
    let connected = connection.open(RetryPolicy::default()).await?;
    let listing = match connected.api {
        Some(api) => listing(Some(api))?,
        None => listing(None)?,
    };
    note_version(listing.offer, matches, connected.api);
    let client = connected.client(listing.offer)?;
    let operation = listing.offer.operation;
    let pages = RawPages::new(&connected.session, &client, &operation.id, listing.query());
    let mut pace = Pace::new(connected.interval);
    match matches.get_flag("count") {
        true => listing.count(pages, &mut pace).await,
        false => listing.print(pages, &mut pace).await,
    }
}

/// Everything that was asked for.
struct Listing {
    offer: Offer,
    members: Members,
    selection: Selection,
    view: View,
    select: Option<String>,
    top: Option<usize>,
}

impl Listing {
    fn of(verb: &'static Verb, matches: &ArgMatches, of_address: Option<&str>) -> Result<Self, Failure> {
        let offer = offer(verb, matches, of_address)?;
        let members = members(offer).ok_or_else(|| {
            Failure::input(format!("list by {}: nothing is said of its members", offer.operation.id), "")
        })?;
        let selection = filters::read(matches, &members, SystemClock::new().now())?;
        let form = Form::of(members.contract, members.shape);
        let selected = selected(matches, form)?;
        let columns = if selected.is_empty() { form.of_members() } else { selected.clone() };
        let view = View::of(matches, form, columns)?;
        let select = select(&members, &selection, &view, &selected, matches.get_flag("count"));
        let top = matches.get_one::<u64>("top").map(|top| usize::try_from(*top).unwrap_or(usize::MAX));
        Ok(Self { offer, members, selection, view, select, top })
    }

    /// The query options of the first page.
    fn query(&self) -> Map<String, Value> {
        let mut query = Map::new();
        query.extend(self.selection.filter.as_ref().map(|filter| ("$filter".to_owned(), Value::from(filter.as_str()))));
        query.extend(self.select.as_ref().map(|select| ("$select".to_owned(), Value::from(select.as_str()))));
        let most = self.members.page().filter(|most| *most < UNBOUNDED);
        // What is left out after reading does not count.
        let wanted = self.top.filter(|_| self.selection.keep.is_empty() && self.view.sort.is_none());
        let wanted = wanted.and_then(|top| i64::try_from(top).ok());
        let size = match (most, wanted) {
            (Some(most), wanted) => Some(wanted.unwrap_or(most).min(most)),
            (None, wanted) => wanted.filter(|wanted| self.members.page().is_some() && *wanted < UNBOUNDED),
        };
        query.extend(size.map(|size| ("$top".to_owned(), Value::from(size))));
        query
    }

    async fn print(&self, pages: RawPages, pace: &mut Pace) -> Result<Exit, Failure> {
        let mut printing = Printing::new(&self.view);
        let mut progress = Progress::new("listed", Some(self.view.format));
        let read = each(pages, self.offer.operation, pace, &mut progress, |members| {
            for member in members.into_iter().filter(|member| self.selection.keeps(member)) {
                if !self.has_room(printing.n_members) {
                    break;
                }
                printing.member(member)?;
            }
            printing.flush()?;
            match self.has_room(printing.n_members) {
                true => Ok(printing.n_members),
                false => Err(Stopped::Enough),
            }
        });
        let read = read.await;
        progress.clear();
        // What came is shown, also where not everything did.
        let finished = printing.finish(self.top);
        match (read, finished) {
            (Err(Stopped::Failed(failure)), _) | (_, Err(Stopped::Failed(failure))) => Err(failure),
            _ => Ok(Exit::Done),
        }
    }

    /// Whether one more is wanted, of which so many came.
    fn has_room(&self, n_members: usize) -> bool {
        self.view.sort.is_some() || self.top.is_none_or(|top| n_members < top)
    }

    async fn count(&self, pages: RawPages, pace: &mut Pace) -> Result<Exit, Failure> {
        let mut n_members = 0;
        let mut progress = Progress::new("counted", None);
        let read = each(pages, self.offer.operation, pace, &mut progress, |members: Vec<Member>| {
            n_members += members.iter().filter(|member| self.selection.keeps(member)).count();
            match self.has_room(n_members) {
                true => Ok(n_members),
                false => Err(Stopped::Enough),
            }
        });
        if let Err(stopped) = read.await {
            stopped.end()?;
        }
        super::super::output::print(&format!("{}\n", self.top.map_or(n_members, |top| top.min(n_members))))?;
        Ok(Exit::Done)
    }
}

/// The reads of the set that an operation lists.
pub(super) fn members(offer: Offer) -> Option<Members> {
    let set = offer.contract.served_set(offer.operation)?;
    Members::of(offer.contract, &set.name)
}

fn selected(matches: &ArgMatches, form: Form<'_>) -> Result<Vec<Column>, Failure> {
    let names = matches.try_get_many::<String>("select").ok().flatten();
    let mut columns: Vec<Column> =
        names.into_iter().flatten().map(|name| form.named(name)).collect::<Result<_, _>>()?;
    if !columns.is_empty() && columns.iter().all(|column| !column.is_key) {
        columns.insert(0, form.named(form.key)?);
    }
    Ok(columns)
}

/// `$select`, where the service takes it: what was asked for, with everything that is looked at here.
/// Without being asked, it saves what nobody gets to see.
fn select(members: &Members, selection: &Selection, view: &View, selected: &[Column], counts: bool) -> Option<String> {
    let keep = selection.keep.iter().map(|contains| contains.property.as_str());
    let mut names = vec![members.set.key.as_str()];
    match (selected.is_empty(), counts) {
        _ if !members.takes("$select") => return None,
        (true, true) => names.extend(keep),
        (true, false) if view.is_whole() => return None,
        (true, false) => names.extend(view.properties().chain(keep)),
        (false, _) => {
            let asked = selected.iter().map(|column| column.name.split('/').next().unwrap_or_default());
            names.extend(asked.chain(view.properties()).chain(keep));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| !name.is_empty() && seen.insert(*name));
    Some(names.join(","))
}
