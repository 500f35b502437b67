//! `--verbose`: each call as a line on standard error.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Shows what the client does, and nobody else: an emulator in this process would tell the same again.
pub(super) fn show_calls() {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let ours = Targets::new().with_target("entra_risk::client", LevelFilter::INFO);
    // Whoever has set one up already keeps it.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}
