//! A run that is kept in a file, and one that is judged from such a file.

use std::path::Path;

use super::exit::Failure;
use super::output::{self, WholeFile};
use crate::conformance::{self, Listener, Options, Recorder, Recording, RunError};
use crate::contract::Contract;
use crate::verdict::Report;

/// Reads what was recorded.
pub(super) fn read(path: &Path) -> Result<Recording, Failure> {
    let text = output::read(path, "the recording")?;
    Recording::parse(&text).map_err(|error| {
        let what = error.to_string().replacen("the recording", &format!("the recording {}", path.display()), 1);
        Failure::input(what, "give a file that conform --record wrote, as it was written")
    })
}

/// What a run has to do with recordings.
pub(super) enum Kept<'a> {
    /// Nothing.
    Nothing,
    /// It is recorded.
    Record(Recorded<'a>),
    /// It is a recording that is judged.
    Replay(Box<Recording>),
}

/// A recording, before it is in its file.
pub(super) struct Recorded<'a> {
    file: WholeFile,
    recorder: Recorder,
    contract: &'a Contract,
}

impl<'a> Kept<'a> {
    /// Begins the file: what is wrong with it is said before anything is sent.
    pub(super) fn begin(
        record: Option<&Path>,
        replay: Option<Recording>,
        chosen: &[&'a Contract],
    ) -> Result<Self, Failure> {
        if let Some(recording) = replay {
            return Ok(Self::Replay(Box::new(recording)));
        }
        // A server, which is what is recorded, has one version.
        let (Some(path), Some(contract)) = (record, chosen.first().copied()) else { return Ok(Self::Nothing) };
        if path.exists() {
            return Err(Failure::input(
                format!("record in {}: there is such a file", path.display()),
                "give a new file; what was recorded before may be evidence for something",
            ));
        }
        Ok(Self::Record(Recorded { file: WholeFile::begin(path)?, recorder: Recorder::new(contract), contract }))
    }

    /// Carries the run out.
    pub(super) async fn run(
        self,
        options: Options<'_>,
        listener: &mut dyn Listener,
    ) -> Result<(Report, Option<Recorded<'a>>), RunError> {
        match self {
            Self::Nothing => Ok((conformance::run(options, listener).await?, None)),
            Self::Record(mut recorded) => {
                let report = conformance::record(options, &mut recorded.recorder, listener).await?;
                Ok((report, Some(recorded)))
            }
            Self::Replay(recording) => Ok((conformance::replay(options, &recording, listener).await?, None)),
        }
    }
}

impl Recorded<'_> {
    /// Completes the file.
    #[allow(clippy::disallowed_methods)] // a recording says when it was made
    pub(super) fn finish(self, report: &Report) -> Result<(), Failure> {
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        self.file.finish(&self.recorder.finish(self.contract, &report.target, &now).to_json())
    }
}
