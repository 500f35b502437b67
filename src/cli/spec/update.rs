//! `entra-risk spec update`.
use clap::Args;

use crate::cli::exit::{Exit, Failure};

/// x
#[derive(Debug, Args)]
pub(super) struct Update {}
impl Update {
    pub(super) fn is_json(&self) -> bool {
        false
    }
}
pub(super) fn run(_: &Update) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
