//! What the file of tenants and the command line come to together: how to sign in to each tenant, and
//! whom it is about there. Everything is checked here, before anything is sent.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::super::super::connection::Connection;
use super::super::super::filters::{self, Objection};
use super::super::arguments::Whom;
use super::super::demand::{self, Wanted};
use super::file::{Entry, Mistake, read};
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::cli::signing_in::{SigningIn, environment};
use crate::client::{Clock as _, Cloud, SystemClock};
use crate::remediation::{Action, Selection};
use crate::signin::{Auth, Environment};

/// A tenant, with all that is asked for there.
pub(super) struct Party {
    /// Its name in the file.
    pub(super) name: String,
    pub(super) signing_in: SigningIn,
    /// Whether the way of signing in was said.
    pub(super) is_explicit: bool,
    /// Whether a person signs in: one at a time.
    pub(super) by_person: bool,
    pub(super) wanted: Wanted,
}

/// What is the same for all entries.
struct Rest<'a> {
    action: &'a Action,
    base: &'a SigningIn,
    /// Whom the command line says.
    wanted: Option<Wanted>,
    environment: Environment,
    /// What paths in the file start from.
    folder: PathBuf,
    is_emulator: bool,
}

/// Reads the file. Every mistake in it is named, and then it is not used.
pub(super) fn parties(
    path: &Path,
    matches: &ArgMatches,
    action: &Action,
    connection: &Connection,
) -> Result<Vec<Party>, Failure> {
    let text = output::read(path, "the tenants")?;
    let rest = Rest {
        action,
        base: connection.signing_in(),
        wanted: demand::wanted(matches, action, &Whom::of(matches))?,
        environment: environment(),
        folder: path.parent().map(Path::to_owned).unwrap_or_default(),
        is_emulator: connection.is_emulator(),
    };
    let checked = read(&text).and_then(|entries| {
        let (mut parties, mut mistakes) = (Vec::new(), Vec::new());
        for entry in entries {
            match (rest.way(&entry), rest.wanted(&entry)) {
                (Ok((signing_in, by_person)), Ok(wanted)) => parties.push(Party {
                    name: entry.tenant.clone(),
                    is_explicit: entry.has_credential() || rest.base.auth.is_some(),
                    signing_in,
                    by_person,
                    wanted,
                }),
                (way, wanted) => {
                    let what = [way.err(), wanted.err()].into_iter().flatten();
                    mistakes.extend(what.map(|what| entry.mistake(what)));
                }
            }
        }
        if mistakes.is_empty() { Ok(parties) } else { Err(mistakes) }
    });
    checked.map_err(|mistakes| refused(path, &mistakes))
}

fn refused(path: &Path, mistakes: &[Mistake]) -> Failure {
    let remedy = "an entry is [[tenants]] with tenant, where its credential is, and whom; see --help";
    if let [mistake] = mistakes {
        return Failure::input(format!("use the tenants {}:{mistake}; nothing was sent", path.display()), remedy);
    }
    mistakes.iter().for_each(|mistake| output::note(&format!("{}:{mistake}", path.display())));
    let n = mistakes.len();
    let what = format!("use the tenants {}: {n} mistakes, each named above; nothing was sent", path.display());
    Failure::input(what, remedy)
}

impl Rest<'_> {
    /// How to sign in, and whether a person does.
    fn way(&self, entry: &Entry) -> Result<(SigningIn, bool), String> {
        let options = self.signing_in(entry)?;
        if self.is_emulator {
            return Ok((options, false));
        }
        let way = options.way(&self.environment).map_err(words)?;
        self.readable(&options)?;
        Ok((options, matches!(way, Auth::Interactive | Auth::DeviceCode)))
    }

    /// The options, with what the entry says in their place. A credential comes from one of both alone.
    fn signing_in(&self, entry: &Entry) -> Result<SigningIn, String> {
        let mut options = self.base.clone();
        options.tenant = Some(entry.tenant.clone());
        if entry.has_credential() {
            options.auth = entry.auth.as_deref().map(auth).transpose()?;
            options.client_secret_file = entry.client_secret_file.as_deref().map(|path| self.path(path));
            options.client_secret_env.clone_from(&entry.client_secret_env);
            options.certificate = entry.certificate.as_deref().map(|path| self.path(path));
            options.token_file = entry.token_file.as_deref().map(|path| self.path(path));
            options.token_env.clone_from(&entry.token_env);
        }
        if entry.client_id.is_some() {
            options.client_id.clone_from(&entry.client_id);
        }
        if let Some(name) = &entry.cloud {
            (options.cloud, options.server) = (Some(cloud(name)?), None);
        }
        if entry.server.is_some() {
            (options.cloud, options.server) = (None, entry.server.clone());
        }
        if entry.authority.is_some() {
            options.authority.clone_from(&entry.authority);
        }
        Ok(options)
    }

    /// What is named has to be there before anything is sent; what is in it shows when one signs in.
    fn readable(&self, options: &SigningIn) -> Result<(), String> {
        let files = [&options.client_secret_file, &options.certificate, &options.token_file];
        for path in files.into_iter().flatten() {
            File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        }
        Ok(())
    }

    fn wanted(&self, entry: &Entry) -> Result<Wanted, String> {
        let form = self.action.form;
        if let Some(ids) = &entry.ids {
            return Wanted::given(ids, form, &format!("ids of {}", entry.tenant)).map_err(words);
        }
        if let Some(path) = &entry.from {
            return Wanted::file(&self.path(path), form, entry.csv_column.as_deref()).map_err(words);
        }
        if entry.has_filter() {
            return self.selection(entry).map(Wanted::selected);
        }
        self.wanted.clone().ok_or_else(|| words(demand::nobody(self.action)))
    }

    fn selection(&self, entry: &Entry) -> Result<Selection, String> {
        let members = self.action.members().filter(|_| self.action.operation.command.filters);
        let members = members.ok_or("cannot use a filter: this takes each id as given, and no filter")?;
        let named = |name: &str, given: &super::file::Given| (name.replace('_', "-"), given.values());
        let given = entry.filter.iter().flatten().map(|(name, given)| named(name, given)).collect();
        let selection = filters::select(given, entry.odata.as_deref(), &members, SystemClock::new().now());
        let selection = selection.map_err(|objection| match objection {
            Objection::Unknown { name, known } => {
                format!("cannot filter by '{name}': there are {}", known.join(", "))
            }
            Objection::Value { name, error } => format!("cannot use '{name}': {error}"),
            Objection::Empty => "cannot use odata: it is empty".to_owned(),
        })?;
        match selection.is_empty() {
            true => Err("the filter is empty: nothing ever means all of them".to_owned()),
            false => Ok(selection),
        }
    }

    fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

fn auth(name: &str) -> Result<Auth, String> {
    let known = || Auth::ALL.map(Auth::as_str).join(", ");
    Auth::parse(name).ok_or_else(|| format!("cannot sign in with this auth: there are {}", known()))
}

fn cloud(name: &str) -> Result<Cloud, String> {
    let found = Cloud::ALL.iter().copied().find(|cloud| cloud.name() == name);
    let known = || Cloud::ALL.iter().map(|cloud| cloud.name()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("there is no cloud '{name}': there are {}", known()))
}

fn words(failure: Failure) -> String {
    match failure.remedy.as_str() {
        "" => format!("cannot {}", failure.what),
        remedy => format!("cannot {}; {remedy}", failure.what),
    }
}
