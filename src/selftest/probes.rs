//! Tokens of the emulator that must not suffice.

use std::collections::BTreeMap;

use crate::contract::Contract;
use crate::emulator::{Emulator, Identity, Kind};
use crate::rules::ProbeToken;

/// Every kind, as the emulator issues them.
#[must_use]
pub fn probe_tokens(emulator: &Emulator, contracts: &[Contract]) -> BTreeMap<ProbeToken, String> {
    let all = Identity::all(contracts);
    let user = |kind| Identity::new(kind, all.permissions.clone());
    let identity = |kind| match kind {
        ProbeToken::NoPermission => Some(Identity::none()),
        ProbeToken::Expired => Some(all.clone().expiring_in(-60)),
        ProbeToken::WrongAudience => Some(all.clone().for_audience("https://example.org")),
        ProbeToken::Personal => Some(user(Kind::DelegatedPersonal)),
        ProbeToken::Delegated => Some(Identity::delegated_work(Vec::<String>::new())),
        ProbeToken::NoRole => Some(Identity::all_delegated(contracts).with_roles(Vec::<String>::new())),
    };
    ProbeToken::ALL.into_iter().filter_map(|kind| Some((kind, emulator.token(&identity(kind)?)))).collect()
}
