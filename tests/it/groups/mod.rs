//! `entra-risk users …` and its like, as people and scripts use them: the binary against an emulator,
//! and against servers that do what an emulator does not.

mod commands;
mod failures;
mod formats;
mod lists;
mod pages;

use std::process::{Command, Stdio};

use crate::ran::Ran;

fn command(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    for name in ["ENTRA_RISK_TOKEN", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "NO_PROXY"]
    {
        command.env_remove(name);
    }
    command.args(arguments.split_whitespace()).stdin(Stdio::null());
    command
}

/// Runs with these arguments, of which none has a space in it.
fn run(arguments: &str) -> Ran {
    command(arguments).output().expect("the program starts").into()
}

/// The same with an emulator that nobody has to wait for.
fn emulated(arguments: &str) -> Ran {
    run(&format!("{arguments} --emulator --emulator-rate unlimited"))
}

/// The same at a server, with a token, while the runtime of the test goes on.
async fn at(server: &str, token: &str, arguments: &str) -> Ran {
    let mut command = command(&format!("{arguments} --server {server}"));
    command.env("ENTRA_RISK_TOKEN", token);
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    output.expect("no panic").expect("the program starts").into()
}
