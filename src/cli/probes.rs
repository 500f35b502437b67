//! Tokens that must not suffice: from files or the environment.

use std::collections::BTreeMap;
use std::path::Path;

use super::conform::token;
use super::exit::Failure;
use crate::rules::ProbeToken;
pub(super) use crate::selftest::probe_tokens as of_emulator;

/// The tokens that the environment and `KIND=FILE` arguments name.
#[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
pub(super) fn given(arguments: &[String]) -> Result<BTreeMap<ProbeToken, String>, Failure> {
    // As `entra-risk serve` prints them.
    let named = |kind: ProbeToken| Some((kind, std::env::var(kind.variable()).ok()?));
    let set = ProbeToken::ALL.into_iter().filter_map(named).filter(|(_, text)| !text.trim().is_empty());
    let mut probes: BTreeMap<ProbeToken, String> = set.collect();
    for argument in arguments {
        let known = argument.split_once('=').and_then(|(name, file)| Some((ProbeToken::parse(name)?, file)));
        let Some((kind, file)) = known else {
            let kinds = ProbeToken::ALL.map(ProbeToken::as_str).join(", ");
            return Err(Failure::input(
                format!("use the probe token '{argument}'"),
                format!("the kinds are {kinds}: --probe-token no-permission=FILE"),
            ));
        };
        probes.insert(kind, token(Path::new(file))?);
    }
    Ok(probes)
}
