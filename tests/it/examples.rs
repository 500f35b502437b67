//! The examples, run against the emulator as a reader would.

use std::path::PathBuf;
use std::process::{Command, Output};

use entra_risk::emulator::{Config, Emulator, Identity};

const DISMISSED: [&str; 2] = ["04487ee0-f4f6-4e7f-8999-facc5a30e232", "13387ee0-f4f6-4e7f-8999-facc5120e345"];
const CONFIRMED: &str = "29f270bb-4d23-4f68-8a57-dc73dc0d4caf";

/// Cargo builds examples with the tests and puts them beside the folder of the test binaries.
fn example(name: &str) -> Command {
    let tests: PathBuf = std::env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap().join("examples");
    let path = built.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not built: run all tests, or cargo build --examples", path.display());
    let mut command = Command::new(path);
    command.env_remove("ENTRA_RISK_TOKEN").env_remove("ENTRA_RISK_BASE_URL");
    command
}

async fn output(mut command: Command) -> (Output, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout).into(), String::from_utf8_lossy(&output.stderr).into());
    (output, out, err)
}

async fn emulator() -> Emulator {
    Emulator::start(Config { users: 250, ..Config::new(entra_risk::embedded::contracts()) }).await.unwrap()
}

/// Runs an example to its good end.
async fn runs(emulator: &Emulator, name: &str, arguments: &[&str]) -> String {
    let token = emulator.token(&Identity::all(entra_risk::embedded::contracts()));
    let mut command = example(name);
    command.args(arguments).env("ENTRA_RISK_BASE_URL", emulator.base_url("v1.0")).env("ENTRA_RISK_TOKEN", &token);
    let (output, out, err) = output(command).await;
    assert!(output.status.success(), "{name}: {out}{err}");
    assert!(!out.contains(&token), "{out}");
    out
}

#[tokio::test]
async fn dismiss_two_settles_two_accounts() {
    let emulator = emulator().await;
    let out = runs(&emulator, "dismiss_two", &DISMISSED).await;
    for id in DISMISSED {
        assert!(out.contains(&format!("{id}: dismissed")), "{out}");
    }
}

#[tokio::test]
async fn confirm_one_settles_an_account() {
    let out = runs(&emulator().await, "confirm_one", &[CONFIRMED]).await;
    assert!(out.contains(&format!("{CONFIRMED}: confirmed, confirmedCompromised")), "{out}");
}

#[tokio::test]
async fn list_with_paging_sees_what_was_confirmed() {
    let emulator = emulator().await;
    let count = |out: String| -> usize {
        let last = out.lines().last().unwrap().to_owned();
        last.split(' ').next().unwrap().parse().unwrap()
    };
    let before = count(runs(&emulator, "list_with_paging", &[]).await);
    runs(&emulator, "confirm_one", &["11111111-2222-4333-8444-555555555555"]).await;
    assert_eq!(count(runs(&emulator, "list_with_paging", &[]).await), before + 1);
}

#[tokio::test]
async fn own_token_provider_signs_in_once_for_every_page() {
    let out = runs(&emulator().await, "own_token_provider", &[]).await;
    assert_eq!(out.matches("signing in for http://127.0.0.1:").count(), 1, "{out}");
    let last = out.lines().last().unwrap();
    let n_accounts: usize = last.split(' ').next().unwrap().parse().unwrap();
    assert!(n_accounts >= 250, "{last}");
}

#[tokio::test]
async fn a_reader_who_forgot_something_is_told_what() {
    let emulator = emulator().await;
    for (name, arguments, told) in [
        ("dismiss_two", &[DISMISSED[0]] as &[_], "set ENTRA_RISK_TOKEN"),
        ("dismiss_two", &["someone@contoso.com"], "give object ids, not names"),
        ("confirm_one", &[], "give the object id"),
        ("confirm_one", &["someone@contoso.com"], "give an object id, not a name"),
        ("list_with_paging", &[], "set ENTRA_RISK_TOKEN"),
        ("own_token_provider", &[], "call riskyUser.list: nothing was sent, there is no token: set ENTRA_RISK_TOKEN"),
    ] {
        let mut command = example(name);
        command.args(arguments).env("ENTRA_RISK_BASE_URL", emulator.base_url("v1.0"));
        let (output, out, err) = output(command).await;
        assert!(!output.status.success() && err.starts_with(told), "{name}: {out}{err}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_told_and_nothing_is_claimed() {
    let emulator = emulator().await;
    let mut command = example("dismiss_two");
    command.args(DISMISSED).env("ENTRA_RISK_BASE_URL", emulator.base_url("v1.0"));
    command.env("ENTRA_RISK_TOKEN", emulator.token(&Identity::none()));
    let (output, out, err) = output(command).await;
    assert!(!output.status.success(), "{out}{err}");
    assert!(err.starts_with("call riskyUser.dismiss: the service answered 403 Forbidden"), "{err}");
    assert!(!out.contains("accepted"), "{out}");
}
