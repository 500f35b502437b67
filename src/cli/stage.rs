//! What an emulator is started with, whatever it is started for: `serve` and `check` take the
//! same options.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::exit::Failure;
use super::seed_file;
use crate::contract::Contract;
use crate::emulator::{App, Config, Fault, StartError};

/// The options, to be flattened into a command.
#[derive(Debug, Args)]
pub(super) struct Stage {
    /// Tenants, apps, callers, members of sets and faults to start with, as TOML or JSON
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// How many accounts to make besides those of the documented examples
    #[arg(long, value_name = "N", default_value_t = 0)]
    users: usize,
    /// How long an action takes to be done once it was accepted, in seconds; until then the account
    /// is shown as it was, and as being processed
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds)]
    settle_after: f64,
    /// What goes wrong, such as throttle=1 or unavailable,times=2,operation=*.dismiss; may be repeated
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
}

/// A number of seconds, fractions included.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=MOST_SECONDS).contains(seconds));
    seconds.ok_or_else(|| format!("it is a number of seconds, 0 to {MOST_SECONDS}"))
}

/// A day.
const MOST_SECONDS: f64 = 86_400.0;

/// The most accounts that an emulator keeps.
const MOST_USERS: usize = 100_000;

impl Stage {
    /// An emulator of these contracts; with an app to sign in with, if the seed file has none.
    pub(super) fn config(&self, contracts: &[Contract]) -> Result<Config, Failure> {
        let mut config = Config::new(contracts);
        if self.users > MOST_USERS {
            let what = format!("make {} accounts", self.users);
            return Err(Failure::input(what, format!("the emulator keeps at most {MOST_USERS}")));
        }
        config.users = self.users;
        config.settle_after = Duration::from_secs_f64(self.settle_after);
        config.faults.clone_from(&self.fault);
        if let Some(path) = &self.seed {
            seed_file::read(path)?.apply(&mut config);
        }
        if config.directory.apps.is_empty() {
            config.directory.apps.push(App::new_with_everything());
        }
        Ok(config)
    }

    /// Why an emulator of this did not start, and what to do about it.
    pub(super) fn refused(&self, error: &StartError) -> Failure {
        let remedy = match (error, &self.seed) {
            (StartError::Entity { .. } | StartError::Directory(_), Some(path)) => format!("correct {}", path.display()),
            _ => String::new(),
        };
        Failure::input(error.to_string(), remedy)
    }
}
