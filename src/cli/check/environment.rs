//! The environment of the program that is judged: what leads to the recorder is set, and what is
//! secret or leads elsewhere is taken out. No value of the parent's is looked at.

use std::ffi::{OsStr, OsString};

use crate::cli::exit::Failure;
use crate::contract::Contract;
use crate::emulator::Emulator;

/// What to set, and by which beginnings to tell what is not handed on.
pub(super) struct Environment {
    set: Vec<(&'static str, String)>,
}

/// Credentials, and addresses of services that hand them out: those of the Azure SDKs and tools,
/// of managed identities, of pipelines, and our own.
const TAKEN_OUT: &[&str] = &[
    "AZURE_",
    "ARM_",
    "AAD_",
    "MSI_",
    "IDENTITY_",
    "IMDS_",
    "ENTRA_RISK_",
    "ACTIONS_ID_TOKEN_REQUEST_",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
];

impl Environment {
    /// What leads to this recorder.
    pub(super) fn new(emulator: &Emulator, contracts: &[Contract], token: &str) -> Result<Self, Failure> {
        let root = emulator.root();
        let mut set = vec![("ENTRA_RISK_GRAPH_ROOT", root.clone())];
        if let Some(contract) = contracts.first() {
            set.push(("ENTRA_RISK_BASE_URL", emulator.base_url(&contract.api)));
        }
        set.push(("ENTRA_RISK_TOKEN", token.to_owned()));
        Ok(Self { set })
    }

    /// Lines for a shell.
    pub(super) fn exports(&self) -> String {
        self.set.iter().map(|(name, value)| format!("export {name}={value}\n")).collect()
    }

    /// What is set.
    pub(super) fn set(&self) -> &[(&'static str, String)] {
        &self.set
    }

    /// Whether a variable of ours is kept from the program.
    pub(super) fn takes_out(name: &OsStr) -> bool {
        let name = name.to_string_lossy().to_ascii_uppercase();
        TAKEN_OUT.iter().any(|beginning| name.starts_with(beginning))
    }

    /// The names of variables that are kept from the program.
    #[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
    pub(super) fn taken_out() -> Vec<OsString> {
        std::env::vars_os().map(|(name, _)| name).filter(|name| Self::takes_out(name)).collect()
    }
}
