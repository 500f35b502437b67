//! Where the ledger is: the same options for whatever writes to it or reads it.

use std::path::{Path, PathBuf};

use clap::Args;
use etcetera::BaseStrategy as _;

use super::exit::Failure;
use crate::remediation::ledger::{Fault, Ledger, LedgerError};

/// The variable that names a ledger.
const VARIABLE: &str = "ENTRA_RISK_LEDGER";
/// The file in the folder of this program.
const FILE: &str = "ledger.sqlite";
/// The file beside it, for what was only tried.
const REHEARSALS: &str = "emulator.sqlite";

/// The options, to be flattened into a command.
#[derive(Debug, Args)]
pub(super) struct LedgerPlace {
    /// File that keeps what was asked for, sent and answered; that of ENTRA_RISK_LEDGER, or
    /// entra-risk/ledger.sqlite in your data directory by default
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

impl LedgerPlace {
    /// The ledger's file; for rehearsals with an emulator the one beside it, if none was named.
    pub(super) fn path(&self, is_rehearsal: bool) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.ledger {
            return Ok(path.clone());
        }
        let path = match from_environment() {
            Some(path) => path,
            None => own_folder()?.join(FILE),
        };
        Ok(if is_rehearsal { path.with_file_name(REHEARSALS) } else { path })
    }

    /// What a further command needs to find the same ledger, with a space before it.
    pub(super) fn again(&self, is_rehearsal: bool) -> String {
        match (&self.ledger, is_rehearsal) {
            (Some(path), _) => format!(" --ledger {}", super::serve::quoted(&path.to_string_lossy())),
            (None, true) => " --emulator".to_owned(),
            (None, false) => String::new(),
        }
    }

    /// Opens the ledger to write to it, and makes it where there is none.
    pub(super) fn open(&self, is_rehearsal: bool) -> Result<Ledger, Failure> {
        let path = self.path(is_rehearsal)?;
        if self.ledger.is_none() && from_environment().is_none() {
            make_folder(path.parent().unwrap_or(&path))?;
        }
        Ok(Ledger::open(&path)?)
    }

    /// Opens the ledger to look at it; `None` where there is none, unless one was named.
    pub(super) fn look(&self, is_rehearsal: bool) -> Result<Option<Ledger>, Failure> {
        match Ledger::open_read_only(&self.path(is_rehearsal)?) {
            Err(LedgerError::Unusable { fault: Fault::Missing, .. }) if self.ledger.is_none() => Ok(None),
            Err(LedgerError::Unusable { fault: Fault::Empty, .. }) => Ok(None),
            other => Ok(Some(other?)),
        }
    }
}

#[allow(clippy::disallowed_methods)] // the command line reads the environment
fn from_environment() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn own_folder() -> Result<PathBuf, Failure> {
    let strategy = etcetera::base_strategy::choose_native_strategy();
    strategy.map(|strategy| strategy.data_dir().join("entra-risk")).map_err(|error| {
        Failure::input(
            format!("find your data directory: {error}"),
            format!("give a file with --ledger, or in {VARIABLE}"),
        )
    })
}

/// Makes a folder that its owner alone can look into.
fn make_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| {
        let what = format!("make the folder {}: {error}", path.display());
        Failure::input(what, format!("give a file elsewhere with --ledger, or in {VARIABLE}"))
    })
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let remedy = match &error {
            LedgerError::Unusable { fault, .. } => match fault {
                Fault::Missing => "jobs are begun by the commands that settle risk; give their ledger with --ledger",
                Fault::NotALedger => "give a ledger, or a new file, with --ledger",
                Fault::Newer { .. } => "use the version of entra-risk that wrote it, or a later one",
                Fault::Damaged(_) => "keep a copy of it, and give a new file with --ledger",
                Fault::Full => "make room, and run the same again",
                Fault::ReadOnly => "make both writable to you, or give a file elsewhere with --ledger",
                Fault::NoLocks => "give a file on a disk of this machine with --ledger",
                Fault::Busy => "run the same again when the other is done",
                _ => "give a file in a folder that you can write to with --ledger",
            },
            LedgerError::Taken { .. } => "wait until it is done, or stop it with Ctrl-C",
            LedgerError::NoSuchJob { .. } => "entra-risk jobs list shows all",
            _ => "",
        };
        Self::input(error.to_string(), remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_has_a_ledger_of_its_own() {
        let named = LedgerPlace { ledger: Some("a/mine.sqlite".into()) };
        for is_rehearsal in [false, true] {
            assert_eq!(named.path(is_rehearsal).expect("a path"), Path::new("a/mine.sqlite"));
        }
        let usual = LedgerPlace { ledger: None };
        let (earnest, tried) = (usual.path(false).expect("a path"), usual.path(true).expect("a path"));
        assert!(earnest != tried && earnest.parent() == tried.parent());
    }

    #[cfg(unix)]
    #[test]
    fn its_folder_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("share/entra-risk");
        for _ in 0..2 {
            make_folder(&path).expect("a folder");
            let mode = path.metadata().expect("a folder").permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        let file = path.join("file");
        std::fs::write(&file, "").expect("a file");
        let failure = make_folder(&file.join("below")).expect_err("it is a file");
        assert!(failure.remedy.contains("--ledger"), "{failure:?}");
    }
}
