//! The contracts that this build was generated from.

use std::sync::LazyLock;

use crate::contract::Contract;

static CONTRACTS: LazyLock<Vec<Contract>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/contracts.json")))
        .expect("build.rs wrote this text from the same types")
});

/// The list of accepted disagreements beside the descriptions of this build; empty where there
/// is none.
#[cfg(feature = "conformance")]
pub const ACCEPTED: &str = include_str!(concat!(env!("OUT_DIR"), "/accepted.toml"));

/// The list of mutants that are known to survive the suite, beside the same descriptions.
#[cfg(feature = "conformance")]
pub const SURVIVORS: &str = include_str!(concat!(env!("OUT_DIR"), "/survivors.toml"));

/// Where clouds sign in, and the ids of permissions, beside the same descriptions.
#[cfg(feature = "remediation")]
pub const SIGNIN: &str = include_str!(concat!(env!("OUT_DIR"), "/signin.toml"));

/// Every embedded contract, one an API version.
#[must_use]
pub fn contracts() -> &'static [Contract] {
    &CONTRACTS
}

/// The embedded contract of an API version: `beta`.
#[must_use]
pub fn contract(api: &str) -> Option<&'static Contract> {
    contracts().iter().find(|contract| contract.api == api)
}
