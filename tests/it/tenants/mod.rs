//! `--tenants FILE`, as people use it: the binary, and an emulator that has the tenants.

mod crowd;
mod file;
mod runs;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use entra_risk::embedded;
use entra_risk::emulator::{App, Config, Emulator, Fault, Recording, Secret, Tenant};

use crate::ran::Ran;

/// An emulator with tenants, and a folder with the file of them and a ledger.
struct Stand {
    emulator: Emulator,
    folder: tempfile::TempDir,
}

/// The secret of every app.
const SECRET: &str = "a-secret-of-every-app";

/// The id of a tenant.
fn tenant(index: usize) -> String {
    format!("7e000000-0000-4000-8000-{index:012x}")
}

/// The id of the app of a tenant.
fn app(index: usize) -> String {
    format!("a9900000-0000-4000-8000-{index:012x}")
}

impl Stand {
    /// With so many tenants, and this going wrong.
    async fn new(n_tenants: usize, n_users: usize, faults: &[&str]) -> Self {
        let mut config = Config::new(embedded::contracts());
        let tenants = (0..n_tenants).map(|index| Tenant { id: tenant(index), domains: vec![domain(index)] });
        config.directory.tenants = tenants.collect();
        let apps = (0..n_tenants).map(|index| App {
            client_id: app(index),
            client_secret: Secret::new(SECRET),
            tenant: Some(tenant(index)),
            ..App::new_with_everything()
        });
        config.directory.apps = apps.collect();
        config.entities = crate::remediation::crowd(n_users);
        config.faults = faults.iter().map(|text| text.parse().unwrap()).collect::<Vec<Fault>>();
        config.record = Some(Recording { keep: 1_000_000, ..Recording::default() });
        let emulator = Emulator::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        Self { emulator, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the file of the tenants: for each of them its credential, and this.
    fn write(&self, entries: impl IntoIterator<Item = (usize, String)>) {
        let entries = entries.into_iter().map(|(index, more)| entry(&domain(index), &app(index), &more));
        std::fs::write(self.path("tenants.toml"), entries.collect::<String>()).unwrap();
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = command(arguments);
        let root = self.emulator.root();
        command.arg("--server").arg(&root).arg("--authority").arg(&root);
        command.arg("--tenants").arg(self.path("tenants.toml")).arg("--ledger").arg(self.path("ledger.sqlite"));
        command.current_dir(self.folder.path());
        command
    }

    async fn run(&self, arguments: &str) -> Ran {
        let mut command = self.command(arguments);
        // The runtime of the test goes on, since the emulator is on it.
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        output.unwrap().unwrap().into()
    }

    /// How many calls of an operation were answered with this.
    fn n_received(&self, operation: &str, status: u16) -> usize {
        let received = self.emulator.received();
        let is = |one: &&std::sync::Arc<entra_risk::emulator::Received>| {
            one.operation.as_deref() == Some(operation) && one.status == Some(status)
        };
        received.iter().filter(is).count()
    }
}

/// The name of a tenant.
fn domain(index: usize) -> String {
    format!("tenant{index}.example")
}

fn entry(tenant: &str, app: &str, more: &str) -> String {
    format!("[[tenants]]\ntenant = \"{tenant}\"\nclient_id = \"{app}\"\nclient_secret_file = \"secret\"\n{more}\n\n")
}

/// Of these arguments none has a space in it.
fn command(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.env_clear().args(arguments.split_whitespace()).stdin(Stdio::null());
    command
}
