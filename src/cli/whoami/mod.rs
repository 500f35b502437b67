//! `entra-risk whoami`.

mod human;
mod seen;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::seen::Seen;
use super::exit::{Exit, Failure};
use super::signing_in::{self, SigningIn};
use super::{output, specs};
use crate::client::Connections;

/// Show who you are to Microsoft Graph, and what you may do with this program.
///
/// Signs in and looks at the token: tenant, account or application, permissions, directory roles,
/// and for each operation whether they suffice, or what is missing and how it is granted. Nothing is
/// sent to Graph.
#[derive(Debug, Args)]
pub(super) struct Whoami {
    /// Description of the operations, or folder of them; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Format of standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    // Last, since its heading is that of all that follows.
    #[command(flatten)]
    sign_in: SigningIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; without the name of the account
    Json,
}

impl Whoami {
    /// Whether standard output is for programs.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

pub(super) async fn run(command: Whoami) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let (environment, connections) = (signing_in::environment(), Connections::default());
    let signed = signing_in::sign_in(&command.sign_in, &environment, &contracts, &connections).await?;
    let seen = Seen::of(&signed, &contracts);
    let text = match command.format {
        Format::Human => human::render(&seen, signed.claims.as_ref().and_then(|claims| claims.name())),
        Format::Json => serde_json::to_string_pretty(&seen).expect("plain data") + "\n",
    };
    output::print(&text)?;
    Ok(Exit::Done)
}
