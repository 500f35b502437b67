//! Settling from outside: the binary against an emulator of this process, by what it prints, its exit
//! code, its ledger, and what the service was sent and became. Nothing else is in its environment.

mod approval;
mod input;
mod kill;
mod plans;
mod stops;
mod verbs;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use entra_risk::embedded;
use entra_risk::emulator::{Config, Emulator, Identity, Received, Recording};
use entra_risk::remediation::Standing;
use entra_risk::remediation::ledger::Ledger;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::ran::Ran;
use crate::remediation::{crowd, faults, members, uuid};

/// An emulator, somebody who may do everything there, and a folder for ledger and files.
struct Place {
    emulator: Emulator,
    token: String,
    folder: tempfile::TempDir,
}

impl Place {
    /// With so many accounts at risk.
    async fn with(n: usize) -> Self {
        let mut config = Config::new(embedded::contracts());
        config.entities = crowd(n);
        Self::of(config).await
    }

    async fn of(mut config: Config) -> Self {
        config.record = Some(Recording { keep: 100_000, bodies: 64 * 1024 * 1024, observer: None });
        let emulator = Emulator::start(config).await.unwrap();
        let token = emulator.token(&Identity::all(embedded::contracts()));
        Self { emulator, token, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), content).unwrap();
    }

    /// A file with the ids of the crowd from one number to another.
    fn write_ids(&self, name: &str, range: std::ops::Range<usize>) {
        self.write(name, range.map(|index| uuid(index) + "\n").collect::<String>());
    }

    /// A command in an environment of its own, without a server.
    fn alone(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
        command.env_clear().env("HOME", self.path()).env("XDG_DATA_HOME", self.path()).current_dir(self.path());
        command.args(arguments.split_whitespace()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A command that calls the emulator.
    fn command(&self, arguments: &str) -> Command {
        let mut command = self.alone(&format!("{arguments} --server {}", self.emulator.root()));
        command.env("ENTRA_RISK_TOKEN", &self.token);
        command
    }

    /// Runs it while the emulator goes on.
    async fn run(&self, arguments: &str) -> Ran {
        ended(self.command(arguments)).await
    }

    /// Runs it as fast as can be, without being asked.
    async fn settle(&self, arguments: &str) -> Ran {
        self.run(&format!("{arguments} --yes --rate unlimited")).await
    }

    /// Runs what looks at the ledger alone.
    async fn look(&self, arguments: &str) -> Ran {
        ended(self.alone(arguments)).await
    }

    fn ledger(&self) -> Ledger {
        // Where the platform keeps data differs; there is one ledger in this folder.
        let found = walkdir::WalkDir::new(self.path()).into_iter().filter_map(Result::ok);
        let mut found = found.filter(|entry| entry.file_name() == "ledger.sqlite");
        Ledger::open_read_only(found.next().expect("a ledger").path()).unwrap()
    }

    /// How many ids of a job stand so in the ledger.
    fn n_standing(&self, job: i64, standing: Standing) -> usize {
        self.ledger().ids(job, &[standing], 0).count()
    }

    /// The calls that an emulator received of this operation.
    fn calls(&self, operation: &str) -> Vec<std::sync::Arc<Received>> {
        let all = self.emulator.received();
        all.into_iter().filter(|one| one.operation.as_deref() == Some(operation)).collect()
    }

    /// How many accounts of the crowd are at no risk any more.
    async fn n_settled(&self) -> usize {
        let members = members(&self.emulator).await;
        let crowd = members.iter().filter(|(id, _)| id.starts_with("c0000000"));
        crowd.filter(|(_, member)| member["riskLevel"] == "none").count()
    }

    /// Waits until so many calls of an operation were received.
    async fn received(&self, operation: &str, n: usize) {
        let patience = tokio::time::timeout(Duration::from_secs(20), async {
            while self.calls(operation).len() < n {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        patience.await.expect("it is called");
    }
}

async fn ended(mut command: Command) -> Ran {
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    output.expect("no panic").expect("the program starts").into()
}

/// A program that runs beside the test.
struct Running(std::process::Child);

impl Running {
    fn start(mut command: Command) -> Self {
        Self(command.spawn().expect("the program starts"))
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("it still runs");
    }

    async fn end(self) -> Ran {
        let output = tokio::task::spawn_blocking(move || self.0.wait_with_output()).await;
        output.expect("no panic").expect("it ends").into()
    }
}
