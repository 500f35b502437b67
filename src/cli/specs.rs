//! Descriptions that are read when the program runs, with the transcripts beside them: what
//! `build.rs` does when it is built, for `--spec FILE`.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::contract::{Contract, Exchange, Origin};
use crate::embedded;
use crate::finding::{Finding, Severity};
use crate::spec::{self, Document, Transcripts, lint};

/// What was read of one description.
pub(super) struct Description {
    /// Its file, for people.
    pub(super) file: String,
    /// The description, unless its file is not one at all.
    pub(super) document: Option<Document>,
    /// The transcripts beside it.
    pub(super) transcripts: Transcripts,
    /// What keeps the file from being a description.
    pub(super) unusable: Option<Finding>,
    /// Transcripts that cannot be read, and why.
    pub(super) unreadable: Vec<String>,
}

impl Description {
    /// Reads a description, and the transcripts in the folder that was given, or else in
    /// `exchanges/VERSION` beside it.
    ///
    /// # Errors
    /// One line that names a file which cannot be read.
    pub(super) fn read(path: &Path, exchanges: Option<&Path>) -> Result<Self, String> {
        let file = display(path);
        let text = read(path)?;
        let mut description = Self {
            file: file.clone(),
            document: None,
            transcripts: Transcripts::default(),
            unusable: None,
            unreadable: Vec::new(),
        };
        match Document::parse_with_duplicates(&text, &file) {
            Err(error) => description.unusable = Some(lint::unusable(error)),
            Ok(document) => {
                description.read_transcripts(&folder(path, exchanges, document.api()));
                description.document = Some(document);
            }
        }
        Ok(description)
    }

    fn read_transcripts(&mut self, folder: &Path) {
        self.transcripts = Transcripts::new(&display(folder));
        let files = match list(folder, "http") {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.unreadable.push(unreadable(folder, &error)),
        };
        for path in files {
            match read(&path) {
                Ok(text) => {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy();
                    self.transcripts.add(&text, &name, &display(&path));
                }
                Err(reason) => self.unreadable.push(reason),
            }
        }
    }

    /// Everything that is wrong with it.
    pub(super) fn lint(&self) -> Vec<Finding> {
        match &self.document {
            Some(document) => lint::lint_with(document, &self.transcripts),
            None => self.unusable.iter().cloned().collect(),
        }
    }

    /// The contract, as `build.rs` would embed it.
    fn contract(self) -> Result<Contract, Failure> {
        if let Some(reason) = self.unreadable.first() {
            return Err(Failure::input(reason, ""));
        }
        match (self.document, self.unusable) {
            (Some(document), _) => spec::contract(&document, self.transcripts).map_err(|all| refused(&self.file, &all)),
            (None, unusable) => Err(refused(&self.file, &unusable.into_iter().collect::<Vec<_>>())),
        }
    }
}

fn refused(file: &str, findings: &[Finding]) -> Failure {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let lines: Vec<String> = errors.map(|finding| format!("\n    {finding}")).collect();
    Failure::input(
        format!("use the description {file}:{}", lines.concat()),
        format!("entra-risk spec lint {file} shows the same, in other formats too"),
    )
}

/// The contracts of the descriptions that were given, or those of this build.
pub(super) fn contracts(given: &[PathBuf]) -> Result<Cow<'static, [Contract]>, Failure> {
    if given.is_empty() {
        return Ok(Cow::Borrowed(embedded::contracts()));
    }
    let mut contracts: Vec<Contract> = Vec::new();
    for path in files(given).map_err(|reason| Failure::input(reason, GIVE))? {
        let description = Description::read(&path, None).map_err(|reason| Failure::input(reason, GIVE))?;
        let contract = description.contract()?;
        if let Some(other) = contracts.iter().find(|other| other.api == contract.api) {
            return Err(Failure::input(
                format!("use {} beside {}: both describe '{}'", contract.file, other.file, contract.api),
                "give one description of each API version",
            ));
        }
        contracts.push(contract);
    }
    contracts.sort_by_key(Contract::order);
    Ok(Cow::Owned(contracts))
}

pub(super) const GIVE: &str =
    "give a description such as openapi/beta.yaml, or a folder that holds such files and exchanges/";

/// The contract of one API version: the one that was named, or else the first.
pub(super) fn choose<'a>(contracts: &'a [Contract], api: Option<&str>) -> Result<&'a Contract, Failure> {
    let is_wanted = |contract: &&Contract| api.is_none_or(|api| contract.api == api);
    contracts.iter().find(is_wanted).ok_or_else(|| undescribed(contracts, api.unwrap_or_default()))
}

/// The contracts of the API versions that were named, or all of them; in their order, each once.
pub(super) fn choose_all<'a>(contracts: &'a [Contract], apis: &[String]) -> Result<Vec<&'a Contract>, Failure> {
    if let Some(unknown) = apis.iter().find(|api| contracts.iter().all(|contract| contract.api != **api)) {
        return Err(undescribed(contracts, unknown));
    }
    Ok(contracts.iter().filter(|contract| apis.is_empty() || apis.contains(&contract.api)).collect())
}

/// The contract by which a server is checked: of the version at the end of its address, of the
/// one that was named, or the only one there is.
pub(super) fn choose_for<'a>(contracts: &'a [Contract], apis: &[String], url: &str) -> Result<&'a Contract, Failure> {
    let known = choose_all(contracts, apis)?;
    match (version_of(url, contracts), known.as_slice()) {
        (Some(version), _) => match known.iter().find(|contract| contract.api == version) {
            Some(contract) => Ok(contract),
            None if apis.is_empty() => Err(undescribed(contracts, version)),
            None => Err(Failure::input(
                format!("check {url} as {}: it is the root of '{version}'", apis.join(" and ")),
                format!("leave out --api, or give the root of {}", apis[0]),
            )),
        },
        (None, [only]) => Ok(only),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|contract| contract.api.as_str()).collect();
            let root = url.trim_end_matches('/');
            Err(Failure::input(
                format!("check {url}: it does not say which of the API versions {} it is", names.join(" and ")),
                format!("give the root with the version, such as {root}/{}, or --api", names[0]),
            ))
        }
    }
}

/// The API version at the end of an address: one that is described, or of the form of Graph's.
pub(super) fn version_of<'u>(url: &'u str, contracts: &[Contract]) -> Option<&'u str> {
    // What else is wrong with it is for the session to say.
    let (_, path) = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/')?;
    let last = path.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/').next()?;
    let digits = last.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (digits || last == "beta" || contracts.iter().any(|contract| contract.api == last)).then_some(last)
}

fn undescribed(contracts: &[Contract], wanted: &str) -> Failure {
    let known: Vec<&str> = contracts.iter().map(|contract| contract.api.as_str()).collect();
    Failure::input(
        format!("check the API version '{wanted}': there is no description of it"),
        format!("give one of {}", known.join(", ")),
    )
}

/// Whether a contract is of a description of this build.
pub(super) fn is_own(contract: &Contract) -> bool {
    embedded::contract(&contract.api).is_some_and(|own| own.sha256 == contract.sha256)
}

/// Why the client of this build cannot be held to a contract: it was generated from another
/// description, or with other transcripts.
pub(super) fn reason_not_to_call(contract: &Contract) -> Option<String> {
    let own = embedded::contract(&contract.api);
    if own
        .is_some_and(|own| own.sha256 == contract.sha256 && placeless(&own.exchanges) == placeless(&contract.exchanges))
    {
        return None;
    }
    let folder = Path::new(&contract.file).parent().unwrap_or(Path::new("."));
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let folder = quoted(&display(&folder));
    Some(format!(
        "this build's client is of another description; rebuild: ENTRA_RISK_SPEC_DIR={folder} cargo run --release -- conform"
    ))
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Exchanges wherever their files are.
fn placeless(exchanges: &[Exchange]) -> Vec<Exchange> {
    let nowhere = |origin: &mut Origin| origin.file.clear();
    let placeless = |exchange: &Exchange| {
        let mut exchange = exchange.clone();
        nowhere(&mut exchange.origin);
        exchange.statements.iter_mut().for_each(|statement| nowhere(&mut statement.origin));
        exchange
    };
    let mut all: Vec<Exchange> = exchanges.iter().map(placeless).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The descriptions that paths name: files as they are, and each `*.yaml` of a folder.
///
/// # Errors
/// One line that names a folder which cannot be read, or holds none.
pub(super) fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let found = list(path, "yaml").map_err(|error| unreadable(path, &error))?;
        if found.is_empty() {
            return Err(format!("read {}: there is no *.yaml file in it", display(path)));
        }
        files.extend(found);
    }
    Ok(files)
}

fn folder(path: &Path, given: Option<&Path>, api: &str) -> PathBuf {
    match given {
        Some(given) if !api.is_empty() && given.join(api).is_dir() => given.join(api),
        Some(given) => given.to_owned(),
        None => path.parent().unwrap_or(Path::new("")).join("exchanges").join(api),
    }
}

/// Files of a folder by the end of their name, in order.
fn list(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Descriptions are written by hand: what is longer is something else.
const MOST_BYTES: u64 = 256 << 20;

fn read(path: &Path) -> Result<String, String> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !about.is_file() || about.len() > MOST_BYTES {
        let what = if about.is_file() { "it is longer than 256 MiB" } else { "it is no file" };
        return Err(format!("read {}: {what}", display(path)));
    }
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    format!("read {}: {reason}", display(path))
}

/// A path for people, the same on every system.
fn display(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
