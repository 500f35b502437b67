//! The program that is judged: started, waited for, and told to stop where we are told to. It
//! knows nothing of verdicts.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::environment::Environment;
use crate::cli::exit::Failure;

/// How a program ended.
pub(super) struct Ended {
    pub(super) exit_code: Option<i32>,
    pub(super) signal: Option<i32>,
    /// Whether we were told to stop before it ended.
    pub(super) interrupted: bool,
}

/// How long a program that was told to stop may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// Runs a program to its end. `aside` sends what it prints to standard error, where nothing but
/// text for people is expected.
pub(super) async fn run(
    name: &OsStr,
    arguments: &[OsString],
    environment: &Environment,
    aside: bool,
    signals: &mut Signals,
) -> Result<Ended, Failure> {
    let mut command = Command::new(name);
    command.args(arguments).kill_on_drop(true);
    for taken_out in Environment::taken_out() {
        command.env_remove(taken_out);
    }
    for (name, value) in environment.set() {
        command.env(name.as_ref(), value);
    }
    if aside {
        command.stdout(Stdio::from(io::stderr()));
    }
    let fail = |error: io::Error| {
        let (what, remedy) = match error.kind() {
            io::ErrorKind::NotFound => ("there is no such command".to_owned(), "give one that is in PATH, after --"),
            io::ErrorKind::PermissionDenied => ("it may not be executed".to_owned(), "make it executable"),
            _ => (error.to_string(), ""),
        };
        Failure::input(format!("run {}: {what}", name.display()), remedy)
    };
    let mut child = command.spawn().map_err(fail)?;
    let status = tokio::select! {
        status = child.wait() => status.map(|status| (status, false)),
        signal = signals.next() => stop(&mut child, signal).await.map(|status| (status, true)),
    };
    let (status, interrupted) = status.map_err(fail)?;
    Ok(Ended { exit_code: status.code(), signal: signal_of(status), interrupted })
}

/// A signal that tells us to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// From a service manager or a pipeline.
    Terminate,
}

/// Listens for signals to stop.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on no signal ends this process.
    pub(super) fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let fail = |error: io::Error| Failure::input(format!("wait for a signal to stop: {error}"), "");
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(fail)?,
                terminate: signal(SignalKind::terminate()).map_err(fail)?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for one.
    pub(super) async fn next(&mut self) -> Signal {
        #[cfg(unix)]
        return tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        };
        #[cfg(not(unix))]
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Passes the signal on, and ends a program that does not heed it.
async fn stop(child: &mut Child, signal: Signal) -> io::Result<ExitStatus> {
    pass_on(child, signal);
    if let Ok(status) = tokio::time::timeout(FAREWELL, child.wait()).await {
        return status;
    }
    child.start_kill()?;
    child.wait().await
}

#[cfg(unix)]
fn pass_on(child: &Child, signal: Signal) {
    use std::io::IsTerminal as _;

    use rustix::process::{Pid, kill_process};
    // A terminal has sent Ctrl-C to the program as well: twice means something else to some.
    if signal == Signal::Interrupt && io::stdin().is_terminal() {
        return;
    }
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        let signal = match signal {
            Signal::Interrupt => rustix::process::Signal::INT,
            Signal::Terminate => rustix::process::Signal::TERM,
        };
        // One that has just ended needs no signal.
        let _ = kill_process(id, signal);
    }
}

#[cfg(not(unix))]
fn pass_on(_: &Child, _: Signal) {}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}
