//! `entra-risk man`.

use std::path::PathBuf;

use clap::{Args, Command};

use super::exit::{Exit, Failure};
use super::output;

/// Print the manual page, or write a page for each command.
///
/// To read it at once: entra-risk man | man -l -
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Folder to write a page for each command to
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &Man, command: Command) -> Result<Exit, Failure> {
    match &arguments.dir {
        None => {
            let mut page = Vec::new();
            let rendered = clap_mangen::Man::new(command).render(&mut page);
            rendered.map_err(|error| Failure::input(format!("write the manual page: {error}"), ""))?;
            output::print(&String::from_utf8_lossy(&page))?;
        }
        Some(folder) => {
            let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
            let failed = |error| Failure::input(format!("write manual pages to {}: {error}", folder.display()), "");
            written.map_err(failed)?;
        }
    }
    Ok(Exit::Done)
}
