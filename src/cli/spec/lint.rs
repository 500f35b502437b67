//! `entra-risk spec lint`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::{Exit, Failure};
use crate::cli::findings::{FindingsOutput, Outcome};
use crate::cli::output;
use crate::cli::specs::{self, Description};
use crate::report::findings::Described;
use crate::spec::lint::RULES;

/// Say what is wrong with a description and its transcripts.
///
/// By the rules that the build uses: whatever the client generator, the suite or the double would
/// misread is an error, with its line. Looks at examples too, and at the transcripts in
/// exchanges/VERSION beside the description: of operations that are not there, and at operations
/// that no transcript shows.
///
/// Ends with 1 for errors, with 2 if a file cannot be read; the others are still looked at.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Description, or folder of them; by default what the next build reads: the folder in
    /// ENTRA_RISK_SPEC_DIR, or else openapi/
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The same, as other commands take it
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Folder of the transcripts; exchanges/VERSION beside the description by default
    #[arg(long, value_name = "DIR")]
    exchanges: Option<PathBuf>,
    #[command(flatten)]
    findings: FindingsOutput,
}

impl Lint {
    pub(super) fn is_json(&self) -> bool {
        self.findings.is_json()
    }

    #[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
    fn given(&self) -> Result<Vec<PathBuf>, Failure> {
        let given: Vec<PathBuf> = self.files.iter().chain(&self.spec).cloned().collect();
        if !given.is_empty() {
            return Ok(given);
        }
        let folder = std::env::var_os("ENTRA_RISK_SPEC_DIR").filter(|folder| !folder.is_empty());
        let folder = folder.map_or_else(|| PathBuf::from("openapi"), PathBuf::from);
        match folder.is_dir() {
            true => Ok(vec![folder]),
            false => {
                Err(Failure::input(format!("find a description: there is no folder {}", folder.display()), specs::GIVE))
            }
        }
    }
}

pub(super) fn run(command: &Lint) -> Result<Exit, Failure> {
    let given = command.given()?;
    if let Some(folder) = command.exchanges.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::input(
            format!("read the transcripts in {}: it is no folder", folder.display()),
            "give a folder of *.http files",
        ));
    }
    let reporting = command.findings.begin()?;
    let mut unreadable = Vec::new();
    let mut outcome = Outcome {
        catalogue: RULES
            .iter()
            .map(|rule| Described { id: rule.id, severity: rule.severity(), reason: rule.reason })
            .collect(),
        ..Outcome::default()
    };
    let (mut n_descriptions, mut n_transcripts) = (0, 0);
    for given in given {
        let files = specs::files(&[given]).unwrap_or_else(|reason| {
            unreadable.push(reason);
            Vec::new()
        });
        for path in files {
            match Description::read(&path, command.exchanges.as_deref()) {
                Ok(mut description) => {
                    outcome.findings.extend(description.lint());
                    let transcripts = &description.transcripts;
                    n_transcripts += transcripts.exchanges.len() + transcripts.broken.len();
                    outcome.files.extend(transcripts.exchanges.iter().map(|exchange| exchange.origin.file.clone()));
                    unreadable.append(&mut description.unreadable);
                    outcome.files.push(description.file);
                    n_descriptions += 1;
                }
                Err(reason) => unreadable.push(reason),
            }
        }
    }
    outcome.looked_at = format!(
        "{n_descriptions} {} and {n_transcripts} {}",
        if n_descriptions == 1 { "description" } else { "descriptions" },
        if n_transcripts == 1 { "transcript" } else { "transcripts" },
    );
    let exit = reporting.finish(outcome)?;
    for reason in &unreadable {
        output::complain(&Failure::input(reason, specs::GIVE), command.is_json());
    }
    Ok(if unreadable.is_empty() { exit } else { Exit::Unusable })
}
