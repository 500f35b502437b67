//! Reads pages at the pace that the service allows, and shows what is in them.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde_json::{Map, Value};

use super::super::exit::{Exit, Failure};
use super::super::table;
use super::columns::{Column, Form};
use super::writer::{Format, Writer};
use crate::client::{Clock, Error, ErrorKind, RawPages, SystemClock};
use crate::contract::Operation;

pub(super) type Member = Map<String, Value>;

/// The options that say how members are shown.
pub(super) fn arguments() -> Vec<Arg> {
    let arg = |name: &'static str| Arg::new(name).long(name).help_heading("Output");
    vec![
        arg("columns")
            .value_name("LIST")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help("Properties to show, in this order; below an object with a slash: activity/detail"),
        arg("sort").value_name("PROPERTY[:desc]").help("Read everything first, and sort it by a property"),
        arg("format")
            .value_name("FORMAT")
            .default_value("table")
            .value_parser(value_parser!(Format))
            .help("How to print"),
    ]
}

/// How members are shown.
pub(super) struct View {
    pub(super) format: Format,
    columns: Vec<Column>,
    narrow: bool,
    key: Column,
    /// The column to sort by, and whether the greatest comes first.
    pub(super) sort: Option<(Column, bool)>,
}

impl View {
    /// What was asked for; these columns where none were.
    pub(super) fn of(matches: &ArgMatches, form: Form<'_>, columns: Vec<Column>) -> Result<Self, Failure> {
        let named: Vec<Column> = match matches.get_many::<String>("columns") {
            Some(names) => names.map(|name| form.named(name)).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let sort = matches.get_one::<String>("sort").map(|text| match text.rsplit_once(':') {
            Some((name, "desc")) => form.named(name).map(|column| (column, true)),
            Some((name, "asc")) => form.named(name).map(|column| (column, false)),
            Some(_) => {
                Err(Failure::input(format!("sort by '{text}'"), "write PROPERTY, PROPERTY:asc or PROPERTY:desc"))
            }
            None => form.named(text).map(|column| (column, false)),
        });
        let (narrow, key) = (!named.is_empty(), form.named(form.key)?);
        let columns = if narrow { named } else { columns };
        let format = matches.get_one::<Format>("format").copied().unwrap_or(Format::Table);
        Ok(Self { format, columns, narrow, key, sort: sort.transpose()? })
    }

    /// The properties that it looks at, at the top of a member.
    pub(super) fn properties(&self) -> impl Iterator<Item = &str> {
        let sort = self.sort.iter().map(|(column, _)| column);
        self.columns.iter().chain(sort).map(|column| column.name.split('/').next().unwrap_or_default())
    }

    /// Whether every property is shown.
    pub(super) fn is_whole(&self) -> bool {
        self.format.is_json() && !self.narrow
    }

    fn writer(&self) -> Writer<BufWriter<Stdout>> {
        let output = BufWriter::new(io::stdout());
        Writer::new(output, self.format, self.columns.clone(), self.narrow, self.key.clone(), table::width())
    }
}

/// The time from one call to the next.
pub(super) struct Pace {
    clock: SystemClock,
    interval: Duration,
    last: Option<Duration>,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self { clock: SystemClock::new(), interval, last: None }
    }

    /// Waits until the next call may begin.
    pub(super) async fn wait(&mut self) {
        if let Some(last) = self.last {
            let passed = self.clock.elapsed().saturating_sub(last);
            let left = self.interval.saturating_sub(passed);
            if !left.is_zero() {
                self.clock.sleep(left).await;
            }
        }
        self.last = Some(self.clock.elapsed());
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}

/// Prints members as they come, or sorted at the end.
pub(super) struct Printing<'a> {
    view: &'a View,
    writer: Writer<BufWriter<Stdout>>,
    sorted: Vec<Member>,
    /// How many were taken.
    pub(super) n_members: usize,
}

/// Whoever reads has seen enough (`| head`), or cannot be written to.
pub(super) enum Stopped {
    Enough,
    Failed(Failure),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Enough,
            _ => Self::Failed(Failure::input(format!("write to standard output: {error}"), "")),
        }
    }
}

impl Stopped {
    /// How the command ends.
    pub(super) fn end(self) -> Result<Exit, Failure> {
        match self {
            Self::Enough => Ok(Exit::Done),
            Self::Failed(failure) => Err(failure),
        }
    }
}

impl<'a> Printing<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        Self { view, writer: view.writer(), sorted: Vec::new(), n_members: 0 }
    }

    pub(super) fn member(&mut self, member: Member) -> Result<(), Stopped> {
        self.n_members += 1;
        match self.view.sort {
            Some(_) => self.sorted.push(member),
            None => self.writer.member(&member)?,
        }
        Ok(())
    }

    /// What was written so far reaches whoever reads.
    pub(super) fn flush(&mut self) -> Result<(), Stopped> {
        Ok(self.writer.flush()?)
    }

    /// Writes what was kept back; of what was sorted, the first ones.
    pub(super) fn finish(mut self, top: Option<usize>) -> Result<(), Stopped> {
        if let Some((column, descending)) = &self.view.sort {
            // Stable, so that equal ones stay in the order of the service.
            self.sorted.sort_by(|one, other| match descending {
                true => column.order(other, one),
                false => column.order(one, other),
            });
        }
        for member in self.sorted.iter().take(top.unwrap_or(usize::MAX)) {
            self.writer.member(member)?;
        }
        Ok(self.writer.finish()?)
    }
}

/// How far a listing has got, for whoever waits at a terminal.
pub(super) struct Progress {
    what: String,
    shown: bool,
    allowed: bool,
}

/// How long nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// Of these, which are printed as they come, or not.
    pub(super) fn new(what: &str, format: Option<Format>) -> Self {
        let streams = format.is_some_and(|format| format != Format::Table) && io::stdout().is_terminal();
        Self { what: what.to_owned(), shown: false, allowed: io::stderr().is_terminal() && !streams }
    }

    pub(super) fn show(&mut self, n: usize, pace: &Pace) {
        if self.allowed && pace.elapsed() > PATIENCE {
            self.shown = true;
            let _ = write!(io::stderr(), "\r\u{1b}[K{n} {} so far", self.what);
        }
    }

    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// Hands on every member of every page until `take` has enough.
pub(super) async fn each(
    mut pages: RawPages,
    operation: &Operation,
    pace: &mut Pace,
    progress: &mut Progress,
    mut take: impl FnMut(Vec<Member>) -> Result<usize, Stopped>,
) -> Result<(), Stopped> {
    let (mut n_pages, mut n_taken) = (0, 0);
    while pages.has_next() {
        pace.wait().await;
        let Some(page) = pages.next().await else { break };
        match page {
            Ok(page) => n_taken = take(page.members)?,
            Err(error) => {
                progress.clear();
                return Err(Stopped::Failed(failed(&error, operation, n_pages, n_taken)));
            }
        }
        n_pages += 1;
        progress.show(n_taken, pace);
    }
    progress.clear();
    Ok(())
}

/// What a call's failure means for a command that printed something, or nothing, before.
pub(super) fn failed(error: &Error, operation: &Operation, n_pages: usize, n_printed: usize) -> Failure {
    let remedy = match (error.kind(), error.status().map(|status| status.as_u16())) {
        (_, Some(401)) => "sign in again, and see that the token is for this service".to_owned(),
        (_, Some(403)) => {
            let kinds = operation.permissions.kinds().filter(|(_, names)| !names.is_empty());
            let kinds: Vec<String> = kinds.map(|(kind, names)| format!("{} ({kind})", names.join(" or "))).collect();
            format!("the operation takes {}", kinds.join("; "))
        }
        (_, Some(429)) => "others use up the tenant's share; try again later".to_owned(),
        (ErrorKind::Connection, _) => "see that the address is right, and that it can be reached".to_owned(),
        _ => String::new(),
    };
    let exit = match (error.kind(), n_printed) {
        (ErrorKind::Invalid, 0) => Exit::Unusable,
        (_, 0) => Exit::Unreachable,
        _ => Exit::Partial,
    };
    let what = match n_pages {
        0 => error.to_string(),
        1 => format!("{error}; one page came before, so this is not all"),
        n => format!("{error}; {n} pages came before, so this is not all"),
    };
    Failure { exit, what, remedy }
}
