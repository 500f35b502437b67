//! `spec derive` and `spec update` as people and scripts meet them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use entra_risk::docs::render::render;
use serde_json::Value;

use super::{BETA, contract};

fn entra_risk(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entra-risk")).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with our description and pages rendered from it.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for page in render(contract()) {
        let path = folder.join("docs").join(&page.path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, page.text).expect("a file");
    }
    std::fs::write(folder.join("beta.yaml"), BETA).expect("a file");
    folder
}

struct Paths {
    docs: String,
    spec: String,
    page: PathBuf,
}

fn paths(folder: &Path) -> Paths {
    Paths {
        docs: folder.join("docs").display().to_string(),
        spec: folder.join("beta.yaml").display().to_string(),
        page: folder.join("docs/beta/api/riskyuser-dismiss.md"),
    }
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).expect("a file");
}

#[test]
fn an_update_writes_once_and_check_says_whether_it_would() {
    let folder = folder("spec-update");
    let Paths { docs, spec, page } = paths(&folder);
    let update = |more: &[&str]| entra_risk(&[&["spec", "update", "--docs", &docs, "--spec", &spec], more].concat());
    // What the rendered pages state makes assumptions documented.
    assert_eq!(update(&[]).status.code(), Some(0));
    let settled = std::fs::read_to_string(&spec).expect("text");
    replace(&page, "Application|IdentityRiskyUser.ReadWrite.All", "Application|IdentityRiskyUser.Read.All");

    for arguments in [&["--dry-run"][..], &["--check"], &["--check", "--dry-run", "--format", "json"]] {
        let output = update(arguments);
        let expected = i32::from(arguments.contains(&"--check"));
        assert_eq!(output.status.code(), Some(expected), "{}", text(&output.stdout));
        assert_eq!(std::fs::read_to_string(&spec).expect("text"), settled, "{arguments:?} wrote");
    }
    let output = update(&[]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(printed.contains("#permission[application]") && printed.contains("1 change in "), "{printed}");
    assert!(!printed.contains('\u{1b}'), "colour only on a terminal");
    let written = std::fs::read_to_string(&spec).expect("text");
    assert_ne!(written, settled);
    let output = update(&["--check"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert_eq!(std::fs::read_to_string(&spec).expect("text"), written);
}

#[test]
fn a_contradiction_is_left_alone_and_ends_with_1() {
    let folder = folder("spec-update-contradiction");
    let Paths { docs, spec, page } = paths(&folder);
    let twin = page.with_file_name("another-dismiss.md");
    std::fs::copy(&page, &twin).expect("a copy");
    replace(&twin, "Application|IdentityRiskyUser.ReadWrite.All", "Application|IdentityRiskyUser.Read.All");
    entra_risk(&["spec", "update", "--docs", &docs, "--spec", &spec]);
    let settled = std::fs::read_to_string(&spec).expect("text");
    let output = entra_risk(&["spec", "update", "--docs", &docs, "--spec", &spec]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("another-dismiss.md") && printed.contains("1 undecided"), "{printed}");
    assert_eq!(std::fs::read_to_string(&spec).expect("text"), settled);

    // Beside the description: what is accepted is no longer in question.
    let accepted = "[[accepted]]\nrule = \"drift/permission_differs\"\nfact = \"beta POST /riskyUsers/dismiss#permission[application]\"\nreason = \"a test\"\nsource = \"us\"\n";
    std::fs::write(folder.join("accepted.toml"), accepted).expect("a file");
    let output = entra_risk(&["spec", "update", "--docs", &docs, "--spec", &spec]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn every_format_says_what_changed() {
    let folder = folder("spec-update-formats");
    let Paths { docs, spec, page } = paths(&folder);
    replace(&page, "Application|IdentityRiskyUser.ReadWrite.All", "Application|IdentityRiskyUser.Read.All");
    let run = |format: &str| {
        text(&entra_risk(&["spec", "update", "--docs", &docs, "--spec", &spec, "--dry-run", "--format", format]).stdout)
    };
    let fact = "beta POST /riskyUsers/dismiss#permission[application]";
    assert!(run("human").contains(fact));
    assert!(run("github").contains("::notice file="));
    let markdown = run("markdown");
    assert!(
        markdown.contains(&format!("| `{fact}` | `IdentityRiskyUser.ReadWrite.All` | `IdentityRiskyUser.Read.All` |")),
        "{markdown}"
    );
    let json: Value = serde_json::from_str(&run("json")).expect("JSON");
    let changes = json["changes"].as_array().expect("a list");
    let change = changes.iter().find(|change| change["fact"] == fact).expect("the change");
    assert_eq!((&change["after"], &json["written"]), (&Value::from("IdentityRiskyUser.Read.All"), &Value::from(false)));
}

#[test]
fn a_derived_folder_is_what_the_other_commands_take() {
    let folder = folder("spec-derive");
    let Paths { docs, .. } = paths(&folder);
    let exchanges = folder.join("derived/exchanges/beta").display().to_string();
    let output = entra_risk(&["spec", "derive", &docs, "--include", "riskyuser*", "--exchanges", &exchanges]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let spec = folder.join("derived/beta.yaml");
    std::fs::write(&spec, &output.stdout).expect("a file");
    let spec = spec.display().to_string();
    let lint = entra_risk(&["spec", "lint", &spec]);
    assert_eq!(lint.status.code(), Some(0), "{}", text(&lint.stdout));
    let conform = entra_risk(&["conform", "--spec", &spec, "--side", "server"]);
    assert_eq!(conform.status.code(), Some(0), "{}", text(&conform.stdout));
    let update = entra_risk(&["spec", "update", "--docs", &docs, "--spec", &spec, "--check"]);
    assert_eq!(update.status.code(), Some(0), "{}", text(&update.stdout));
}

#[test]
fn what_cannot_be_used_ends_with_2_and_says_what_to_do() {
    let folder = folder("spec-update-unusable");
    let Paths { docs, spec, .. } = paths(&folder);
    let missing = folder.join("none.yaml").display().to_string();
    for (arguments, part) in [
        (vec!["spec", "update", "--docs", &docs, "--spec", &missing], "none.yaml"),
        (vec!["spec", "update", "--docs", &missing, "--spec", &spec], "none.yaml"),
        (vec!["spec", "derive", &missing], "none.yaml"),
        (vec!["spec", "derive", &docs, "--include", "nothing*"], "--include"),
        (vec!["spec", "derive", &docs, "--api", "v1.0"], "no page"),
        (vec!["spec", "update", "--docs", &docs, "--spec", &spec, "--format", "pdf"], "formats are"),
    ] {
        let output = entra_risk(&arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(part), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
