//! A package of somebody else's, with a description of its own, built and run: what the README
//! says of `ENTRA_RISK_SPEC_DIR` is so.
//!
//! Not part of plain `cargo test`, since it builds the client's dependencies a second time; run it
//! with `cargo test --test consumer`. `.ci/run` does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use entra_risk::wire::{Head, Scripted, Step};

fn write(path: &Path, text: &str) {
    // Cargo looks at times: what is the same stays as it is.
    if std::fs::read_to_string(path).is_ok_and(|found| found == text) {
        return;
    }
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// The package, in a folder of its own that survives the test.
fn package() -> PathBuf {
    let (folder, root) = (PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("consumer"), env!("CARGO_MANIFEST_DIR"));
    let manifest = format!(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nentra-risk = {{ path = {root:?}, default-features = false }}\n\
         tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"rt\"] }}\nuuid = \"1\"\n\n\
         [workspace]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/main.rs"), include_str!("program.rs"));
    // A relative path is below the folder that has `.cargo`.
    write(&folder.join(".cargo/config.toml"), "[env]\nENTRA_RISK_SPEC_DIR = { value = \"spec\", relative = true }\n");
    write(&folder.join("spec/v1.0.yaml"), include_str!("spec/v1.0.yaml"));
    let transcript = include_str!("spec/exchanges/v1.0/end_session.http");
    write(&folder.join("spec/exchanges/v1.0/end_session.http"), transcript);
    // The versions that this package was tested with, and that are on this machine.
    if !folder.join("Cargo.lock").exists() {
        std::fs::copy(Path::new(root).join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
    }
    folder
}

/// Cargo in that package. Nothing is fetched, unless there is something that was never fetched.
fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    #[allow(clippy::disallowed_methods)] // Cargo says where it is, to tests alone
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |offline: bool| {
        let mut command = Command::new(&cargo);
        command.current_dir(folder).args(arguments).args(offline.then_some("--offline"));
        command.env_remove("ENTRA_RISK_SPEC_DIR").env("CARGO_TARGET_DIR", folder.join("target"));
        // Variables of the build that runs this test are not for another package.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").output().expect("cargo starts")
    };
    let output = run(true);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() || !said.contains("offline") { output } else { run(false) }
}

#[tokio::test]
async fn a_package_calls_an_operation_of_its_own_description() {
    let folder = package();
    let built = cargo(&folder, &["build"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let server = Scripted::start().await.expect("loopback");
    let body = "{\"id\": \"7c1d6c1e-5b1f-4d0a-9a6e-2f1f0a6b9d11\", \"reason\": \"idle\"}";
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    server.begin([Step::Answer(answer.into_bytes())]);
    let root = format!("http://{}", server.address());
    let program = folder.join("target/debug/consumer").with_extension(std::env::consts::EXE_EXTENSION);
    let ran = tokio::task::spawn_blocking(move || Command::new(program).arg(root).output()).await;
    let ran = ran.expect("no panic").expect("it starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim_end(), "7c1d6c1e-5b1f-4d0a-9a6e-2f1f0a6b9d11 idle");
    let received = server.received();
    let [request] = received.as_slice() else { panic!("one request: {received:?}") };
    let Head::Request { method, target } = &request.head else { panic!("a request: {request:?}") };
    assert_eq!(method, "POST");
    assert_eq!(target, "/v1.0/sessions/7c1d6c1e-5b1f-4d0a-9a6e-2f1f0a6b9d11/end");
    assert_eq!(request.header("authorization"), Some("Bearer test-token"));
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&request.body).expect("JSON"),
        serde_json::json!({"reason": "idle"})
    );

    // A defect of the description is one line of Cargo's, with file and line.
    let description = folder.join("spec/v1.0.yaml");
    let broken = include_str!("spec/v1.0.yaml").replace("operationId", "operationID");
    write(&description, &broken);
    let refused = cargo(&folder, &["build"]);
    write(&description, include_str!("spec/v1.0.yaml"));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("v1.0.yaml:14: post /sessions/{id}/end"), "{said}");
    assert!(said.contains("did you mean 'operationId'?"), "{said}");
}
