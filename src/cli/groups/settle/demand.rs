//! What was asked for: ids from the command line, a file or standard input, or whatever a filter finds.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use clap::{ArgMatches, FromArgMatches as _};
use indexmap::IndexSet;

use super::super::filters;
use super::arguments::{AllTheSameArguments, Whom};
use super::summary::counted;
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::client::{Clock as _, SystemClock};
use crate::remediation::{Action, AllTheSame, Demand, Id, IdForm, Ids, IdsError, Malformed, Selection};

/// Whom: ids, or whatever a filter finds.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    ids: IndexSet<Id>,
    selection: Option<Selection>,
    /// The same in words.
    pub(super) described: String,
}

impl Wanted {
    /// Whatever is selected by this.
    pub(super) fn selected(selection: Selection) -> Self {
        Self { ids: IndexSet::new(), described: selection.described.clone(), selection: Some(selection) }
    }

    /// Ids as they were given, by this name.
    pub(super) fn given(texts: &[String], form: IdForm, name: &str) -> Result<Self, Failure> {
        let mut naming = Naming::new("argument", name.to_owned());
        let ids = Ids::given(texts.iter().map(String::as_str), form, |malformed| naming.name(&malformed));
        Ok(Self::ids(naming.end(ids)?, "as given"))
    }

    /// The ids of a file.
    pub(super) fn file(path: &Path, form: IdForm, column: Option<&str>) -> Result<Self, Failure> {
        let place = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
        Ok(Self::ids(read(path, form, column)?, &format!("of {place}")))
    }

    fn ids(ids: Ids, place: &str) -> Self {
        let twice = match ids.n_repeated() {
            0 => String::new(),
            n => format!(", {n} more were there twice"),
        };
        let described = format!("{} {place}{twice}", counted(ids.ids.len(), "id"));
        Self { ids: ids.ids, selection: None, described }
    }

    /// Whether it is whatever a filter finds.
    pub(super) fn is_filter(&self) -> bool {
        self.selection.is_some()
    }
}

/// What is asked for, of whoever it is.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    all_the_same: AllTheSame,
    excluded: HashSet<Id>,
}

impl Terms {
    pub(super) fn of(matches: &ArgMatches, action: &Action, whom: &Whom) -> Result<Self, Failure> {
        let same = AllTheSameArguments::from_arg_matches(matches).expect("the command is made with these options");
        let all_the_same = AllTheSame {
            refused: same.include_deleted,
            confirmed: same.include_compromised,
            absent: same.include_unlisted,
        };
        Ok(Self { all_the_same, excluded: whom.excluded(action.form)? })
    }

    pub(super) fn demand(self, wanted: Wanted) -> Demand {
        let Self { all_the_same, excluded } = self;
        let Wanted { ids, selection, .. } = wanted;
        Demand { ids, selection, excluded, all_the_same, ..Demand::default() }
    }
}

/// Whom the command line says; none where it says neither ids nor a filter.
pub(super) fn wanted(matches: &ArgMatches, action: &Action, whom: &Whom) -> Result<Option<Wanted>, Failure> {
    if let Some(path) = &whom.from {
        return Wanted::file(path, action.form, whom.csv_column.as_deref()).map(Some);
    }
    if !whom.ids.is_empty() {
        return Wanted::given(&whom.ids, action.form, "ids").map(Some);
    }
    match action.members() {
        Some(members) if action.operation.command.filters => {
            let selection = filters::read(matches, &members, SystemClock::new().now())?;
            Ok((!selection.is_empty()).then(|| Wanted::selected(selection)))
        }
        _ => Ok(None),
    }
}

/// Nobody said whom.
pub(super) fn nobody(action: &Action) -> Failure {
    let remedy = match action.operation.command.filters {
        true => "give ids, --from FILE, or a filter such as --level; nothing ever means all of them",
        false => "give ids or --from FILE: this takes each id as given, and no filter",
    };
    Failure::input("know whom: there are neither ids nor a filter", remedy)
}

/// Reads the ids of a file. Every malformed one is named, and then none is used.
pub(super) fn read(path: &Path, form: IdForm, column: Option<&str>) -> Result<Ids, Failure> {
    let is_stdin = path.as_os_str() == "-";
    let mut naming = Naming::new("line", if is_stdin { "-".to_owned() } else { path.display().to_string() });
    let mut name = |malformed: Malformed| naming.name(&malformed);
    let ids = match is_stdin {
        true => {
            if io::stdin().is_terminal() {
                output::note("reading ids from the terminal, one a line; Ctrl-D ends them");
            }
            Ids::read(io::stdin().lock(), form, column, &mut name)
        }
        false => {
            let fail = |error: io::Error| Failure::input(format!("read ids from {}: {error}", path.display()), "");
            let file = File::open(path).map_err(fail)?;
            if file.metadata().map_err(fail)?.is_dir() {
                return Err(Failure::input(format!("read ids from {}: it is a folder", path.display()), "give a file"));
            }
            Ids::read(file, form, column, &mut name)
        }
    };
    naming.end(ids)
}

/// Names what is no id, each as it is found.
struct Naming {
    unit: &'static str,
    of: String,
    stderr: io::BufWriter<io::Stderr>,
    n: u64,
}

impl Naming {
    fn new(unit: &'static str, of: String) -> Self {
        Self { unit, of, stderr: io::BufWriter::new(io::stderr()), n: 0 }
    }

    fn name(&mut self, malformed: &Malformed) {
        let Malformed { line, text, reason } = malformed;
        self.n += 1;
        // There is nobody left to tell if standard error is gone.
        let _ = writeln!(self.stderr, "{}, {} {line}: '{text}': {reason}", self.of, self.unit);
    }

    fn end(mut self, ids: Result<Ids, IdsError>) -> Result<Ids, Failure> {
        let _ = self.stderr.flush();
        let remedy = match &ids {
            Err(IdsError::Table { .. } | IdsError::NoColumn { .. }) => "name the column with --csv-column NAME",
            Err(IdsError::NotAList { .. }) => "give a list of ids, one a line",
            _ => "",
        };
        let ids = ids.map_err(|error| {
            let of = if self.unit == "line" { format!(" ({})", self.of) } else { String::new() };
            Failure::input(format!("{error}{of}"), remedy)
        })?;
        match self.n {
            0 => Ok(ids),
            n => Err(Failure::input(
                format!("use the ids: {n} of {} are none, each named above; nothing was sent", n + ids.n_read),
                "correct them, or take them out",
            )),
        }
    }
}

/// The caller as one of those whom an action could be done to.
pub(super) fn caller(identity: Option<&str>, form: IdForm) -> Option<Id> {
    Id::parse(identity?, form).ok()
}
